"""Find files of one delivery that hold the same charges: two deliveries read as one count twice.

Exports that run daily write the month so far each time, with earlier days slightly restated; a
final report is in the folder of the open one; one table is saved as .csv and as .csv.gz. No file
states this, but the same charges are in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apportion.core.templates import each, name, query
from apportion.model.delivery import BillFile, Delivery
from apportion.model.findings.deliveries import CHARGES_TWICE
from apportion.model.findings.finding import Finding
from apportion.model.relation import Query, Relation, union

from .mapping import BillMapping
from .raw_columns import normal_name

#: Lines of each file that are compared; a file that repeats another repeats its first lines.
_LINES_COMPARED = 10_000

#: A bill may hold equal charges; two parts of one bill have few charges in common.
_MIN_EQUAL = 20
_EQUAL_IN = 10


@dataclass(frozen=True)
class DuplicatePair:
    """Two files by their numbers, with the charges that both hold.

    `alike` charges are equal, of `fewer` in the smaller file. `near` descriptions have nearly the
    same cost, of `kinds` in the smaller file.
    """

    one: int
    other: int
    alike: int
    fewer: int
    near: int
    kinds: int

    @property
    def repeated(self) -> bool:
        """Whether one file repeats the other, to the last digit or restated."""
        some = self.alike >= _MIN_EQUAL and self.alike * _EQUAL_IN >= self.fewer
        return some or self.alike * 2 >= self.fewer or self.near * 2 >= self.kinds


def worth_comparing(files: Sequence[BillFile]) -> list[BillFile]:
    """List the files that no manifest lists as parts of one delivery, if there are several."""
    unlisted = [file for file in files if file.rows and not file.listed]
    return unlisted if len(unlisted) > 1 else []


def charges_query(delivery: Delivery, files: Sequence[tuple[Relation, Sequence[str]]]) -> Query:
    """Compare files; each has its view, and the names of its columns."""
    mapping = BillMapping.of(delivery)
    cost = mapping.cost_column()
    assert cost
    compared = {column.name for column in (mapping.day_column(), mapping.period_column()) if column}
    compared |= {
        column.name for column in mapping.descriptors() if "invoice" not in normal_name(column.name)
    }
    for _, columns in files:  # a column that one file does not have makes no charges differ
        present = set(map(str.lower, columns))
        compared = {column for column in compared if column.lower() in present}
    parts = (
        query(
            "core/billing/charges_of_file",
            number=str(number),
            compared=each(map(name, sorted(compared)), ", "),
            file=view,
            cost=name(cost.name),
            limit=str(_LINES_COMPARED),
        )
        for number, (view, _) in enumerate(files)
    )
    return query("core/billing/charges_twice", charges=union(parts))


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
        expected="every charge in one file only",
        found=_in_both(pair),
        remedy="Ingest only the latest export of a month. If both are correct, merge them into "
        "one file.",
    )
