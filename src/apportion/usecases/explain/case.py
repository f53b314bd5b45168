"""The start of every explanation: an opened allocation with its rules, shares and driver values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from apportion.core.allocation.driver_values import DriverValues, driver_values
from apportion.core.allocation.paths import Graph, SharePath, is_kept
from apportion.core.allocation.rollup import rolled_query
from apportion.core.allocation.split_inputs import usage_of
from apportion.core.allocation.split_tables import shares_query, steps_query
from apportion.core.reporting.drilldown import (
    RESOURCE,
    SERVICE,
    Part,
    biggest_query,
    explained_query,
)
from apportion.core.reporting.explain import (
    contents,
    number,
    of_owner,
    of_pool,
    ratio_roughly,
    ratio_words,
)
from apportion.core.rulebook.dimension_sql import canonical
from apportion.model.errors.base import NothingThereError
from apportion.model.focus import COST_COLUMNS
from apportion.model.money import from_units
from apportion.model.outcome import ExplanationNode, Redacted, Subject
from apportion.model.period import Period
from apportion.model.relation import AllocationTables, LabelledCosts, Query, Relation
from apportion.model.rulebook import Dimension, Pool, Rulebook
from apportion.model.split import Share, Step
from apportion.model.suggestions import closest, did_you_mean
from apportion.model.wording import join_words
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published, check_whole, find, open_tables

T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """An opened allocation to explain figures of; `most` is the number of parts that are listed."""

    published: Published
    tables: AllocationTables
    context: RunContext
    most: int
    _graphs: dict[tuple[str, date | None], Graph] = field(default_factory=dict)

    @classmethod
    def open(cls, context: RunContext, *, period: str, as_of: str, most: int) -> Case:
        """Open an allocation with its cost of the month."""
        published = find(context, period=period, as_of=as_of)
        tables = open_tables(published, context, by_day=False)
        check_whole(published, tables, context)
        return cls(published, tables, context, most)

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook of the run."""
        return self.published.rulebook

    @property
    def owner(self) -> Dimension:
        """The dimension whose values carry cost."""
        return self.rulebook.dimension(self.rulebook.owner)

    @property
    def words(self) -> str:
        """The run, rulebook and cost column, as a sentence."""
        manifest = self.published.manifest
        return (
            f"{manifest.period}: run {manifest.run} of {manifest.at}, "
            f"rulebook {self.rulebook.name}, {self.rulebook.cost}"
            + (f", accounts of {synced}." if (synced := manifest.details.get("accounts")) else ".")
        )

    def read(self, kind: Callable[..., T], query: Query) -> list[T]:
        """Run a query and read its rows as values of a class."""
        return read_rows(kind, self.context.engine.rows(query))

    def pool(self, name: str) -> Pool:
        """Find a pool's rule."""
        return next(pool for pool in self.rulebook.pools if pool.name == name)

    def charges(self, where: str) -> Relation:
        """Select charges of the month with their recorded owners, and their resources."""
        bills, owned = self.tables.bills, self.tables.owned
        rolled = self.context.engine.create_view("recorded_costs", rolled_query(owned, bills))
        costs = LabelledCosts(owned, rolled)
        query = explained_query(self.rulebook, costs, bills.keys, where=where)
        return self.context.engine.create_table("explained", query)

    def biggest(
        self,
        relation: Relation,
        where: str,
        *,
        group: str = "''",
        inner: str = RESOURCE,
        subjects: tuple[Subject, ...] = (),
    ) -> dict[tuple[str, str], tuple[ExplanationNode, ...]]:
        """The largest services with their largest resources, by currency and group.

        `subjects` are the owners and pools of the charges that `where` selects.
        """
        query = biggest_query(
            relation,
            cost=self.rulebook.cost,
            group=group,
            outer=SERVICE,
            inner=inner,
            where=where,
            biggest=self.most,
        )
        found: dict[tuple[str, str], list[Part]] = {}
        for part in self.read(Part, query):
            found.setdefault((part.currency, part.group), []).append(part)
        return {
            key: contents(parts, most=self.most, subjects=subjects) for key, parts in found.items()
        }

    def graph(self, currency: str, day: date) -> Graph:
        """The arrows that hold on a day."""
        # Days without arrows of their own are all alike: they are solved once.
        at = day if (currency, day) in self._by_day else None
        if (currency, at) not in self._graphs:
            always = self._by_day.get((currency, None), [])
            own = self._by_day[currency, at] if at else []
            self._graphs[currency, at] = Graph.of(self.rulebook, [*always, *own])
        return self._graphs[currency, at]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All arrows, sorted as the run wrote them."""
        order = ("Pool", "Within", "ChargeDay", "Target", "Driver")
        query = steps_query(self.tables.drivers, order=order)
        return tuple(self.read(Step, query))

    @cached_property
    def shares(self) -> Mapping[tuple[str, str], Sequence[Share]]:
        """All shares, by pool and currency."""
        shares: dict[tuple[str, str], list[Share]] = defaultdict(list)
        query = shares_query(self.tables.shares, order=("Pool", "Within", "ChargeDay"))
        for share in self.read(Share, query):
            shares[share.pool, share.currency].append(share)
        return shares

    def amount(self, shares: Iterable[Share]) -> Decimal:
        """Add shares up in the cost column that is explained."""
        return from_units(sum(self.cost_of(share) for share in shares))

    def cost_of(self, share: Share) -> int:
        """A share's units in the cost column that is explained."""
        return share.units[COST_COLUMNS.index(self.rulebook.cost)]

    def arrows(self, steps: Iterable[Step]) -> tuple[ExplanationNode, ...]:
        """Explain arrows; equal arrows of several days are one node."""
        alike: dict[tuple[str, ...], list[Step]] = {}
        for step in dict.fromkeys(steps):
            key = (step.pool, step.within, step.target, str(step.target_is_pool), step.driver)
            alike.setdefault(key, []).append(step)
        return tuple(self.arrow(found) for found in alike.values())

    def arrow(self, steps: Sequence[Step]) -> ExplanationNode:
        """Explain one arrow of the split graph, over all its days."""
        first = steps[0]
        source = f"{first.pool} ({first.within})" if first.within else first.pool
        pool = self.pool(first.pool)
        title = f"{source} → {'pool ' if first.target_is_pool else ''}{first.target}"
        ratios = [step.ratio for step in steps]
        target = of_pool(first.target) if first.target_is_pool else of_owner(first.target)
        own = {} if first.target_is_pool else in_brief(self.numbers(steps))
        return ExplanationNode(
            f"{title}, not split" if is_kept(first) else title,
            place=str(pool.place),
            facts={"ratio": ratio_words(*ratios), **self.numbers(steps)},
            subjects=(of_pool(first.pool), target),
            redacted=Redacted({"ratio": ratio_roughly(*ratios), **own}),
        )

    def numbers(self, steps: Sequence[Step]) -> dict[str, object]:
        """An arrow's driver value and the total, over all days, and the line of the first."""
        first = steps[0]
        if is_kept(first):
            return {"not split because": self._kept_because(first)}
        everyone = sum((self._everyone[node] for node in {_node(s) for s in steps}), Fraction())
        own = sum((step.weight for step in steps), Fraction())
        return {
            "value": number(own),
            "of total": number(everyone),
            **({"on days": len(steps)} if len(steps) > 1 else {}),
            "driver": first.driver,
            **self._in_file(first),
        }

    def readings(self, pool: Pool) -> DriverValues | None:
        """The numbers that a pool's driver file has for the period."""
        usage = usage_of(pool)
        if usage is None:
            return None
        driver = self.published.rules.drivers[usage.file]
        return driver_values(driver, Period.parse(self.published.manifest.period))

    def kept(self, shares: Iterable[Share]) -> dict[SharePath, int]:
        """The paths at whose ends shares were not split, with their units."""
        stays: dict[SharePath, int] = defaultdict(int)
        for share in shares:
            graph = self.graph(share.currency, share.day)
            start = (share.pool, share.within)
            split = graph.split(self.cost_of(share), start, owner=share.owner, kept=True)
            for way, units in split.items():
                stays[way] += units
        return stays

    def kept_words(self, way: SharePath) -> str:
        """The reason why cost was not split."""
        if way.ring:
            return "these pools serve only each other"
        found = (s for s in self.steps if (s.pool, s.within) == way.last and is_kept(s))
        return join_words(list(dict.fromkeys(map(self._kept_because, found))), last="and")

    @cached_property
    def _by_day(self) -> Mapping[tuple[str, date | None], Sequence[Step]]:
        steps: dict[tuple[str, date | None], list[Step]] = defaultdict(list)
        for step in self.steps:
            steps[step.currency, step.day].append(step)
        return steps

    @cached_property
    def _everyone(self) -> Mapping[tuple[object, ...], Fraction]:
        """The sum of all driver values, for each split."""
        sums: dict[tuple[object, ...], Fraction] = defaultdict(Fraction)
        for step in self.steps:
            sums[_node(step)] += step.weight
        return sums

    def _kept_because(self, step: Step) -> str:
        numbers = self.readings(self.pool(step.pool))
        if numbers is not None and step.day is not None and step.day not in numbers.days:
            return f"{numbers.name} has no values for the day"
        return "no eligible owner has a positive driver value"

    def _in_file(self, step: Step) -> dict[str, object]:
        """The line of a driver file, and its number where the split does not use it as it is."""
        numbers = self.readings(self.pool(step.pool))
        if numbers is None:
            return {}
        found = numbers.of(day=step.day if step.day in numbers.days else None, within=step.within)
        names = [step.target, *([self.pool(step.target).owner] if step.target_is_pool else [])]
        reading = next((found[name] for name in names if name in found), None)
        if reading is None:
            return {}
        weighed = step.driver != numbers.name
        known = {"value in file": number(reading.number)} if weighed and step.day is None else {}
        return {**known, "line": reading.place}


