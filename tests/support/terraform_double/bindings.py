"""Reads the schema of a Terraform provider from the bindings that were generated from it.

The package of bindings holds a JavaScript file for each type, with its TypeScript in the source
map. There stands, for every attribute, a comment `// tags - computed: false, optional: true,
required: false`, and a table `synthesizeHclAttributes` with its type. What comes out has the shape
of `terraform providers schema -json`. Recursive blocks are cut where they begin to repeat.
"""

from __future__ import annotations

import base64
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

PROVIDER = "aws_provider"

_MARK = re.compile(
    r"//\s+([a-z0-9_]+) - computed: (true|false), optional: (true|false), required: (true|false)"
)
_CLASS = re.compile(r"export class (\w+) extends cdktn\.(\w+)")
_FUNCTION = re.compile(r"export function (\w+)ToHclTerraform\(struct")
_ENTRY = re.compile(
    r"(\w+): \{\s*value: (.*?),\s*isBlock: (true|false),\s*type: \"(\w+)\","
    r"\s*storageClassType: \"([^\"]+)\",?\s*\}",
    re.DOTALL,
)
_GETTER = re.compile(
    r"this\.get(String|Number|Boolean|List|NumberList|StringMap|NumberMap|BooleanMap|AnyMap)"
    r"Attribute\("
)
_WRITER = re.compile(r"(\w+?)ToHclTerraform")
_MEMBER = re.compile(r"new cdktn\.(\w+)\(this")
_VERSION = re.compile(r"providerVersion: '([\d.]+)'")
_SOURCE_MAP = "sourceMappingURL=data:application/json;base64,"
_SCALARS = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}
_GOT = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": "dynamic",
}
_ROOTS = {"TerraformResource", "TerraformDataSource", "TerraformProvider"}


@dataclass(frozen=True)
class Entry:
    """A line of the table of types: the expression, whether a block, its nesting, its type."""

    value: str
    is_block: bool
    nesting: str
    storage: str


@dataclass(frozen=True)
class Mark:
    """The comment on one attribute, and the text up to the next."""

    name: str
    computed: bool
    optional: bool
    required: bool
    text: str

    @property
    def flags(self) -> Schema:
        """Give the flags as the schema has them, which leaves out what is false."""
        result = {
            "computed": self.computed,
            "optional": self.optional,
            "required": self.required,
        }
        return {name: True for name, is_so in result.items() if is_so}


def read_schema(wheel: Path, types: Iterable[str]) -> Schema:
    """Read the provider and some types, data sources as `data.aws_region`; all must be there."""
    wanted = {_file_of(name): name for name in types}
    found: dict[str, Schema] = {}
    version = ""
    for file, script in _scripts(wheel, {*wanted, _file_of(PROVIDER)}):
        result = _VERSION.search(script)
        version = result[1] if result else version
        found[wanted.get(file, PROVIDER)] = {"version": 0, "block": _main_block(script)}
    missing = sorted({*wanted.values(), PROVIDER} - set(found))
    assert not missing, f"{wheel.name} does not know {', '.join(missing)}"
    return {
        "version": version,
        "provider": found.pop(PROVIDER),
        "resource_schemas": {n: s for n, s in found.items() if not n.startswith("data.")},
        "data_source_schemas": {
            n.removeprefix("data."): s for n, s in found.items() if n.startswith("data.")
        },
    }


def _file_of(name: str) -> str:
    return name.replace("data.", "data_").replace("_", "-") + ".js"


