"""Deliveries of which little can be learned: first hours, bills by day or hour, wrong clocks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from apportion.model.outcome import Outcome
from apportion.model.question import Question
from late_bills import FIFTH, MADE, TEAMS, deliver_at, lines_at
from stories import Line, reopened, workspace_in

CHARGES: tuple[Line, ...] = ({"tags": "Team=a", "cost": "10"},)


def estimated(
    folder: Path, made: Sequence[str], *, now: str = "2026-09-06T00:00:00Z", hour: str = ""
) -> Outcome:
    """The estimates after deliveries; with an hour, each charge is of this hour of its day."""
    workspace_in(folder, TEAMS)
    for moment in made:
        lines = lines_at(moment, first="2026-09-01", days=30, charges=CHARGES)
        if hour:
            lines = [{**each, "ChargePeriodStart": f"{each['day']}T{hour}Z"} for each in lines]
        deliver_at(folder, lines, moment)
    reopened(folder, now=now).allocate(["2026-09"])
    return reopened(folder, now=now).nowcast.estimate(Question("2026-09"))


def test_the_first_hours_of_a_month_are_shown_as_billed(tmp_path: Path) -> None:
    found = estimated(tmp_path, ["2026-09-01T19:00:00Z", "2026-09-02T01:00:00Z"])
    (finding,) = found.findings
    assert finding.code.number == "N001"
    assert finding.remedy == "Ingest every delivery of the export, for example once a day."
    assert [(row["billed"], row["expected"]) for row in found.rows] == [(4, 4)]
    assert [row["complete_share"] for row in found.rows] == [None]


def test_a_bill_by_hour_is_estimated_like_one_by_day(tmp_path: Path) -> None:
    by_day = estimated(tmp_path / "days", (*MADE, FIFTH))
    by_hour = estimated(tmp_path / "hours", (*MADE, FIFTH), hour="05:00:00")
    assert by_day.rows == by_hour.rows
    assert by_day.rows[-1]["expected"] != by_day.rows[-1]["billed"]


def test_a_clock_that_is_behind_is_a_finding_that_names_it(tmp_path: Path) -> None:
    workspace_in(tmp_path, TEAMS)
    lines = lines_at(FIFTH, first="2026-09-01", days=30, charges=CHARGES)
    deliver_at(tmp_path, lines, FIFTH, now="2026-09-02T00:00:00Z")
    reopened(tmp_path).allocate(["2026-09"])
    first, *_ = reopened(tmp_path).nowcast.estimate(Question("2026-09")).findings
    assert first.code.number == "N003"
    assert "check the clock" in first.remedy


def test_a_delivery_from_the_future_counts_from_when_it_was_ingested(tmp_path: Path) -> None:
    workspace_in(tmp_path, TEAMS)
    lines = lines_at(FIFTH, first="2026-09-01", days=30, charges=CHARGES)
    deliver_at(tmp_path, lines, "2027-01-01T00:00:00Z", now=FIFTH)
    reopened(tmp_path, now=FIFTH).allocate(["2026-09"])
    found = reopened(tmp_path, now=FIFTH).nowcast.estimate(Question("2026-09"))
    assert "the deliveries up to 2026-09-05 00:00 UTC" in found.messages[0]
    assert sum(Decimal(str(row["billed"])) for row in found.rows) == 34
