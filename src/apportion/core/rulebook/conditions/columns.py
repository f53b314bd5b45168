"""The columns that rules may use, found by name without regard to case."""

from __future__ import annotations

import re
from collections.abc import Collection

from apportion.model import focus
from apportion.model.aws.accounts import UNIT
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

from .column_aliases import column_called, is_amount_of_cur, is_time_of_cur, tag_called

_OWN = re.compile(r"x_[A-Za-z0-9_]{1,100}")
_BY_LOWER = {name.lower(): name for name in (*focus.KEY_COLUMNS, UNIT)}
_RENAMED = {name.lower(): (name, newer) for name, newer in focus.RENAMED.items()}
_ALL = {column.name.lower(): column for column in focus.COLUMNS}
#: Columns of the ledger's `costs` that are no FOCUS columns; users try them in conditions.
_TIMES = {"chargeday", "usagedate", "billingperiod"}


def read_column(
    written: str, *, place: Place, findings: list[Finding], dimensions: Collection[str] = ()
) -> str | None:
    """Find the right spelling of a column or dimension; None, with a finding, if there is none.

    An `x_` column that we do not know is taken as written: bills bring their own. A name of an
    earlier FOCUS version becomes the newest one, with a notice.
    """
    lower = written.lower()
    for name in dimensions:
        if name.lower() == lower:
            return name
    if lower in _BY_LOWER:
        return _BY_LOWER[lower]
    if lower in _RENAMED:
        name, newer = _RENAMED[lower]
        subject = f"the column {name} has a newer name"
        findings.append(Finding(rules.OLDER_NAME, str(place), subject, newer, name))
        return newer
    if _OWN.fullmatch(written):
        return written
    findings.append(_unusable(written, lower, place, dimensions))
    return None


def is_known(written: str, dimensions: Collection[str] = ()) -> bool:
    """Whether `read_column` has a column for a name, or a better reason than a misspelling."""
    lower = written.lower()
    own = lower in {name.lower() for name in dimensions} or _OWN.fullmatch(written) is not None
    return own or lower in _BY_LOWER or lower in _RENAMED or lower in _ALL or lower in _TIMES


def is_column(name: str) -> bool:
    """Whether a FOCUS column or an `x_` column has this name, without regard to case."""
    return name.lower() in _ALL or name.lower() in _BY_LOWER


def _unusable(written: str, lower: str, place: Place, dimensions: Collection[str]) -> Finding:
    column = _ALL.get(lower)
    if lower in _TIMES or is_time_of_cur(written) or (column and column.type is focus.Type.TIME):
        subject = f"rules cannot use {shown(written)}, they see what a charge is, not when"
        remedy = "For a rule with dates, use a lookup with valid_from and valid_to."
        return Finding(rules.NOT_FOR_RULES, str(place), subject, remedy=remedy)
    if is_amount_of_cur(written) or (column and column.type is focus.Type.DECIMAL):
        subject = f"rules cannot use {shown(written)}, they see what a charge is, not how much"
        remedy = "Describe the charges by their other columns."
        return Finding(rules.NOT_FOR_RULES, str(place), subject, remedy=remedy)
    if column:
        subject = f"rules cannot use {column.name}, the ledger's keys do not hold it"
        return Finding(rules.NOT_FOR_RULES, str(place), subject)
    kinds = ["a FOCUS column", "an x_ column", *(["a dimension"] if dimensions else [])]
    expected = join_words(kinds)
    remedy = _meant(written, dimensions)
    subject = f"no column is called {shown(written)}"
    return Finding(rules.UNKNOWN_COLUMN, str(place), subject, expected, remedy=remedy)


def _meant(written: str, dimensions: Collection[str]) -> str:
    """Suggest the column with this name elsewhere, otherwise the one with the closest name."""
    if key := tag_called(written):
        return f"Write Tags['{shown(key)}'] in a condition, `tag: {shown(key)}` as a source."
    elsewhere = column_called(written)
    if elsewhere:
        return f"It is called {elsewhere} here."
    return did_you_mean(written, [*dimensions, *focus.KEY_COLUMNS])
