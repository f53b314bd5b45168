"""Writes what is generated of the Terraform modules: policies, queries, tables in their READMEs.

Run as a program it writes those files anew: `python tests/support/terraform_files.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

from apportion.core.aws.iam_policies import templates
from apportion.model.iam.roles import Role

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "terraform" / "modules"
_QUERIES = ROOT / "src" / "apportion" / "core" / "reporting" / "everyday_queries"

_GENERATED = re.compile(
    r"(?P<begin><!-- generated: (?P<what>\w+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)

#: Whose policies each module has.
POLICIES = {
    "fargate": (Role.INGEST_TASK,),
    "governance": (Role.TAG_FUNCTION,),
    "pipeline": (Role.INGEST_FUNCTION, Role.REPORT_FUNCTION, Role.SCHEDULE),
    "reader_role": (Role.REPORT_READER, Role.EXPORT_READER, Role.ACCOUNT_SYNC),
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
    return policies | queries | {file: _readme(file) for file in MODULES.glob("*/README.md")}


def written() -> dict[Path, str]:
    """Read every such file that there is."""
    return {
        file: file.read_text("utf-8")
        for pattern in ("*/policies/*", "*/queries/*", "*/README.md")
        for file in MODULES.glob(pattern)
    }


def inputs(module: Path) -> str:
    """Write the table of a module's variables."""
    rows = []
    for name, body in _blocks(module / "variables.tf", "variable"):
        default = re.search(r"^  default\s+= (.+)$", body, re.MULTILINE)
        written = default[1] if default else ""
        shown = "see `variables.tf`" if written.endswith("{") else f"`{written}`"
        rows.append(f"| `{name}` | {_told(body)} | {shown if written else '**required**'} |")
    return "\n".join(["| Input | Description | Default |", "|---|---|---|", *rows])


def outputs(module: Path) -> str:
    """Write the table of a module's outputs."""
    blocks = _blocks(module / "outputs.tf", "output")
    rows = [f"| `{name}` | {_told(body)} |" for name, body in blocks]
    return "\n".join(["| Output | Description |", "|---|---|", *rows])


def _readme(file: Path) -> str:
    tables = {"inputs": inputs(file.parent), "outputs": outputs(file.parent)}
    return _GENERATED.sub(
        lambda m: f"{m['begin']}\n{tables[m['what']]}\n\n{m['end']}", file.read_text("utf-8")
    )


def _blocks(file: Path, kind: str) -> list[tuple[str, str]]:
    text = file.read_text("utf-8")
    found = re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}', text, re.MULTILINE | re.DOTALL)
    assert len(found) == text.count(f'\n{kind} "') + text.startswith(f'{kind} "')
    return found


def _told(body: str) -> str:
    (description,) = re.findall(r'^  description = "(.*)"$', body, re.MULTILINE)
    return str(description).replace("|", r"\|")


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
