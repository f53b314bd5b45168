"""Compare two allocations, or one with what the rules would make of it now, cause by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from apportion.core.allocation.rollup import OwnerCost, own_by_owner_query, rolled_query
from apportion.core.billing.bill_identity import newest
from apportion.core.reporting.compare import (
    Paid,
    Stages,
    changes,
    columns,
    counted,
    labelled_as_before_query,
    labels_before_query,
    lines_changed,
    numbers_of,
)
from apportion.core.rulebook.inputs.dated_values import accounts_moved, lookup_moved
from apportion.model.cents import money
from apportion.model.errors.base import FindingsError, NothingThereError, OwnersDifferError
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest, RunKind
from apportion.model.money import from_units, to_units
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.relation import BillTables, LabelledCosts, Relation
from apportion.model.result_columns import CAUSES
from apportion.model.wording import plural
from apportion.usecases.allocate.check_labels import check_labels
from apportion.usecases.allocate.label_keys import Labels, label
from apportion.usecases.allocate.split_costs import pool_costs, split_costs
from apportion.usecases.aws.accounts import with_accounts
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.nowcast.incomplete import incomplete_messages
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.ledger_views import open_bills
from apportion.usecases.runs.load_rules import Rules, rules_for
from apportion.usecases.runs.open_run import Published, find


@dataclass(frozen=True)
class Side:
    """One of the two: a month's deliveries and the rules for them.

    `paid` is what owners pay, where the ledger has a record of it.
    """

    name: str
    period: Period
    bills: Mapping[str, Manifest]
    rules: Rules
    findings: tuple[Finding, ...] = ()
    recorded: bool = True
    paid: Paid | None = None


def allocated(context: RunContext, written: str) -> Side:
    """Find an allocation: a month's newest, or the run with this id or its beginning."""
    runs = [run for run in context.ledger.runs() if run.kind is RunKind.ALLOCATE]
    try:
        period = str(Period.parse(written))
        published = find(context, period=period)
    except ValueError:
        found = [run for run in runs if written and run.run.startswith(written)]
        if not found:
            known = [f"{run.run} of {run.period}" for run in runs]
            raise NothingThereError(f"allocation {written}", known) from None
        published = find(context, period=found[-1].period, as_of=found[-1].run)
    return recorded(context, published)


def recorded(context: RunContext, published: Published) -> Side:
    """Take an allocation with what its record says that owners pay."""
    manifest = published.manifest
    name = f"{manifest.period} run {manifest.run}"
    paid = _recorded(manifest, published.rulebook.cost, version=context.version)
    return Side(name, Period.parse(manifest.period), published.bills, published.rules, paid=paid)


def planned(context: RunContext, period: Period, *, rulebooks: Path, beside: Path) -> Side:
    """What an allocation of a month would be now, by its newest bills and the rules as they are."""
    bills = newest(context.ledger.runs(), RunKind.INGEST, str(period))
    if not bills:
        raise NothingThereError(f"bill of {period}", [], "Ingest it first.")
    rules, findings = rules_for(period, rulebooks, beside)
    if rules is None:
        raise FindingsError(findings)
    rules = with_accounts(rules, period, bills, context)
    name = f"{period} by the current rules"
    return Side(name, period, bills, rules, tuple(findings), recorded=False)


def compare(context: RunContext, before: Side, after: Side) -> Outcome:
    """Compare each owner's cost before and after, by cause; nothing is recorded.

    Causes are changed in the order of `CAUSES`. A cause that comes earlier takes what two of them
    move together.
    """
    owner = after.rules.rulebook.owner
    if before.rules.rulebook.owner != owner:
        raise OwnersDifferError(before.rules.rulebook.owner, owner)
    stages, findings = _stages(context, before, after)
    shown = (*after.findings, *findings)
    words = (*_words(before, after, stages), *_incomplete(before, after, context))
    return Outcome(columns(owner), tuple(changes(stages, owner)), shown, words)


