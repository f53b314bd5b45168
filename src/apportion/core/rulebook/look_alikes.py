"""Texts without invisible characters, letters in one piece: values that look alike are one owner.

An é may be written as one letter or as an e and an accent; macOS writes the latter (Unicode NFD).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from apportion.core.templates import each, name, text
from apportion.model.invisible_characters import BLANKS, INVISIBLE
from apportion.model.relation import Query, Relation

#: The column of the facts with a text that has invisible characters, or NULL.
HIDDEN = "#hidden"
_AROUND = " \t\r\n"


def visible(value: str) -> str:
    """Read a text without invisible characters and without blanks around it; empty is NULL."""
    bare = (
        f"REGEXP_REPLACE(REGEXP_REPLACE({value}, {text(INVISIBLE)}, '', 'g'), "
        f"{text(BLANKS)}, ' ', 'g')"
    )
    shown = f"CASE WHEN {_is_plain(value)} THEN {value} ELSE NFC_NORMALIZE({bare}) END"
    return f"NULLIF(TRIM({shown}, {text(_AROUND)}), '')"


def first_with_invisible(values: Sequence[str]) -> str:
    """Give the first of these texts that is read in another way; NULL if there is none."""
    cases = (
        f"CASE WHEN {_is_plain(value)} THEN NULL "
        f"WHEN REGEXP_MATCHES({value}, {text(f'{INVISIBLE}|{BLANKS}')}) "
        f"OR NFC_NORMALIZE({value}) <> {value} THEN {value} END"
        for value in values
    )
    return f"COALESCE({each((*cases, 'CAST(NULL AS VARCHAR)'), ', ')})"


class HiddenCharacters(NamedTuple):
    """Texts with invisible characters in a currency, and the cost of their charges."""

    billing_currency: str
    cost: Decimal
    texts: tuple[str, ...]


def invisible_characters_query(cost: str, costs: Relation, facts: Relation) -> Query:
    """Add up the cost of charges with invisible characters in their texts."""
    return Query.of(
        f'SELECT "BillingCurrency", SUM({name(cost)}) AS "Cost", '
        f'LIST_SORT(LIST(DISTINCT {name(HIDDEN)}))[:3] AS "Texts" '
        f'FROM {costs} INNER JOIN {facts} USING ("KeyId") WHERE {name(HIDDEN)} IS NOT NULL '
        "GROUP BY 1 ORDER BY 1",
        costs,
        facts,
    )


def _is_plain(value: str) -> str:
    """Most texts are ASCII; this check is many times faster than the search.

    Of the control characters in ASCII it knows NUL, which tags can have as an escape of JSON.
    """
    return f"(STRLEN({value}) = LENGTH({value}) AND NOT CONTAINS({value}, CHR(0)))"
