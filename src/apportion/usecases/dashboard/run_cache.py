"""Cache of opened runs for the dashboard, with access limited to the user's scope.

Readers never open a run that is being written: only recorded runs are opened, and neither the files
of a recorded run nor its aggregates change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

from apportion.core.allocation.rounding import part_of
from apportion.core.billing.bill_identity import newest
from apportion.core.dashboard.page_rows import PageQuery, T
from apportion.core.dashboard.row_access import (
    ACCOUNTS_QUERY,
    OWNERS_QUERY,
    POOLS_QUERY,
    SHARE_DECIMALS,
    TABLES,
    AccountId,
    OwnerName,
    PoolName,
    VisibleSubjects,
    redact,
    scoped_query,
)
from apportion.core.templates import text
from apportion.model.access import Scope
from apportion.model.errors.base import NothingThereError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Explanation, Outcome
from apportion.model.relation import Query, Relation, everything
from apportion.model.row import Row
from apportion.model.rulebook import Dimension, Rulebook
from apportion.ports.engine import Engine
from apportion.usecases.context import RunContext
from apportion.usecases.explain.case import nothing_like
from apportion.usecases.explain.owner import explain_owner, explain_pool, explain_resource
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published, allocation, find

from .aggregates import AggregateStore, aggregates_name, find_or_build
from .recently_used import RecentlyUsed
from .unfinished_days import Unfinished, UnfinishedDays

#: The number of open runs; the least recently used one is closed.
MAX_OPEN_RUNS = 36

#: The number of cached explanations; on a large bill each takes seconds.
MAX_EXPLANATIONS = 200

#: The number of cached answers to queries, and the largest: pages of a run read the same totals.
MAX_ANSWERS, MAX_ANSWER_ROWS = 200, 1000

_EXPLAINERS: Mapping[str, Callable[..., Explanation]] = {
    "owner": explain_owner,
    "pool": explain_pool,
    "resource": explain_resource,
}


class _PoolTotal(NamedTuple):
    cost: Decimal


@dataclass(frozen=True)
class LedgerVersion:
    """The recorded runs of the ledger at one time; `id` changes with them and with its invoices."""

    id: str
    runs: tuple[Manifest, ...]

    @classmethod
    def of(cls, runs: Sequence[Manifest], *, invoices: str = "") -> LedgerVersion:
        """Compute the id of these runs and of the version of the invoices."""
        listed = "\n".join(f"{run.kind} {run.period} {run.bill} {run.run} {run.at}" for run in runs)
        return cls(sha256(f"{listed}{invoices}".encode()).hexdigest()[:20], tuple(runs))

    @property
    def periods(self) -> tuple[str, ...]:
        """The allocated periods, newest first."""
        found = {run.period for run in self.runs if run.kind is RunKind.ALLOCATE}
        return tuple(sorted(found, reverse=True))

    def allocation(self, period: str, as_of: str = "") -> Manifest:
        """Find a period's allocation, as `published.find` does."""
        return allocation(self.runs, period, as_of)

    def deliveries(self, period: str) -> Mapping[str, Manifest]:
        """The newest delivery of each of a period's bills."""
        return newest(self.runs, RunKind.INGEST, period)


