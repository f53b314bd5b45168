"""Texts as people see them: two values that look alike are one owner, whatever hides in them."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.core.templates import each, name, text
from apportion.model.invisible_characters import BLANKS, INVISIBLE

#: The column of the facts that has a text in which something hides, or NULL.
HIDDEN = "#hidden"
_AROUND = " \t\r\n"


def seen(value: str) -> str:
    """Read a text without invisible characters and without blanks around it; empty is NULL."""
    bare = (
        f"REGEXP_REPLACE(REGEXP_REPLACE({value}, {text(INVISIBLE)}, '', 'g'), "
        f"{text(BLANKS)}, ' ', 'g')"
    )
    shown = f"CASE WHEN {_is_ascii(value)} THEN {value} ELSE {bare} END"
    return f"NULLIF(TRIM({shown}, {text(_AROUND)}), '')"


def hidden(values: Sequence[str]) -> str:
    """Give the first of these texts in which something hides; NULL where there is none."""
    cases = (
        f"CASE WHEN {_is_ascii(value)} THEN NULL "
        f"WHEN REGEXP_MATCHES({value}, {text(f'{INVISIBLE}|{BLANKS}')}) THEN {value} END"
        for value in values
    )
    return f"COALESCE({each((*cases, 'CAST(NULL AS VARCHAR)'), ', ')})"


def hidden_query(cost: str) -> str:
    """Add up the money of the charges in whose texts something hides."""
    return (
        f'SELECT "BillingCurrency", SUM({name(cost)}) AS "Cost", '
        f'LIST_SORT(LIST(DISTINCT {name(HIDDEN)}))[:3] AS "Texts" '
        f'FROM costs INNER JOIN facts USING ("KeyId") WHERE {name(HIDDEN)} IS NOT NULL '
        "GROUP BY 1 ORDER BY 1"
    )


def _is_ascii(value: str) -> str:
    """Most texts are; to ask it is many times cheaper than to look for what hides."""
    return f"STRLEN({value}) = LENGTH({value})"
