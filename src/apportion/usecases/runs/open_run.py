"""Open what a run published: its tables, and the rules it went by, as they were then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from apportion.core.billing.bill_identity import not_read
from apportion.core.billing.retention import deliveries_of, expired, number_of
from apportion.core.close.changes_since import after_close
from apportion.core.close.decisions import standing
from apportion.core.rulebook.inputs.account_facts import read_facts
from apportion.core.rulebook.inputs.drivers import read_driver
from apportion.core.rulebook.inputs.lookups import read_lookup
from apportion.core.rulebook.read import read_rulebook
from apportion.core.templates import name, query
from apportion.model.aws.accounts import AccountFacts
from apportion.model.errors.base import LedgerDamagedError, NothingThereError, NotWhatWasProvedError
from apportion.model.errors.retention import ExpiredError
from apportion.model.findings.deliveries import NOT_ALLOCATED
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.inputs import Driver, Lookup, lookup_key
from apportion.model.manifest import Input, Manifest, RunKind
from apportion.model.money import from_units, text, to_units
from apportion.model.relation import AllocationTables
from apportion.model.rulebook import Rulebook
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows

from .history import periods
from .ledger_views import open_allocations, open_bills
from .load_rules import Rules, named_files

_NONE = AccountFacts()


class _Paid(NamedTuple):
    currency: str
    cost: Decimal


@dataclass(frozen=True)
class Published:
    """An allocation: its record, the rules in force then, and the deliveries it read."""

    manifest: Manifest
    rules: Rules
    bills: dict[str, Manifest]
    later: tuple[Finding, ...] = ()  # deliveries that came after the newest allocation

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook that the run went by."""
        return self.rules.rulebook


def allocated_periods(context: RunContext) -> list[str]:
    """List the periods that have an allocation, oldest first; raises if there is none."""
    return periods(context.ledger.runs(), RunKind.ALLOCATE)


def find(context: RunContext, *, period: str, as_of: str = "") -> Published:
    """Find a period's allocation, with its rules and deliveries; see `allocation`."""
    runs = context.ledger.runs()
    manifest = allocation(runs, period, as_of)
    read = deliveries_of(manifest, runs)
    bills = {bill: runs[number - 1] for bill, number in read.items()}
    later = () if as_of else tuple(_later(manifest, runs))
    return Published(manifest, kept_rules(manifest, context), bills, later)


def allocation(runs: Sequence[Manifest], period: str, as_of: str = "") -> Manifest:
    """Find a period's allocation: the newest one, or the newest at `as_of`.

    Without `as_of`, that of a closed month is the one on which it was closed.

    `as_of` is a run's id (or its beginning), or a time like 2026-10-03 or 2026-10-03T12:00:00Z.
    Raises NothingThereError, and ExpiredError for one whose files are gone.
    """
    of_period = [run for run in runs if run.kind is RunKind.ALLOCATE and run.period == period]
    if not of_period:
        have = sorted({run.period for run in runs if run.kind is RunKind.ALLOCATE})
        raise NothingThereError(f"allocation of {period}", have, "Run `apportion allocate` first.")
    closed = None if as_of else standing(runs, period).closed
    found = at(of_period, closed.run if closed else as_of)
    check_readable(found, runs)
    return found


def check_readable(run: Manifest, runs: Sequence[Manifest]) -> None:
    """Raise ExpiredError for a run that was expired; it must be one of these."""
    gone = expired(runs)
    if expiry := gone.get(number_of(run, runs)):
        readable = [
            f"{each.run} of {each.at}"
            for number, each in enumerate(runs, start=1)
            if (each.kind, each.period) == (run.kind, run.period) and number not in gone
        ]
        raise ExpiredError(run.run, run.period, (run.at, expiry.at), readable)


def _later(allocation: Manifest, runs: Sequence[Manifest]) -> Iterator[Finding]:
    held = standing(runs, allocation.period)
    if held.booked:
        yield from after_close(held.booked, runs)
        return
    for delivered in not_read(allocation, runs):
        yield Finding(
            NOT_ALLOCATED,
            f"{allocation.period} bill {delivered.bill}",
            f"the delivery of {delivered.at}, run {delivered.run}",
            expected="an allocation that includes it",
            found=f"run {allocation.run} of {allocation.at}",
            remedy=f"Run `apportion allocate --period {allocation.period}`.",
        )


