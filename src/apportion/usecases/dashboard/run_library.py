"""The library: what pages read, opened once, and only as far as somebody may see it.

Readers never meet a run that is being written: what they open is named by a recorded run, and
neither its files nor its daybook ever change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from threading import Lock

from apportion.core.allocation.rounding import part_of
from apportion.core.billing.bill_identity import newest
from apportion.core.dashboard.row_access import (
    ACCOUNTS_QUERY,
    OWNERS_QUERY,
    PLACES_OF_PARTS,
    POOLS_QUERY,
    TABLES,
    Seen,
    reduced,
    seen,
)
from apportion.core.templates import name, text
from apportion.model.access import Scope
from apportion.model.errors.base import NothingThereError
from apportion.model.manifest import Manifest, RunKind
from apportion.model.outcome import Explanation
from apportion.model.row import Row
from apportion.model.rulebook import Dimension, Rulebook
from apportion.ports.engine import Engine
from apportion.usecases.context import RunContext
from apportion.usecases.explain.case import nothing_like
from apportion.usecases.explain.owner import explain_owner, explain_pool, explain_resource
from apportion.usecases.runs.open_run import Published, allocation, find

from .aggregates import AggregateStore, daybook_of, name_of

#: How many runs stay open; the one that was not read for longest is closed.
MOST_OPEN = 36

#: How many explanations are kept: on a large bill each takes seconds.
MOST_EXPLAINED = 200

_EXPLAINERS: Mapping[str, Callable[..., Explanation]] = {
    "owner": explain_owner,
    "pool": explain_pool,
    "resource": explain_resource,
}


@dataclass(frozen=True)
class LedgerVersion:
    """What the ledger holds at a moment; `id` is another one as soon as a run was recorded."""

    id: str
    runs: tuple[Manifest, ...]

    @classmethod
    def of(cls, runs: Sequence[Manifest]) -> LedgerVersion:
        """Name what these runs are."""
        told = "\n".join(f"{run.kind} {run.period} {run.bill} {run.run} {run.at}" for run in runs)
        return cls(sha256(told.encode()).hexdigest()[:20], tuple(runs))

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods that are allocated, newest first."""
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
    """A run as far as a scope sees it. Every figure on a page comes from `rows`."""

    published: Published
    edition: LedgerVersion
    scope: Scope
    _ask: Callable[[str], list[Row]]
    _explain: Callable[[str, str, Manifest], Explanation]
    _tables: Mapping[str, str]

    @property
    def manifest(self) -> Manifest:
        """The record of the run."""
        return self.published.manifest

    @property
    def rulebook(self) -> Rulebook:
        """The rules that it went by."""
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
        """The owners that are seen; None is all of them."""
        return self.scope.owners(self.rulebook.owner)

    def has_owner(self, owner: str) -> bool:
        """Whether an owner is there and is seen."""
        return owner in self._seen_owners

    def check_owner(self, owner: str) -> None:
        """Raise NothingThereError for an owner that is not seen, whether or not it is there."""
        if not self.has_owner(owner):
            raise nothing_like(owner, sorted(self._seen_owners), kind="owner", period=self.period)

    def check_pool(self, pool: str) -> None:
        """Raise NothingThereError for a pool that reaches nobody who is seen."""
        known = {p.name for p in self.rulebook.pools} if self.owners is None else self._seen_pools
        if pool not in known:
            raise nothing_like(pool, sorted(known), kind="pool", period=self.period)

    def rows(self, query: str) -> list[Row]:
        """Ask the tables of the daybook, of which only the scope's rows are there."""
        return self._ask(seen(query, self._tables, owners=self.owners, default=self.owner.default))

    def part(self, pool: str, currency: str, amount: Decimal) -> Decimal | None:
        """Tell what part of a pool an amount is: roughly to who may not see what it holds."""
        query = (
            f"SELECT cost FROM {name(self._tables['pools'])} "
            f"WHERE pool = {text(pool)} AND currency = {text(currency)}"
        )
        costs = [Decimal(str(row["cost"])) for row in self._ask(query)]
        part = part_of(amount, costs[0]) if costs else None
        if part is None or self.owners is None:
            return part
        return round(part, PLACES_OF_PARTS)

    def explained_owner(self, owner: str) -> Explanation:
        """Take back to its causes what an owner pays, as far as it may be seen."""
        if self.owners is None:
            return self._explain("owner", owner, self.manifest)
        self.check_owner(owner)
        whole = self._explain("owner", owner, self.manifest)
        accounts = {str(row["account"] or "") for row in self.rows(ACCOUNTS_QUERY)}
        root = reduced(whole.root, Seen(self._seen_owners, self._seen_pools, frozenset(accounts)))
        if root is None:
            raise nothing_like(owner, sorted(self._seen_owners), kind="owner", period=self.period)
        return Explanation(root, messages=whole.messages)

    def explained_pool(self, pool: str) -> Explanation:
        """Take a pool back to what it holds; only for who sees everything."""
        self._check_everything()
        return self._explain("pool", pool, self.manifest)

    def explained_resource(self, resource: str) -> Explanation:
        """Tell who pays a resource; only for who sees everything."""
        self._check_everything()
        return self._explain("resource", resource, self.manifest)

    @cached_property
    def _seen_owners(self) -> frozenset[str]:
        """The owners of the month that are seen."""
        return frozenset(str(row["owner"]) for row in self.rows(OWNERS_QUERY))

    @cached_property
    def _seen_pools(self) -> frozenset[str]:
        return frozenset(str(row["pool"]) for row in self.rows(POOLS_QUERY))

    def _check_everything(self) -> None:
        if self.owners is not None:
            raise NothingThereError("explanation of pools or resources that you see", [])


