"""Whatever is written into names, tags and files: nothing runs, nothing is lost, nothing strays."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from apportion.model.formulas import FORMULA_STARTS
from apportion.model.outcome import Outcome
from apportion.model.question import Question
from apportion.model.tags.tag_keys import normalise
from apportion.reports.csv import CsvReport
from apportion.reports.json import JsonReport
from apportion.reports.parquet import ParquetReport
from stories import bill_of, csv_bill, delivered, parquet_bill, workspace_in

PERIOD = "2026-09"

#: Texts that mean something to somebody: SQL, JSON, shells, spreadsheets, templates, terminals.
TEXTS = (
    "'; DROP TABLE costs; --",
    "' OR '1'='1",
    "a'b",
    'a"b',
    '"; DROP VIEW keys; --',
    "$$; DROP TABLE keys; $$",
    "/* not a comment */",
    "-- not a comment",
    "?1 $1 :name {name} {} {0}",
    "back\\slash \\' \\n \\u0041 \\",
    "%s %(x)s %n %d 100%",
    "_%_",
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}",
    "__proto__",
    "constructor",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "/absolute/path",
    "C:\\x",
    "file:///etc/passwd",
    "s3://bucket/key?x=1&y=2",
    "~root",
    "$(touch hacked) `touch hacked` | touch hacked",
    "; touch hacked",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "\t=1+1",
    "\uff1d1+1",  # a full-width equals sign
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&amp; &lt; &#0;",
    '{"a": [1, "b"]}',
    "[1, 2]",
    "null",
    "None",
    "nan",
    "NaN",
    "Infinity",
    "true",
    "0",
    "00012",
    "1e10",
    "0x1F",
    "2026-09-01",
    "a,b",
    "a;b",
    "a=b",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\x01\x02\x1f\x7f",
    "\x1b[2J\x1b[31mred",
    "\x08\x08\x08",
    "\u202eright to left",
    "\u200b",
    "\ufeffmark",
    "e\u0301",
    "\u00e1",
    "\U0001f4a9 emoji \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "日本語",
    "ß ẞ \u0130 \u0131 \u017f",
    "\uffff",
    "(shared)",
    "unallocated'",
    "select",
    "keys",
    "#raw",
    "x" * 10_000,
)
#: Texts that are read otherwise: without characters that have no width, and without the blanks
#: around them; what a CSV writes for NULL is empty.
READ_AS: dict[str, str | None] = {
    "\t=1+1": "=1+1",
    "\u202eright to left": "right to left",
    "\u200b": None,
    "e\u0301": "\u00e9",  # an accent in one piece
    "\ufeffmark": "mark",
    "\U0001f4a9 emoji \U0001f468\u200d\U0001f469\u200d\U0001f467": (
        "\U0001f4a9 emoji \U0001f468\U0001f469\U0001f467"
    ),
    **dict.fromkeys(("null", "None", "nan", "NaN")),
}
#: In a tag, which is JSON, a word is a word.
TAGGED = {text: READ_AS[text] for text in READ_AS if not text.isalpha()}
KEYS = (
    *("a/b~c", "a~0b~1c", "a.b[0]", "$.a", "$['x']", "[*]", "*", 'qu"ote', "ap'ostrophe", "a\\b"),
    *("../key", "key with space", "__proto__", "constructor", "%s", "{{key}}", "=key", "@key"),
    *("\u202ehidden", "\U0001f511", "aws:x", "0", "00", "null", "k" * 500, "a\nkey"),
)

Line = dict[str, str]


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Outcome, Path]]:
    """A bill whose every line carries one of the texts wherever a text can stand, allocated."""
    folder = tmp_path_factory.mktemp("hostile") / "outer" / "inner"
    rules = {
        "apportion": 1,
        "effective": "2026-01",
        "currency": "USD",
        "dimensions": {"team": {"from": [{"tag": "Team"}]}},
    }
    workspace = workspace_in(folder, yaml(rules))
    charges = bill_of([everywhere(number) for number in range(len(TEXTS))])
    for charge, text in zip(charges, TEXTS, strict=True):
        charge["Tags"] = json.dumps({"Team": text, text: text, "": text})
    before = outside(folder)
    workspace.ingest(delivered(folder, csv_bill(charges)))
    workspace.allocate()
    yield workspace.report(Question(PERIOD, by=("team", "SubAccountName", "ServiceName"))), folder
    assert outside(folder) == before


def test_every_text_comes_back_as_it_was(owned: tuple[Outcome, Path]) -> None:
    outcome, _ = owned
    found = {row["total"]: row for row in outcome.rows}
    assert len(outcome.rows) == len(found) == len(TEXTS)
    assert set(READ_AS) < set(TEXTS)
    for number, text in enumerate(TEXTS):
        row = found[Decimal(number + 1) / 8]
        read = READ_AS.get(text, text)
        assert (row["SubAccountName"], row["ServiceName"]) == (read, read)
        assert row["team"] == (TAGGED.get(text, text.strip(" ")) or "unallocated")


def test_json_and_parquet_hold_the_same_texts(owned: tuple[Outcome, Path]) -> None:
    outcome, _ = owned
    wanted = sorted((row["SubAccountName"] for row in outcome.rows), key=str)
    rows = json.loads(JsonReport().write(outcome.rows, outcome.columns))
    assert sorted((row["SubAccountName"] for row in rows), key=str) == wanted
    table = pq.read_table(io.BytesIO(ParquetReport().write(outcome.rows, outcome.columns)))
    assert sorted(table["SubAccountName"].to_pylist(), key=str) == wanted


def test_no_spreadsheet_runs_the_csv(owned: tuple[Outcome, Path]) -> None:
    outcome, _ = owned
    written = CsvReport().write(outcome.rows, outcome.columns).decode()
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert len(rows) == len(TEXTS)
    protected = 0
    for row, known in zip(rows, outcome.rows, strict=True):
        for name in ("team", "SubAccountName", "ServiceName"):
            text, cell = known[name] or "", row[name]
            assert cell in {text, f"'{text}"}
            assert not cell.lstrip(" ").startswith(FORMULA_STARTS)
            protected += cell != text
        assert Decimal(row["total"]) == known["total"]
    assert protected > 10


def test_a_column_that_every_line_fills_is_neither_code_nor_a_path(
    owned: tuple[Outcome, Path],
) -> None:
    _, folder = owned
    assert not [path for path in folder.rglob("*") if "hacked" in path.name]
    assert not [path for path in folder.rglob("*") if path.is_symlink()]


def test_tag_keys_of_any_kind(tmp_path: Path) -> None:
    """Each key is selected by name; slashes, tildes, dots and brackets in it mean nothing."""
    assert len({normalise(key) for key in KEYS}) == len(KEYS)
    rules = {
        "apportion": 1,
        "effective": "2026-01",
        "currency": "USD",
        "dimensions": {"team": {"from": [{"tag": key} for key in KEYS]}},
    }
    workspace = workspace_in(tmp_path, yaml(rules))
    charges = bill_of([{"day": "2026-09-01", "cost": str(n + 1)} for n in range(len(KEYS))])
    for number, (charge, key) in enumerate(zip(charges, KEYS, strict=True)):
        charge["Tags"] = json.dumps({key: f"owner {number}", "": "nobody", "other": "nobody"})
    for content, name in ((csv_bill(charges), "bill.csv"), (parquet_bill(charges), "b.parquet")):
        workspace.ingest(delivered(tmp_path / name, content, name=name))
        workspace.allocate()
        rows = workspace.report(Question(PERIOD)).rows
        assert {row["team"]: row["total"] for row in rows} == {
            f"owner {number}": Decimal(number + 1) for number in range(len(KEYS))
        }


def test_owners_pools_lookups_and_drivers_with_any_name(tmp_path: Path) -> None:
    """In the rulebook and beside it: an owner for each text, a pool for each, its condition SQL."""
    texts = [text for text in TEXTS if text == text.strip() and usable(text)]
    assert len(texts) > 40
    rules = {
        "apportion": 1,
        "effective": "2026-01",
        "currency": "USD",
        "dimensions": {"team": {"from": [{"lookup": "owners.csv"}]}},
        "shared": [
            {
                "name": f"pool {text}",
                "where": f"ResourceId = {literal(text)}",
                "split": {"usage": "users.csv"} if number % 2 else {"fixed": {text: 100}},
            }
            for number, text in enumerate(texts)
        ],
    }
    lookup = rows_of(["SubAccountName", "team"], [[text, text] for text in texts])
    users = rows_of(["owner", "number"], [[text, "1"] for text in texts])
    files = {"owners.csv": lookup, "users.csv": users}
    workspace = workspace_in(tmp_path, yaml(rules), files)
    lines = [
        {"day": "2026-09-01", "cost": "1", "SubAccountName": text, "ResourceId": "own"}
        for text in texts
    ] + [
        {"day": "2026-09-01", "cost": str(len(texts)), "service": "shared", "ResourceId": text}
        for text in texts
    ]
    workspace.ingest(delivered(tmp_path, parquet_bill(bill_of(lines)), name="bill.parquet"))
    workspace.allocate()
    rows = workspace.report(Question(PERIOD)).rows
    used = sum(1 for number in range(len(texts)) if number % 2)
    assert {row["team"]: row["total"] for row in rows} == {
        TAGGED.get(text, text): Decimal(1 + used + (0 if number % 2 else len(texts)))
        for number, text in enumerate(texts)
    }
    assert not workspace.prove().findings


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "/tmp/x",
        "a/b",
        "..",
        "'; DROP TABLE costs; --",
        "%2e%2e%2f",
        "a=b",
        "\U0001f4a9\u202e\n",
        "b" * 300,
    ],
    ids=ascii,
)
def test_bills_with_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "outer" / "inner"
    workspace = workspace_in(folder, RULES)
    bill = delivered(folder, parquet_bill(bill_of(TWO)), name="bill.parquet")
    before = outside(folder)
    workspace.ingest(bill, bill=name)
    workspace.allocate()
    assert [row["bill"] for row in workspace.held().rows] == [name]
    assert workspace.ingest(bill, bill=name).rows[0]["status"] == "unchanged"
    assert {row["team"]: row["total"] for row in workspace.report(Question(PERIOD)).rows} == {
        "a": Decimal(1),
        "b": Decimal(2),
    }
    assert outside(folder) == before


@pytest.mark.parametrize(
    "name",
    [
        "a'b [1]*?{x}.csv",
        "$(touch hacked).csv",
        "%s%n.csv",
        "-rf.csv",
        "=cmd|' C calc'!A0.csv",
        "\U0001f4a9\u202e\x1b[2J\n.csv",
        "day=2026-01-01.csv",
    ],
    ids=ascii,
)
def test_files_with_any_name(tmp_path: Path, name: str) -> None:
    workspace = workspace_in(tmp_path, RULES)
    taken = workspace.ingest(delivered(tmp_path, csv_bill(bill_of(TWO)), name=name))
    assert [row["lines"] for row in taken.rows] == [2]
    workspace.allocate()
    assert {row["total"] for row in workspace.report(Question(PERIOD)).rows} == {1, 2}
    assert not list(tmp_path.rglob("hacked*"))


RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
"""
TWO = (
    {"day": "2026-09-01", "tags": "Team=a", "cost": "1"},
    {"day": "2026-09-02", "tags": "Team=b", "cost": "2"},
)


def everywhere(number: int) -> Line:
    """A line that has a text in every column that describes it; its cost identifies it."""
    text = TEXTS[number]
    names = ("SubAccountName", "ServiceName", "ResourceId", "ResourceName", "ChargeDescription")
    more = ("RegionName", "SkuMeter", "InvoiceId", "x_Own", "SubAccountId", "ServiceCategory")
    return {
        "day": "2026-09-01",
        "cost": str(Decimal(number + 1) / 8),
        **dict.fromkeys((*names, *more), text),
    }


def yaml(rules: Mapping[str, Any]) -> str:
    """JSON is YAML, with signs beyond the first plane as they are."""
    return json.dumps(rules, ensure_ascii=False)


def usable(text: str) -> bool:
    """Whether a text can be the name of an owner in files that people write: printable, short."""
    return text.isprintable() and len(text) < 100 and text != "null"


def literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def rows_of(header: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    return text.getvalue()


def outside(folder: Path) -> Mapping[str, Any]:
    """All files around a workspace that it must not touch, with their hashes."""
    return {
        str(path): sha256(path.read_bytes()).hexdigest()
        for path in folder.parent.parent.rglob("*")
        if path.is_file() and folder not in path.parents
    }
