"""Histories of accounts in the ledger: read as recorded, or rebuilt where a file is damaged."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from apportion.core.aws.account_history import synchronised
from apportion.core.billing.bill_identity import newest
from apportion.model.aws.accounts import Account, DateRange
from apportion.model.errors.base import LedgerDamagedError
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import FILE_DAMAGED
from apportion.model.manifest import Manifest, RunKind
from apportion.model.relation import Query, Relation
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows

TABLE = "accounts"

#: Keys of a run's details: the day that `--since` named, and that a file replaced the history.
SINCE, REPLACED = "since", "replaced"


@dataclass(frozen=True)
class History:
    """The history of an organisation and the run that recorded it.

    `damage` names a damaged file of that run: the days are then rebuilt from what earlier runs
    recorded, and nothing in the ledger holds them yet.
    """

    run: Manifest
    days: tuple[DateRange, ...]
    damage: tuple[Finding, ...] = ()


def histories(context: RunContext) -> dict[str, History]:
    """Read the newest history of each organisation. Raises LedgerDamagedError."""
    return {
        organization: History(run, read_history(run, context))
        for organization, run in _newest(context).items()
    }


def histories_to_write(context: RunContext, *, replacing: str = "") -> dict[str, History]:
    """Read the newest histories before another one is written; rebuild what is damaged.

    The history of the organisation `replacing` is about to be replaced, so it is left out where it
    is damaged. Raises LedgerDamagedError for one that cannot be rebuilt.
    """
    found: dict[str, History] = {}
    damaged: dict[str, LedgerDamagedError] = {}
    for organization, run in _newest(context).items():
        try:
            found[organization] = History(run, read_history(run, context))
        except LedgerDamagedError as error:
            damaged[organization] = error
    seen = [each for history in found.values() for each in history.days]
    for organization, damage in damaged.items():
        if organization != replacing:
            found[organization] = _rebuilt(organization, damage, seen, context)
    return found


def read_history(run: Manifest, context: RunContext) -> tuple[DateRange, ...]:
    """Read the history that a run recorded. Raises LedgerDamagedError."""
    history = context.engine.open_parquet(TABLE, context.ledger.files(TABLE, run))
    rows = context.engine.rows(_history_query(history))
    days = map(_date_range, read_rows(_HistoryRow, rows))
    return tuple(sorted(days, key=lambda each: (each.account.id, each.valid_from)))


def _newest(context: RunContext) -> Mapping[str, Manifest]:
    return newest(context.ledger.runs(), RunKind.ACCOUNTS, "")


def _rebuilt(
    organization: str, error: LedgerDamagedError, others: Sequence[DateRange], context: RunContext
) -> History:
    """Start at the newest whole history, and apply again what later synchronisations saw."""
    runs = [
        run
        for run in context.ledger.runs()
        if run.kind is RunKind.ACCOUNTS and run.bill == organization
    ]
    days: tuple[DateRange, ...] = ()
    again: list[Manifest] = []
    for run in reversed(runs):
        try:
            days = read_history(run, context)
            break
        except LedgerDamagedError:
            if run.details.get(REPLACED):
                raise error from None  # what it saw is not all that it recorded
            again.insert(0, run)
    for run in again:
        days = _applied(run, days, others, context)
    finding = Finding(
        FILE_DAMAGED,
        error.path,
        f"the accounts of {organization}",
        expected=error.expected,
        found=error.found,
        remedy=f"The history was rebuilt from {len(runs)} recorded synchronisations and written "
        "again. Check the disk that the ledger is on.",
    )
    return History(runs[-1], days, (finding,))


def _applied(
    run: Manifest, before: Sequence[DateRange], others: Sequence[DateRange], context: RunContext
) -> tuple[DateRange, ...]:
    on = date.fromisoformat(run.at[:10])
    since = run.details.get(SINCE)
    elsewhere: Collection[str] = {each.account.id for each in others if each.synced <= on}
    days, _ = synchronised(
        before,
        _seen(context.ledger.read_input(run.inputs[0].sha256)),
        on=on,
        since=date.fromisoformat(since) if since else None,
        elsewhere=elsewhere,
    )
    return days


def _seen(content: bytes) -> list[Account]:
    """Read the accounts that a synchronisation saw, as they were kept."""
    return [
        Account(**{**each, "tags": tuple((key, value) for key, value in each["tags"])})
        for each in json.loads(content)["accounts"]
    ]


class _HistoryRow(NamedTuple):
    sub_account_id: str
    sub_account_name: str
    unit: str
    tags: str
    state: str
    valid_from: date | None
    valid_to: date | None
    synced: date


def _history_query(history: Relation) -> Query:
    return Query.of(
        'SELECT "SubAccountId", "SubAccountName", "x_OrganizationalUnit" AS "Unit", "Tags", '
        f'"State", "ValidFrom", "ValidTo", "Synced" FROM {history}',
        history,
    )


def _date_range(row: _HistoryRow) -> DateRange:
    tags = tuple(sorted(json.loads(row.tags or "{}").items()))
    return DateRange(
        Account(row.sub_account_id, row.sub_account_name, row.unit, tags, row.state),
        row.valid_from or date.min,
        row.valid_to or date.max,
        row.synced,
    )
