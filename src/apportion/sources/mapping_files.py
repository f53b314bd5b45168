"""The mapping files of the package, as text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


@cache
def mapping_text(name: str) -> str:
    """Read a mapping file by its format, after the file that it `extends`.

    The result is one YAML document for each file; each changes the ones before it.
    """
    path = files("apportion").joinpath("sources", "mappings", f"{name}.yaml")
    text = path.read_text("utf-8")
    extended = yaml.safe_load(text).get("extends")
    return f"{mapping_text(extended)}---\n{text}" if extended else text
