"""Writes what the Terraform modules take from the program: policies, queries, columns.

Run as a program it writes those files anew: `python tests/policy_files.py`.
"""

from __future__ import annotations

from pathlib import Path

from apportion.core.policies import templates
from apportion.model.permissions import Role

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "terraform" / "modules"
_QUERIES = ROOT / "src" / "apportion" / "core" / "queries"

#: Whose policies each module has.
POLICIES = {
    "pipeline": (Role.INGEST_FUNCTION, Role.REPORT_FUNCTION, Role.SCHEDULE),
    "reader_role": (Role.REPORT_READER, Role.EXPORT_READER),
}


def wanted() -> dict[Path, str]:
    """Make the content of every such file."""
    policies = {
        MODULES / module / "policies" / name: text
        for module, roles in POLICIES.items()
        for role in roles
        for name, text in templates(role).items()
    }
    queries = {
        MODULES / "pipeline" / "queries" / file.name: file.read_text("utf-8")
        for file in _QUERIES.glob("*.sql")
    }
    return policies | queries


def written() -> dict[Path, str]:
    """Read every such file that there is."""
    return {
        file: file.read_text("utf-8")
        for folder in ("policies", "queries")
        for file in MODULES.glob(f"*/{folder}/*")
    }


def main() -> None:
    """Write the files, and remove those that are no more."""
    files = wanted()
    for file in set(written()) - set(files):
        file.unlink()
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
