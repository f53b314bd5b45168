"""Which columns of a bill are measures: numbers that are added up, where 1 and 1.0 are the same."""

from __future__ import annotations

import re

from apportion.model import focus

from .recognise import squeeze

_OF_FOCUS = frozenset(
    squeeze(column.name) for column in focus.COLUMNS if column.type is focus.Type.DECIMAL
)
#: How the names of measures end in AWS's reports.
_OF_AWS = re.compile(
    r"(?:lineitem|pricing|reservation|savingsplan|splitlineitem|discount)"
    r".*(?:cost|rate|price|amount|usage|fee|fees|discount|discounts|quantity|units|factor|todate)"
)


def is_measure(name: str) -> bool:
    """Whether a column has only numbers that are summed, by its name."""
    squeezed = squeeze(name)
    return squeezed in _OF_FOCUS or bool(_OF_AWS.fullmatch(squeezed))