def at(runs: Sequence[Manifest], as_of: str) -> Manifest:
    """Pick the newest run, the one with this id, or the newest that was there at a time."""
    if not as_of:
        return runs[-1]
    by_id = [run for run in runs if run.run.startswith(as_of)]
    # A day counts to its end: what stands at 2026-10-03 was recorded on that day or before.
    before = [run for run in runs if run.at[: len(as_of)] <= as_of]
    dated = len(as_of) >= len("2026-10") and as_of[4:5] == "-"
    found = by_id or (before if dated else [])
    if not found:
        raise NothingThereError(f"run {as_of}", [f"{run.run} of {run.at}" for run in runs])
    return found[-1]


def open_tables(
    published: Published, context: RunContext, *, by_day: bool = True
) -> AllocationTables:
    """Open an allocation and its bills as the run recorded them.

    Without days, `allocations` has the cost of the month, and many times less is read.
    """
    manifest = published.manifest
    bills = open_bills(published.bills, context)
    files = context.ledger.files("allocations", manifest)
    owned, allocations = open_allocations(files, bills, context, by_day=by_day)
    shares, drivers = (
        context.engine.open_parquet(table, context.ledger.files(table, manifest))
        for table in ("shares", "drivers")
    )
    return AllocationTables(bills, owned, allocations, shares, drivers, by_day=by_day)


def check_whole(published: Published, tables: AllocationTables, context: RunContext) -> None:
    """Raise unless the open tables add up to what was proved; who reads them relies on it."""
    manifest, cost = published.manifest, published.rulebook.cost
    if (manifest.run, tables.by_day) in context.whole:
        return
    place = COST_COLUMNS.index(cost)
    proved: dict[str, int] = {}
    for total in manifest.totals:
        if total.stage == "allocated":
            units = to_units(Decimal(total.amounts[place]))
            proved[total.currency] = proved.get(total.currency, 0) + units
    whole = query(
        "usecases/runs/whole",
        cost=name(cost),
        allocations=tables.allocations,
        shares=tables.shares,
    )
    paid = read_rows(_Paid, context.engine.rows(whole))
    found = {row.currency: to_units(row.cost) for row in paid}
    for currency in sorted(proved.keys() | found.keys()):
        expected, there = proved.get(currency, 0), found.get(currency, 0)
        if expected != there:
            words = (f"{text(from_units(units))} {currency}".strip() for units in (expected, there))
            raise NotWhatWasProvedError(manifest.period, manifest.run, *words)
    context.whole.add((manifest.run, tables.by_day))


def kept_rules(manifest: Manifest, context: RunContext) -> Rules:
    """Read the rulebook, lookups and drivers that a run went by, as the ledger kept them.

    Their bytes are verified each time, and understood once.
    """
    kept = [(file, context.ledger.read_input(file.sha256)) for file in manifest.inputs]
    if manifest.inputs not in context.rules:
        context.rules[manifest.inputs] = _understand(manifest, kept)
    return context.rules[manifest.inputs]


def _understand(manifest: Manifest, kept: Sequence[tuple[Input, bytes]]) -> Rules:
    written = next(file for file in manifest.inputs if file.role == "rulebook")
    source = next(content for file, content in kept if file is written).decode("utf-8-sig")
    rulebook, _findings = read_rulebook(source, name=written.name)
    if rulebook is None:
        raise LedgerDamagedError(written.name, "a readable rulebook", "one that cannot be read")
    texts = {(file.role, file.name): content.decode("utf-8-sig") for file, content in kept}
    accounts = next(
        (read_facts(text) for (role, _), text in texts.items() if role == "accounts"), _NONE
    )
    lookups: dict[str, Lookup] = {}
    drivers: dict[str, Driver] = {}
    for role, file, dimension, _place in named_files(rulebook):
        if role == "lookup":
            lookup, _ = read_lookup(texts[role, file], name=file, dimension=dimension)
            lookups |= {lookup_key(dimension, file): lookup} if lookup else {}
        else:
            driver, _ = read_driver(texts[role, file], name=file)
            drivers |= {file: driver} if driver else {}
    return Rules(rulebook, source, lookups, drivers, tuple(kept), accounts)
