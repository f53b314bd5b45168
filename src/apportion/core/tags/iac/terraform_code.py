"""Reads the tags of resources from Terraform code: modules, locals, merge(), default_tags.

Structure and places come from our reader of HCL. What instances of a block hold, where functions,
`for_each` and `dynamic` decide, comes from `expanded`, the tree of a parser that evaluates more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname, join

from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.tags.declared import Declared

from .hcl_expressions import (
    NULL,
    UNKNOWN,
    Mapped,
    Null,
    Texts,
    Unknown,
    Value,
    as_tags,
    evaluate,
    known,
    merged,
    names_in,
)
from .hcl_parser import Attribute, Block, NotHclError
from .propagated_tags import ParentResource, of_group, propagated_to
from .resource_type_tables import TagColumn, tag_column
from .terraform_files import given_files, is_code, normal, read_file
from .terraform_overrides import merge_overrides

#: The values of an evaluating parser for each instance of a block, by address without indices.
Expanded = Mapping[str, Sequence[Mapping[str, object]]]

_GROUP = "aws_autoscaling_group"
#: Which provider a module gets for one of its own; JSON writes both in quotes.
_PASSED = r"(?<![\w.]){}\"?\s*=\s*\"?([\w.]+)"
_LOCAL = re.compile(r"\.\.?/")


@dataclass(frozen=True)
class Found:
    """The resources of a folder; `elsewhere` are sources of modules that are not in it."""

    declared: tuple[Declared, ...]
    findings: tuple[Finding, ...]
    elsewhere: tuple[str, ...]


def read_terraform(texts: Mapping[str, str], root: str, expanded: Expanded) -> Found:
    """Read a root and its local modules; `texts` are files by path, with `/` between folders."""
    findings: list[Finding] = []
    tree = _Tree(texts, findings)
    scope = _Scope(tree, tree.module(root), values=_given(tree, root))
    elsewhere: list[str] = []
    declared = [one for found in scope.every(elsewhere) for one in _declared(found, expanded)]
    return Found(tuple(declared), tuple(findings), tuple(dict.fromkeys(elsewhere)))


@dataclass(frozen=True)
class _Resource:
    scope: _Scope
    file: str
    block: Block

    @property
    def name(self) -> str:
        return f"{self.scope.prefix}{'.'.join(self.block.labels)}"

    @property
    def left_out(self) -> bool:
        """Whether a count of zero is known, of it or of a module around it.

        An unknown `for_each` shows no instances either, and so does a count of which a part is
        unknown, not none.
        """
        counts = list(self.scope.counts(self.block))
        return bool(counts) and all(counts)


def _declared(one: _Resource, expanded: Expanded) -> Iterator[Declared]:
    """The resource with each distinct set of tags that its instances have, and what it makes."""
    kind = one.block.labels[0]
    column = tag_column(kind, set(one.block.attributes))
    if column is None:
        return
    if expanded and one.name not in expanded and one.left_out:
        return
    defaults, defaulted = _defaults(one, column)
    edit = one.block.attributes.get(column.name)
    file = (edit.file if edit else "") or one.file
    written = one.scope.evaluate(edit.expression) if edit else NULL
    found: dict[Declared, None] = {}
    for instance in expanded.get(one.name) or ({},):
        own = _filled(as_tags(written), instance.get(column.name))
        tags = (
            of_group(one.block, instance, one.scope.evaluate)
            if kind == _GROUP
            else merged([defaults, own])
        )
        made = Declared(
            name=one.name,
            kind=kind,
            type=column.type,
            tags=known_tags(tags),
            whole=tags.whole,
            file=file,
            line=(edit.line if edit else one.block.line),
            defaulted=defaulted,
            edit=_edit(one, edit, file),
        )
        found[made] = None
        parts = ParentResource(made, one.file, one.block, instance, defaults, one.scope.evaluate)
        found.update(dict.fromkeys(propagated_to(parts)))
    yield from found


def _defaults(one: _Resource, column: TagColumn) -> tuple[Mapped, bool]:
    """Default tags, which the provider awscc has none of."""
    if not column.defaults:
        return Mapped(), True
    return one.scope.default_tags(one.block.text("provider"))


def _edit(one: _Resource, written: Attribute | None, file: str) -> tuple[int, int] | None:
    """Where the tags are written in HCL; no suggestion is made for JSON."""
    if file.endswith(".json"):
        return None
    return (written.start, written.end) if written else (one.block.start, one.block.start)


def known_tags(tags: Mapped) -> tuple[tuple[str, str | None], ...]:
    """Write a map as tags: what is not known is None, and what is null is no tag."""
    return tuple(
        (key, value.text if isinstance(value, Texts) else None)
        for key, value in tags.entries.items()
        if not isinstance(value, Null)
    )


def _filled(written: Value, expanded: object) -> Value:
    """Fill in unknown values from the other parser, which leaves out what it does not know.

    It writes null for what is unknown too, so its nulls are ignored.
    """
    if not isinstance(expanded, Mapping) or "__attribute__" in expanded:
        return written
    if isinstance(written, Null):
        return written
    evaluated = {str(key): _text(value) for key, value in expanded.items() if value is not None}
    if not isinstance(written, Mapped):
        return Mapped(evaluated, whole=False)
    filled = {
        key: evaluated.get(key, UNKNOWN) if isinstance(value, Unknown) else value
        for key, value in written.entries.items()
    }
    return Mapped(filled if written.whole else {**evaluated, **filled}, written.whole)


def _text(value: object) -> Value:
    """A text of the other parser; it writes the id of a resource where a reference is unknown."""
    if isinstance(value, str) and not _UUID.fullmatch(value):
        return Texts(value)
    return UNKNOWN


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Tree:
    """The files of a folder, each parsed once; a file that is no HCL is a finding."""

    def __init__(self, texts: Mapping[str, str], findings: list[Finding]) -> None:
        self._texts = texts
        self._findings = findings
        self._files: dict[str, list[str]] = {}
        for file in sorted(texts):
            self._files.setdefault(dirname(file), []).append(file)
        self._read: dict[str, Block | None] = {}
        self._modules: dict[str, _Module] = {}

    def module(self, folder: str) -> _Module:
        if folder not in self._modules:
            own = [file for file in self._files.get(folder, ()) if is_code(file)]
            blocks = [(file, block) for file in own if (block := self.block(file))]
            self._modules[folder] = _Module(folder, blocks)
        return self._modules[folder]

    def has(self, folder: str) -> bool:
        return folder in self._files

    def block(self, file: str) -> Block | None:
        if file not in self._read:
            self._read[file] = self._parsed(file)
        return self._read[file]

    def values(self, folder: str) -> list[Block]:
        """The files of values that Terraform reads by itself, the ones that win last."""
        files = given_files(self._files.get(folder, ()))
        return [block for file in files if (block := self.block(file))]

    def _parsed(self, file: str) -> Block | None:
        try:
            return read_file(file, self._texts[file])
        except NotHclError as error:
            why = str(error).partition(": ")[2]
            place = f"{file}:{error.line}"
            self._findings.append(Finding(codes.NOT_READ, place, "this is no HCL", found=why))
            return None


class _Module:
    """The blocks of a folder, by what they are."""

    def __init__(self, folder: str, files: Sequence[tuple[str, Block]]) -> None:
        self.folder = folder
        every = merge_overrides([(file, block) for file, body in files for block in body.blocks])
        self.resources = [(f, b) for f, b in every if b.kind == "resource" and len(b.labels) == 2]
        self.calls = {b.labels[0]: b for _, b in every if b.kind == "module" and b.labels}
        self.outputs = {
            b.labels[0]: b.text("value") for _, b in every if b.kind == "output" and b.labels
        }
        self.variables = {
            b.labels[0]: b.attributes.get("default")
            for _, b in every
            if b.kind == "variable" and b.labels
        }
        self.locals = {
            name: attribute.expression
            for _, b in every
            if b.kind == "locals"
            for name, attribute in b.attributes.items()
        }
        #: Terraform ignores a backend in a module that is called.
        self.is_root = any(
            inner.kind in ("backend", "cloud")
            for _, b in every
            if b.kind == "terraform"
            for inner in b.blocks
        )
        self.providers = {
            f"aws.{alias}" if (alias := b.text("alias").strip('"')) else "aws": b
            for _, b in every
            if b.kind == "provider" and b.labels == ("aws",)
        }


class _Scope:
    """A module as it is called: what its names stand for."""

    def __init__(
        self,
        tree: _Tree,
        module: _Module,
        *,
        prefix: str = "",
        above: tuple[_Scope, Block] | None = None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        self._tree = tree
        self._module = module
        self.prefix = prefix
        self._above = above
        self._values = values or {}
        self._known: dict[tuple[str, str], Value] = {}

    def every(self, elsewhere: list[str], level: int = 0) -> Iterator[_Resource]:
        """List the resources here and in the modules that are called."""
        for file, block in self._module.resources:
            yield _Resource(self, file, block)
        for name, call in self._module.calls.items():
            inner = self._called(name, call) if level < 12 else None
            if inner is None:
                elsewhere.append(call.text("source").strip('"'))
            else:
                yield from inner.every(elsewhere, level + 1)

    def counts(self, block: Block) -> Iterator[bool]:
        """For each count of a block and of the modules around it: whether all in it is known."""
        if own := block.text("count"):
            yield all(known(self.evaluate(name)) for name in names_in(own))
        if self._above is not None:
            scope, call = self._above
            yield from scope.counts(call)

    def evaluate(self, expression: str) -> Value:
        return evaluate(expression, self.lookup)

    def lookup(self, kind: str, name: str, depth: int) -> Value:
        """Find what a name stands for; one that stands for itself stands for nothing known."""
        at = (kind, name)
        if at not in self._known:
            self._known[at] = UNKNOWN
            self._known[at] = self._found(kind, name, depth)
        return self._known[at]

    def default_tags(self, provider: str) -> tuple[Mapped, bool]:
        """The provider's default tags, and whether all of them are known."""
        wanted = provider.strip().strip('"') or "aws"
        block = self._module.providers.get(wanted)
        if block is not None:
            written = [one.text("tags") for one in block.inner("default_tags")]
            defaults = [as_tags(self.evaluate(text)) for text in written if text]
            dynamic = [one for one in block.inner("dynamic") if one.labels == ("default_tags",)]
            return merged([*defaults, *(UNKNOWN for _ in dynamic)]), True
        if self._above is None:
            return Mapped(), bool(self._module.providers or self._module.is_root or self._values)
        scope, call = self._above
        passed = re.search(_PASSED.format(re.escape(wanted)), call.text("providers"))
        return scope.default_tags(passed[1] if passed else wanted)

    def _found(self, kind: str, name: str, depth: int) -> Value:
        module = self._module
        if kind == "local" and name in module.locals:
            return evaluate(module.locals[name], self.lookup, depth)
        if kind == "var" and name in module.variables:
            return self._variable(name, depth)
        if kind == "module" and name in module.calls:
            inner = self._called(name, module.calls[name])
            return inner.outputs(depth) if inner else UNKNOWN
        return UNKNOWN

    def _variable(self, name: str, depth: int) -> Value:
        if self._above is not None:
            scope, call = self._above
            if name in call.attributes:
                return evaluate(call.text(name), scope.lookup, depth)
        elif name in self._values:
            return evaluate(self._values[name], lambda *_: UNKNOWN, depth)
        default = self._module.variables[name]
        return evaluate(default.expression, lambda *_: UNKNOWN, depth) if default else UNKNOWN

    def outputs(self, depth: int) -> Value:
        """What the module gives back, as the map that its name stands for."""
        found = {
            name: evaluate(expression, self.lookup, depth)
            for name, expression in self._module.outputs.items()
        }
        return Mapped(found, whole=False)

    def _called(self, name: str, call: Block) -> _Scope | None:
        source = call.text("source").strip('"')
        folder = normal(join(self._module.folder, source))
        if not _LOCAL.match(source) or not self._tree.has(folder):
            return None
        prefix = f"{self.prefix}module.{name}."
        return _Scope(self._tree, self._tree.module(folder), prefix=prefix, above=(self, call))


def _given(tree: _Tree, root: str) -> dict[str, str]:
    """The values of variables that Terraform reads by itself, later files first."""
    return {
        name: one.expression
        for block in tree.values(root)
        for name, one in block.attributes.items()
    }
