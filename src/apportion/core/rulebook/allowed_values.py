"""The allowed values of a dimension among those of a lookup, and suggestions for the others."""

from __future__ import annotations

from apportion.model.findings.dimensions import LOOKUP_VALUE
from apportion.model.findings.finding import Finding
from apportion.model.inputs import Lookup
from apportion.model.rulebook import Dimension, OtherValues
from apportion.model.suggestions import closest

from .dimension_sql import canonical


def allowed_in(lookup: Lookup, dimension: Dimension) -> tuple[dict[str, str], list[Finding]]:
    """Map a lookup's values to allowed ones; a value that is not allowed is one finding."""
    values = {row.value: row for row in lookup.rows}
    if not dimension.values:
        return {value: value for value in values}, []
    allowed = canonical(dimension, values)
    if dimension.other_values is OtherValues.KEEP:
        return {value: allowed.get(value, value) for value in values}, []
    findings = [
        Finding(
            LOOKUP_VALUE,
            f"{lookup.name}:{row.line}",
            f"{dimension.name} {value!r}",
            expected=f"a value or alias of {dimension.name}",
            remedy=suggestion(value, dimension),
        )
        for value, row in sorted(values.items())
        if value not in allowed
    ]
    return allowed, findings


def suggestion(value: str, dimension: Dimension) -> str:
    """Suggest the closest allowed value for a value that is not allowed."""
    spellings = {
        spelling: allowed.name
        for allowed in dimension.values
        for spelling in (allowed.name, *allowed.aliases)
    }
    meant = closest(value, spellings)
    if not meant:
        return "Add it to the rulebook's values, or correct the tag."
    near = spellings[meant]
    return f"Did you mean {near}? Correct the tag, or add {value!r} to the aliases of {near}."
