"""A bill from Cost Explorer: its queries, and the FOCUS lines of each month.

Cost Explorer groups by two names at most. One is always the account, as every proof is by account;
with two more names, each account is a query of its own. Other columns of a bill are not available.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from apportion.model.aws.cost_query import (
    ACCOUNT,
    By,
    CostAnswer,
    CostLine,
    CostQuery,
    Equals,
    GroupKind,
    Metric,
)
from apportion.model.delivery import StatedTotal
from apportion.model.errors.base import CostQueryError
from apportion.model.findings.cost_explorer import PARTS_DIFFER, PARTS_ROUNDED
from apportion.model.findings.finding import Finding
from apportion.model.money import EXACT, PLACES, to_units
from apportion.model.period import Period

from .reconcile import ROUNDING

#: Which metric becomes which cost column. Cost Explorer knows no list or contracted cost.
METRICS = {"BilledCost": Metric.UNBLENDED, "EffectiveCost": Metric.NET_AMORTIZED}

_COLUMNS = {
    "SERVICE": "ServiceName",
    "REGION": "RegionId",
    "AZ": "AvailabilityZone",
    "INVOICING_ENTITY": "InvoiceIssuerName",
    "OPERATION": "x_Operation",
    "RECORD_TYPE": "x_LineItemType",
    "USAGE_TYPE": "x_UsageType",
}
_MAPS = {GroupKind.TAG: "Tags", GroupKind.CATEGORY: "x_CostCategories"}
_SMALLEST = Decimal(1).scaleb(-PLACES)

#: Of what a line is: the day, the account, the currency.
_Place = tuple[date, str, str]


@dataclass(frozen=True)
class Cut:
    """A query whose lines become charges; `account` if the query is about one."""

    query: CostQuery
    account: str = ""


@dataclass(frozen=True)
class BillMonth:
    """One month's lines in FOCUS columns, and what Cost Explorer states of each account."""

    period: Period
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    stated: tuple[StatedTotal, ...]
    findings: tuple[Finding, ...]


def whole_months(start: date, end: date) -> tuple[date, date]:
    """Begin on the first of the month: the ledger replaces months as a whole."""
    return start.replace(day=1), end


def names_of_cut(by: Iterable[By]) -> tuple[By, ...]:
    """Choose the names to group by with the account; raises CostQueryError for more than two."""
    names = tuple(dict.fromkeys(name for name in by if name != ACCOUNT))
    if len(names) > 2:
        raise CostQueryError(
            "Names to group the bill by", "two at most in addition to the account", str(len(names))
        )
    return names


def cuts(by: Sequence[By], accounts: CostAnswer, start: date, end: date) -> list[Cut]:
    """Write the questions for the lines: one, or with two names one for each account."""
    if len(by) < 2:
        return [Cut(CostQuery(start, end, by=(ACCOUNT, *by)))]
    found = sorted({line.keys[0] for line in accounts.lines})
    return [
        Cut(CostQuery(start, end, by=tuple(by), where=Equals(ACCOUNT, (account,))), account)
        for account in found
    ]


def bill_months(
    by: Sequence[By],
    accounts: CostAnswer,
    answers: Sequence[tuple[Cut, CostAnswer]],
    *,
    payer: str,
) -> list[BillMonth]:
    """Make months from the responses. `accounts` are stated totals, and the lines must be equal.

    Rounding differences of AWS become lines of their own, so that nothing is lost.
    """
    lines = [
        (cut.account or line.keys[0], line.keys if cut.account else line.keys[1:], line)
        for cut, answer in answers
        for line in answer.lines
    ]
    periods = sorted({Period.of(line.start) for line in accounts.lines})
    return [
        _month(
            period,
            by,
            [line for line in accounts.lines if Period.of(line.start) == period],
            [each for each in lines if Period.of(each[2].start) == period],
            _Names(payer, accounts.names),
        )
        for period in periods
    ]


@dataclass(frozen=True)
class _Names:
    payer: str
    accounts: Mapping[str, str]


def _month(
    period: Period,
    by: Sequence[By],
    stated: Sequence[CostLine],
    lines: Sequence[tuple[str, tuple[str, ...], CostLine]],
    names: _Names,
) -> BillMonth:
    rows = [
        _row(_place(line, account), names, estimated=line.estimated)
        | _groups(by, keys)
        | {column: _fit(line.amounts[metric]) for column, metric in METRICS.items()}
        for account, keys, line in sorted(lines, key=lambda each: (each[2].start, *each[:2]))
    ]
    rest, findings = _rest(period, stated, rows, names)
    rows += [row | _groups(by, [""] * len(by)) for row in rest]
    return BillMonth(
        period=period,
        columns=tuple(dict.fromkeys(column for row in rows for column in row)),
        rows=tuple(rows),
        stated=_stated(period, stated, rows, names.payer),
        findings=tuple(findings),
    )


