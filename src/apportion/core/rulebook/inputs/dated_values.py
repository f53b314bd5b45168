"""Move the dates of lookups and accounts from one month to another.

A comparison of two months labels the later bill as the earlier month did: a value that began on
15 August begins on 15 September, and what began after August does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby

from apportion.model.aws.accounts import AccountFact, AccountFacts
from apportion.model.inputs import Lookup, LookupRow
from apportion.model.period import Period


def lookup_moved(lookup: Lookup, before: Period, after: Period) -> Lookup:
    """Move the dates of a lookup; lines without a day in the earlier month are left out."""
    if before == after:
        return lookup
    rows = (_row_moved(row, before, after) for row in lookup.rows if _holds_in(row, before))
    return replace(lookup, rows=tuple(rows))


def accounts_moved(facts: AccountFacts, before: Period, after: Period) -> AccountFacts:
    """Move the dates of account facts; what began after the earlier month is left out."""
    if before == after:
        return facts
    known = (row for row in facts.rows if row.begins <= before.last_day)
    rows = [
        replace(row, begins=_begins(row.begins, before, after))
        for _account, history in groupby(known, key=lambda row: row.account)
        for row in _in_month(list(history), before)
    ]
    return replace(facts, rows=tuple(rows))


def _in_month(history: list[AccountFact], month: Period) -> Iterator[AccountFact]:
    """Pick the fact that holds on the first day of a month, and those that begin later."""
    for row, following in zip(history, [*history[1:], None], strict=True):
        if following is None or following.begins > month.first_day:
            yield row


def _holds_in(row: LookupRow, month: Period) -> bool:
    return row.valid_from <= month.last_day and row.valid_to >= month.first_day


def _row_moved(row: LookupRow, before: Period, after: Period) -> LookupRow:
    """The last day of the earlier month stands for all later days."""
    open_ended = row.valid_to >= before.last_day
    valid_to = date.max if open_ended else _same_day(row.valid_to, before, after)
    return replace(row, valid_from=_begins(row.valid_from, before, after), valid_to=valid_to)


def _begins(day: date, before: Period, after: Period) -> date:
    return date.min if day <= before.first_day else _same_day(day, before, after)


def _same_day(day: date, before: Period, after: Period) -> date:
    return after.first_day + (day - before.first_day)