@dataclass(frozen=True)
class ScopedRun:
    """A run limited to the rows of a scope. Every figure on a page comes from `rows`."""

    published: Published
    ledger_version: LedgerVersion
    scope: Scope
    _query: Callable[[Query], list[Row]]
    _explain: Callable[[str, str, Manifest], Explanation]
    _tables: Mapping[str, Relation]
    _compare_invoices: Callable[[Manifest], Outcome | None]
    _unfinished: Callable[[Published], Unfinished]

    @property
    def manifest(self) -> Manifest:
        """The record of the run."""
        return self.published.manifest

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook of the run."""
        return self.published.rulebook

    @property
    def period(self) -> str:
        """The billing month."""
        return self.manifest.period

    @property
    def owner(self) -> Dimension:
        """The dimension whose values carry cost."""
        return self.rulebook.dimension(self.rulebook.owner)

    @property
    def owners(self) -> frozenset[str] | None:
        """The owners of the scope; None is every owner."""
        return self.scope.owners(self.rulebook.owner)

    def has_owner(self, owner: str) -> bool:
        """Whether an owner has cost in the month and is in the scope."""
        return owner in self._visible_owners

    def check_owner(self, owner: str) -> None:
        """Raise NothingThereError for an owner outside the scope, whether or not it exists."""
        if not self.has_owner(owner):
            raise self._no_owner(owner)

    def check_pool(self, pool: str) -> None:
        """Raise NothingThereError for a pool that has no cost of the scope's owners."""
        known = (
            {p.name for p in self.rulebook.pools} if self.owners is None else self._visible_pools
        )
        if pool not in known:
            raise nothing_like(pool, sorted(known), kind="pool", period=self.period)

    def rows(self, query: PageQuery[T]) -> list[T]:
        """Query the aggregates, limited to the rows of the scope."""
        return read_rows(query.kind, self.raw_rows(query.sql))

    def raw_rows(self, sql: str) -> list[Row]:
        """Query the aggregates as `rows` does, for rows as the engine gives them."""
        return self._query(
            scoped_query(sql, self._tables, owners=self.owners, default=self.owner.default)
        )

    def share_of_pool(self, pool: str, currency: str, amount: Decimal) -> Decimal | None:
        """Divide an amount by a pool's total; rounded for users who may not see the total."""
        pools = self._tables["pools"]
        query = (
            f"SELECT cost FROM {pools} WHERE pool = {text(pool)} AND currency = {text(currency)}"
        )
        found = read_rows(_PoolTotal, self._query(Query.of(query, pools)))
        part = part_of(amount, found[0].cost) if found else None
        if part is None or self.owners is None:
            return part
        return round(part, SHARE_DECIMALS)

    def explain_owner(self, owner: str) -> Explanation:
        """Explain the cost of an owner, without the parts outside the scope."""
        if self.owners is None:
            return self._explain("owner", owner, self.manifest)
        self.check_owner(owner)
        whole = self._explain("owner", owner, self.manifest)
        rows = self.rows(PageQuery(ACCOUNTS_QUERY, AccountId))
        accounts = frozenset(row.account for row in rows)
        visible = VisibleSubjects(self._visible_owners, self._visible_pools, accounts)
        root = redact(whole.root, visible)
        if root is None:
            raise self._no_owner(owner)
        return Explanation(root, messages=whole.messages)

    def explain_pool(self, pool: str) -> Explanation:
        """Explain the cost of a pool; only for users with access to every owner."""
        self._check_everything()
        return self._explain("pool", pool, self.manifest)

    def explain_resource(self, resource: str) -> Explanation:
        """Explain the owners of a resource; only for users with access to every owner."""
        self._check_everything()
        return self._explain("resource", resource, self.manifest)

    def invoices(self) -> Outcome | None:
        """Compare the run with its invoices; None without some, or without full access."""
        return self._compare_invoices(self.manifest) if self.owners is None else None

    def unfinished_days(self, currency: str) -> tuple[date, ...]:
        """The days that are not billed completely; of a scope, those of the organisation."""
        return tuple(day for day, of in self._unfinished(self.published) if of == currency)

    def not_billed_yet(self, currency: str) -> dict[date, Decimal]:
        """What is still expected of each of these days; nothing without full access."""
        if self.owners is not None:
            return {}
        return {
            day: one.expected - one.billed
            for (day, of), one in self._unfinished(self.published).items()
            if of == currency
        }

    @cached_property
    def _visible_owners(self) -> frozenset[str]:
        """The owners of the month within the scope."""
        return frozenset(row.owner for row in self.rows(PageQuery(OWNERS_QUERY, OwnerName)))

    @cached_property
    def _visible_pools(self) -> frozenset[str]:
        return frozenset(row.pool for row in self.rows(PageQuery(POOLS_QUERY, PoolName)))

    def _check_everything(self) -> None:
        if self.owners is not None:
            raise NothingThereError("explanation of pools or resources within your access", [])

    def _no_owner(self, owner: str) -> NothingThereError:
        """Make the error for an owner that the scope does not show."""
        return nothing_like(owner, sorted(self._visible_owners), kind="owner", period=self.period)


class InvoiceComparison(Protocol):
    """Compares runs with the invoices in the ledger."""

    def version(self) -> str:
        """Return a text that changes with all that comparisons depend on, but for the run."""

    def for_page(self, context: RunContext, run: Manifest) -> Outcome | None:
        """Compare a run; None if the ledger has no invoices."""


class NoInvoices:
    """A ledger without invoices."""

    def version(self) -> str:
        """Return nothing: nothing changes."""
        return ""

    def for_page(self, context: RunContext, run: Manifest) -> None:
        """Compare nothing."""


