"""A probable mistake is a finding with the money at stake and the probable value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from stories import Line, bill_of, delivered, parquet_bill, workspace_in

HEAD = "apportion: 1\neffective: 2026-01\ncurrency: USD\n"
TEAM = "dimensions:\n  team:\n    from:\n"
BY_TAG = f"{HEAD}{TEAM}      - tag: Team\n"
BY_ACCOUNT = f"{HEAD}{TEAM}      - lookup: accounts.csv\n"
FIRST = {"day": "2026-09-01", "account": "000000000011", "cost": "8"}
SECOND = {"day": "2026-09-20", "account": "000000000012", "cost": "3"}


def told(
    folder: Path, rules: str, lines: Sequence[Line], files: Mapping[str, str] | None = None
) -> list[str]:
    """The findings about values of one month, without those about the bill."""
    workspace = workspace_in(folder, rules, files)
    workspace.ingest(delivered(folder, parquet_bill(bill_of(lines)), name="bill.parquet"))
    return [str(f) for f in workspace.allocate().findings if f.code.number[0] == "D"]


def test_values_that_differ_in_their_spelling_alone(tmp_path: Path) -> None:
    lines = [{**FIRST, "tags": "Team=Retail"}, {**SECOND, "tags": "Team=RETAIL"}]
    (finding,) = told(tmp_path, BY_TAG, [*lines, {**SECOND, "tags": "Team=Ops"}])
    assert finding == (
        "D009 rulebook/rules.yaml:5:3: team 'RETAIL' and 'Retail', expected one spelling, 3.00 "
        "USD. List 'Retail' under `values` of team: then all of them are read as it."
    )
    assert not told(tmp_path / "listed", f"{BY_TAG}    values: [Retail, Ops]\n", lines)


def test_an_account_that_a_lookup_has_no_line_for(tmp_path: Path) -> None:
    accounts = "SubAccountId,team,valid_to\n000000000011,web,2026-09-10\n"
    later = {**FIRST, "day": "2026-09-11", "cost": "5"}
    lines = [FIRST, later, SECOND]
    without, ended = told(tmp_path, BY_ACCOUNT, lines, {"accounts.csv": accounts})
    assert without == (
        "D011 accounts.csv: SubAccountId 000000000012, expected a line for each, found none, 3.00 "
        "USD. Add lines with their team, or give it from a tag."
    )
    assert ended == (
        "D011 accounts.csv: SubAccountId 000000000011, expected a line that holds from 2026-09-11 "
        "to 2026-09-11, found lines for other days, 5.00 USD. Add lines with their team, or give "
        "it from a tag."
    )


def test_an_account_that_another_source_knows_is_no_mistake(tmp_path: Path) -> None:
    accounts = {"accounts.csv": "SubAccountId,team\n000000000011,web\n"}
    tagged = {**SECOND, "tags": "Team=ops"}
    assert not told(tmp_path, f"{BY_ACCOUNT}      - tag: Team\n", [FIRST, tagged], accounts)


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("Tags['Team'] = 'RETAIL'", "Retail"),
        ("ServiceName IN ('amazon elastic compute cloud')", "Amazon Elastic Compute Cloud"),
    ],
)
def test_a_condition_that_misses_the_spelling_of_the_bill(
    tmp_path: Path, where: str, meant: str
) -> None:
    rules = f'{HEAD}{TEAM}      - {{where: "{where}", value: shop}}\n'
    (finding,) = told(tmp_path, rules, [{**FIRST, "tags": "Team=Retail"}])
    assert finding.startswith("D010 rulebook/rules.yaml:7:17: ")
    assert finding.endswith(f"Did you mean {meant}?")


def test_a_text_that_some_charges_have_is_right(tmp_path: Path) -> None:
    rules = f"{HEAD}{TEAM}      - {{where: \"Tags['Team'] = 'RETAIL'\", value: shop}}\n"
    lines = [{**FIRST, "tags": "Team=Retail"}, {**SECOND, "tags": "Team=RETAIL"}]
    assert not told(tmp_path, rules, lines)


def test_a_tag_key_that_the_bill_has_in_another_spelling(tmp_path: Path) -> None:
    rules = f"{HEAD}{TEAM}      - tag: CostCentre\n"
    (finding,) = told(tmp_path, rules, [{**FIRST, "tags": "cost-center=web"}])
    assert finding.endswith("Did you mean cost-center? Charges have it.")
