"""The document of the monthly review: statements, changes, unallocated cost, findings, sign-off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.core.allocation.rounding import part_of
from apportion.model.cents import (
    ROUNDED,
    cent_off,
    money,
    money_by_currency,
    money_change,
    to_cents,
)
from apportion.model.document import Document, Section, Table
from apportion.model.findings.finding import Finding
from apportion.model.money import EXACT
from apportion.model.result_columns import CAUSES, COMPARED, SIGN_OFF
from apportion.model.row import Row

from .rule_changes import RuleChangeEffect, rules_changed
from .unallocated import every_cent

#: The number of services and pools that a statement lists; the others are added up.
_MOST = 8
_OTHERS = "all others"
_OWN = ("direct", "tagged")
_WORDS = {
    "usage": "usage",
    "restated": "a restated bill",
    "tags": "tags",
    "accounts": "account data and lookups",
    "rules": "changed rules",
    "drivers": "changed driver values",
}


@dataclass(frozen=True)
class ReviewMonth:
    """The data of a review, from reports; `before` is the month compared with."""

    period: str
    before: str
    run: str
    at: str
    rulebook: str
    owner: str
    cost: str
    owners: Sequence[Row]
    services: Sequence[Row]
    pools: Sequence[Row]
    compared: Sequence[Row]
    review: Mapping[str, Sequence[Row]]
    review_before: Mapping[str, Sequence[Row]]
    rules: (
        Sequence[RuleChangeEffect] | None
    )  # None where the rules have no history that could be read
    findings: Sequence[Finding]
    difference: Decimal
    later: Sequence[Finding] = ()  # deliveries that came after the run
    decisions: Sequence[Row] = ()  # who closed, adjusted or reopened the month
    incomplete: Sequence[str] = ()  # sentences about days that are not billed completely


def month_review(month: ReviewMonth) -> Document:
    """Lay out the whole review."""
    return Document(
        title=f"Cloud cost review {month.period}",
        lead=_lead(month),
        sections=(
            _at_a_glance(month),
            *_changed(month),
            Section(
                "Statements",
                (f"One statement for each {_words(month.owner)}, largest first.",),
                sections=tuple(statement(month, name) for name in owners(month)),
            ),
            _without_owner(month),
            _shared(month),
            rules_changed(month.rules, month.before),
            _tagging(month),
            _findings(month),
            *_decisions(month),
            _sign_off(month),
        ),
    )


def owners(month: ReviewMonth) -> list[str]:
    """List the owners, the largest first."""
    sizes: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in month.owners:
            name = str(row[month.owner])
            sizes[name] = sizes.get(name, Decimal(0)) + abs(_amount(row, "total"))
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def statement(month: ReviewMonth, owner: str) -> Section:
    """The statement of one owner: direct cost by service, shared cost by pool, and changes."""
    lines: list[Row] = []
    sentences: list[str] = []
    for row in _of(month.owners, month.owner, owner):
        currency = str(row["currency"])
        total, own, shared = (_amount(row, name) for name in ("total", "direct", "shared"))
        off = _rounded([own, shared], total)
        sentences.append(
            f"{money(total, currency)}: {money(own, currency)} direct cost and "
            f"{money(shared, currency)} shared cost{off}."
        )
        for rows, name, kind in (
            (month.services, "ServiceName", "direct"),
            (month.pools, "Pool", "shared"),
        ):
            alike = [part for part in _of(rows, month.owner, owner) if part["currency"] == currency]
            lines += _parts(alike, name, kind)
    columns = ("item", "type", "currency", "cost")
    return Section(owner, (*sentences, *_why(month, owner)), table=_summed(columns, lines))


def _why(month: ReviewMonth, owner: str) -> Iterator[str]:
    for row in _of(month.compared, month.owner, owner):
        parts = {cause: _amount(row, cause) for cause in CAUSES}
        change, currency = _amount(row, "change"), str(row["currency"] or "")
        causes = [
            f"{money_change(part, currency)} by {_WORDS[cause]}"
            for cause, part in parts.items()
            if to_cents(part)
        ]
        if causes:
            yield (
                f"{money_change(change, currency)} since {month.before}: {', '.join(causes)}"
                f"{_rounded(parts.values(), change)}."
            )


def _rounded(parts: Iterable[Decimal], whole: Decimal) -> str:
    return f" ({ROUNDED})" if cent_off(parts, whole) else ""


def _parts(rows: Sequence[Row], name: str, kind: str) -> list[Row]:
    """The largest parts of a kind and currency one by one, the others added up."""
    parts = [row for row in rows if _amount(row, kind)]
    parts.sort(key=lambda row: (-abs(_amount(row, kind)), str(row[name])))
    most = len(parts) if len(parts) <= _MOST + 1 else _MOST
    shown: list[Row] = [
        {"item": row[name], "type": kind, "currency": row["currency"], "cost": _amount(row, kind)}
        for row in parts[:most]
    ]
    if parts[most:]:
        rest = _added(_amount(row, kind) for row in parts[most:])
        what = f"{_OTHERS} ({len(parts) - most})"
        shown.append({**shown[0], "item": what, "cost": rest})
    return shown


def _lead(month: ReviewMonth) -> str:
    amounts = money_by_currency(_totals(month.owners, "total"))
    if month.difference:
        return f"{amounts}. NOT PROVED: stages differ by up to {month.difference:f}."
    late = " NOT CURRENT: a later delivery is not allocated yet." if month.later else ""
    spent = any(_amount(row, kind) for row in month.owners for kind in ("direct", "shared"))
    nothing_lost = every_cent(month.review, spent=spent)
    return (
        f"{amounts or 'Nothing'}. {nothing_lost[0].upper()}{nothing_lost[1:]}; the difference "
        f"from the provider's files is 0.00.{late}"
    )


def _at_a_glance(month: ReviewMonth) -> Section:
    """One row for each currency, also for one that only the month before has."""
    compared = bool(month.compared)
    before, totals = _totals(month.compared, "before"), _totals(month.owners, "total")
    rows = []
    for currency in sorted(totals.keys() | before.keys()):
        alike = [row for row in month.owners if str(row["currency"]) == currency]
        own, tagged = (_added(_amount(row, name) for row in alike) for name in _OWN)
        total, old = (of.get(currency, Decimal(0)) for of in (totals, before))
        rows.append(
            {
                "currency": currency,
                "total": total,
                "direct": own,
                "shared": _added((total, -own)),
                "tagged share": part_of(tagged, own),
                **({"before": old, "change": _added((total, -old))} if compared else {}),
            }
        )
    columns = ("currency", "total", "direct", "shared", "tagged share")
    also = ("before", "change") if compared else ()
    source = f"Run {month.run} of {month.at}, rulebook {month.rulebook}, {month.cost}."
    return Section("Summary", (source, *month.incomplete), Table((*columns, *also), tuple(rows)))


def _changed(month: ReviewMonth) -> Iterator[Section]:
    if not month.compared:
        return
    sentence = (
        "The causes add up to the change. Cost that only moved between owners adds up to zero."
    )
    yield Section(
        f"Changes since {month.before}",
        (sentence,),
        _summed((month.owner, *COMPARED), month.compared),
    )


def _without_owner(month: ReviewMonth) -> Section:
    tables = (
        ("unallocated", "Unallocated cost", "Every charge has an owner."),
        ("rejected", "Rejected values", "No value was rejected."),
        ("kept", "Shared cost that could not be split", "All shared cost was split."),
    )
    return Section(
        "Unallocated and disputed",
        sections=tuple(
            _or_nothing(heading, month.review.get(name, ()), nothing)
            for name, heading, nothing in tables
        ),
    )


def _or_nothing(heading: str, rows: Sequence[Row], nothing: str) -> Section:
    if not rows:
        return Section(heading, (nothing,))
    return Section(heading, table=_summed(tuple(rows[0]), rows))


def _shared(month: ReviewMonth) -> Section:
    before = {(row["pool"], row["currency"]): row for row in month.review_before.get("pools", ())}
    now = {(row["pool"], row["currency"]): row for row in month.review.get("pools", ())}
    gone = {"cost": Decimal(0), "payers": 0}
    rows = []
    for key in {**now, **before}:
        earlier = before.get(key, {})
        row, old = now.get(key, {**earlier, **gone}), _amount(earlier, "cost")
        rows.append(
            {
                "pool": row["pool"],
                "currency": row["currency"],
                "before": old,
                "cost": row["cost"],
                "change": _added([_amount(row, "cost"), -old]),
                "payers": row["payers"],
                "split": row["split"],
                "rule": row["place"],
            }
        )
    columns = ("pool", "currency", "before", "cost", "change", "payers", "split", "rule")
    shown = columns if month.before else tuple(c for c in columns if c not in ("before", "change"))
    return Section(
        "Shared cost",
        table=_summed(shown, rows),
        sections=(_numbers(month),) if month.before else (),
    )


def _numbers(month: ReviewMonth) -> Section:
    """Owners whose share of a pool differs from the month before."""

    def ratios(review: Mapping[str, Sequence[Row]]) -> dict[tuple[str, ...], Decimal]:
        keys = ("pool", "owner", "currency")
        return {
            tuple(str(row[key]) for key in keys): _amount(row, "ratio")
            for row in review.get("shares", ())
        }

    now, old = ratios(month.review), ratios(month.review_before)
    rows = [
        {
            "pool": key[0],
            "owner": key[1],
            "currency": key[2],
            "ratio before": old.get(key, Decimal(0)),
            "share": now.get(key, Decimal(0)),
        }
        for key in sorted(now.keys() | old.keys())
        if abs(now.get(key, Decimal(0)) - old.get(key, Decimal(0))) >= Decimal("0.005")
    ]
    heading = "Shares that changed by 0.5 percentage points or more"
    if not rows:
        return Section(heading, ("None.",))
    columns = ("pool", "owner", "currency", "before share", "share")
    changed = [{**row, "before share": row["ratio before"]} for row in rows]
    return Section(heading, table=Table(columns, tuple(changed)))


def _tagging(month: ReviewMonth) -> Section:
    rows = [
        {
            month.owner: row[month.owner],
            "currency": row["currency"],
            "direct": row["direct"],
            "tagged": row["tagged"],
            "tagged share": part_of(_amount(row, "tagged"), _amount(row, "direct")),
        }
        for row in month.owners
    ]
    columns = (month.owner, "currency", "direct", "tagged", "tagged share")
    sentence = f"Direct cost that got its {_words(month.owner)} from a valid tag."
    return Section("Tag coverage", (sentence,), Table(columns, tuple(rows)))


def _findings(month: ReviewMonth) -> Section:
    rows = [
        {
            "code": finding.code.number,
            "severity": finding.code.severity.value,
            "finding": finding.code.title,
            "place": finding.place,
            "subject": finding.subject,
            "found": finding.found,
            "amount": finding.amount,
            "currency": finding.currency,
            "remedy": finding.remedy,
        }
        for finding in (*month.later, *month.findings)
    ]
    if not rows:
        return Section("Open findings", ("None.",))
    return Section("Open findings", table=Table(tuple(rows[0]), tuple(rows)))


def _decisions(month: ReviewMonth) -> list[Section]:
    """Who decided what about the month; nothing before the first decision."""
    if not month.decisions:
        return []
    columns = tuple(month.decisions[0])
    words = "Accruals, closes, adjustments and reopenings of the month, with the run of each."
    return [Section("Close of the month", (words,), Table(columns, tuple(month.decisions)))]


def _sign_off(month: ReviewMonth) -> Section:
    blank = dict.fromkeys(SIGN_OFF, "____________")
    rows = [
        {month.owner: name, "currency": row["currency"], "cost": row["total"], **blank}
        for name in owners(month)
        for row in _of(month.owners, month.owner, name)
    ]
    columns = (month.owner, "currency", "cost", *SIGN_OFF)
    words = f"A signature accepts the amounts of run {month.run}."
    return Section("Sign-off", (words,), _summed(columns, rows))


def _summed(columns: tuple[str, ...], rows: Iterable[Row]) -> Table:
    return Table(columns, tuple(rows), summed=True)


def _of(rows: Iterable[Row], dimension: str, owner: str) -> list[Row]:
    return [row for row in rows if str(row[dimension]) == owner]


def _totals(rows: Iterable[Row], column: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in rows:
            currency = str(row["currency"])
            sums[currency] = sums.get(currency, Decimal(0)) + _amount(row, column)
    return dict(sorted(sums.items()))


def _added(amounts: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(amounts, Decimal(0))


def _amount(row: Row, column: str) -> Decimal:
    return Decimal(str(row.get(column) or 0))


def _words(name: str) -> str:
    return name.replace("_", " ")
