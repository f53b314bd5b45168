"""Tell when files of one delivery hold the same charges: two deliveries, read as one, count twice.

Exports that run daily write the month so far each time, its past days a little restated, a final
report lies beside the open one, one table is saved as .csv and as .csv.gz. No file says so, but the
same charges stand in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apportion.core.templates import each, name, sql
from apportion.model.charges import ChargeQueries
from apportion.model.delivery import BillFile, Delivery
from apportion.model.findings.deliveries import CHARGES_TWICE
from apportion.model.findings.finding import Finding

from .raw_columns import RawColumns, normal_name

#: So many lines of each file are compared; what repeats a file repeats its beginning.
_MOST_LINES = 10_000

#: A bill may hold charges that are alike; a part cut off from it shares few with the rest.
_ENOUGH = 20
_PART_OF_MANY = 10

_COSTS = ("BilledCost", "line_item_unblended_cost")
_TIMES = (
    *("ChargePeriodStart", "BillingPeriodStart"),
    *("line_item_usage_start_date", "bill_billing_period_start_date"),
)


@dataclass(frozen=True)
class DuplicatePair:
    """Two files by their numbers: charges alike, of how many that the smaller one shows.

    `near` are kinds of charge with nearly the same cost, of `kinds` of the smaller one.
    """

    one: int
    other: int
    alike: int
    fewer: int
    near: int
    kinds: int

    @property
    def repeated(self) -> bool:
        """Whether one repeats the other, to the last digit or restated."""
        some = self.alike >= _ENOUGH and self.alike * _PART_OF_MANY >= self.fewer
        return some or self.alike * 2 >= self.fewer or self.near * 2 >= self.kinds


def worth_comparing(files: Sequence[BillFile]) -> list[BillFile]:
    """List the files that nothing says to be parts of one delivery; one alone repeats nothing."""
    unlisted = [file for file in files if file.rows and not file.listed]
    return unlisted if len(unlisted) > 1 else []


def charges_query(
    delivery: Delivery, queries: ChargeQueries, files: Sequence[tuple[str, Sequence[str]]]
) -> str:
    """Compare files; each has the name of its view, and the names of its columns."""
    columns = RawColumns.of(delivery)
    cost, *_ = (found for found in map(columns.find, _COSTS) if found)
    told = {column.name for column in map(columns.find, _TIMES) if column}
    told |= {
        column
        for column in columns.names()
        if name(column) in queries.descriptors and "invoice" not in normal_name(column)
    }
    for _, there in files:  # what one file lacks tells nothing apart
        told &= {column for column in told if column.lower() in set(map(str.lower, there))}
    parts = (
        sql(
            "core/billing/charges_of_file",
            number=str(number),
            told=each(map(name, sorted(told)), ", "),
            file=name(view),
            cost=name(cost.name),
            most=str(_MOST_LINES),
        )
        for number, (view, _) in enumerate(files)
    )
    return sql("core/billing/charges_twice", charges=each(parts, " UNION ALL "))


def charges_twice(files: Sequence[BillFile], pairs: Sequence[DuplicatePair]) -> list[Finding]:
    """Name the files that repeat others, each once."""
    findings: dict[int, Finding] = {}
    for pair in pairs:
        if pair.repeated:
            findings.setdefault(pair.other, _finding(files, pair))
    return list(findings.values())


def _in_both(pair: DuplicatePair) -> str:
    if pair.alike * pair.kinds >= pair.near * pair.fewer:
        return f"{pair.alike:,} of {pair.fewer:,} that were compared stand in both"
    return f"{pair.near:,} of {pair.kinds:,} that were compared stand in both, a little restated"


def _finding(files: Sequence[BillFile], pair: DuplicatePair) -> Finding:
    return Finding(
        CHARGES_TWICE,
        files[pair.other].name,
        f"charges of {files[pair.one].name}",
        expected="every charge in one file",
        found=_in_both(pair),
        remedy="Give only the newest export of a month. If both are meant, put them into one file.",
    )