class RunCache:
    """Opens runs for readers. `builder` makes daybooks and explanations, `reader` answers pages.

    Both engines serve one question at a time; a daybook that is being made holds up no reader of
    another.
    """

    def __init__(self, builder: RunContext, reader: Engine, shelf: AggregateStore) -> None:
        self._builder = builder
        self._reader = reader
        self._shelf = shelf
        self._building, self._reading = Lock(), Lock()
        self._explained: dict[tuple[str, str, str], Explanation] = {}
        self._open: dict[str, tuple[Published, dict[str, str]]] = {}
        self.edition = LedgerVersion.of(builder.ledger.runs())

    def prepare(self) -> None:
        """Open the newest months, so that the first page comes at once."""
        for period in self.edition.periods[:2]:
            self._opened(self.edition.allocation(period))

    def look(self) -> bool:
        """Look whether the ledger holds more than before, and prepare that; true where it does."""
        edition = LedgerVersion.of(self._builder.ledger.runs())
        if edition.id == self.edition.id:
            return False
        for period in edition.periods[:2]:
            self._opened(edition.allocation(period))
        self.edition = edition
        return True

    def sight(self, period: str, scope: Scope, *, as_of: str = "") -> ScopedRun:
        """Open a period's allocation as far as a scope sees it."""
        edition = self.edition
        manifest = edition.allocation(period, as_of)
        published, tables = self._opened(manifest)
        return ScopedRun(published, edition, scope, self._ask, self._explain, tables)

    def _explain(self, kind: str, name: str, manifest: Manifest) -> Explanation:
        """Explain an owner, a pool or a resource; a run's explanations never change."""
        key = (manifest.run, kind, name)
        with self._building:
            found = self._explained.pop(key, None)
            if found is None:
                explain = _EXPLAINERS[kind]
                found = explain(
                    self._builder,
                    period=manifest.period,
                    as_of=manifest.run,
                    **{kind: name},
                )
            self._explained[key] = found
            for oldest in list(self._explained)[:-MOST_EXPLAINED]:
                del self._explained[oldest]
        return found

    def _ask(self, query: str) -> list[Row]:
        with self._reading:
            return self._reader.rows(query)

    def _opened(self, manifest: Manifest) -> tuple[Published, dict[str, str]]:
        book = name_of(manifest)
        found = self._open.pop(book, None)
        if found is None:
            with self._building:
                found = self._open.pop(book, None) or self._opening(manifest)
        self._open[book] = found
        for oldest in list(self._open)[:-MOST_OPEN]:
            self._close(oldest)
        return found

    def _close(self, book: str) -> None:
        _published, tables = self._open.pop(book, (None, {}))
        with self._reading:
            for made in tables.values():
                self._reader.create_table(made, "SELECT 1 AS closed")

    def _opening(self, manifest: Manifest) -> tuple[Published, dict[str, str]]:
        published = find(self._builder, period=manifest.period, as_of=manifest.run)
        files = daybook_of(manifest, self._builder, self._shelf)
        tables = {table: f"{table} {name_of(manifest)}" for table in TABLES}
        with self._reading:
            for table, made in tables.items():
                self._reader.open_parquet("#opening", [str(path) for path in files[table]])
                self._reader.create_table(made, 'SELECT * FROM "#opening"')
        return published, tables
