"""Judge what a period's resources carry as tags, in money: the table that coverage reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from apportion.core.tags.coverage import NO_RESOURCE, state_of, tagged_costs_query, tags_of
from apportion.core.tags.judged_rows import TaggedResource
from apportion.core.tags.policy.verdict import Judge
from apportion.core.tags.resource_types import UNTAGGABLE, resource_type
from apportion.core.templates import query
from apportion.model.findings.finding import Finding
from apportion.model.relation import Relation
from apportion.model.settings import Settings
from apportion.model.tags.tag_policy import Tagged, TagPolicy, Verdict
from apportion.usecases.context import RunContext
from apportion.usecases.row_values import read_rows
from apportion.usecases.runs.open_run import Published, check_whole, find, open_tables

from .load_policy import tag_policy

_COLUMNS = ("Tags", "Environment", "SubAccountId", "ResourceId", "ServiceCode")


@dataclass(frozen=True)
class Judged:
    """A period's resources with their cost and verdict; `verdicts` by their number in `costs`.

    `tagged` are the resources with their tags and cost, `costs` the same beside the verdicts.
    """

    published: Published
    tagged: Relation
    costs: Relation
    policy: TagPolicy
    judge: Judge
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]

    @property
    def words(self) -> str:
        """Name the run, the policy and the cost column that the figures are of."""
        run, rulebook = self.published.manifest, self.published.rulebook
        return (
            f"{run.period}: run {run.run} of {run.at}, tag policy {self.policy.name}, "
            f"{rulebook.cost}."
        )


def judged(
    context: RunContext, settings: Settings, *, period: str, as_of: str = "", today: date
) -> Judged:
    """Put what each resource of a period cost beside its verdict.

    The rulebook is the one that the allocation went by, the tag policy the one of now.
    """
    published = find(context, period=period, as_of=as_of)
    policy, findings = tag_policy(settings, today=today, rulebook=published.rulebook)
    context.say(f"judging tags of {period}")
    tables = open_tables(published, context, by_day=False)
    check_whole(published, tables, context)
    tagged = context.engine.create_table("tagged", tagged_costs_query(published.rulebook, tables))
    judge = Judge(policy, today=today)
    numbers: dict[Verdict, int] = {}
    columns = dict.fromkeys((*_COLUMNS, "State"), "VARCHAR") | {"Verdict": "INTEGER"}
    rows = _verdicts(tagged, context, judge, numbers)
    verdicts = context.engine.load("verdicts", columns, rows)
    beside = query("core/tags/judged", no_resource=NO_RESOURCE, tagged=tagged, verdicts=verdicts)
    costs = context.engine.create_table("judged", beside)
    reported = (*findings, *published.later)
    return Judged(published, tagged, costs, policy, judge, tuple(numbers), reported)


def _verdicts(
    tagged: Relation, context: RunContext, judge: Judge, numbers: dict[Verdict, int]
) -> Iterator[tuple[object, ...]]:
    """Judge each distinct description once; there are far fewer of them than resources."""
    known: dict[tuple[str, ...], tuple[str, int]] = {}
    to_judge = context.engine.rows(query("core/tags/to_judge", tagged=tagged))
    for row in read_rows(TaggedResource, to_judge):
        tags, environment, account, resource, service = row
        kind = resource_type(resource, service)
        if kind in UNTAGGABLE:
            continue
        named = resource if judge.by_resource else ""
        judged = known.get(at := (tags, environment, account, named, kind))
        if judged is None:
            verdict = judge.verdict(Tagged(tags_of(tags), environment, account, named, kind))
            number = numbers.setdefault(verdict, len(numbers))
            judged = known[at] = (state_of(verdict, judge.policy), number)
        yield (tags, environment, account, resource, service, *judged)
