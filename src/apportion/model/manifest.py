"""The record of a run: the hashes of all that went in, and the totals that came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .findings.finding import Finding


class RunKind(StrEnum):
    """What a run did."""

    INGEST = "ingest"
    ALLOCATE = "allocate"
    ACCOUNTS = "accounts"
    EXPIRE = "expire"
    CLOSE = "close"


@dataclass(frozen=True)
class Input:
    """A file that went in; `role` is bill, rulebook, lookup, driver or accounts."""

    role: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class LedgerFile:
    """A file of a table of the ledger that holds a part of a run, as it was proved."""

    table: str
    name: str  # below the ledger's folder
    size: int
    sha256: str


@dataclass(frozen=True)
class Total:
    """Money at one stage, for one account and currency; amounts are exact decimal text.

    `stage` is stated, ledger, derived or allocated; `lines` is 0 where lines are not counted.
    """

    stage: str
    billing_account: str
    sub_account: str
    currency: str
    lines: int
    amounts: tuple[str, ...]  # one for each of focus.COST_COLUMNS


@dataclass(frozen=True)
class OwnerTotal:
    """What an owner pays in a currency: charges of its own, and shares of what pools held."""

    owner: str  # a value of the dimension that carries cost
    currency: str
    own: tuple[str, ...]  # exact decimal text, one for each of focus.COST_COLUMNS
    shared: tuple[str, ...]


@dataclass(frozen=True)
class BillIdentity:
    """What makes a bill one bill: who provides it, who pays it, where it is exported, of what.

    `export` is empty where files do not say it; `scope` is `account 111111111111`, or how many
    accounts there are.
    """

    provider: str
    payers: tuple[str, ...]
    export: str
    scope: str


@dataclass(frozen=True)
class DayHeld:
    """What a delivery holds of one day, in one currency."""

    day: str  # ISO 8601
    currency: str
    lines: int
    amounts: tuple[str, ...]  # one for each of focus.COST_COLUMNS


@dataclass(frozen=True)
class LeftOut:
    """What an earlier delivery held and this one does not, replaced by an explicit word."""

    run: str  # of the earlier delivery
    billing_account: str
    currency: str
    lines: int
    amounts: tuple[str, ...]  # one for each of focus.COST_COLUMNS


@dataclass(frozen=True)
class SecondReading:
    """How descriptions were compared with lines that were read without the engine.

    `keys` are the descriptions compared, `values` the columns of them all. `not_compared` counts,
    by column, the lines in which a column was not read a second time.
    """

    keys: int
    values: int
    not_compared: dict[str, int]


@dataclass(frozen=True)
class Manifest:
    """One run of one period, a synchronisation of accounts, an expiry, or the close of a month.

    `run` is a hash of all that decided the result.

    `snapshots` names the Iceberg snapshot of each table that the run wrote or read.
    `bills` maps the bills that an allocation read to the ingest runs that delivered them.
    `files` are those of its snapshots, `owners` what an allocation gave to whom, and `periods` all
    periods of the delivery, of which each has a run; a run of before these were recorded has none.
    """

    run: str
    kind: RunKind
    period: str  # empty for accounts and expiries
    bill: str  # empty for an allocation, expiry or close, the organisation for accounts
    at: str  # UTC, ISO 8601
    version: str  # of apportion
    inputs: tuple[Input, ...]
    totals: tuple[Total, ...]
    snapshots: dict[str, int]
    bills: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()  # what an allocation found in the data and rules
    identity: BillIdentity | None = None  # of a delivery; none before it was recorded
    days: tuple[DayHeld, ...] = ()  # of a delivery
    hours: dict[str, int] = field(default_factory=dict)  # in which charges begin; see hours.py
    together: tuple[str, ...] = ()  # the deliveries whose charges this one holds beside its own
    replaced_bills: tuple[str, ...] = ()  # bills of the period that are in force no more
    left_out: tuple[LeftOut, ...] = ()
    files: tuple[LedgerFile, ...] = ()
    owners: tuple[OwnerTotal, ...] = ()
    periods: tuple[str, ...] = ()
    second_reading: SecondReading | None = None  # of a delivery; none before it was recorded

    def files_of(self, table: str) -> tuple[LedgerFile, ...]:
        """The files that the run has in a table; none where they were not hashed."""
        return tuple(file for file in self.files if file.table == table)
