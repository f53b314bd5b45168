"""Tell which rules changed before a month was allocated, by whom, and what each change moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apportion.model.document import RulesChange, Section, Table

_NOTHING_MOVED = "It moved no money of this month."
_NOT_TOLD = (
    "What it moved cannot be told: nothing can be allocated by the rules as it left them, or as "
    "they were before."
)


@dataclass(frozen=True)
class RuleChangeEffect:
    """A change of the rules, and what it moved: by owner and currency, in money.

    None where the rules before or after it cannot be worked out.
    """

    change: RulesChange
    by_owner: Sequence[tuple[str, str, Decimal]] | None


def rules_changed(changes: Sequence[RuleChangeEffect] | None, before: str) -> Section:
    """Tell the changes since the month before; None is that no history could be read."""
    heading = f"Rules changed since {before}" if before else "Rules changed"
    if changes is None:
        sentence = "The rulebook's folder is in no Git repository, so who changed what is not told."
        return Section(heading, (sentence,))
    if not changes:
        return Section(heading, ("No rule changed.",))
    return Section(heading, sections=tuple(map(_told, changes)))


def _told(moved: RuleChangeEffect) -> Section:
    change = moved.change
    rows = [
        {"owner": owner, "currency": currency, "moved": amount}
        for owner, currency, amount in moved.by_owner or ()
        if abs(amount) >= Decimal("0.005")
    ]
    words = f"{change.author}, {change.at[:10]}, commit {change.commit[:10]}."
    nothing = () if rows else (_NOT_TOLD if moved.by_owner is None else _NOTHING_MOVED,)
    table = Table(("owner", "currency", "moved"), tuple(rows)) if rows else None
    return Section(change.subject, (words, *nothing), table, lines=change.diff)