#: The facts of an arrow that concern its target alone: no totals of others and no condition.
_IN_BRIEF = ("value", "on days", "value in file", "line", "not split because")


def in_brief(numbers: Mapping[str, object]) -> dict[str, object]:
    """Reduce an arrow's facts to those of its target alone."""
    return {name: numbers[name] for name in _IN_BRIEF if name in numbers}


def meant(
    wanted: str, known: Sequence[str], *, kind: str, period: str, dimension: Dimension
) -> str:
    """Find a name as the allocation writes it; an alias or other case will do."""
    if wanted in known:
        return wanted
    folded = {name.casefold(): name for name in known}
    alias = canonical(dimension, [wanted]).get(wanted, "")
    found = alias if alias in known else folded.get(wanted.casefold(), "")
    if not found:
        raise nothing_like(wanted, known, kind=kind, period=period)
    return found


def nothing_like(wanted: str, known: Sequence[str], *, kind: str, period: str) -> NothingThereError:
    """Make the error for an unknown name; the closest known name is listed first."""
    meant = closest(wanted, known)
    have = list(dict.fromkeys([*filter(None, [meant]), *sorted(known)]))[:10]
    return NothingThereError(f"{kind} {wanted} in {period}", have, did_you_mean(wanted, known))


def currencies_of(case: Case, found: Iterable[str], wanted: str, *, what: str) -> list[str]:
    """The currencies there are, the rulebook's first, or the one that is wanted of them."""
    known = sorted(set(found), key=lambda each: (each != case.rulebook.currency, each))
    if not wanted:
        return known
    if wanted.upper() not in known:
        raise NothingThereError(f"{wanted} of {what}", known)
    return [wanted.upper()]


def _node(step: Step) -> tuple[object, ...]:
    return step.pool, step.within, step.currency, step.day
