"""The mapping of one bill: its format's mapping file, applied to the columns that the bill has.

`BillMapping` is the only value that queries, checks and comparisons take. It owns

1. the mapping file, parsed with the files it extends  `mapping_file.py`
2. the raw columns, found by what their names mean     `raw_columns.py`
3. columns that no expression uses                     `extra_columns.py`
4. expressions as SQL                                  `expressions.py`, values in `value_sql.py`
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from apportion.model.delivery import Delivery

from . import value_sql
from .expressions import Expressions
from .extra_columns import ExtraColumns, extra_columns, kept_name
from .mapping_file import MappingFile, MissingColumns, SplitCostRows, names_in
from .raw_columns import RawColumn, RawColumnKind, RawColumns, normal_name

#: Columns that totals are grouped by: texts that look alike must be one, in both implementations.
GROUPED_BY = ("BillingAccountId", "SubAccountId", "BillingCurrency")


@dataclass(frozen=True)
class BillMapping:
    """How the columns of one bill become FOCUS columns.

    `months` are the billing periods that the bill is known to have.
    """

    file: MappingFile
    columns: RawColumns
    months: tuple[str, ...] = ()

    @classmethod
    def of(cls, delivery: Delivery) -> BillMapping:
        """Apply the mapping file of a delivery to its columns."""
        return cls(
            file=MappingFile.parse(delivery.mapping),
            columns=RawColumns.of(delivery),
            months=tuple(sorted({total.period for total in delivery.stated})),
        )

    @cached_property
    def expressions(self) -> Expressions:
        """The reader of expressions that the file does not have, such as parts of them."""
        return Expressions(self.columns, self.months)

    @property
    def period(self) -> exp.Expr:
        """The billing period of a line, `YYYY-MM`."""
        return self.expressions.text(self.file.period)

    @property
    def day(self) -> exp.Expr:
        """The day on which a line's charge period starts."""
        return self.expressions.text(self.file.day)

    @cached_property
    def descriptions(self) -> dict[str, exp.Expr]:
        """Every one of focus.KEY_COLUMNS, in order, with x_Other for columns without a place."""
        texts = {
            column: self.expressions.text(expression)
            for column, expression in self.file.describe.items()
        }
        for column in GROUPED_BY:
            texts[column] = value_sql.clean(texts[column])
        texts["x_Other"] = self._other()
        return texts

    def descriptors(self) -> list[RawColumn]:
        """List the raw columns that descriptions are read from, each once.

        They come by name, so that a file with the same columns in another order has the same keys.
        """
        by_name = {column.name: column for column in self.columns.all()}
        used = {
            column.name
            for expression in self.descriptions.values()
            for column in expression.find_all(exp.Column)
            if column.this.quoted and normal_name(column.name) not in self.file.implied_columns
        }
        return [by_name[name] for name in sorted(used)]

    def quantity(self, column: str) -> exp.Expr:
        """A quantity column."""
        return self.expressions.quantity(self.file.measure[column])

    @property
    def split_cost(self) -> SplitCostRows | None:
        """How split cost rows are read; None if the bill has no such rows."""
        rows = self.file.split_cost
        return rows if rows and self.columns.has([rows.parent_resource]) else None

    @cached_property
    def extra_columns(self) -> ExtraColumns:
        """The columns that no expression uses."""
        return extra_columns(self.file, self.columns)

    def missing(self) -> list[tuple[MissingColumns, list[str]]]:
        """List the effects of missing columns, each with the columns that are missing."""
        absent = [(entry, self._absent(entry.columns)) for entry in self.file.if_missing]
        return [
            (entry, names)
            for entry, names in absent
            if names and (entry.any_of or len(names) == len(entry.columns))
        ]

    def tag_columns(self) -> list[RawColumn]:
        """List the columns of the bill that hold tags or other maps."""
        return self._found(self.file.json_columns)

    def numeric_ids(self) -> list[RawColumn]:
        """List the columns of ids that hold numbers."""
        return [column for column in self._found(self.file.id_columns) if column.is_number]

    def cost_column(self) -> RawColumn | None:
        """Find the raw column of BilledCost."""
        return next(iter(self._found(names_in(self.file.measure["BilledCost"]))), None)

    def day_column(self) -> RawColumn | None:
        """Find the raw column that days are read from."""
        return next(iter(self._found(names_in(self.file.day))), None)

    def period_column(self) -> RawColumn | None:
        """Find the raw column of billing periods; None if they are read from days."""
        return self.columns.find(names_in(self.file.period)[0])

    def _found(self, names: Iterable[str]) -> list[RawColumn]:
        return [column for column in map(self.columns.find, names) if column]

    def _absent(self, names: Iterable[str]) -> list[str]:
        return [
            name for name in names if not self.columns.find(name) and not self.columns.flat(name)
        ]

    def _other(self) -> exp.Expr:
        """Keep columns without a FOCUS column, and the text of tags that cannot be read."""
        kept = [
            (kept_name(column), value_sql.text(column))
            for column in sorted(self.extra_columns.kept, key=lambda one: one.name)
        ]
        unread = [
            (column.name, value_sql.unread_tags(column))
            for column in self.tag_columns()
            if column.holds_text or column.kind is RawColumnKind.NESTED
        ]
        if not kept and not unread:
            return value_sql.raw(None)
        return value_sql.json_of(value_sql.flat_pairs([*kept, *unread]))
