"""Merges override files into the blocks of a module, as Terraform and OpenTofu do.

Source: the page "Override Files" of Terraform's documentation, and for nested blocks
`internal/configs/module_merge_body.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from posixpath import basename

from .hcl_parser import Block
from .terraform_files import CODE

FileBlock = tuple[str, Block]


def is_override(file: str) -> bool:
    """Whether a file of code is `override.tf` or ends with `_override.tf`, in any syntax."""
    name = basename(file)
    return any(name == f"override{end}" or name.endswith(f"_override{end}") for end in CODE)


def merge_overrides(blocks: Sequence[FileBlock]) -> list[FileBlock]:
    """Merge each block of an override file into the block that it overrides, in order of files.

    A block that overrides none is kept behind the others. Terraform refuses such a resource; of
    `locals`, the later name wins.
    """
    merged = [(file, block) for file, block in blocks if not is_override(file)]
    places = {header: at for at, (_, block) in enumerate(merged) if (header := _header(block))}
    for file, block in blocks:
        if not is_override(file):
            continue
        at = places.get(_header(block))
        if at is None:
            merged.append((file, block))
        else:
            base_file, base = merged[at]
            merged[at] = (base_file, _merge(base, block, file))
    return merged


def _header(block: Block) -> tuple[str, ...]:
    """Name what Terraform matches blocks by; empty for blocks without labels, such as `locals`."""
    alias = block.text("alias") if block.kind == "provider" else ""
    return (block.kind, *block.labels, alias) if block.labels else ()


def _merge(base: Block, override: Block, file: str) -> Block:
    """Replace the attributes that the override sets, and all nested blocks of its kinds."""
    own = {name: replace(one, file=file) for name, one in override.attributes.items()}
    kinds = {_nested_kind(one) for one in override.blocks}
    kept = [one for one in base.blocks if _nested_kind(one) not in kinds]
    added = [replace(one, file=file) for one in override.blocks]
    return replace(base, attributes={**base.attributes, **own}, blocks=(*kept, *added))


def _nested_kind(block: Block) -> str:
    """The kind of a nested block; for a dynamic block, the kind that it makes."""
    return block.labels[0] if block.kind == "dynamic" and block.labels else block.kind
