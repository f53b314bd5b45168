"""The names of owners, and the owner that a written name means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from apportion.model.findings import rules
from apportion.model.findings.finding import Finding
from apportion.model.inputs import Driver
from apportion.model.rulebook import Dimension, OtherValues, Rulebook
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.tags.tag_keys import normalise_value
from apportion.model.wording import join_words

#: After so many unknown names there are no suggestions: each one is compared with every value.
_MOST_SUGGESTIONS = 100


class Values:
    """The values that a dimension can have. `known` is false if any text can be a value."""

    def __init__(self, dimension: Dimension) -> None:
        listed_only = dimension.other_values is OtherValues.REJECT
        self.known = bool(dimension.values) and listed_only
        self.names = tuple(dict.fromkeys([*(v.name for v in dimension.values), dimension.default]))
        self._spellings = {dimension.default: dimension.default} | {
            normalise_value(spelling): value.name
            for value in dimension.values
            for spelling in (*value.aliases, value.name)
        }

    def canonical(self, written: str) -> str | None:
        """Give the value as the rulebook writes it; None if the dimension cannot have it."""
        if written in self.names:
            return written
        found = self._spellings.get(normalise_value(written))
        return found or (None if self.known else written)


def check_owners(
    rulebook: Rulebook, drivers: Mapping[str, Driver] | Iterable[Driver]
) -> list[Finding]:
    """Find names in drivers that are not owners; one finding for each name and file.

    A driver must spell an owner as the rulebook does: aliases do not apply to drivers.
    Names of pools are owners too. Nothing is checked where every value is allowed.
    """
    values = Values(rulebook.dimension(rulebook.owner))
    if not values.known:
        return []
    names = [*values.names, *(pool.name for pool in rulebook.pools)]
    every = drivers.values() if isinstance(drivers, Mapping) else drivers
    return [finding for driver in every for finding in _unknown(driver, names, rulebook.owner)]


def _unknown(driver: Driver, names: Sequence[str], dimension: str) -> list[Finding]:
    known = set(names)
    lines: dict[str, list[int]] = {}
    for row in driver.rows:
        if row.owner not in known:
            lines.setdefault(row.owner, []).append(row.line)
    return [
        Finding(
            rules.UNKNOWN_DRIVER_OWNER,
            f"{driver.name}:{at[0]}",
            f"{dimension} has no value {shown(owner)}" + _more(at),
            f"one of {join_words(names)}",
            remedy=did_you_mean(owner, names) if number < _MOST_SUGGESTIONS else "",
        )
        for number, (owner, at) in enumerate(lines.items())
    ]


def _more(lines: list[int]) -> str:
    return f" (in {len(lines)} lines)" if len(lines) > 1 else ""
