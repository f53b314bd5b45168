"""Explain a resource: its charges, the dimensions and rules, and the owners that pay."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from apportion.core.allocation.rounding import apportion
from apportion.core.reporting.drilldown import (
    ResourceCharge,
    ResourceId,
    ends_like,
    is_like,
    is_resource,
    resource_query,
    resources_query,
)
from apportion.core.reporting.explain import (
    added,
    biggest_first,
    days_words,
    lookup_lines,
    ratio_words,
    rule_facts,
    source_of,
)
from apportion.core.rulebook.inputs.account_sources import OWN_SAYS, synced_words
from apportion.model.errors.base import NothingThereError
from apportion.model.money import from_units, to_units
from apportion.model.outcome import Explanation, ExplanationNode
from apportion.model.rulebook import Dimension
from apportion.usecases.context import RunContext

from .case import Case, currencies_of

#: A place is a file's number above so many bits, and the line in it: core/billing/sql/lines.sql.
_LINE_BITS = 40
_LISTED = 10


def explain_resource(
    context: RunContext,
    *,
    period: str,
    resource: str,
    currency: str = "",
    as_of: str = "",
    biggest: int = 5,
) -> Explanation:
    """Explain a resource: its charges, tags, dimensions and pool, and the owners that pay.

    `resource` is the whole id, or how one id ends. Raises NothingThereError for none or several.
    """
    case = Case.open(context, period=period, as_of=as_of, most=biggest)
    found = _find(case, resource, period)
    rows = _charges(case, found)
    shown = currencies_of(case, (row.billing_currency for row in rows), currency, what=found)
    root = ExplanationNode(f"{found}, {period}", facts=_facts(rows))
    children = [
        _in_currency(case, each, [row for row in rows if row.billing_currency == each])
        for each in shown
    ]
    if len(children) == 1:
        root = replace(children[0], title=root.title, facts=root.facts)
    else:
        root = replace(root, children=tuple(children))
    return Explanation(root, case.published.later, messages=(case.words,))


def _find(case: Case, wanted: str, period: str) -> str:
    for condition in (is_resource(wanted), ends_like(wanted)):
        ids = _ids(case, condition)
        if len(ids) == 1:
            return ids[0]
        if ids:
            more = "Give the whole id of one." if len(ids) < _LISTED else "Give more of the id."
            raise NothingThereError(f"single resource that ends with {wanted}", ids, more)
    alike = _ids(case, is_like(wanted)) or _ids(case, "TRUE")
    remedy = "These are similar, or have the highest cost." if alike else ""
    raise NothingThereError(f"resource {wanted} in {period}", alike, remedy)


def _ids(case: Case, condition: str) -> list[str]:
    query = resources_query(condition, case.tables.bills, cost=case.rulebook.cost, most=_LISTED)
    return [row.id for row in case.read(ResourceId, query)]


def _charges(case: Case, resource: str) -> list[ResourceCharge]:
    tables = case.tables
    query = resource_query(case.rulebook, resource, tables.owned, tables.bills)
    return case.read(ResourceCharge, query)


def _facts(rows: Sequence[ResourceCharge]) -> dict[str, object]:
    """The facts of the resource itself; where charges differ, all values."""
    facts = {
        "account": {f"{row.sub_account_id} {row.sub_account_name}".strip() for row in rows},
        "name": {row.resource_name for row in rows} - {""},
        "region": {row.region_id for row in rows} - {""},
        "payer": {row.billing_account_id for row in rows} - {""},
    }
    joined = {fact: ", ".join(sorted(values)) for fact, values in facts.items()}
    return {fact: words for fact, words in joined.items() if words}


def _in_currency(case: Case, currency: str, rows: Sequence[ResourceCharge]) -> ExplanationNode:
    alike: dict[tuple[object, ...], list[ResourceCharge]] = defaultdict(list)
    for row in rows:
        alike[row.kind].append(row)
    children = biggest_first((_alike(case, currency, found) for found in alike.values()), case.most)
    amount = added(branch.amount or Decimal() for branch in children)
    return ExplanationNode(currency, amount, currency, children=children)


def _alike(case: Case, currency: str, rows: Sequence[ResourceCharge]) -> ExplanationNode:
    """Charges of one kind: their tags, what the rules made of them, who pays."""
    row = rows[0]
    days = sorted(each.charge_day for each in rows)
    line = _first_line(case, rows)
    kind = (row.service_name, row.usage, row.charge_category)
    facts = {
        "days": days_words(days[0], days[-1]),
        "lines": sum(each.lines for each in rows),
        **({"first line": line} if line else {}),
    }
    amount = added(each.cost for each in rows)
    dimensions = (_dimension(case, dimension, row) for dimension in case.rulebook.dimensions)
    pool = row.labels["Pool"]
    return ExplanationNode(
        ", ".join(filter(None, kind)),
        amount,
        currency,
        facts=facts,
        children=(
            _tags("tags as delivered", row.tags),
            *([_tags("tags of the account", row.account_tags)] if row.account_tags else []),
            *dimensions,
            *(
                _shared(case, currency, pool, rows)
                if pool
                else [_owned(case, currency, amount, row)]
            ),
        ),
    )


def _tags(title: str, written: str) -> ExplanationNode:
    tags = json.loads(written) if written else {}
    return ExplanationNode(title if tags else f"{title}: none", facts=tags)


def _dimension(case: Case, dimension: Dimension, row: ResourceCharge) -> ExplanationNode:
    """A dimension's value, what gave it, and what was refused before."""
    value, source = row.labels[dimension.name], row.labels[f"{dimension.name}_source"]
    words, place = source_of(dimension, source)
    words += _synced(case, dimension, row)
    lines = lookup_lines(dimension, source, value, case.published.rules.lookups)
    rejected = row.labels.get(f"{dimension.name}_rejected")
    facts = {
        "source": words,
        **({"lines": lines} if lines else {}),
        **({"rejected value": rejected} if rejected else {}),
    }
    return ExplanationNode(f"{dimension.name} = {value}", place=str(place), facts=facts)


