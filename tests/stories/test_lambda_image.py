"""The image installs what the lock has, by its hashes, and nothing runs as root."""

from __future__ import annotations

import json
from pathlib import Path
from runpy import run_path

import pytest

ROOT = Path(__file__).parents[2]
needed = run_path(str(ROOT / "docker" / "lambda" / "locked.py"))["needed"]
LOCK = """# made by a tool
boto3==1.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via apportion
pyyaml==6.0 ; python_version < "4" \\
    --hash=sha256:cc
pytest==9.0 \\
    --hash=sha256:dd
"""


def report(*names: str) -> str:
    return json.dumps({"install": [{"metadata": {"name": name}} for name in names]})


def test_what_is_needed_comes_with_its_hashes_and_nothing_else() -> None:
    assert needed(report("PyYAML", "boto3", "apportion"), LOCK) == (
        "boto3==1.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        'pyyaml==6.0 ; python_version < "4" \\\n    --hash=sha256:cc\n'
    )


def test_what_the_lock_lacks_stops_the_build() -> None:
    with pytest.raises(KeyError, match="unlocked"):
        needed(report("unlocked"), LOCK)


def test_the_project_s_own_lock_has_hashes_for_what_the_image_needs() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for name in ("boto3", "duckdb", "pyarrow", "pyiceberg", "pyyaml"):
        assert "--hash=sha256:" in needed(report(name), lock)


def test_nothing_runs_as_root_and_every_file_is_compared() -> None:
    lines = (ROOT / "docker" / "lambda" / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER 1000:1000" in lines
    assert any("--require-hashes" in line for line in lines)
