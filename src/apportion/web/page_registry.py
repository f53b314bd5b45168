"""The pages by name: parameters, summary and function of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apportion.core.dashboard.aggregates import ACCOUNT
from apportion.model.errors.base import NothingToExplainError, UnknownColumnError

from . import query_params as params
from .allocation_labels import POOL
from .page_context import OWNER, PageContext
from .page_model import Page
from .pages.explain import ExplainTarget, explain
from .pages.flow import Filter, flow
from .pages.overview import overview
from .pages.owners import owners
from .pages.pools import pools
from .pages.proof import proof
from .pages.rules import rules
from .pages.tags import tags


@dataclass(frozen=True)
class PageKind:
    """A page: its parameters, and the function that creates it from them and a context."""

    query_model: type[params.PageQuery]
    create: Callable[[PageContext, Any], Page]
    summary: str


def _overview(view: PageContext, query: params.OverviewQuery) -> Page:
    return overview(view, by=_column(view, query.by or OWNER))


def _flow(view: PageContext, query: params.FlowQuery) -> Page:
    if query.owner:
        view.run.check_owner(query.owner)
    if query.allocated_by.startswith(POOL):
        view.run.check_pool(query.allocated_by.removeprefix(POOL))
    only = Filter(query.origin, query.allocated_by, query.owner)
    return flow(view, by=query.by or ACCOUNT, only=only)


def _owners(view: PageContext, query: params.OwnersQuery) -> Page:
    if query.owner:
        view.check_owner(query.owner)
    return owners(view, owner=query.owner)


def _pools(view: PageContext, query: params.PoolsQuery) -> Page:
    if query.pool:
        view.run.check_pool(query.pool)
    return pools(view, pool=query.pool)


def _tags(view: PageContext, query: params.TagsQuery) -> Page:
    return tags(view, by=_column(view, query.by or ACCOUNT), tag=query.tag)


def _proof(view: PageContext, query: params.ProofQuery) -> Page:
    return proof(view, by=query.by)


def _rules(view: PageContext, _query: params.RulesQuery) -> Page:
    return rules(view)


def _explain(view: PageContext, query: params.ExplainQuery) -> Page:
    if sum(map(bool, (query.owner, query.pool, query.resource))) != 1:
        raise NothingToExplainError
    if query.column:
        _column(view, query.column)
    target = ExplainTarget(
        query.owner,
        query.pool,
        query.resource,
        query.share_of,
        query.column,
        query.value,
        query.day,
    )
    return explain(view, target)


def _column(view: PageContext, wanted: str) -> str:
    known = (OWNER, *view.group_columns())
    if wanted not in known:
        raise UnknownColumnError(wanted, known, "")
    return wanted


PAGES: Mapping[str, PageKind] = {
    "overview": PageKind(params.OverviewQuery, _overview, "Cost of a month by day and owner."),
    "flow": PageKind(params.FlowQuery, _flow, "Cost by account or service, rule and owner."),
    "owners": PageKind(params.OwnersQuery, _owners, "Cost of one owner, or of all."),
    "pools": PageKind(params.PoolsQuery, _pools, "Shared cost by pool, its split and its owners."),
    "tags": PageKind(params.TagsQuery, _tags, "Tag coverage by cost."),
    "proof": PageKind(params.ProofQuery, _proof, "Totals by stage, inputs and run record."),
    "rules": PageKind(params.RulesQuery, _rules, "The rules with the cost of each."),
    "explain": PageKind(params.ExplainQuery, _explain, "The explanation of a figure."),
}
