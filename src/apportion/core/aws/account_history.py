"""The history of accounts: the known history and the accounts of today become one.

Dates are days in UTC. An account holds from the day on which it is seen, unless another day is
given. A new account holds for all the past: it has no charges before it existed, and its first days
need a name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from apportion.model.aws.accounts import Account, DateRange

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """A change of an account: new, changed, closed, back or corrected.

    Corrected: the account is as it was known, and earlier days change.
    """

    account: str
    name: str
    status: str
    what: str = ""


def synchronised(
    known: Sequence[DateRange],
    seen: Iterable[Account],
    *,
    on: date,
    since: date | None = None,
    elsewhere: Collection[str] = (),
) -> tuple[tuple[DateRange, ...], list[Change]]:
    """Add the accounts of a day to the history; equal accounts change nothing.

    With `since`, they hold from that day on, whatever was known of later days. An account that is
    missing ends on the day before, and its history stays. One that is known `elsewhere` has moved
    from another organisation, whose history has its past.
    """
    history = by_account(known)
    now = {account.id: account for account in seen}
    stretches: list[DateRange] = []
    changes: list[Change] = []
    for id_ in sorted(history.keys() | now.keys()):
        before, account = history.get(id_, []), now.get(id_)
        if account is None:
            after = _ended(before, since or on)
        else:
            moved_here = not before and id_ in elsewhere
            after = _held_from(before, account, on, since or (on if moved_here else None))
        stretches += after
        if after != before:
            changes.append(_change(before, account, after))
    return tuple(stretches), changes


def by_account(stretches: Iterable[DateRange]) -> dict[str, list[DateRange]]:
    """Sort a history by account and day."""
    found: dict[str, list[DateRange]] = defaultdict(list)
    for stretch in sorted(stretches, key=lambda each: (each.account.id, each.valid_from)):
        found[stretch.account.id].append(stretch)
    return found


def holding(stretches: Iterable[DateRange], day: date) -> list[DateRange]:
    """Pick what held for each account on a day; for a closed account, what held last."""
    found = {each.account.id: each for each in _in_order(stretches) if each.valid_from <= day}
    return [found[id_] for id_ in sorted(found)]


def is_closed(stretch: DateRange, day: date) -> bool:
    """Whether an account was closed on a day."""
    return stretch.valid_to < day


def _in_order(stretches: Iterable[DateRange]) -> list[DateRange]:
    return sorted(stretches, key=lambda each: (each.valid_from, each.valid_to))


def _held_from(
    before: Sequence[DateRange], account: Account, on: date, since: date | None
) -> list[DateRange]:
    """Add an account as it is from a day on."""
    if not before:
        return [DateRange(account, since or date.min, date.max, on)]
    last = before[-1]
    if since is None and last.account == account and last.valid_to == date.max:
        return list(before)
    # A clock that went back must not take out what was seen later.
    day = since or max(on, last.valid_from)
    kept = [each for each in before if each.valid_from < day]
    if kept and kept[-1].valid_to >= day:
        kept[-1] = replace(kept[-1], valid_to=day - _DAY)
    if kept and kept[-1].account == account and kept[-1].valid_to == day - _DAY:
        return [*kept[:-1], replace(kept[-1], valid_to=date.max)]
    return [*kept, DateRange(account, day, date.max, on)]


def _ended(before: Sequence[DateRange], day: date) -> list[DateRange]:
    """End an account on the day before; one that began on the day itself keeps that day."""
    last = before[-1]
    if last.valid_to != date.max:
        return list(before)
    return [*before[:-1], replace(last, valid_to=max(last.valid_from, day - _DAY))]


def _change(before: Sequence[DateRange], now: Account | None, after: Sequence[DateRange]) -> Change:
    shown = after[-1].account
    if now is None:
        return Change(shown.id, shown.name, "closed")
    if not before:
        return Change(shown.id, shown.name, "new")
    last = before[-1]
    if last.valid_to != date.max:
        return Change(shown.id, shown.name, "back")
    if last.account == now:
        return Change(shown.id, shown.name, "corrected", f"valid from {after[-1].valid_from}")
    return Change(shown.id, shown.name, "changed", "; ".join(_differences(last.account, now)))


def _differences(before: Account, now: Account) -> list[str]:
    """Describe the differences."""
    described = []
    for word, old, new in (
        ("name", before.name, now.name),
        ("unit", before.unit, now.unit),
        ("state", before.state, now.state),
    ):
        if old != new:
            described.append(f"{word} {old or 'none'} → {new or 'none'}")
    return described + _tag_differences(dict(before.tags), dict(now.tags))


def _tag_differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        f"tag {key} {before.get(key, 'none')} → {now.get(key, 'none')}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]
