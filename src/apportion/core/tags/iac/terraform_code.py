"""Reads the tags of resources from Terraform code: modules, locals, merge(), default_tags.

Structure and places come from our reader of HCL. What instances of a block hold, where functions,
`for_each` and `dynamic` decide, comes from `expanded`, the tree of a parser that evaluates more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.tags.declared import Declared

from .hcl_expressions import NULL, UNKNOWN, Mapped, Texts, Unknown, Value, evaluate, merged
from .hcl_parser import Block, NotHclError, read_hcl
from .propagated_tags import ParentResource, handed_on, of_group
from .resource_type_tables import terraform_types

#: What an evaluating parser says of each instance of a block, by address without indices.
Expanded = Mapping[str, Sequence[Mapping[str, object]]]

_GROUP = "aws_autoscaling_group"
_LOCAL = re.compile(r"\.\.?/")
_SOURCE = re.compile(r'source\s*=\s*"(\.\.?/[^"]*)"')


@dataclass(frozen=True)
class Found:
    """The resources of a folder; `elsewhere` are sources of modules that are not in it."""

    declared: tuple[Declared, ...]
    findings: tuple[Finding, ...]
    elsewhere: tuple[str, ...]


def roots(texts: Mapping[str, str]) -> list[str]:
    """Find the folders where Terraform is run: those that no other folder uses as a module."""
    code = {file: text for file, text in texts.items() if file.endswith(".tf")}
    folders = {dirname(file) for file in code}
    used = {
        _normal(join(dirname(file), source))
        for file, text in code.items()
        for source in _SOURCE.findall(text)
    }
    return sorted(folders - used) or sorted(folders)


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
    def counted(self) -> bool:
        """Whether a count says how many there are, of it or of a module around it.

        An unknown `for_each` shows no instances either, so only a count tells that there are none.
        """
        return bool(self.block.text("count")) or self.scope.counted


def _declared(one: _Resource, expanded: Expanded) -> Iterator[Declared]:
    """The resource with each distinct set of tags that its instances have, and what it makes."""
    kind = one.block.labels[0]
    if kind not in terraform_types() and kind != _GROUP:
        return
    if expanded and one.name not in expanded and one.counted:
        return  # the other parser knows that its count is zero
    defaults, known = one.scope.default_tags(one.block.text("provider"))
    written = one.scope.evaluate(one.block.text("tags")) if one.block.text("tags") else NULL
    told: dict[Declared, None] = {}
    for instance in expanded.get(one.name) or ({},):
        own = _filled(written, instance.get("tags"))
        tags = (
            of_group(one.block, instance, one.scope.evaluate)
            if kind == _GROUP
            else merged([defaults, own])
        )
        edit = one.block.attributes.get("tags")
        made = Declared(
            name=one.name,
            kind=kind,
            type=terraform_types().get(kind, "autoscaling:autoScalingGroup"),
            tags=known_tags(tags),
            whole=tags.whole,
            file=one.file,
            line=(edit.line if edit else one.block.line),
            defaulted=known,
            edit=(edit.start, edit.end) if edit else (one.block.start, one.block.start),
        )
        told[made] = None
        parts = ParentResource(made, one.block, instance, defaults, one.scope.evaluate)
        told.update(dict.fromkeys(handed_on(parts)))
    yield from told


def known_tags(tags: Mapped) -> tuple[tuple[str, str | None], ...]:
    """Write a map as tags: what is not known is None."""
    return tuple(
        (key, value.text if isinstance(value, Texts) else None)
        for key, value in tags.entries.items()
    )


def _filled(written: Value, expanded: object) -> Value:
    """Take from the other parser what ours could not tell; it leaves unknown parts out."""
    if not isinstance(expanded, Mapping) or "__attribute__" in expanded:
        return written
    theirs = {str(key): _text(value) for key, value in expanded.items()}
    if not isinstance(written, Mapped):
        return Mapped(theirs, whole=False)
    filled = {
        key: theirs.get(key, UNKNOWN) if isinstance(value, Unknown) else value
        for key, value in written.entries.items()
    }
    return Mapped({**theirs, **filled}, written.whole)


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
            own = [file for file in self._files.get(folder, ()) if file.endswith(".tf")]
            blocks = [(file, block) for file in own if (block := self.block(file))]
            self._modules[folder] = _Module(folder, blocks)
        return self._modules[folder]

    def has(self, folder: str) -> bool:
        return folder in self._files

    def block(self, file: str) -> Block | None:
        if file not in self._read:
            self._read[file] = self._parsed(file)
        return self._read[file]

    def named(self, folder: str, suffix: str) -> list[Block]:
        files = [file for file in self._files.get(folder, ()) if file.endswith(suffix)]
        return [block for file in files if (block := self.block(file))]

    def _parsed(self, file: str) -> Block | None:
        try:
            return read_hcl(self._texts[file])
        except NotHclError as error:
            why = str(error).partition(": ")[2]
            place = f"{file}:{error.line}"
            self._findings.append(Finding(codes.NOT_READ, place, "this is no HCL", found=why))
            return None


class _Module:
    """The blocks of a folder, by what they are."""

    def __init__(self, folder: str, files: Sequence[tuple[str, Block]]) -> None:
        self.folder = folder
        every = [(file, block) for file, body in files for block in body.blocks]
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

    @property
    def counted(self) -> bool:
        """Whether this module, or one around it, is called with a count."""
        if self._above is None:
            return False
        scope, call = self._above
        return bool(call.text("count")) or scope.counted

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
        """The provider's default tags, and whether any provider says what they are."""
        wanted = provider.strip() or "aws"
        block = self._module.providers.get(wanted)
        if block is not None:
            written = [one.text("tags") for one in block.inner("default_tags")]
            return merged([self.evaluate(text) for text in written if text]), True
        if self._above is None:
            return Mapped(), bool(self._module.providers)
        scope, call = self._above
        handed = re.search(rf"(?<![\w.]){re.escape(wanted)}\s*=\s*([\w.]+)", call.text("providers"))
        return scope.default_tags(handed[1] if handed else wanted)

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
        folder = _normal(join(self._module.folder, source))
        if not _LOCAL.match(source) or not self._tree.has(folder):
            return None
        prefix = f"{self.prefix}module.{name}."
        return _Scope(self._tree, self._tree.module(folder), prefix=prefix, above=(self, call))


def _given(tree: _Tree, root: str) -> dict[str, str]:
    """The values of variables that Terraform reads by itself, later files first."""
    given: dict[str, str] = {}
    for suffix in ("terraform.tfvars", ".auto.tfvars"):
        for block in tree.named(root, suffix):
            given |= {name: one.expression for name, one in block.attributes.items()}
    return given


def _normal(path: str) -> str:
    normal = normpath(path)
    return "" if normal == "." else normal
