"""The examples of the rulebook's page: all can be read, and splits give its figures."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.core.rulebook.conditions.functions import FUNCTIONS
from apportion.core.rulebook.inputs.drivers import read_driver
from apportion.core.rulebook.inputs.lookups import read_lookup
from apportion.core.rulebook.read import read_rulebook, rulebook_schema
from apportion.model.findings.finding import failing
from apportion.model.focus import KEY_COLUMNS
from apportion.model.inputs import Lookup
from apportion.usecases.runs.load_rules import named_files
from docs_pages import DOCS, PAGES, ROOT, Block, blocks
from stories import bill_of, csv_bill, delivered, workspace_in

PAGE = DOCS / "reference/rulebook.md"
#: Pages whose YAML is another file than a rulebook.
OTHER_FILES = {DOCS / "how-to/journals.md"}
EXAMPLES = [b for page in PAGES if page not in OTHER_FILES for b in blocks(page, "yaml")]
FILES = {block.title: block.text for block in blocks(PAGE, "csv")}
HEAD = blocks(PAGE, "yaml")[0].text


def sections(text: str) -> dict[str, str]:
    """Split a rulebook at the keys that stand at its left edge."""
    parts = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in parts if ":" in part}


def whole(example: str) -> str:
    """Put the head of the page before an example that leaves it out."""
    return "".join((sections(HEAD) | sections(example)).values())


def said_shares() -> dict[str, dict[str, Decimal]]:
    """Read what the examples say each pool's payers pay."""
    stated = {}
    for block in blocks(PAGE, "yaml"):
        for pool, shares in re.findall(r"- name: (\w+) +# (.*[ -]\d+)$", block.text, re.MULTILINE):
            pairs = (share.strip().rsplit(" ", 1) for share in shares.split(","))
            stated[pool] = {owner: Decimal(amount) for owner, amount in pairs}
    return stated


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 15
    assert len(FILES) > 5


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.place)
def test_an_example_is_a_right_rulebook(block: Block) -> None:
    rulebook, findings = read_rulebook(whole(block.text), name="rulebook.yaml")
    assert [str(finding) for finding in findings] == []
    assert rulebook is not None


@pytest.mark.parametrize("block", blocks(PAGE, "yaml"), ids=lambda block: block.place)
def test_the_files_of_an_example_stand_on_the_page(block: Block) -> None:
    rulebook, _ = read_rulebook(whole(block.text), name="rulebook.yaml")
    assert rulebook is not None
    for role, file, dimension, _place in named_files(rulebook):
        read = (
            read_lookup(FILES[file], name=file, dimension=dimension)
            if role == "lookup"
            else read_driver(FILES[file], name=file)
        )
        assert failing(read[1]) == []
        assert not isinstance(read[0], Lookup) or read[0].dimension == dimension


def test_the_rulebook_of_the_readme_is_read_in_a_minute() -> None:
    (example,) = blocks(ROOT / "README.md", "yaml")
    assert len(example.text.splitlines()) <= 28


def test_every_pool_is_paid_as_the_page_shows(tmp_path: Path) -> None:
    stated = said_shares()
    assert len(stated) > 12
    pools = "".join(
        sections(block.text)["shared"].partition("\n")[2]
        for block in blocks(PAGE, "yaml")
        if "shared" in sections(block.text) and "dimensions" not in sections(block.text)
    )
    workspace = workspace_in(tmp_path, f"{HEAD}\nshared:\n{pools}", FILES)
    workspace.ingest(delivered(tmp_path, csv_bill(bill_of(month(list(stated))))))
    workspace.allocate(["2026-09"])
    paid: dict[str, dict[str, Decimal]] = {}
    review = dict(workspace.review("2026-09"))
    for section, payer in (("shares", "owner"), ("kept", "stays_with")):
        for row in review[section].rows:
            paid.setdefault(str(row["pool"]), {})[str(row[payer])] = Decimal(str(row["cost"]))
    assert paid == stated


def month(pools: list[str]) -> list[dict[str, str]]:
    """The month of the page: what owners spend, and what pools hold."""

    def line(tags: str, service: str, cost: int) -> dict[str, str]:
        return {"day": "2026-09-01", "tags": tags, "service": service, "cost": str(cost)}

    held = dict.fromkeys(pools, 100) | {"credit": -100}
    del held["cluster"]
    return [
        line("CostCenter=FIN-100", "Amazon EC2", 400),
        line("CostCenter=FIN-100", "Amazon S3", 200),
        line("CostCenter=CX", "Amazon Connect", 300),
        line("CostCenter=OPS", "Amazon EC2", 100),
        line("Environment=prod", "cluster", 60),
        line("Environment=dev", "cluster", 40),
        *(line("", pool, cost) for pool, cost in held.items()),
    ]


@pytest.mark.parametrize("method", ["direct", "step-down", "reciprocal"])
def test_the_methods_come_to_what_the_golden_stories_prove(method: str) -> None:
    line = rf"^\| `{method}` \|.*\| ([\d,]+) \| ([\d,]+) \|$"
    pages = (PAGE, DOCS / "explanation/splits.md")
    message, repeated = (re.findall(line, p.read_text("utf-8"), re.MULTILINE)[0] for p in pages)
    assert repeated == message
    story = ROOT / "tests" / "stories" / "golden" / f"textbook_{method.replace('-', '_')}"
    with (story / "expected.csv").open(encoding="utf-8") as file:
        shared = {row["team"]: row["shared"] for row in csv.DictReader(file)}
    assert [amount.replace(",", "") for amount in message] == [
        shared["machining"],
        shared["assembly"],
    ]


def test_every_keyword_function_and_column_is_documented() -> None:
    text = PAGE.read_text("utf-8")
    missing = [name for name in names_in(rulebook_schema()) if name not in text]
    assert missing == []
    assert set(re.findall(r"`(\w+)`", functions_of(text))) == set(FUNCTIONS)
    (columns,) = [block.text.split() for block in blocks(PAGE, "text")]
    assert columns == list(KEY_COLUMNS)


def functions_of(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("| Functions"))


def names_in(schema: object) -> set[str]:
    """List the keys and words of the format."""
    found: set[str] = set()
    if isinstance(schema, dict):
        found |= set(schema.get("properties", {}))
        found |= {str(word) for word in schema.get("enum", [])}
        for inner in schema.values():
            found |= names_in(inner)
    if isinstance(schema, list):
        for inner in schema:
            found |= names_in(inner)
    return found
