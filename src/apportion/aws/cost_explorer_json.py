"""Cost Explorer's JSON: queries written, responses read.

Fields follow the API reference of GetCostAndUsage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from apportion.model.aws.cost_query import (
    Absent,
    By,
    CostLine,
    CostQuery,
    Equals,
    Filter,
    GroupKind,
    Metric,
)
from apportion.model.errors.base import AwsRefusedError
from apportion.model.question import Granularity

_TYPES = {
    GroupKind.DIMENSION: "DIMENSION",
    GroupKind.TAG: "TAG",
    GroupKind.CATEGORY: "COST_CATEGORY",
}
_FIELDS = {
    GroupKind.DIMENSION: "Dimensions",
    GroupKind.TAG: "Tags",
    GroupKind.CATEGORY: "CostCategories",
}
_STEPS = {Granularity.DAY: "DAILY", Granularity.MONTH: "MONTHLY"}


def period(start: date, end: date) -> dict[str, str]:
    """Write days; the end is exclusive in both."""
    return {"Start": start.isoformat(), "End": end.isoformat()}


def written(query: CostQuery) -> dict[str, object]:
    """Write a query with all metrics: a request has one price."""
    request: dict[str, object] = {
        "TimePeriod": period(query.start, query.end),
        "Granularity": _STEPS[query.granularity],
        "Metrics": [str(metric) for metric in Metric],
    }
    if query.by:
        request["GroupBy"] = [{"Type": _TYPES[by.kind], "Key": by.name} for by in query.by]
    if query.where:
        request["Filter"] = expression(query.where)
    return request


def expression(where: Filter) -> dict[str, object]:
    """Write a filter."""
    if isinstance(where, Equals):
        return {_FIELDS[where.by.kind]: {"Key": where.by.name, "Values": list(where.values)}}
    if isinstance(where, Absent):
        return {_FIELDS[where.by.kind]: {"Key": where.by.name, "MatchOptions": ["ABSENT"]}}
    return {"Not": {"Or": [expression(each) for each in where.filters]}}


def lines(query: CostQuery, page: Mapping[str, Any]) -> Iterator[CostLine]:
    """Read one page. A day can continue on the next page."""
    for day in page["ResultsByTime"]:
        groups = day.get("Groups") or []
        if not query.by:
            groups = [{"Keys": (), "Metrics": day.get("Total") or {}}]
        for group in groups:
            if not group["Metrics"]:  # a day without groups, or without any cost
                continue
            yield CostLine(
                start=date.fromisoformat(day["TimePeriod"]["Start"][:10]),
                keys=tuple(map(value_of, query.by, group["Keys"])),
                amounts={metric: _amount(group["Metrics"], metric) for metric in Metric},
                currency=str(group["Metrics"][Metric.UNBLENDED]["Unit"]),
                estimated=bool(day.get("Estimated")),
            )


def value_of(by: By, key: str) -> str:
    """Read the value in a group's key: `Project$atlas` is atlas, `Project$` nothing.

    The value begins after the first `$` and may contain others.
    """
    if by.kind is GroupKind.DIMENSION:
        return key
    return key.partition("$")[2]


def names(page: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Read the names of accounts in a page."""
    for about in page.get("DimensionValueAttributes") or []:
        name = (about.get("Attributes") or {}).get("description")
        if name:
            yield str(about["Value"]), str(name)


def _amount(metrics: Mapping[str, Mapping[str, str]], metric: Metric) -> Decimal:
    text = metrics.get(metric, {}).get("Amount", "nothing")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise AwsRefusedError("ce:GetCostAndUsage", "unreadable answer", f"{metric} is {text!r}")
    return amount
