"""Cost Explorer: the days of a cost centre, costs by any name, resources, tags in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from apportion.core.aws.cost_explorer.cost_center import (
    CenterAnswers,
    center_costs,
    center_questions,
)
from apportion.core.aws.cost_explorer.query_names import told_days
from apportion.core.aws.cost_explorer.reconcile import compare_parts, estimated, never_seen
from apportion.core.aws.cost_explorer.rows import cost_outcome, tags_outcome
from apportion.model.aws.cost_center import CostCenterCosts
from apportion.model.aws.cost_query import RESOURCE, SERVICE, By, CostQuery, Equals, Metric
from apportion.model.errors.base import CostQueryError
from apportion.model.findings.cost_explorer import RESOURCES_DIFFER
from apportion.model.outcome import Outcome
from apportion.model.question import Granularity
from apportion.ports.bills import CostReports


def cost_center(
    reports: CostReports,
    name: str,
    *,
    tag_key: str,
    by: By,
    metric: Metric,
    days: tuple[date, date],
) -> CostCenterCosts:
    """Query a cost centre, the rest of the bill, and the whole: four queries."""
    start, end = days
    questions = center_questions(name, tag_key=tag_key, by=by, start=start, end=end)
    got = CenterAnswers(
        own=reports.query(questions.own),
        untagged=reports.query(questions.untagged),
        others=reports.query(questions.others),
        whole=reports.query(questions.whole),
    )
    return center_costs(name, questions, got, metric, reports.spent)


def costs(
    reports: CostReports,
    *,
    by: Sequence[By],
    metric: Metric,
    granularity: Granularity,
    days: tuple[date, date],
) -> Outcome:
    """Query costs by one name or two, and the whole: two queries."""
    if not 1 <= len(by) <= 2 or len(set(by)) < len(by):
        raise CostQueryError(
            "Names to group by", "one or two, the limit of Cost Explorer", str(len(by))
        )
    query = CostQuery(*days, by=tuple(by), granularity=granularity)
    answer = reports.query(query)
    whole = reports.query(CostQuery(*days, granularity=granularity))
    place = told_days(*days)
    findings = compare_parts(place, metric, whole=whole.lines, parts=answer.lines)
    for at, each in enumerate(by):
        findings += never_seen(place, each, (line.keys[at] for line in answer.lines))
    findings += estimated(place, whole.lines)
    return cost_outcome(query, answer, metric, findings, reports.spent)


def resources(
    reports: CostReports, *, services: Sequence[str], metric: Metric, days: tuple[date, date]
) -> Outcome:
    """Query the costs of single resources of services, and of the services as a whole."""
    only = Equals(SERVICE, tuple(services))
    query = CostQuery(*days, by=(RESOURCE,), where=only, resources=True)
    answer = reports.query(query)
    whole = reports.query(CostQuery(*days, where=only))
    findings = compare_parts(
        told_days(*days), metric, whole=whole.lines, parts=answer.lines, code=RESOURCES_DIFFER
    )
    return cost_outcome(query, answer, metric, findings, reports.spent)


def tags(reports: CostReports, *, keys: Sequence[str], days: tuple[date, date]) -> Outcome:
    """List the tag keys in use, or the values of some keys, with similar spellings."""
    start, end = days
    found = (
        [(key, value) for key in keys for value in reports.tags(start, end, key=key) if value]
        if keys
        else [(key, "") for key in reports.tags(start, end)]
    )
    return tags_outcome(found, told_days(*days), reports.spent)