def _incomplete(before: Side, after: Side, context: RunContext) -> tuple[str, ...]:
    """Sentences about days that look cheap because their bill is not complete."""
    found = (
        sentence
        for side in (before, after)
        for sentence in incomplete_messages(
            str(side.period), side.bills, side.rules.rulebook.cost, context
        )
    )
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Applied:
    """Rules applied to the bills of a month; labels and the split are made when first used.

    Labels are tables of the engine, which the next labels replace: so they are used before others
    are made. `alike` are other rules with the same labels.
    """

    rules: Rules
    period: Period
    bills: BillTables
    context: RunContext
    known: Paid | None = None
    alike: _Applied | None = None

    @property
    def paid(self) -> Paid:
        """What owners pay, direct and shared together."""
        return self._split[0] if self.known is None else self.known

    @property
    def findings(self) -> list[Finding]:
        """What is wrong with the labels and the split."""
        found = check_labels(self.rules, self.labels, self.bills, self.context)
        return [*found, *self._split[1]]

    @cached_property
    def labels(self) -> Labels:
        """The owner of each key."""
        return self.alike.labels if self.alike else label(self.rules, self.bills, self.context)

    @cached_property
    def _split(self) -> tuple[Paid, list[Finding]]:
        return _paid(self.context, self.period, self.rules, self.labels.costs, self.bills)

    def by(self, rules: Rules, known: Paid | None) -> _Applied:
        """Apply other rules to the same bills: only what differs is done again."""
        alike = _label_rules(self.rules) == _label_rules(rules)
        if alike and self.rules.drivers == rules.drivers:
            return self
        return replace(self, rules=rules, known=known, alike=self if alike else None)


def _stages(context: RunContext, before: Side, after: Side) -> tuple[Stages, list[Finding]]:
    bills = open_bills(before.bills, context)
    last = _Applied(before.rules, before.period, bills, context, before.paid)
    first = last.paid
    by_cause = dict.fromkeys(CAUSES, first)
    old = _rules_of_before(before, after)
    if _runs(before) != _runs(after):
        days = _labels_before(before, after, last.labels.costs, bills, context)
        bills = open_bills(after.bills, context)
        last = _Applied(old, after.period, bills, context)
        by_cause["tags"] = last.paid
        as_before = _labelled_as_before(before, days, last.labels.costs.labelled, bills, context)
        bill, _ = _paid(context, after.period, old, as_before, bills)
        same = before.period == after.period
        by_cause["usage"], by_cause["restated"] = (first if same else bill), bill
    kept = {file: old.drivers.get(file, driver) for file, driver in after.rules.drivers.items()}
    for cause, rules in (
        ("accounts", _with_values_of(old, after.rules)),
        ("rules", replace(after.rules, drivers=kept)),
        ("drivers", after.rules),
    ):
        last = last.by(rules, after.paid if rules == after.rules else None)
        by_cause[cause] = last.paid
    if after.recorded:  # its findings were shown, and stopped it, when it was made
        return Stages(first, by_cause), []
    findings = last.findings
    stop_if_failing(findings)
    return Stages(first, by_cause), findings


def _label_rules(rules: Rules) -> tuple[object, ...]:
    """The part of rules that labels depend on; a split depends on the drivers, too."""
    return rules.rulebook, rules.lookups, rules.accounts.columns, rules.accounts.rows


def paid_by(context: RunContext, side: Side, rules: Rules) -> Paid:
    """What owners would pay of a month by other rules, by currency and owner."""
    bills = open_bills(side.bills, context)
    rules = with_accounts(rules, side.period, side.bills, context)
    return _Applied(rules, side.period, bills, context).paid


def _labels_before(
    before: Side, after: Side, costs: LabelledCosts, bills: BillTables, context: RunContext
) -> Relation:
    days = labels_before_query(
        before.rules.rulebook, costs, bills.keys, before=before.period, after=after.period
    )
    return context.engine.create_table("labels before", days)


def _labelled_as_before(
    before: Side, days: Relation, labelled: Relation, bills: BillTables, context: RunContext
) -> LabelledCosts:
    labels = labelled_as_before_query(before.rules.rulebook, days, labelled, bills.keys)
    as_before = context.engine.create_table("labelled as before", labels)
    rolled = context.engine.create_table("rolled as before", rolled_query(as_before, bills))
    return LabelledCosts(as_before, rolled)


