"""What a rulebook takes from synchronised accounts, valid on the day of the charge.

Only the accounts of the bill, what the rulebook looks at, and what began by the end of the month
count. So a run of a past month stays the same run, whatever happens to accounts later.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise

from apportion.model.aws.accounts import NAME, UNIT, Account, AccountFact, AccountFacts, DateRange
from apportion.model.tags.tag_keys import matching

from .date_segments import Days, Segment, segments

_TAG = "account_tag:"


def account_columns(used: Iterable[str]) -> tuple[str, ...]:
    """Pick, of the columns that a rulebook uses, those that accounts can fill.

    The name is always one of them: results have a column for it.
    """
    return (NAME, *sorted(c for c in set(used) if c == UNIT or c.startswith(_TAG)))


def with_gaps(histories: Iterable[Sequence[DateRange]]) -> list[DateRange]:
    """Put histories together, with a stretch of nothing where one has days between two stretches.

    On such days nothing is known of an account, as on days without a line in a lookup, unless
    another history has it. The last values of an account hold after its end.
    """
    known: dict[str, list[DateRange]] = defaultdict(list)
    holes: list[DateRange] = []
    for history in histories:
        ordered = sorted(history, key=lambda each: (each.account.id, each.valid_from))
        holes += _holes(ordered)
        for stretch in ordered:
            known[stretch.account.id].append(stretch)
    kept = (hole for hole in holes if not _is_known(hole.valid_from, known[hole.account.id]))
    return [*(each for found in known.values() for each in found), *kept]


def _holes(ordered: Sequence[DateRange]) -> Iterator[DateRange]:
    day = timedelta(days=1)
    for before, after in pairwise(ordered):
        same = before.account.id == after.account.id
        if same and before.valid_to < after.valid_from - day:
            nothing = Account(before.account.id, "", "", (), "")
            ends = after.valid_from - day
            yield DateRange(nothing, before.valid_to + day, ends, before.synced)


def _is_known(day: date, known: Iterable[DateRange]) -> bool:
    return any(each.valid_from <= day <= each.valid_to for each in known)


def account_facts(
    stretches: Iterable[DateRange],
    *,
    columns: Sequence[str],
    accounts: Collection[str],
    until: date,
    versions: Mapping[str, str],
    spellings: Mapping[str, str] | None = None,
) -> AccountFacts:
    """Keep what matters of a history; AccountFacts without columns where nothing does.

    Where two organisations have the same account, what began later holds. `spellings` maps columns
    to the tag key as the rulebook writes it: of several spellings on an account, this one counts,
    as it does for tags of charges.
    """
    written = {column: (spellings or {}).get(column, column) for column in columns}
    kept = [s for s in stretches if s.account.id in accounts and s.valid_from <= until]
    kept.sort(key=lambda s: (s.account.id, s.valid_from, s.valid_to))
    rows: list[AccountFact] = []
    for id_, found in groupby(kept, key=lambda s: s.account.id):
        rows += _merged(
            AccountFact(id_, s.valid_from, _values(s.account, written), s.synced) for s in found
        )
    if not any(value for row in rows for value in row.values):
        return AccountFacts()
    return AccountFacts(tuple(columns), tuple(rows), tuple(sorted(versions.items())))


def fact_segments(
    facts: AccountFacts, days: Days
) -> Iterator[tuple[str, Segment[tuple[str | None, ...]]]]:
    """Divide the days of each account where its facts change."""
    for account, rows in groupby(facts.rows, key=lambda row: row.account):
        lines = [Segment(Days(row.begins, date.max), row.values) for row in rows]
        for segment in segments(lines, days):
            yield account, segment


def facts_on(facts: AccountFacts, day: date) -> list[AccountFact]:
    """Pick the facts of a day, one for each account."""
    return list({row.account: row for row in facts.rows if row.begins <= day}.values())


def offered(facts: AccountFacts, column: str) -> set[str]:
    """List the values that accounts have in a column."""
    if column not in facts.columns:
        return set()
    at = facts.columns.index(column)
    return {value for row in facts.rows if (value := row.values[at])}


def synced_on(facts: AccountFacts, column: str, *, account: str, day: date) -> date | None:
    """The date of the synchronisation since which an account's value is known; None without one."""
    if column not in facts.columns:
        return None
    at = facts.columns.index(column)
    known = [row for row in facts.rows if row.account == account and row.begins <= day]
    if not known or known[-1].values[at] is None:
        return None
    value = known[-1].values[at]
    since = len(known) - 1
    while since and known[since - 1].values[at] == value:
        since -= 1
    return known[since].synced


def write_facts(facts: AccountFacts) -> str:
    """Write facts as JSON, one account and day a line, so that equal facts are equal bytes.

    The versions are not in it: a synchronisation that changes nothing here changes no run.
    """
    lines = [
        json.dumps([row.account, _written(row.begins), row.synced.isoformat(), *row.values])
        for row in facts.rows
    ]
    head = json.dumps({"columns": facts.columns})
    return "\n".join([head, *lines]) + "\n"


def read_facts(text: str) -> AccountFacts:
    """Read what `write_facts` wrote; raises ValueError, LookupError or TypeError otherwise."""
    head, *lines = text.splitlines()
    rows = []
    for line in lines:
        account, begins, synced, *values = json.loads(line)
        begun = date.fromisoformat(begins) if begins else date.min
        rows.append(AccountFact(account, begun, tuple(values), date.fromisoformat(synced)))
    return AccountFacts(tuple(json.loads(head)["columns"]), tuple(rows))


def _merged(rows: Iterable[AccountFact]) -> list[AccountFact]:
    """Leave out facts that are equal to the one before."""
    kept: list[AccountFact] = []
    for row in rows:
        if kept and kept[-1].begins == row.begins:
            kept.pop()
        if not kept or kept[-1].values != row.values:
            kept.append(row)
    return kept


def _values(account: Account, written: Mapping[str, str]) -> tuple[str | None, ...]:
    return tuple(_value(account, column, key) for column, key in written.items())


def _value(account: Account, column: str, key: str) -> str | None:
    if column == NAME:
        return account.name.strip() or None
    if column == UNIT:
        return account.unit.strip() or None
    tags = dict(account.tags)
    found = matching(tags, key.removeprefix(_TAG))
    return next((tags[each].strip() for each in found if tags[each].strip()), None)


def _written(day: date) -> str:
    return "" if day == date.min else day.isoformat()
