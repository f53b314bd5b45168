"""Lays out answers of Cost Explorer as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from apportion.model.aws.cost_center import CostCenterCosts
from apportion.model.aws.cost_query import ACCOUNT, CostAnswer, CostQuery, Metric, Spent
from apportion.model.findings.cost_explorer import OTHER_SPELLINGS
from apportion.model.findings.finding import Finding
from apportion.model.money import text
from apportion.model.outcome import Outcome
from apportion.model.question import Granularity
from apportion.model.tags.tag_keys import normalise, normalise_value
from apportion.model.wording import join_words

from .query_names import currency_of, name_of
from .reconcile import add_up

_ACCOUNT_NAME = "account_name"


def cost_outcome(
    query: CostQuery,
    answer: CostAnswer,
    metric: Metric,
    findings: Iterable[Finding],
    spent: Spent,
) -> Outcome:
    """One row for each day or month and group; columns are named as in the question."""
    when = query.granularity.value
    named = [_ACCOUNT_NAME] if ACCOUNT in query.by else []
    columns = (when, *map(str, query.by), *named, "cost", "currency", "estimated")
    rows = []
    for line in sorted(answer.lines, key=lambda line: (line.start, line.keys)):
        groups = {str(by): name_of(by, key) for by, key in zip(query.by, line.keys, strict=True)}
        row: dict[str, object] = {when: line.start, **groups}
        if query.granularity is Granularity.MONTH:
            row[when] = f"{line.start:%Y-%m}"
        if named:
            row[_ACCOUNT_NAME] = answer.names.get(groups[str(ACCOUNT)], "")
        row |= {"cost": line.amounts[metric], "currency": line.currency}
        rows.append(row | {"estimated": line.estimated})
    total = f"{text(add_up(answer.lines, metric))} {currency_of(answer.lines)}, {metric}."
    return Outcome(columns, tuple(rows), tuple(findings), (total, f"{spent}."))


def center_outcome(costs: CostCenterCosts) -> Outcome:
    """One row for each day and project of a cost centre; messages list excluded cost."""
    rows = tuple(
        {
            "day": each.day,
            "project": each.project,
            "cost": each.cost,
            "currency": costs.currency,
            "estimated": each.estimated,
        }
        for each in costs.days
    )
    columns = ("day", "project", "cost", "currency", "estimated")
    return Outcome(columns, rows, costs.findings, (str(costs), f"{costs.spent}."))


def classic_rows(costs: CostCenterCosts) -> tuple[tuple[str, ...], list[Mapping[str, object]]]:
    """Lay out the three columns that `export_to_csv` writes."""
    columns = ("Date", "Project", "Cost")
    return columns, [
        dict(zip(columns, (each.day, each.project, each.cost), strict=True)) for each in costs.days
    ]


def tags_outcome(found: Sequence[tuple[str, str]], place: str, spent: Spent) -> Outcome:
    """One row for each tag key, or key and value, with its other spellings."""
    alike: dict[tuple[str, str], list[str]] = {}
    for key, value in found:
        alike.setdefault(_group(key, value), []).append(value or key)
    rows = tuple(
        {
            "tag": key,
            "value": value or None,
            "also_written": ", ".join(
                other for other in alike[_group(key, value)] if other != (value or key)
            )
            or None,
        }
        for key, value in found
    )
    findings = tuple(
        Finding(
            OTHER_SPELLINGS,
            place,
            f"values of tag {group[0]}" if group[0] else "tag keys",
            found=join_words(spellings, last="and"),
            remedy="Write it the same everywhere, or list all spellings in a rulebook.",
        )
        for group, spellings in alike.items()
        if len(spellings) > 1
    )
    return Outcome(("tag", "value", "also_written"), rows, findings, (f"{spent}.",))


def _group(key: str, value: str) -> tuple[str, str]:
    """Describe a group of spellings: values of one key, or keys."""
    return (key, normalise_value(value)) if value else ("", normalise(key))
