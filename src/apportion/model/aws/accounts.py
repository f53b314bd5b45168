"""The accounts of an organisation, as they were seen, and the days on which they were so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: What rules may take from accounts beside their tags, by the name of the column.
NAME = "SubAccountName"
UNIT = "x_OrganizationalUnit"


@dataclass(frozen=True)
class Account:
    """What was seen of one account. `unit` is its organisational unit by names, from the top.

    An account in no unit has the name of the root. `tags` are sorted by key.
    """

    id: str
    name: str
    unit: str
    tags: tuple[tuple[str, str], ...]
    state: str


@dataclass(frozen=True)
class Organization:
    """All accounts of an organisation, as they were seen at once."""

    id: str
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class DateRange:
    """Days on which an account was so; `synced` is the day on which that was first seen."""

    account: Account
    valid_from: date  # inclusive; date.min: for all the past
    valid_to: date  # inclusive; date.max: until something else is seen
    synced: date


@dataclass(frozen=True)
class AccountFact:
    """What rules use of an account from a day on; each value stands for one of the columns."""

    account: str
    begins: date
    values: tuple[str | None, ...]
    synced: date


@dataclass(frozen=True)
class AccountFacts:
    """What a rulebook takes from the accounts of a bill; without columns it takes nothing.

    A fact holds until the next one of its account begins. `versions` maps organisations to the
    runs that synchronised them last.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[AccountFact, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