def _synced(case: Case, dimension: Dimension, row: ResourceCharge) -> str:
    """The date of a value that the charge itself does not have."""
    facts = (row.sub_account_id, row.own_account_name, row.account_tags, row.other)
    synced = synced_words(
        case.published.rules.accounts,
        dimension,
        row.labels[f"{dimension.name}_source"],
        charge=dict(zip(("SubAccountId", *OWN_SAYS), facts, strict=True)),
        day=row.charge_day,
    )
    return f", {synced}" if synced else ""


def _owned(case: Case, currency: str, amount: Decimal, row: ResourceCharge) -> ExplanationNode:
    return ExplanationNode(f"paid by {row.labels[case.owner.name]}", amount, currency)


def _shared(
    case: Case, currency: str, pool: str, rows: Sequence[ResourceCharge]
) -> list[ExplanationNode]:
    """The pool that takes the charges, and each payer's part, day by day as the pool was split."""
    rule = case.pool(pool)
    units: dict[tuple[str, str], int] = defaultdict(int)
    ratios: dict[tuple[str, str], set[Fraction]] = defaultdict(set)
    unpaid = 0
    for row in rows:
        within = row.labels[rule.within] if rule.within else ""
        weights = _weights(case, currency, pool, within, row)
        cost = to_units(row.cost)
        if not weights:
            unpaid += cost
            continue
        for payer, part in apportion(cost, weights).items():
            units[payer] += part
            ratios[payer].add(weights[payer])
    children = [
        ExplanationNode(
            f"paid by {owner}{' (not split)' if kept else ''}",
            from_units(part),
            currency,
            facts={"ratio": ratio_words(*ratios[owner, kept])},
        )
        for (owner, kept), part in units.items()
    ]
    if unpaid:
        title = "not paid, because the pool's cost on this day is zero"
        children.append(ExplanationNode(title, from_units(unpaid), currency))
    lead = ExplanationNode(f"in pool {pool}", place=str(rule.place), facts=rule_facts(rule))
    return [lead, *biggest_first(children, len(children))]


def _weights(
    case: Case, currency: str, pool: str, within: str, row: ResourceCharge
) -> Mapping[tuple[str, str], Fraction]:
    key = (within, row.billing_account_id, row.charge_day)
    return {
        (share.owner, "kept" if share.kept else ""): share.ratio
        for share in case.shares.get((pool, currency), ())
        if (share.within, share.billing_account, share.day) == key
    }


def _first_line(case: Case, rows: Sequence[ResourceCharge]) -> str:
    """The file and line of the first of these lines; empty where the bill's form has no places."""
    places = [(row.bill, row.first_line) for row in rows if row.first_line is not None]
    if not places:
        return ""
    bill, place = min(places)
    file, line = place >> _LINE_BITS, place & (2**_LINE_BITS - 1)
    return f"{case.published.bills[bill].inputs[file].name} row {line + 1}"