def _row(place: _Place, names: _Names, *, estimated: bool) -> dict[str, object]:
    day, account, currency = place
    month = Period.of(day)
    return {
        "BillingAccountId": names.payer,
        "BillingCurrency": currency,
        "BillingPeriodStart": _midnight(month.first_day),
        "BillingPeriodEnd": _midnight(month.next.first_day),
        "ChargePeriodStart": _midnight(day),
        "ChargePeriodEnd": _midnight(day + timedelta(days=1)),
        "SubAccountId": account,
        "SubAccountName": names.accounts.get(account, ""),
        "ProviderName": "AWS",
        "ChargeDescription": "",
        "x_Source": f"AWS Cost Explorer: {', '.join(METRICS.values())}",
        "x_Estimated": str(estimated).lower(),
    }


def _groups(by: Sequence[By], keys: Sequence[str]) -> dict[str, object]:
    """Write the names a line was grouped by; tags and categories as JSON, without absent ones."""
    found: dict[str, object] = {}
    maps: dict[str, dict[str, str]] = {}
    for name, key in zip(by, keys, strict=True):
        if name.kind is GroupKind.DIMENSION:
            pascal = name.name.title().replace("_", "")
            found[_COLUMNS.get(name.name, f"x_{pascal}")] = key
        else:
            maps.setdefault(_MAPS[name.kind], {}).update({name.name: key} if key else {})
    written = {column: json.dumps(of, ensure_ascii=False) for column, of in maps.items()}
    return found | written


def _rest(
    period: Period, stated: Sequence[CostLine], rows: Sequence[Mapping[str, object]], names: _Names
) -> tuple[list[dict[str, object]], list[Finding]]:
    """Compare each account's day with its lines: rounding becomes a line, more is a finding."""
    apart, counts = _apart(stated, rows)
    lines, findings, rounded = [], [], Decimal(0)
    estimated = {line.start for line in stated if line.estimated}
    for place, amounts in sorted(apart.items()):
        if not any(amounts.values()):
            continue
        row = _row(place, names, estimated=place[0] in estimated)
        if all(abs(each) <= ROUNDING * (counts[place] + 1) for each in amounts.values()):
            lines.append(row | {"ChargeDescription": "Rounded by Cost Explorer"} | amounts)
            with localcontext(EXACT):
                rounded += amounts["BilledCost"]
        else:
            findings += _differ(place, amounts)
    if lines:
        findings.append(
            Finding(
                PARTS_ROUNDED,
                str(period),
                f"{len(lines)} days of accounts, each with a line for its rounding difference",
                amount=rounded,
                currency=str(lines[0]["BillingCurrency"]),
            )
        )
    return lines, findings


def _apart(
    stated: Sequence[CostLine], rows: Sequence[Mapping[str, object]]
) -> tuple[dict[_Place, dict[str, Decimal]], dict[_Place, int]]:
    """Compute what each account's day costs beyond its lines, and count such days."""
    apart: dict[_Place, dict[str, Decimal]] = {}
    counts: dict[_Place, int] = {}
    with localcontext(EXACT):
        for line in stated:
            sums = apart.setdefault(_place(line, line.keys[0]), dict.fromkeys(METRICS, Decimal(0)))
            for column, metric in METRICS.items():
                sums[column] += _fit(line.amounts[metric])
        for row in rows:
            day = date.fromisoformat(str(row["ChargePeriodStart"])[:10])
            place = day, str(row["SubAccountId"]), str(row["BillingCurrency"])
            sums = apart.setdefault(place, dict.fromkeys(METRICS, Decimal(0)))
            counts[place] = counts.get(place, 0) + 1
            for column in METRICS:
                sums[column] -= Decimal(str(row[column]))
    return apart, {place: counts.get(place, 0) for place in apart}


def _differ(place: _Place, amounts: Mapping[str, Decimal]) -> list[Finding]:
    day, account, currency = place
    return [
        Finding(
            PARTS_DIFFER,
            f"{day} account {account}",
            f"{column}, the account's total against its lines",
            remedy="Run this again later, with --no-cache.",
            amount=amount,
            currency=currency,
        )
        for column, amount in amounts.items()
        if amount
    ]


def _stated(
    period: Period, stated: Sequence[CostLine], rows: Sequence[Mapping[str, object]], payer: str
) -> tuple[StatedTotal, ...]:
    """Sum the stated totals of each account; a cost that Cost Explorer lacks is the billed one.

    Only the count of lines is computed here, as Cost Explorer has no lines.
    """
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for line in stated:
        units = sums.setdefault((line.keys[0], line.currency), dict.fromkeys(METRICS, 0))
        for column, metric in METRICS.items():
            units[column] += to_units(_fit(line.amounts[metric]))
    return tuple(
        StatedTotal(
            period=str(period),
            billing_account=payer,
            sub_account=account,
            currency=currency,
            lines=sum(
                row["SubAccountId"] == account and row["BillingCurrency"] == currency
                for row in rows
            ),
            units=(units["BilledCost"], units["EffectiveCost"], *[units["BilledCost"]] * 2),
        )
        for (account, currency), units in sorted(sums.items())
    )


def _place(line: CostLine, account: str) -> _Place:
    return line.start, account, line.currency


def _midnight(day: date) -> str:
    return f"{day}T00:00:00Z"


def _fit(amount: Decimal) -> Decimal:
    """Round to the places that we keep; AWS prints fewer."""
    with localcontext(prec=76):
        return amount.quantize(_SMALLEST, ROUND_HALF_UP)
