"""The pages by their names: what each can be asked, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apportion.core.dashboard.aggregates import ACCOUNT, SERVICE
from apportion.model.errors.base import NothingToExplainError, UnknownColumnError

from . import query_params as ask
from .allocation_labels import POOL
from .page_context import OWNER, PageContext
from .page_model import Page
from .pages.explain import Why, explain
from .pages.flow import Filter, flow
from .pages.overview import overview
from .pages.owners import owners
from .pages.pools import pools
from .pages.proof import proof
from .pages.rules import rules
from .pages.tags import tags


@dataclass(frozen=True)
class PageKind:
    """A page: its parameters, and the function that makes it from a view and them."""

    asked: type[ask.PageQuery]
    make: Callable[[PageContext, Any], Page]
    about: str


#: What can stand at the left of the flow.
LEFT = {"": ACCOUNT, ACCOUNT: ACCOUNT, SERVICE: SERVICE}


def _overview(view: PageContext, asked: ask.OverviewQuery) -> Page:
    return overview(view, by=_cut(view, asked.by or OWNER))


def _flow(view: PageContext, asked: ask.FlowQuery) -> Page:
    if asked.owner:
        view.sight.check_owner(asked.owner)
    if asked.how.startswith(POOL):
        view.sight.check_pool(asked.how.removeprefix(POOL))
    only = Filter(asked.origin, asked.how, asked.owner)
    return flow(view, left=LEFT[asked.left], only=only)


def _owners(view: PageContext, asked: ask.OwnersQuery) -> Page:
    if asked.name:
        view.check_owner(asked.name)
    return owners(view, name=asked.name)


def _pools(view: PageContext, asked: ask.PoolsQuery) -> Page:
    if asked.pool:
        view.sight.check_pool(asked.pool)
    return pools(view, pool=asked.pool)


def _tags(view: PageContext, asked: ask.TagsQuery) -> Page:
    return tags(view, by=_cut(view, asked.by or ACCOUNT), tag=asked.tag)


def _proof(view: PageContext, asked: ask.ProofQuery) -> Page:
    return proof(view, by=asked.by)


def _rules(view: PageContext, _asked: ask.RulesQuery) -> Page:
    return rules(view)


def _explain(view: PageContext, asked: ask.ExplainQuery) -> Page:
    if sum(map(bool, (asked.owner, asked.pool, asked.resource))) != 1:
        raise NothingToExplainError
    if asked.cut:
        _cut(view, asked.cut)
    why = Why(asked.owner, asked.pool, asked.resource, asked.of, asked.cut, asked.value, asked.day)
    return explain(view, why)


def _cut(view: PageContext, wanted: str) -> str:
    known = (OWNER, *view.cuts())
    if wanted not in known:
        raise UnknownColumnError(wanted, known, "")
    return wanted


PAGES: Mapping[str, PageKind] = {
    "overview": PageKind(ask.OverviewQuery, _overview, "Cost of a month by day and owner."),
    "flow": PageKind(ask.FlowQuery, _flow, "Cost from accounts or services, by rule, to owners."),
    "owners": PageKind(ask.OwnersQuery, _owners, "Cost of one owner, or of all."),
    "pools": PageKind(ask.PoolsQuery, _pools, "Shared cost by pool, its split and its owners."),
    "tags": PageKind(ask.TagsQuery, _tags, "Tag coverage by cost."),
    "proof": PageKind(ask.ProofQuery, _proof, "Totals by stage, inputs and the record of the run."),
    "rules": PageKind(ask.RulesQuery, _rules, "The rules with the cost of each."),
    "explain": PageKind(ask.ExplainQuery, _explain, "The explanation of a figure."),
}
