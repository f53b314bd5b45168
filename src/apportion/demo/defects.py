"""The defects planted in the bills, with the money that hangs on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from . import company
from .deterministic_random import Ints
from .fleet import Fleet
from .lines import LineKind, Sums
from .months import DemoMonth
from .tagging import Style


@dataclass(frozen=True)
class Defect:
    """One defect in one delivery; money is EffectiveCost, as exact decimal text."""

    name: str
    period: str
    restated: bool
    lines: int
    effective: str


#: What each defect is, in the words of docs/explanation/demo.md.
MEANING: Mapping[str, str] = {
    "tag key variant": "resources tagged `costcenter` instead of `CostCenter`",
    "misspelt value": "a cost centre that can be read: `fin100`, `Fin-100`, `finance 100`",
    "unknown value": "a cost centre that cannot be read: `TBD`, `ECOM-2OO` with a letter O",
    "missing tag": "resources with other tags but no cost centre",
    "inconsistent project": "a project whose dev or staging resources name another cost centre",
    "handed-over account": "usage in loyalty-prod, which changed hands on 17 August 2026",
    "unowned account": "usage in sandbox, which no lookup names",
    "unused commitment": "what was paid for Savings Plans and reservations and used by nobody",
}

_STYLES = {
    "tag key variant": Style.KEY_VARIANT,
    "misspelt value": Style.MISSPELT,
    "unknown value": Style.UNKNOWN,
    "missing tag": Style.MISSING,
    "inconsistent project": Style.INCONSISTENT,
}
_ACCOUNTS = {"handed-over account": "loyalty-prod", "unowned account": "sandbox"}


def defects_of(fleet: Fleet, month: DemoMonth, sums: Sums) -> list[Defect]:
    """Count the defects of one delivery."""
    found = [
        _of_streams(name, month, fleet.style == style, sums) for name, style in _STYLES.items()
    ]
    for name, account in _ACCOUNTS.items():
        own = fleet.account == company.account_number(account)
        found.append(_of_streams(name, month, own, sums))
    fees = (LineKind.SavingsPlanRecurringFee, LineKind.RIFee)
    found.append(
        Defect(
            "unused commitment",
            str(month.period),
            month.restated,
            sum(sums.lines_of.get(kind, 0) for kind in fees),
            company.dollars(sum(sums.effective_of.get(kind, 0) for kind in fees)),
        )
    )
    return found


def _of_streams(name: str, month: DemoMonth, streams: Ints, sums: Sums) -> Defect:
    at = np.flatnonzero(streams)
    return Defect(
        name,
        str(month.period),
        month.restated,
        int(sums.usage_lines[at].sum()),
        company.dollars(int(sums.usage_effective[at].sum())),
    )
