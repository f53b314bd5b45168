"""Whether a month that has ended is final is answered in money."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.model.question import Question
from late_bills import TEAMS, deliver_at, lines_at
from stories import Line, reopened, workspace_in

CHARGES: tuple[Line, ...] = ({"tags": "Team=a", "cost": "10"},)
TAX: Line = {"day": "2026-09-01", "tags": "Team=a", "category": "Tax", "cost": "2"}
#: Two days before the month ends, and until all its days are complete.
MADE = (
    *("2026-09-28T00:00:00Z", "2026-09-28T12:00:00Z", "2026-09-29T00:00:00Z"),
    *("2026-09-29T12:00:00Z", "2026-09-30T00:00:00Z", "2026-09-30T12:00:00Z"),
    *("2026-10-01T00:00:00Z", "2026-10-02T12:00:00Z"),
)


def answers(folder: Path, count: int, *more: Line) -> list[str]:
    """What `nowcast` says about the month after so many deliveries."""
    workspace_in(folder, TEAMS)
    for made in MADE[:count]:
        lines = lines_at(made, first="2026-09-01", days=30, charges=CHARGES)
        deliver_at(folder, [*lines, *more], made)
    workspace = reopened(folder, now="2026-10-03T00:00:00Z")
    workspace.allocate(["2026-09"])
    return [
        each
        for each in workspace.nowcast.estimate(Question("2026-09")).messages
        if "final" in each or "change" in each
    ]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (6, []),
        (7, ["2026-09 is not final: a change of +"]),
        (8, ["2026-09: by past deliveries, no change in USD is expected any more."]),
    ],
)
def test_a_month_that_has_ended_says_how_much_is_still_expected(
    tmp_path: Path, count: int, expected: list[str]
) -> None:
    found = [each for each in answers(tmp_path, count) if not each.startswith("Days up to")]
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True))


def test_what_is_not_known_of_a_month_is_said_in_money(tmp_path: Path) -> None:
    found = answers(tmp_path, 7, TAX)
    assert found[-1].startswith("Whether 2026-09 is final is not known of 2.00 USD")