def _scripts(wheel: Path, files: set[str]) -> Iterator[tuple[str, str]]:
    """Give the TypeScript of some files; the tarball inside of the wheel is read once."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".jsii.tgz"))
        packed = archive.read(name)
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r|gz") as tarball:
        for member in tarball:
            file = member.name.rpartition("/")[2]
            if file in files:
                content = tarball.extractfile(member)
                assert content
                _, _, encoded = content.read().decode().partition(_SOURCE_MAP)
                source_map = json.loads(base64.b64decode(encoded.partition("\n")[0]))
                yield file, source_map["sourcesContent"][0]


def _main_block(script: str) -> Schema:
    bindings = Bindings(script)
    ((name, text),) = bindings.roots()
    start = text.find("synthesizeHclAttributes")
    table = text[start : text.find("// remove undefined attributes", start)] if start >= 0 else ""
    block = bindings.block(name, _entries(table))
    _without_dynamic_in_sets(block, inside=False)
    return block


class Bindings:
    """The classes of one file of TypeScript, and the tables of types of its blocks."""

    def __init__(self, script: str) -> None:
        self._classes: dict[str, tuple[str, str]] = {}
        found = list(_CLASS.finditer(script))
        for at, match in enumerate(found):
            end = found[at + 1].start() if at + 1 < len(found) else len(script)
            self._classes[match[1]] = (match[2], script[match.start() : end])
        self._tables = {
            m[1]: _entries(_body(script, m.start())) for m in _FUNCTION.finditer(script)
        }

    def roots(self) -> list[tuple[str, str]]:
        """List the classes that are a resource, a data source or the provider."""
        return [(n, text) for n, (parent, text) in self._classes.items() if parent in _ROOTS]

    def block(self, name: str, table: Mapping[str, Entry], above: tuple[str, ...] = ()) -> Schema:
        """Make the schema of a class; `above` are the classes that it stands in."""
        attributes: Schema = {}
        blocks: Schema = {}
        for mark in _marks(self._classes[name][1]):
            entry = table.get(mark.name)
            nested = self._nested(mark)
            if nested:
                self._add_nested(mark, entry, nested, above, attributes, blocks)
            elif entry and entry.is_block and not _plain(entry.storage)[1]:
                blocks[mark.name] = self._provider_block(entry)
            else:
                attributes[mark.name] = {**mark.flags, "type": _type(mark, entry)}
        made = {"attributes": attributes, "block_types": blocks}
        return {kind: content for kind, content in made.items() if content}

    def _nested(self, mark: Mark) -> tuple[str, str, bool] | None:
        """Give the class of a nested block, its kind, and whether it is a set."""
        made = r"new (?:\w+\.)*(\w+?)(List|Map|OutputReference)"
        found = re.search(rf'{made}\(this, "{mark.name}"(?:, (true|false))?', mark.text)
        name = f"{found[1]}OutputReference" if found else ""
        return (name, found[2], found[3] == "true") if found and name in self._classes else None

    def _add_nested(
        self,
        mark: Mark,
        entry: Entry | None,
        nested: tuple[str, str, bool],
        above: tuple[str, ...],
        attributes: Schema,
        blocks: Schema,
    ) -> None:
        name, kind, is_set = nested
        if name in above:
            return
        by_kind = {"Map": "map", "OutputReference": "single"}.get(kind, "set" if is_set else "list")
        known = {"list": "list", "set": "set", "struct": "single", "map": "map"}
        nesting = known.get(entry.nesting, by_kind) if entry else by_kind
        inner = self.block(name, self._table(entry), (*above, name))
        if mark.computed:  # computed objects are attributes on the wire
            shape = ["object", _object(inner)]
            kept = shape if nesting == "single" else [nesting, shape]
            attributes[mark.name] = {**mark.flags, "type": kept}
            return
        block: Schema = {"nesting_mode": nesting, "block": inner}
        if nesting in {"list", "set"}:
            block |= {"min_items": 1} if mark.required else {}
            block |= {"max_items": 1} if kind == "OutputReference" else {}
        blocks[mark.name] = block

    def _provider_block(self, entry: Entry) -> Schema:
        """Make a block of the provider, which has no class of its own."""
        attributes = {}
        for name, inner in self._table(entry).items():
            wrap, element = _plain(inner.storage)
            kept = [inner.nesting, element] if wrap else element or "dynamic"
            attributes[name] = {"optional": True, "type": kept}
        nesting = {"struct": "single"}.get(entry.nesting, entry.nesting)
        return {"nesting_mode": nesting, "block": {"attributes": attributes}}

    def _table(self, entry: Entry | None) -> Mapping[str, Entry]:
        writer = _WRITER.search(entry.value.replace("cdktn.listMapperHcl(", "")) if entry else None
        return self._tables.get(writer[1], {}) if writer else {}


def _body(script: str, start: int) -> str:
    """Take a function of the top level, which ends at a line that is just a brace."""
    end = script.find("\n}\n", start)
    return script[start : end if end >= 0 else len(script)]


def _entries(text: str) -> dict[str, Entry]:
    return {m[0]: Entry(m[1], m[2] == "true", m[3], m[4]) for m in _ENTRY.findall(text)}


def _marks(text: str) -> Iterator[Mark]:
    found = list(_MARK.finditer(text))
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        computed, optional, required = (word == "true" for word in match.groups()[1:])
        yield Mark(match[1], computed, optional, required, text[match.end() : end])


def _plain(storage: str) -> tuple[str | None, str | None]:
    """Read `stringMap` as (map, string) and `string` as (None, string)."""
    for suffix, wrap in (("List", "list"), ("Map", "map")):
        if storage.endswith(suffix) and storage.removesuffix(suffix) in _SCALARS:
            return wrap, _SCALARS[storage.removesuffix(suffix)]
    return None, _SCALARS.get(storage)


def _type(mark: Mark, entry: Entry | None) -> Any:
    wrap, element = _plain(entry.storage) if entry else (None, None)
    if entry and element:
        kept: Any = element
        if "listMapperHcl(cdktn.listMapperHcl" in entry.value:
            kept = ["list", element]
        wrap = entry.nesting if entry.nesting in {"set", "list"} else wrap
        return [wrap, kept] if wrap else kept
    getter, member = _GETTER.search(mark.text), _MEMBER.search(mark.text)
    if getter and getter[1] == "List":
        return ["set" if "Fn.tolist(" in mark.text else "list", "string"]
    if getter:
        return _GOT[getter[1]]
    return _member_type(member[1]) if member else "dynamic"


def _member_type(name: str) -> Any:
    element = {"S": "string", "N": "number", "B": "bool"}.get(name[0], "dynamic")
    if name.endswith("MapList"):
        return ["list", ["map", element]]
    return ["map", element] if name.endswith("Map") else "dynamic"


def _object(block: Schema) -> Schema:
    kept: Schema = {name: a["type"] for name, a in block.get("attributes", {}).items()}
    for name, nested in block.get("block_types", {}).items():
        inner = ["object", _object(nested["block"])]
        single = nested["nesting_mode"] == "single"
        kept[name] = inner if single else [nested["nesting_mode"], inner]
    return kept


def _without_dynamic_in_sets(block: Schema, *, inside: bool) -> None:
    """Terraform refuses values of any type within sets."""
    for attribute in block.get("attributes", {}).values():
        if inside and attribute["type"] == "dynamic":
            attribute["type"] = "string"
    for nested in block.get("block_types", {}).values():
        in_set = inside or nested["nesting_mode"] == "set"
        _without_dynamic_in_sets(nested["block"], inside=in_set)
