"""A month is closed: reports stay, and what comes later is an adjustment with its causes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.model.errors.base import FindingsError, NothingThereError
from apportion.model.errors.close import ClosedAlreadyError, NoNameError, NotClosedError
from apportion.model.finance.close import Decision
from apportion.model.outcome import Outcome
from apportion.model.question import Question
from apportion.model.retention import EvidenceKind, Policy
from apportion.model.settings import Settings
from stories import Line, bill_of, csv_bill, delivered, reopened, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
cost: BilledCost
dimensions:
  team:
    from: [{tag: Team}]
    default: unallocated
shared:
  - name: support
    where: ServiceName = 'Support'
    split: {fixed: {a: 50, b: 50}}
"""
MONTH = "2026-09"
A: Line = {"day": "2026-09-01", "tags": "Team=a", "cost": "10", "InvoiceId": "I1"}
B: Line = {"day": "2026-09-02", "tags": "Team=b", "cost": "20", "InvoiceId": "I1"}
SHARED: Line = {"day": "2026-09-02", "service": "Support", "cost": "4", "InvoiceId": "I1"}
OCTOBER = "2026-10-05T08:00:00Z"
LATER = "2026-11-03T08:00:00Z"
VEGA = Decision("R. Vega", "Day 5")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger with September, delivered and allocated in October."""
    workspace_in(tmp_path, RULES)
    workspace = reopened(tmp_path, now=OCTOBER)
    workspace.ingest(delivered(tmp_path, csv_bill(bill_of([A, B, SHARED]))))
    workspace.allocate()
    return tmp_path


def restate(folder: Path, cost: str, *, name: str = "later.csv") -> None:
    """Deliver September again, with another cost of b, and allocate it."""
    workspace = reopened(folder, now=LATER)
    lines = [A, {**B, "cost": cost}, SHARED]
    workspace.ingest(delivered(folder, csv_bill(bill_of(lines)), name=name))
    workspace.allocate()


def totals(folder: Path, *, as_of: str = "") -> dict[str, Decimal]:
    rows = reopened(folder, now=LATER).report(Question(MONTH, as_of=as_of)).rows
    return {str(row["team"]): Decimal(str(row["total"])) for row in rows}


def state(folder: Path) -> dict[str, object]:
    (row,) = reopened(folder, now=LATER).close.status(MONTH).rows
    return dict(row)


def codes(outcome: Outcome) -> set[str]:
    return {finding.code.number for finding in outcome.findings}


def refused(act: Callable[[], Outcome]) -> list[str]:
    with pytest.raises(FindingsError) as stopped:
        act()
    return [finding.code.number for finding in stopped.value.findings]


def test_reports_of_a_closed_month_do_not_change(folder: Path) -> None:
    before = totals(folder)
    workspace = reopened(folder, now=OCTOBER)
    assert state(folder)["state"] == "billed"
    (row,) = workspace.close.close(MONTH, VEGA).rows
    assert (row["approver"], row["note"], row["at"]) == ("R. Vega", "Day 5", OCTOBER)
    assert state(folder)["state"] == "closed"

    restate(folder, "23")
    assert totals(folder) == before
    newest = reopened(folder, now=LATER).history(MONTH).rows[-1]["run"]
    assert totals(folder, as_of=str(newest)) == {"a": 12, "b": 25}
    outcome = reopened(folder, now=LATER).report(Question(MONTH))
    assert codes(outcome) == {"K005"}
    assert str(state(folder)["waits_for"]).startswith("an adjustment: the allocation of")


def test_an_adjustment_names_its_causes_and_reports_stay(folder: Path) -> None:
    before = totals(folder)
    reopened(folder, now=OCTOBER).close.close(MONTH, VEGA)
    restate(folder, "23")
    rules = folder / "rulebook" / "rules.yaml"
    rules.write_text(rules.read_text().replace("{a: 50, b: 50}", "{a: 25, b: 75}"))
    workspace = reopened(folder, now=LATER)
    allocated = workspace.allocate([MONTH])
    assert "K005" in codes(allocated)
    assert {str(row["team"]): row["total"] for row in allocated.rows} == {"a": 11, "b": 26}

    done = workspace.close.adjust(MONTH, Decision("R. Vega", "Restated"))
    moved = {
        row["team"]: (row["restated"], row["rules"], row["change"], row["after"])
        for row in done.rows
    }
    assert moved == {"a": (0, -1, -1, 11), "b": (3, 1, 4, 26)}
    assert "booked" in done.messages[-1]
    assert "in 2026-10." in done.messages[-1]
    assert totals(folder) == before
    found = state(folder)
    assert (found["state"], found["waits_for"]) == ("adjusted", "")
    assert found["run"] != found["booked"]
    again = reopened(folder, now=LATER).close.adjust(MONTH, VEGA)
    assert (again.rows, again.messages) == ((), ("Nothing of 2026-09 has changed since.",))


def test_a_change_below_the_threshold_waits(folder: Path) -> None:
    reopened(folder, now=OCTOBER).close.close(MONTH, VEGA)
    restate(folder, "23")
    workspace = reopened(folder, now=LATER)
    waiting = workspace.close.adjust(MONTH, VEGA, threshold=Decimal("3.01"))
    (finding,) = waiting.findings
    assert (finding.code.number, finding.expected) == ("K006", "at least 3.01 USD")
    assert state(folder)["state"] == "closed"
    workspace.close.adjust(MONTH, VEGA, threshold=Decimal(3))
    assert state(folder)["state"] == "adjusted"


def test_a_reopened_month_shows_its_newest_allocation(folder: Path) -> None:
    reopened(folder, now=OCTOBER).close.close(MONTH, VEGA)
    restate(folder, "23")
    workspace = reopened(folder, now=LATER)
    workspace.close.reopen(MONTH, Decision("R. Vega", "Wrong bill"))
    assert totals(folder) == {"a": 12, "b": 25}
    assert state(folder)["state"] == "billed"
    rows = workspace.close.history(MONTH).rows
    assert [(row["action"], row["note"]) for row in rows] == [
        ("close", "Day 5"),
        ("reopen", "Wrong bill"),
    ]
    with pytest.raises(NotClosedError):
        workspace.close.reopen(MONTH, VEGA)
    with pytest.raises(NotClosedError):
        workspace.close.adjust(MONTH, VEGA)


def test_what_a_month_needs_before_it_is_closed(folder: Path, tmp_path: Path) -> None:
    early = reopened(folder, now="2026-09-30T23:00:00Z")
    assert refused(lambda: early.close.close(MONTH, VEGA)) == ["K001"]
    workspace = reopened(folder, now=LATER)
    lines = [A, {**B, "cost": "23"}, SHARED]
    workspace.ingest(delivered(tmp_path, csv_bill(bill_of(lines)), name="later.csv"))
    assert refused(lambda: workspace.close.close(MONTH, VEGA)) == ["K002"]
    assert str(state(folder)["waits_for"]).startswith("an allocation of the delivery of")
    assert [*workspace.close.history().rows] == []
    with pytest.raises(NoNameError, match="--note"):
        workspace.close.close(MONTH, Decision("R. Vega", " \u200b"))
    with pytest.raises(NothingThereError):
        workspace.close.close("2026-08", VEGA)


def test_two_approvers_close_a_month_once(folder: Path) -> None:
    reopened(folder, now=OCTOBER).close.close(MONTH, VEGA)
    with pytest.raises(ClosedAlreadyError, match=r"by R\. Vega"):
        reopened(folder, now=LATER).close.close(MONTH, Decision("S. Ito", "Day 5"))
    assert len(reopened(folder).close.history().rows) == 1


@pytest.mark.parametrize(
    ("prepared", "codes"), [("", ["K003"]), ("r. vega", ["K003"]), ("S. Ito", [])]
)
def test_two_people_close_a_month_if_that_is_set(
    folder: Path, prepared: str, codes: list[str]
) -> None:
    settings = Settings("", folder / "ledger", folder / "rulebook", folder, two_people=True)
    workspace = Workspace(settings, now=lambda: OCTOBER)
    decision = dataclasses.replace(VEGA, prepared_by=prepared)
    if codes:
        assert refused(lambda: workspace.close.close(MONTH, decision)) == codes
    else:
        assert workspace.close.close(MONTH, decision).rows[0]["prepared_by"] == prepared


def test_a_bill_that_is_not_final_is_a_warning(tmp_path: Path) -> None:
    workspace_in(tmp_path, RULES)
    workspace = reopened(tmp_path, now=OCTOBER)
    lines = [A, {**B, "InvoiceId": ""}]
    workspace.ingest(delivered(tmp_path, csv_bill(bill_of(lines))))
    workspace.allocate()
    found = workspace.close.close(MONTH, VEGA).findings
    assert [each.code.number for each in found] == ["K004", "K008"]
    assert (found[1].expected, found[1].found) == ("one of 2026-09-30", "2026-09-02")
    finding = found[0]
    assert (finding.code.number, finding.subject) == ("K004", "1 line of 2")
    assert (finding.amount, finding.currency) == (20, "USD")


def test_no_expiry_takes_a_closed_month_away(folder: Path) -> None:
    reopened(folder, now=OCTOBER).close.close(MONTH, VEGA)
    before = totals(folder)
    for number, cost in enumerate(("23", "24", "25")):
        restate(folder, cost, name=f"{number}.csv")
    everything = Policy(0, "2027-01-01T00:00:00Z", (), frozenset(EvidenceKind))
    reopened(folder, now=LATER).expiry.expire(everything)
    assert totals(folder) == before
    reopened(folder, now=LATER).prove([MONTH])


def test_the_review_has_the_history_of_the_month(folder: Path) -> None:
    reopened(folder, now=OCTOBER).write_review(MONTH, folder=folder / "before")
    assert "Close of the month" not in (folder / "before" / "review.md").read_text()
    reopened(folder, now=OCTOBER).close.close(MONTH, VEGA)
    reopened(folder, now=LATER).write_review(MONTH, folder=folder / "after")
    written = (folder / "after" / "review.md").read_text()
    assert "## Close of the month" in written
    assert "R. Vega" in written
