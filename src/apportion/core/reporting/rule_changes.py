"""The section of the review about changed rules: author, commit and effect of each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apportion.model.document import RulesChange, Section, Table

_NO_EFFECT = "No effect on the cost of this month."
_UNKNOWN_EFFECT = (
    "The effect is unknown: the rules before or after this change cannot be used for an allocation."
)


@dataclass(frozen=True)
class RuleChangeEffect:
    """A change of the rules, and its effect by owner and currency, in money.

    None where the rules before or after it cannot be used.
    """

    change: RulesChange
    by_owner: Sequence[tuple[str, str, Decimal]] | None


def rules_changed(changes: Sequence[RuleChangeEffect] | None, before: str) -> Section:
    """List the changes since the month before; `changes` is None where there is no history."""
    heading = f"Rules changed since {before}" if before else "Rules changed"
    if changes is None:
        sentence = (
            "The rulebook's folder is not in a Git repository, so changes of rules are unknown."
        )
        return Section(heading, (sentence,))
    if not changes:
        return Section(heading, ("No rule changed.",))
    return Section(heading, sections=tuple(map(_section, changes)))


def _section(effect: RuleChangeEffect) -> Section:
    change = effect.change
    rows = [
        {"owner": owner, "currency": currency, "change": amount}
        for owner, currency, amount in effect.by_owner or ()
        if abs(amount) >= Decimal("0.005")
    ]
    words = f"{change.author}, {change.at[:10]}, commit {change.commit[:10]}."
    nothing = () if rows else (_UNKNOWN_EFFECT if effect.by_owner is None else _NO_EFFECT,)
    table = Table(("owner", "currency", "change"), tuple(rows)) if rows else None
    return Section(change.subject, (words, *nothing), table, lines=change.diff)