class RunCache:
    """Opens runs for pages. `builder` builds aggregates and explanations, `reader` runs queries.

    Each engine runs one query at a time. While aggregates are built, other runs stay readable.
    """

    def __init__(
        self,
        builder: RunContext,
        reader: Engine,
        store: AggregateStore,
        invoices: InvoiceComparison | None = None,
    ) -> None:
        self._builder = builder
        self._invoices = invoices or NoInvoices()
        self._reader = reader
        self._store = store
        self._building, self._reading = Lock(), Lock()
        self._explained = RecentlyUsed[tuple[str, str, str], Explanation](MAX_EXPLANATIONS)
        self._unfinished_days = UnfinishedDays(builder)
        self._answers = RecentlyUsed[str, list[Row]](MAX_ANSWERS)
        self._open: dict[str, tuple[Published, dict[str, Relation]]] = {}
        self.ledger_version = self._newest_version()

    def prepare(self) -> None:
        """Open the newest months, so that the first page is fast."""
        for period in self.ledger_version.periods[:2]:
            self._opened(self.ledger_version.allocation(period))

    def refresh(self) -> bool:
        """Open newly recorded runs of the newest months; return whether the ledger has changed."""
        ledger_version = self._newest_version()
        if ledger_version.id == self.ledger_version.id:
            return False
        for period in ledger_version.periods[:2]:
            self._opened(ledger_version.allocation(period))
        self.ledger_version = ledger_version
        return True

    def open_run(self, period: str, scope: Scope, *, as_of: str = "") -> ScopedRun:
        """Open the allocation of a period for a scope."""
        ledger_version = self.ledger_version
        manifest = ledger_version.allocation(period, as_of)
        published, tables = self._opened(manifest)
        return ScopedRun(
            published,
            ledger_version,
            scope,
            self._query,
            self._explain,
            tables,
            self._compare_invoices,
            self._unfinished,
        )

    def _newest_version(self) -> LedgerVersion:
        return LedgerVersion.of(self._builder.ledger.runs(), invoices=self._invoices.version())

    def _compare_invoices(self, manifest: Manifest) -> Outcome | None:
        with self._building:
            return self._invoices.for_page(self._builder, manifest)

    def _unfinished(self, published: Published) -> Unfinished:
        version = self.ledger_version.id
        known = self._unfinished_days.known(published, version)
        if known is not None:
            return known
        with self._building:
            return self._unfinished_days.estimate(published, version)

    def _explain(self, kind: str, name: str, manifest: Manifest) -> Explanation:
        """Explain an owner, a pool or a resource; explanations of a run never change."""
        key = (manifest.run, kind, name)
        with self._building:
            found = self._explained.get(key)
            if found is None:
                explain = _EXPLAINERS[kind]
                found = explain(
                    self._builder,
                    period=manifest.period,
                    as_of=manifest.run,
                    **{kind: name},
                )
                self._explained.keep(key, found)
        return found

    def _query(self, query: Query) -> list[Row]:
        """Query the aggregates, which never change; the text names the run and the scope."""
        found = self._answers.get(query.sql)
        if found is None:
            with self._reading:
                found = self._reader.rows(query)
            if len(found) <= MAX_ANSWER_ROWS:
                self._answers.keep(query.sql, found)
        return found

    def _opened(self, manifest: Manifest) -> tuple[Published, dict[str, Relation]]:
        name = aggregates_name(manifest)
        found = self._open.pop(name, None)
        if found is None:
            with self._building:
                found = self._open.pop(name, None) or self._opening(manifest)
        self._open[name] = found
        for oldest in list(self._open)[:-MAX_OPEN_RUNS]:
            self._close(oldest)
        return found

    def _close(self, name: str) -> None:
        _published, tables = self._open.pop(name, (None, {}))
        with self._reading:
            for made in tables.values():
                self._reader.create_table(made.name, Query("SELECT 1 AS closed"))

    def _opening(self, manifest: Manifest) -> tuple[Published, dict[str, Relation]]:
        published = find(self._builder, period=manifest.period, as_of=manifest.run)
        files = find_or_build(manifest, self._builder, self._store)
        with self._reading:
            return published, {
                table: self._read(f"{table} {aggregates_name(manifest)}", files[table])
                for table in TABLES
            }

    def _read(self, table: str, files: Sequence[Path]) -> Relation:
        opened = self._reader.open_parquet("#opening", [str(path) for path in files])
        return self._reader.create_table(table, everything(opened))
