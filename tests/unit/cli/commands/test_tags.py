"""The commands about tags, as a user types them, on the bills of the demo organisation."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import open_workspace
from apportion.cli.commands.init import starter
from apportion.usecases.tags.coverage import CoverageQuery
from cloudtrail_records import record
from larkmoor import Typed, copied


@pytest.fixture
def typed(larkmoor: Path) -> Typed:
    return Typed(larkmoor)


@pytest.fixture
def own(larkmoor: Path, tmp_path: Path) -> Typed:
    """A copy whose rules and policy may be changed."""
    return Typed(copied(larkmoor, tmp_path))


def planted(folder: Path, name: str) -> Decimal:
    """The money that the generator says hangs on a defect in September."""
    rows = json.loads((folder / "bills" / "defects.json").read_text())
    found = [r["effective"] for r in rows if (r["name"], r["period"]) == (name, "2026-09")]
    return Decimal(found[0])


def money(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("defect", "fault"),
    [
        ("tag key variant", "T022"),
        ("misspelt value", "T024"),
        ("unknown value", "T023"),
        ("missing tag", "T021"),
    ],
)
def test_coverage_names_each_planted_defect_with_its_money(
    larkmoor: Path, defect: str, fault: str
) -> None:
    workspace = open_workspace(larkmoor, now=lambda: "2026-11-02T08:00:00Z")
    found = [
        finding
        for finding in workspace.tags.coverage(CoverageQuery("2026-09")).findings
        if finding.code.number == fault and finding.subject.startswith("CostCenter ")
    ]
    assert [finding.amount for finding in found] == [planted(larkmoor, defect)]


def test_projects_with_several_owners_are_the_planted_ones(typed: Typed) -> None:
    rows = typed("tags", "suggest", "--period", "2026-09", "-o", "json").rows
    found = [row for row in rows if row["about"] == "project with several owners"]
    assert {(row["project"], row["found"], row["environments"]) for row in found} == {
        ("recommendations", "MKT-500", "dev"),
        ("delivery", "ECOM-200", "dev"),
        ("catalogue", "STO-400", "staging"),
    }
    total = sum(money(row["cost"]) for row in found)
    assert total == planted(typed.folder, "inconsistent project")
    assert typed.err.count("project ") >= 3


def test_spellings_add_up_to_what_was_planted(typed: Typed) -> None:
    rows = typed("tags", "suggest", "-o", "json").rows
    spelt = [r for r in rows if (r["about"], r["key"]) == ("value spelt otherwise", "CostCenter")]
    assert sum(money(r["cost"]) for r in spelt) == planted(typed.folder, "misspelt value")
    unknown = {r["found"]: r["meant"] for r in rows if r["about"] == "unknown value"}
    # A letter O for a zero is a slip; FIN-110 may be another cost centre, and TBD is none.
    assert unknown == {"ECOM-2OO": "ECOM-200", "FIN-110": "", "TBD": "", "n/a": "", "changeme": ""}


def test_groups_add_up_to_the_bill_and_to_each_other(typed: Typed) -> None:
    owners = typed("report", "--period", "2026-09", "-o", "json").rows
    whole = sum(money(row["total"]) for row in owners)
    for by in ("owner", "account", "service", "environment", "region", "account,service"):
        rows = typed("tags", "coverage", "--by", by, "-o", "json").rows
        assert sum(money(row["spend"]) for row in rows) == whole
        for row in rows:
            parts = sum(money(row[state]) for state in ("valid", "wrong", "missing", "exempt"))
            assert parts == money(row["taggable"])
            assert row["resources"] >= 0


def test_over_time_each_month_stands_beside_the_one_before(typed: Typed) -> None:
    first, second = typed("tags", "coverage", "--by", "month", "-o", "json").rows
    assert (first["month"], second["month"]) == ("2026-08", "2026-09")
    assert first["before_share"] is None
    assert second["before_share"] == first["valid_share"]
    assert money(second["valid_share"]) == Decimal("0.528339")
    assert f"52.83 % of {money(second['taggable']):,.2f} USD that can carry tags has" in typed.err
    assert "crawl is 80 %, walk is 90 %, run is 95 %" in typed.err


def test_compliance_of_each_cost_centre_as_a_file(typed: Typed, tmp_path: Path) -> None:
    to = tmp_path / "compliance.csv"
    assert typed("tags", "coverage", "--by", "owner", "--to", str(to)).code == 0
    rows = {row["owner"]: row for row in csv.DictReader(to.open())}
    assert rows["SECURITY"]["reached"] == "below"
    assert Decimal(rows["unallocated"]["valid_share"]) == 0
    assert Decimal(rows["DATA"]["before_share"]) > Decimal("0.5")


def test_too_little_tagged_spend_fails_with_fail_under(typed: Typed) -> None:
    assert typed("tags", "coverage", "--fail-under", "52.5").code == 0
    assert typed("tags", "coverage", "--fail-under", "90 %").code == 1
    assert "T020 Tag coverage is below the target" in typed.err
    assert "expected 90 % or more, found 52.83 %, 106,539.46 USD" in typed.err


@pytest.mark.parametrize("percent", ["nine", "101", "-1"])
def test_a_percentage_is_one(typed: Typed, percent: str) -> None:
    assert typed("tags", "coverage", "--fail-under", percent).code == 2


def test_an_unknown_group_is_wrong_use(typed: Typed) -> None:
    assert typed("tags", "coverage", "--by", "acount").code == 2
    assert "Did you mean account?" in typed.err


def test_a_table_for_people_has_no_total_over_months(typed: Typed) -> None:
    assert "total" not in typed("tags", "coverage", "--by", "month").out
    assert re.search("^total", typed("tags", "coverage").out, re.MULTILINE)


def test_untagged_resources_come_by_cost_with_whom_to_ask(typed: Typed) -> None:
    rows = typed("tags", "untagged", "--limit", "0", "-o", "json").rows
    costs = [money(row["cost"]) for row in rows]
    assert costs == sorted(costs, reverse=True)
    assert round(sum(costs), 2) == Decimal("106539.46")  # what coverage lacks
    first = rows[0]
    assert (first["owner"], first["problem"], first["made"]) == (
        "CX-600", "CostCenter missing", "by code",
    )  # fmt: skip
    assert first["because"] == "2 of 2 resources of project calls"
    assert first["message"].endswith("Please set CostCenter = CX-600, or name its owner.")
    by_its_name = next(row for row in rows if "warehouse-bi-prod-007" in row["resource"])
    assert by_its_name["because"] == "3 of 3 resources named warehouse-bi-prod in this account"
    assert {row["owner"] for row in rows if row["account"] == "sandbox"} == {""}
    assert any(row["because"] == "its tag costcenter" for row in rows)


def test_the_rules_differ_where_an_account_changed_hands(typed: Typed) -> None:
    rows = typed("tags", "untagged", "--limit", "0", "-o", "json").rows
    loyalty = [
        row for row in rows if row["account"] == "loyalty-prod" and "missing" in row["problem"]
    ]
    assert any("but accounts.csv names the account: ECOM-200" in row["because"] for row in loyalty)


def test_who_made_a_resource_is_reported_where_events_know(own: Typed) -> None:
    first = own("tags", "untagged", "--limit", "1", "-o", "json").rows[0]
    events = own.folder / "events.json"
    answered = {"arn": first["resource"]}
    made = record("connect", "CreateInstance", {}, responseElements=answered)
    events.write_text(json.dumps(made))
    row = own("tags", "untagged", "--limit", "1", "--events", str(events), "-o", "json").rows[0]
    assert row["creator"] == "ann@example.com"
    assert "ann@example.com made it." in row["message"]


def test_what_was_made_by_hand_stands_apart(typed: Typed) -> None:
    rows = typed("tags", "untagged", "--limit", "0", "--only-manual", "-o", "json").rows
    assert {row["made"] for row in rows} == {"by hand"}
    assert len(rows) == 126
    cost = f"{sum(money(row['cost']) for row in rows):,.2f}"
    typed("tags", "untagged", "--limit", "1")
    result = f"126 of them, {cost} USD, are made by hand (not ManagedBy = terraform)"
    assert result in typed.err
    assert "The 1 that cost most are shown; --limit 0 shows all." in typed.err


def test_sentences_to_send_come_alone(typed: Typed) -> None:
    out = typed("tags", "untagged", "--limit", "2", "--messages").out
    assert out.startswith("CX-600: arn:aws:connect:")
    assert len(out.splitlines()) == 2


def test_an_alias_that_is_accepted_changes_one_line_and_comments_stay(own: Typed) -> None:
    rulebook = own.folder / "rulebook" / "2026-07.yaml"
    before = rulebook.read_text()
    row = next(r for r in own("tags", "suggest", "-o", "json").rows if r["id"])
    assert (row["found"], row["accept"]) == ("ECOM-2OO", "rulebook")
    assert own("tags", "suggest", "--accept", row["id"]).code == 0
    assert rulebook.read_text() == before.replace('"online shop"]', '"online shop", "ECOM-2OO"]')
    assert own("rules", "check").code == 0
    assert own("tags", "suggest", "--accept", "000000").code == 2


def test_a_key_that_no_one_knows_is_accepted_into_policy_and_rulebook(own: Typed) -> None:
    policy = own.folder / "tags.yaml"
    written = policy.read_text().replace("CostCenter", "CostUnit")
    policy.write_text(written)
    row = next(r for r in own("tags", "suggest", "-o", "json").rows if r["about"] == "unknown key")
    assert (row["found"], row["meant"]) == ("cost_center", "CostUnit")
    assert own("tags", "suggest", "--accept", row["id"]).code == 0
    assert 'aliases: ["cost_center"]' in policy.read_text()
    assert own("tags", "check-policy").code == 0


def test_the_policy_is_shown_written_and_described(own: Typed) -> None:
    assert own("tags", "check-policy").code == 0
    assert "The tag policy is right." in own.err
    shown = json.loads(own("tags", "show", "-o", "json").out)
    assert shown["keys"][0]["values"]["dimension"] == "cost_center"
    assert "## CostCenter" in own("tags", "docs").out
    assert json.loads(own("tags", "schema").out)["title"] == "Apportion tag policy"


def test_a_wrong_policy_ends_with_its_findings(own: Typed) -> None:
    policy = own.folder / "tags.yaml"
    policy.write_text(policy.read_text().replace("dimension: cost_center", "dimension: center"))
    assert own("tags", "check-policy").code == 1
    assert "tags.yaml:12:25" in own.err
    assert own("tags", "coverage").code == 1
    policy.unlink()
    assert own("tags", "coverage").code == 1
    assert "T014 No tag policy" in own.err


def test_an_expired_exemption_is_reported_and_not_in_force(own: Typed) -> None:
    policy = own.folder / "tags.yaml"
    policy.write_text(policy.read_text().replace("2027-03-31", "2026-01-31"))
    rows = own("tags", "coverage", "-o", "json").rows
    assert "T008 Exemption has expired" in own.err
    assert sum(money(row["exempt"]) for row in rows) == 0


def test_the_starter_runs(tmp_path: Path) -> None:
    typed = Typed(tmp_path)
    assert typed("init").code == 0
    assert (tmp_path / "tags.yaml").read_bytes() == starter()["tags.yaml"]
    assert typed("tags", "check-policy").code == 0
    assert "warning" not in typed.err


@pytest.mark.parametrize("command", ["coverage", "untagged", "suggest"])
def test_without_an_allocation_the_remedy_is_reported(tmp_path: Path, command: str) -> None:
    typed = Typed(tmp_path)
    typed("init")
    assert typed("tags", command).code == 2
    assert "Run `apportion allocate` first." in typed.err
