"""The context of a page: a run within the user's scope, the month before, a currency, links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, CATEGORY, SERVICE, group_columns
from apportion.core.dashboard.page_rows import Paid
from apportion.model import cents
from apportion.usecases.dashboard.run_cache import ScopedRun

from .links import Links

#: The titles of the bill's columns; a dimension has its name.
_TITLES = {ACCOUNT: "account", SERVICE: "service", CATEGORY: "charge category"}

#: The owner in place of a column. No dimension has this name, as names are letters.
OWNER = "#owner"


@dataclass(frozen=True)
class PageContext:
    """The data of a page. `before` is the month before; None if it is not allocated."""

    run: ScopedRun
    before: ScopedRun | None
    currency: str
    links: Links
    currencies: tuple[str, ...] = field(default=())

    @property
    def period(self) -> str:
        """The billing month."""
        return self.run.period

    @property
    def dimension(self) -> str:
        """The name of the owner dimension."""
        return self.run.rulebook.owner

    @cached_property
    def full_access(self) -> bool:
        """Whether the user may see every owner."""
        return self.run.owners is None

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """The names of accounts by their ids."""
        return {row.id: row.name for row in self.run.rows(queries.accounts_query())}

    def check_owner(self, owner: str) -> None:
        """Raise NothingThereError for an owner without cost in this month and in the one before."""
        if self.before is None or not self.before.has_owner(owner):
            self.run.check_owner(owner)

    def explain_link(self, owner: str) -> str:
        """The address that explains an owner's total; empty without cost in this month."""
        return self.links.page("explain", owner=owner) if self.run.has_owner(owner) else ""

    def group_columns(self) -> tuple[str, ...]:
        """List the columns by which cost can be grouped."""
        return group_columns(self.run.rulebook)

    def column_title(self, column: str) -> str:
        """Write the title of a column; a dimension of the same title keeps it."""
        if column == OWNER:
            return self.dimension.replace("_", " ")
        title = _TITLES.get(column, column.replace("_", " "))
        clash = column in _TITLES and any(
            d.name.replace("_", " ").casefold() == title for d in self.run.rulebook.dimensions
        )
        return f"{title} of the bill" if clash else title

    def money(self, amount: Decimal) -> str:
        """Write an amount in the displayed currency."""
        return cents.money(amount, self.currency)

    def totals(self, run: ScopedRun | None = None) -> Paid:
        """Direct cost, shared cost and total in the displayed currency."""
        rows = (run or self.run).rows(queries.totals_query())
        found = (row for row in rows if row.name == self.currency)
        return next(found, Paid.nothing(self.currency))

    def value_label(self, column: str, value: str) -> str:
        """Write a value of a column: accounts with their names, an empty value as (none)."""
        if column == ACCOUNT and value:
            account_name = self.accounts.get(value, "")
            return f"{account_name} · {value}" if account_name else value
        return value or "(none)"
