"""Terraform code as tfparse sees it: every instance of each block, with functions evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from apportion.model.errors.tags import NoTfparseError, TerraformCodeError

_INDEX = re.compile(r"\[(?:\"[^\"]*\"|\d+)\]")

Expanded = dict[str, list[Mapping[str, object]]]


def expand(folder: Path, given: Sequence[str] = ()) -> Expanded:
    """Give what each instance of a block holds, by the block's address without indices.

    `given` are the folder's files of values that Terraform reads by itself. Nothing is downloaded.
    Raises NoTfparseError where the extra is not installed, and TerraformCodeError where it cannot
    read the folder.
    """
    try:
        import tfparse  # noqa: PLC0415 - an extra of the package
    except ImportError as error:
        raise NoTfparseError from error
    try:
        tree = tfparse.load_from_path(
            str(folder), stop_on_hcl_error=True, allow_downloads=False, vars_paths=list(given)
        )
    except tfparse.ParseError as error:
        raise TerraformCodeError(folder.name, str(error)) from error
    return _by_address(tree)


def _by_address(tree: Mapping[str, Sequence[Mapping[str, object]]]) -> Expanded:
    found: Expanded = {}
    for blocks in tree.values():
        for block in blocks:
            meta = block.get("__tfmeta")
            if isinstance(meta, Mapping) and meta.get("type") == "resource":
                address = _INDEX.sub("", str(meta.get("path")))
                found.setdefault(address, []).append(block)
    return found
