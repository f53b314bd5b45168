"""The months in which a rulebook is in force, and months without numbers in a driver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding
from apportion.model.inputs import Driver
from apportion.model.period import Period
from apportion.model.rulebook import Rulebook
from apportion.model.wording import join_words


def months_in_force(
    rulebook: Rulebook, rulebooks: Iterable[Rulebook], *, today: date
) -> list[Period]:
    """List the past months in which a rulebook is in force; at least its first one."""
    ends = min((r.effective for r in rulebooks if r.effective > rulebook.effective), default=None)
    months = [rulebook.effective]
    while (month := months[-1].next) < Period.of(today) and (ends is None or month < ends):
        months.append(month)
    return months


def months_missing(driver: Driver, months: Sequence[Period]) -> Iterator[Finding]:
    """Find the months without a line in a driver."""
    if any(row.day is None and not row.month for row in driver.rows):
        return  # a line without a day or month holds for all of them
    named = {str(Period.of(row.day)) if row.day else row.month for row in driver.rows}
    missing = [month for month in months if str(month) not in named]
    if missing:
        yield Finding(
            rules.MONTHS_MISSING,
            driver.name,
            "the driver's months",
            f"numbers for {_spans(months)}",
            f"none for {_spans(missing)}",
            "Update the driver.",
        )


def _spans(months: Iterable[Period]) -> str:
    """Write months in a sentence, those that follow each other as `2026-07 to 2026-09`."""
    spans: list[list[Period]] = []
    for month in months:
        if spans and spans[-1][-1].next == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return join_words(
        [" to ".join(dict.fromkeys(map(str, (s[0], s[-1])))) for s in spans], last="and"
    )
