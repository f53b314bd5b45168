"""Which files Terraform and OpenTofu read in a folder, in which order, and in which syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from posixpath import basename, dirname, join, normpath

from .hcl_json import read_hcl_json, read_values_json
from .hcl_parser import Block, read_hcl

CODE = (".tf", ".tf.json", ".tofu", ".tofu.json")
_VALUES = (".tfvars", ".tfvars.json")
_GIVEN = ("terraform.tfvars", "terraform.tfvars.json")
_AUTO = (".auto.tfvars", ".auto.tfvars.json")
_SOURCE = re.compile(r'"?source"?\s*[=:]\s*"(\.\.?/[^"]*)"')


def is_code(file: str) -> bool:
    """Whether Terraform or OpenTofu reads the file as code."""
    return file.endswith(CODE)


def is_terraform(file: str) -> bool:
    """Whether a file is code, or holds values of variables."""
    return file.endswith((*CODE, *_VALUES))


def given_files(files: Iterable[str]) -> list[str]:
    """The files of values that are read by themselves, the ones that win last."""
    names = sorted(files, key=basename)
    first = [file for name in _GIVEN for file in names if basename(file) == name]
    return [*first, *(file for file in names if file.endswith(_AUTO))]


def views(files: Iterable[str]) -> list[set[str]]:
    """The files of each program that runs this code.

    OpenTofu leaves out `main.tf` beside `main.tofu`, and Terraform reads no `.tofu`. Where there is
    no such pair, OpenTofu's view holds everything.
    """
    names = set(files)
    tofu = {file for file in names if file.endswith((".tofu", ".tofu.json"))}
    hidden = names & {file.replace(".tofu", ".tf") for file in tofu}
    return [names - hidden, names - tofu] if hidden else [names]


def read_file(file: str, text: str) -> Block:
    """Read a file of code or of values in the syntax of its name; raises NotHclError."""
    if file.endswith(".tfvars.json"):
        return read_values_json(text)
    return read_hcl_json(text) if file.endswith(".json") else read_hcl(text)


def roots(texts: Mapping[str, str]) -> list[str]:
    """Find the folders where Terraform is run: those that no other folder uses as a module."""
    code = {file: text for file, text in texts.items() if is_code(file)}
    folders = {dirname(file) for file in code}
    used = {
        normal(join(dirname(file), source))
        for file, text in code.items()
        for source in _SOURCE.findall(text)
    }
    return sorted(folders - used) or sorted(folders)


def normal(path: str) -> str:
    """Write a path without dots; the folder where one stands is empty."""
    found = normpath(path)
    return "" if found == "." else found
