"""Several months, one by one: each finding and step names its month."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apportion.model.errors.base import FindingsError
from apportion.model.findings.dimensions import EMPTY_POOL, REJECTED
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.usecases.for_each_month import month_by_month

MONTHS = [Period(2026, month) for month in (7, 8, 10)]
EMPTY = Finding(EMPTY_POOL, "rules.yaml:8:5", "pool tax")


def told(month: Period, say: Callable[[str], None]) -> Outcome:
    say("adding up")
    say(f"proving {month}")
    own = Finding(REJECTED, "rules.yaml:4:3", f"value {month.month}")
    bill = Finding(REJECTED, f"{month} bill azure", "a value")
    return Outcome(("month",), ({"month": str(month)},), (EMPTY, own, bill), ())


def test_findings_and_steps_name_their_months() -> None:
    steps: list[str] = []
    done = month_by_month(MONTHS, told, say=steps.append)
    assert [f"{finding.place}: {finding.subject}" for finding in done.findings] == [
        "2026-07 to 2026-08, 2026-10: rules.yaml:8:5: pool tax",
        "2026-07: rules.yaml:4:3: value 7",
        "2026-07 bill azure: a value",
        "2026-08: rules.yaml:4:3: value 8",
        "2026-08 bill azure: a value",
        "2026-10: rules.yaml:4:3: value 10",
        "2026-10 bill azure: a value",
    ]
    assert steps[:3] == ["2026-07: adding up", "proving 2026-07", "2026-08: adding up"]


def test_a_month_alone_needs_no_name() -> None:
    steps: list[str] = []
    done = month_by_month(MONTHS[:1], told, say=steps.append)
    assert done.findings[0] == EMPTY
    assert steps[0] == "adding up"


def test_a_month_that_fails_shows_which_stand() -> None:
    def fails(month: Period, _say: Callable[[str], None]) -> Outcome:
        if month == MONTHS[2]:
            raise FindingsError([EMPTY])
        return Outcome((), ())

    with pytest.raises(FindingsError) as raised:
        month_by_month(MONTHS, fails, say=lambda _step: None)
    assert raised.value.published == ("2026-07", "2026-08")
    assert raised.value.findings[0].place == "2026-10: rules.yaml:8:5"
