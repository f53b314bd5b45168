"""What accounts were and when: yesterday's knowledge and what is seen today become one history.

Dates are days in UTC. What is seen holds from the day on which it is seen, unless another day is
given; an account that was never seen before holds for all the past, as it has no charges before it
was there and the first days after that must not be without a name.
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
    """What became of an account: new, changed, closed, back or corrected.

    It is corrected where what is seen was known, and days before become others.
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
    """Put what is seen on a day into the history; the same again changes nothing.

    With `since`, what is seen holds from that day on, whatever was known of later days. An account
    that is not seen any more ends on the day before, and nothing of it is forgotten. One that is
    known `elsewhere` has come from another organisation, which tells its past.
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
            after = _put(before, account, on, since or (on if moved_here else None))
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
    """Pick, for each account, what held on a day; of an account that is gone, what held last."""
    found = {each.account.id: each for each in _in_order(stretches) if each.valid_from <= day}
    return [found[id_] for id_ in sorted(found)]


def is_closed(stretch: DateRange, day: date) -> bool:
    """Tell whether an account was not seen any more on a day."""
    return stretch.valid_to < day


def _in_order(stretches: Iterable[DateRange]) -> list[DateRange]:
    return sorted(stretches, key=lambda each: (each.valid_from, each.valid_to))


def _put(
    before: Sequence[DateRange], account: Account, on: date, since: date | None
) -> list[DateRange]:
    """Let an account be so from a day on."""
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
    """Let an account end on the day before; one that came on the day itself has that day."""
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
        return Change(shown.id, shown.name, "corrected", f"so from {after[-1].valid_from} on")
    return Change(shown.id, shown.name, "changed", "; ".join(_differences(last.account, now)))


def _differences(before: Account, now: Account) -> list[str]:
    """Say what is other than before, in words."""
    told = []
    for word, old, new in (
        ("name", before.name, now.name),
        ("unit", before.unit, now.unit),
        ("state", before.state, now.state),
    ):
        if old != new:
            told.append(f"{word} {old or 'none'} → {new or 'none'}")
    return told + _tag_differences(dict(before.tags), dict(now.tags))


def _tag_differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [
        f"tag {key} {before.get(key, 'none')} → {now.get(key, 'none')}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    ]
