"""What a page is made from: a run as somebody sees it, the month before, a currency, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from apportion.core.dashboard import queries
from apportion.core.dashboard.aggregates import ACCOUNT, CATEGORY, SERVICE, group_columns
from apportion.model.row import Row
from apportion.usecases.dashboard.run_cache import ScopedRun

from . import formatting
from .links import Links

#: The columns of a bill as pages call them; dimensions go by their own names.
_TITLES = {ACCOUNT: "account", SERVICE: "service", CATEGORY: "kind of charge"}

#: In the place of a column: who pays. No dimension is called so, as names are of letters.
OWNER = "#owner"


@dataclass(frozen=True)
class PageContext:
    """Everything a page may look at. `before` is None where there is no month before."""

    sight: ScopedRun
    before: ScopedRun | None
    currency: str
    links: Links
    currencies: tuple[str, ...] = field(default=())

    @property
    def period(self) -> str:
        """The billing month."""
        return self.sight.period

    @property
    def dimension(self) -> str:
        """The dimension whose values carry cost."""
        return self.sight.rulebook.owner

    @cached_property
    def everything(self) -> bool:
        """Whether every owner is seen."""
        return self.sight.owners is None

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """The names of accounts by their ids."""
        found = self.sight.rows(queries.accounts_query())
        return {str(row["id"]): str(row["name"] or "") for row in found}

    def check_owner(self, owner: str) -> None:
        """Raise NothingThereError for an owner seen neither in the month nor in the one before."""
        if self.before is None or not self.before.has_owner(owner):
            self.sight.check_owner(owner)

    def explanation(self, owner: str) -> str:
        """The address that explains an owner's total; empty without cost in this month."""
        return self.links.page("explain", owner=owner) if self.sight.has_owner(owner) else ""

    def cuts(self) -> tuple[str, ...]:
        """List the columns that cost can be cut by."""
        return group_columns(self.sight.rulebook)

    def titled(self, cut: str) -> str:
        """Write a column's name for people, told apart from a dimension of the same name."""
        if cut == OWNER:
            return self.dimension.replace("_", " ")
        title = _TITLES.get(cut, cut.replace("_", " "))
        clash = cut in _TITLES and any(
            d.name.replace("_", " ").casefold() == title for d in self.sight.rulebook.dimensions
        )
        return f"{title} of the bill" if clash else title

    def money(self, amount: object, *, signed: bool = False) -> str:
        """Write an amount in the currency that is shown."""
        return formatting.money(amount, self.currency, signed=signed)

    def totals(self, sight: ScopedRun | None = None) -> Row:
        """What is paid in the currency that is shown."""
        rows = (sight or self.sight).rows(queries.totals_query())
        nothing = {"currency": self.currency, **dict.fromkeys(("direct", "shared", "total"), _ZERO)}
        return next((row for row in rows if row["currency"] == self.currency), nothing)

    def called(self, cut: str, value: object) -> str:
        """Write a value of a column for people: accounts with their names, nothing as (none)."""
        written = "" if value is None else str(value)
        if cut == ACCOUNT and written:
            named = self.accounts.get(written, "")
            return f"{named} · {written}" if named else written
        return written or "(none)"


_ZERO = Decimal()


def money_of(value: object) -> Decimal:
    """Take a value of a row as an amount; none is zero."""
    return value if isinstance(value, Decimal) else _ZERO


def sign_of(currency: str) -> str:
    """The sign that stands before amounts on axes; a code has a space behind."""
    zero = formatting.money(_ZERO, currency)
    return zero[: zero.index("0")] or f"{currency} "
