"""Findings for accounts and currencies that are not read as written, or are missing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from apportion.model.delivery import StatedTotal
from apportion.model.findings import bills
from apportion.model.findings.finding import Finding
from apportion.model.money import from_units

from .totals.layouts import Layout
from .totals.stated import Tally

_CURRENCY = re.compile(r"[A-Z]{3}")
#: Letters and digits of texts that are written where there is no id; zeros are removed before.
_PLACEHOLDERS = frozenset(
    ("", "na", "nan", "nil", "none", "notavailable", "notset", "null", "unassigned", "undefined")
) | {"unknown", "tbd"}
#: So many texts are shown of each kind.
_SHOWN = 3


def id_findings(
    tallies: Mapping[str, Tally],
    stated: Sequence[StatedTotal],
    layout: Layout,
    there: AbstractSet[str],
) -> list[Finding]:
    """List the findings for the ids of a delivery; `tallies` are by file."""
    place = next(iter(tallies))
    return [
        *_cleaned(tallies),
        *_moved(tallies),
        *_empty(place, stated, layout, there),
        *_alike(place, stated, layout),
        *_placeholders(place, stated, layout),
        *_no_currency_codes(place, stated, layout),
    ]


def _cleaned(tallies: Mapping[str, Tally]) -> list[Finding]:
    return [
        Finding(
            bills.CLEANED_IDS,
            name,
            column,
            expected="an id without surrounding spaces and invisible characters",
            found=_shown([f"{raw!a}, read as {read!r}" for raw, read in sorted(ids.items())]),
            remedy="No charge is lost: it counts as the id that it looks like. Correct the export.",
        )
        for name, tally in tallies.items()
        for column, ids in tally.cleaned.items()
    ]


def _moved(tallies: Mapping[str, Tally]) -> list[Finding]:
    return [
        Finding(
            bills.PERIOD_ELSEWHERE,
            name,
            "the start of the billing period",
            expected="midnight UTC of the first of a month",
            found=_shown([f"{raw!r}, read as {month}" for raw, month in sorted(moved.items())]),
            remedy="Nothing needs to be done if that is the month of the invoice.",
        )
        for name, tally in tallies.items()
        if (moved := tally.moved)
    ]


def _empty(
    place: str, stated: Sequence[StatedTotal], layout: Layout, there: AbstractSet[str]
) -> list[Finding]:
    """Find lines without a payer, an account or a currency, where the bill has such a column."""
    lines: dict[tuple[str, str], int] = defaultdict(int)
    units: dict[tuple[str, str], int] = defaultdict(int)
    for total in stated:
        ids = (total.billing_account, total.sub_account, total.currency)
        for column, given in zip(layout.ids, ids, strict=True):
            if not given and column in there:
                lines[column, total.currency] += total.lines
                units[column, total.currency] += total.units[0]
    payer, account, currency = layout.ids
    remedies = {
        payer: "They are a bill without a payer. Export it again with one.",
        account: "Lookups of accounts find nothing for them; other rules do.",
        currency: "They are kept apart from every currency. Export the bill again with one.",
    }
    return [
        Finding(
            bills.NO_ACCOUNT if column == account else bills.NO_ID,
            place,
            f"{count:,} line{'' if count == 1 else 's'} without {column}",
            remedy=remedies[column],
            amount=from_units(units[column, of]),
            currency=of,
        )
        for (column, of), count in sorted(lines.items())
    ]


def _alike(place: str, stated: Sequence[StatedTotal], layout: Layout) -> list[Finding]:
    """Find accounts that differ only in case or in leading zeros, with the cost of the fewer."""
    payer, account, _currency = layout.ids
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for total in stated:
        for column, given in ((payer, total.billing_account), (account, total.sub_account)):
            alike = given.casefold().lstrip("0") or given
            spelt = found.setdefault((column, total.currency, alike), {})
            spelt[given] = spelt.get(given, 0) + total.units[0]
    return [
        Finding(
            bills.IDS_ALIKE,
            place,
            column,
            expected="one spelling of an id",
            found=_shown(sorted(map(repr, spelt))),
            remedy="They count as different accounts. If they are one, export the bill again.",
            amount=from_units(min(spelt.values(), key=abs)),
            currency=currency,
        )
        for (column, currency, _id), spelt in sorted(found.items())
        if len(spelt) > 1
    ]


def _placeholders(place: str, stated: Sequence[StatedTotal], layout: Layout) -> list[Finding]:
    """Find accounts with a text for none, like N/A or zeros, with their cost."""
    payer, account, _currency = layout.ids
    units: dict[tuple[str, str, str], int] = defaultdict(int)
    for total in stated:
        for column, given in ((payer, total.billing_account), (account, total.sub_account)):
            letters = "".join(filter(str.isalnum, given.casefold())).strip("0")
            if given and letters in _PLACEHOLDERS:
                units[column, total.currency, given] += total.units[0]
    return [
        Finding(
            bills.PLACEHOLDER_ID,
            place,
            column,
            expected="an id",
            found=repr(given),
            remedy="It counts as an account of this id. If charges of several accounts have it, "
            "export the bill again with their ids.",
            amount=from_units(amount),
            currency=currency,
        )
        for (column, currency, given), amount in sorted(units.items())
    ]


def _no_currency_codes(place: str, stated: Sequence[StatedTotal], layout: Layout) -> list[Finding]:
    units: dict[str, int] = defaultdict(int)
    for total in stated:
        if total.currency and not _CURRENCY.fullmatch(total.currency):
            units[total.currency] += total.units[0]
    return [
        Finding(
            bills.NO_CURRENCY_CODE,
            place,
            layout.ids[2],
            expected="a code of ISO 4217, like USD",
            found=repr(currency),
            remedy="The charges are kept apart from every other currency. Export the bill again.",
            amount=from_units(amount),
            currency=currency,
        )
        for currency, amount in sorted(units.items())
    ]


def _shown(texts: list[str]) -> str:
    return "; ".join(texts[:_SHOWN]) + ("; …" if len(texts) > _SHOWN else "")