def _rules_of_before(before: Side, after: Side) -> Rules:
    """The rules of the earlier month for the later one: what is dated has the same day of it."""
    months = before.period, after.period
    rules = before.rules
    return replace(
        rules,
        lookups={key: lookup_moved(lookup, *months) for key, lookup in rules.lookups.items()},
        drivers={file: numbers_of(driver, *months) for file, driver in rules.drivers.items()},
        accounts=accounts_moved(rules.accounts, *months),
    )


def _with_values_of(old: Rules, new: Rules) -> Rules:
    """The old rules with the new values of lookups and accounts that have the same columns."""
    lookups = {
        key: found if (found := new.lookups.get(key, lookup)).columns == lookup.columns else lookup
        for key, lookup in old.lookups.items()
    }
    same = new.accounts.columns == old.accounts.columns
    return replace(old, lookups=lookups, accounts=new.accounts if same else old.accounts)


def _paid(
    context: RunContext, period: Period, rules: Rules, costs: LabelledCosts, bills: BillTables
) -> tuple[dict[tuple[str, str], int], list[Finding]]:
    """What owners pay of labelled costs, direct and shared together."""
    rulebook = rules.rulebook
    own = context.engine.rows(own_by_owner_query(rulebook, costs))
    paid = {(row.currency, row.owner): to_units(row.cost) for row in read_rows(OwnerCost, own)}
    pools = pool_costs(rules, costs.labelled, bills, context)
    split = split_costs(period, rules, pools, costs, context)
    place = COST_COLUMNS.index(rulebook.cost)
    for share in split.shares:
        key = share.currency, share.owner
        paid[key] = paid.get(key, 0) + share.units[place]
    return paid, list(split.findings)


def _recorded(manifest: Manifest, cost: str, *, version: str) -> Paid | None:
    """What owners pay by the record of a run; None where another version wrote it.

    Then both sides are derived by this version, so that a difference is one of rules or data.
    """
    if manifest.version != version:
        return None
    place = COST_COLUMNS.index(cost)
    return {
        (each.currency, each.owner): to_units(Decimal(each.own[place]))
        + to_units(Decimal(each.shared[place]))
        for each in manifest.owners
    } or None


def _runs(side: Side) -> list[str]:
    return sorted(manifest.run for manifest in side.bills.values())


def _words(before: Side, after: Side, stages: Stages) -> tuple[str, ...]:
    diff = rules_diff(before, after)
    came, went = counted(diff)
    rules = (
        f"{plural(came, 'line')} of the rulebook added and {went} removed"
        if diff
        else "the same rulebook"
    )
    numbers = [
        file
        for file, driver in after.rules.drivers.items()
        if (old := before.rules.drivers.get(file)) and old.sha256 != driver.sha256
    ]
    changed = f"; other driver values in {', '.join(numbers)}" if numbers else ""
    return (f"{before.name}, then {after.name}: {rules}{changed}.", *_moved(stages))


def _moved(stages: Stages) -> Sequence[str]:
    """The cost that a cause only moved between owners."""
    steps = [stages.before, *(stages.by_cause[cause] for cause in CAUSES)]
    sentences = []
    for cause, (old, new) in zip(CAUSES, pairwise(steps), strict=True):
        for currency in sorted({currency for currency, _ in (*old, *new)}):
            keys = {key for key in (*old, *new) if key[0] == currency}
            moves = [new.get(key, 0) - old.get(key, 0) for key in sorted(keys)]
            up = sum(move for move in moves if move > 0)
            net = sum(moves)
            if any(moves) and not net:
                amount = money(from_units(up), currency)
                sentences.append(f"{cause.capitalize()} moved {amount} between owners.")
    return sentences


def rules_diff(before: Side, after: Side) -> tuple[str, ...]:
    """What differs between the two rulebooks, line by line."""
    old, new = before.rules, after.rules
    return lines_changed(old.text, new.text, old=old.rulebook.name, new=new.rulebook.name)
