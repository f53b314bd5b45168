"""The pages by their names: what each can be asked, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apportion.core.dashboard.aggregates import ACCOUNT, SERVICE
from apportion.model.errors.base import NothingToExplainError, UnknownColumnError

from . import query_params as ask
from .allocation_labels import POOL
from .page_context import OWNER, View
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
class Kind:
    """A page: its parameters, and the function that makes it from a view and them."""

    asked: type[ask.Asked]
    make: Callable[[View, Any], Page]
    about: str


#: What can stand at the left of the flow.
LEFT = {"": ACCOUNT, ACCOUNT: ACCOUNT, SERVICE: SERVICE}


def _overview(view: View, asked: ask.OverviewAsked) -> Page:
    return overview(view, by=_cut(view, asked.by or OWNER))


def _flow(view: View, asked: ask.FlowAsked) -> Page:
    if asked.owner:
        view.sight.check_owner(asked.owner)
    if asked.how.startswith(POOL):
        view.sight.check_pool(asked.how.removeprefix(POOL))
    only = Filter(asked.origin, asked.how, asked.owner)
    return flow(view, left=LEFT[asked.left], only=only)


def _owners(view: View, asked: ask.OwnersAsked) -> Page:
    if asked.name:
        view.sight.check_owner(asked.name)
    return owners(view, name=asked.name)


def _pools(view: View, asked: ask.PoolsAsked) -> Page:
    if asked.pool:
        view.sight.check_pool(asked.pool)
    return pools(view, pool=asked.pool)


def _tags(view: View, asked: ask.TagsAsked) -> Page:
    return tags(view, by=_cut(view, asked.by or ACCOUNT), tag=asked.tag)


def _proof(view: View, asked: ask.ProofAsked) -> Page:
    return proof(view, by=asked.by)


def _rules(view: View, _asked: ask.RulesAsked) -> Page:
    return rules(view)


def _explain(view: View, asked: ask.ExplainAsked) -> Page:
    if sum(map(bool, (asked.owner, asked.pool, asked.resource))) != 1:
        raise NothingToExplainError
    if asked.cut:
        _cut(view, asked.cut)
    why = Why(asked.owner, asked.pool, asked.resource, asked.of, asked.cut, asked.value, asked.day)
    return explain(view, why)


def _cut(view: View, wanted: str) -> str:
    known = (OWNER, *view.cuts())
    if wanted not in known:
        raise UnknownColumnError(wanted, known, "")
    return wanted


PAGES: Mapping[str, Kind] = {
    "overview": Kind(ask.OverviewAsked, _overview, "What a month cost, by day and owner."),
    "flow": Kind(ask.FlowAsked, _flow, "From accounts by the way of allocation to owners."),
    "owners": Kind(ask.OwnersAsked, _owners, "What an owner pays, or all of them."),
    "pools": Kind(ask.PoolsAsked, _pools, "What is shared, by what, and who pays."),
    "tags": Kind(ask.TagsAsked, _tags, "What carries which tag, by money."),
    "proof": Kind(ask.ProofAsked, _proof, "The totals of every stage, and all that went in."),
    "rules": Kind(ask.RulesAsked, _rules, "What each rule of the rulebook did."),
    "explain": Kind(ask.ExplainAsked, _explain, "Why a figure is what it is."),
}
