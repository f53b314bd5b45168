"""Lay out the monthly review with finance: who pays what and why, what is open, who signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.model.document import Document, RulesChange, Section, Table
from apportion.model.finding import Finding
from apportion.model.money import EXACT

from .apportion import part_of
from .compare import CAUSES
from .written import cents, signed

Row = Mapping[str, object]

#: The largest services and shares of a statement are told one by one, the others together.
_MOST = 8
_OTHERS = "all others"
_WORDS = {
    "usage": "usage",
    "restated": "a restated bill",
    "tags": "tags",
    "rules": "changed rules",
    "drivers": "other numbers to split by",
}


_NOTHING_MOVED = "It moved no money of this month."
_NOT_TOLD = (
    "What it moved cannot be told: nothing can be allocated by the rules as it left them, or as "
    "they were before."
)


@dataclass(frozen=True)
class Moved:
    """A change of the rules, and what it moved: by owner and currency, in money.

    None where the rules before or after it cannot be worked out.
    """

    change: RulesChange
    by_owner: Sequence[tuple[str, str, Decimal]] | None


@dataclass(frozen=True)
class Month:
    """All that a review tells, as reports gave it; `before` names the month compared with."""

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
    rules: Sequence[Moved] | None  # None where the rules have no history that could be read
    findings: Sequence[Finding]
    difference: Decimal


def month_review(month: Month) -> Document:
    """Lay out the whole review."""
    return Document(
        title=f"Cloud cost review {month.period}",
        lead=_lead(month),
        sections=(
            _at_a_glance(month),
            *_changed(month),
            Section(
                "Statements",
                (f"One for each {_words(month.owner)}, the largest first.",),
                sections=tuple(statement(month, name) for name in owners(month)),
            ),
            _without_owner(month),
            _shared(month),
            _rules(month),
            _tagging(month),
            _findings(month),
            _sign_off(month),
        ),
    )


def owners(month: Month) -> list[str]:
    """List the owners, the largest first."""
    sizes: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in month.owners:
            name = str(row[month.owner])
            sizes[name] = sizes.get(name, Decimal(0)) + abs(_amount(row, "total"))
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def statement(month: Month, owner: str) -> Section:
    """What one owner pays: by service, by shared cost, and why it changed."""
    return Section(
        owner,
        tuple(_why(month, owner)),
        table=_summed(
            ("what", "kind", "currency", "cost"),
            [
                *_parts(_of(month.services, month.owner, owner), "ServiceName", "direct"),
                *_parts(_of(month.pools, month.owner, owner), "Pool", "shared"),
            ],
        ),
    )


def _why(month: Month, owner: str) -> Iterator[str]:
    for row in _of(month.owners, month.owner, owner):
        total, direct, shared = (
            cents(_amount(row, name)) for name in ("total", "direct", "shared")
        )
        yield f"{total} {row['currency']}: {direct} of its own and {shared} of shared cost."
    for row in _of(month.compared, month.owner, owner):
        causes = [
            f"{signed(_decimal(row[cause]))} by {_WORDS[cause]}"
            for cause in CAUSES
            if _seen(row[cause])
        ]
        if causes:
            yield (
                f"{signed(_decimal(row['change']))} {row['currency']} against {month.before}: "
                f"{', '.join(causes)}."
            )


def _parts(rows: Iterable[Row], name: str, kind: str) -> list[Row]:
    """The largest parts of a kind one by one, the others added up."""
    told = [row for row in rows if _amount(row, kind)]
    told.sort(key=lambda row: (str(row["currency"]), -abs(_amount(row, kind)), str(row[name])))
    shown: list[Row] = []
    for currency in dict.fromkeys(str(row["currency"]) for row in told):
        alike = [row for row in told if str(row["currency"]) == currency]
        most = len(alike) if len(alike) <= _MOST + 1 else _MOST
        shown += [
            {"what": row[name], "kind": kind, "currency": currency, "cost": _amount(row, kind)}
            for row in alike[:most]
        ]
        if alike[most:]:
            rest = _added(_amount(row, kind) for row in alike[most:])
            what = f"{_OTHERS} ({len(alike) - most})"
            shown.append({"what": what, "kind": kind, "currency": currency, "cost": rest})
    return shown


def _lead(month: Month) -> str:
    amounts = " and ".join(
        f"{cents(total)} {currency}" for currency, total in _totals(month.owners, "total").items()
    )
    if month.difference:
        return f"{amounts}. NOT PROVED: stages differ by up to {month.difference:f}."
    return f"{amounts}. Every cent has an owner; the difference to the provider's files is 0.00."


def _at_a_glance(month: Month) -> Section:
    rows = []
    before, change = _totals(month.compared, "before"), _totals(month.compared, "change")
    for currency, total in _totals(month.owners, "total").items():
        alike = [row for row in month.owners if str(row["currency"]) == currency]
        direct = _added(_amount(row, "direct") for row in alike)
        rows.append(
            {
                "currency": currency,
                "total": total,
                "direct": direct,
                "shared": _added(_amount(row, "shared") for row in alike),
                "tagged share": part_of(_added(_amount(row, "tagged") for row in alike), direct),
                **(
                    {"before": before.get(currency), "change": change.get(currency)}
                    if month.compared
                    else {}
                ),
            }
        )
    columns = ("currency", "total", "direct", "shared", "tagged share")
    also = ("before", "change") if month.compared else ()
    source = f"Run {month.run} of {month.at}, rulebook {month.rulebook}, {month.cost}."
    return Section("At a glance", (source,), Table((*columns, *also), tuple(rows)))


def _changed(month: Month) -> Iterator[Section]:
    if not month.compared:
        return
    sentence = "Causes add up to the change; what only moved between owners adds up to zero."
    yield Section(
        f"What changed since {month.before}",
        (sentence,),
        _summed((month.owner, "currency", "before", *CAUSES, "change", "after"), month.compared),
    )


def _without_owner(month: Month) -> Section:
    told = (
        ("unallocated", "Without an owner", "Every charge has an owner of its own."),
        ("rejected", "Values that the rulebook refuses", "No value was refused."),
        ("kept", "Shared cost that could not be split", "All shared cost was split."),
    )
    return Section(
        "Unallocated and disputed",
        sections=tuple(
            _or_nothing(heading, month.review.get(name, ()), nothing)
            for name, heading, nothing in told
        ),
    )


def _or_nothing(heading: str, rows: Sequence[Row], nothing: str) -> Section:
    if not rows:
        return Section(heading, (nothing,))
    return Section(heading, table=_summed(tuple(rows[0]), rows))


def _shared(month: Month) -> Section:
    before = {(row["pool"], row["currency"]): row for row in month.review_before.get("pools", ())}
    rows = []
    for row in month.review.get("pools", ()):
        old = _amount(before.get((row["pool"], row["currency"]), {}), "cost")
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


def _numbers(month: Month) -> Section:
    """Whose part of a pool is another than in the month before."""

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
    heading = "Parts that changed by half a percentage point or more"
    if not rows:
        return Section(heading, ("None.",))
    columns = ("pool", "owner", "currency", "before share", "share")
    told = [{**row, "before share": row["ratio before"]} for row in rows]
    return Section(heading, table=Table(columns, tuple(told)))


def _rules(month: Month) -> Section:
    heading = f"Rules changed since {month.before}" if month.before else "Rules changed"
    if month.rules is None:
        sentence = "The rulebook's folder is in no Git repository, so who changed what is not told."
        return Section(heading, (sentence,))
    if not month.rules:
        return Section(heading, ("No rule changed.",))
    return Section(heading, sections=tuple(_rule(moved) for moved in month.rules))


def _rule(moved: Moved) -> Section:
    change = moved.change
    rows = [
        {"owner": owner, "currency": currency, "moved": amount}
        for owner, currency, amount in moved.by_owner or ()
        if _seen(amount)
    ]
    words = f"{change.author}, {change.at[:10]}, commit {change.commit[:10]}."
    nothing = () if rows else (_NOT_TOLD if moved.by_owner is None else _NOTHING_MOVED,)
    table = Table(("owner", "currency", "moved"), tuple(rows)) if rows else None
    return Section(change.subject, (words, *nothing), table, lines=change.diff)


def _tagging(month: Month) -> Section:
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
    sentence = f"Own cost that a valid tag gave its {_words(month.owner)}."
    return Section("Tag coverage", (sentence,), Table(columns, tuple(rows)))


def _findings(month: Month) -> Section:
    rows = [
        {
            "code": finding.code.number,
            "weight": finding.code.severity.value,
            "what": finding.code.title,
            "place": finding.place,
            "subject": finding.subject,
            "found": finding.found,
            "amount": finding.amount,
            "currency": finding.currency,
            "to do": finding.remedy,
        }
        for finding in month.findings
    ]
    if not rows:
        return Section("Open findings", ("None.",))
    return Section("Open findings", table=Table(tuple(rows[0]), tuple(rows)))


def _sign_off(month: Month) -> Section:
    blank = dict.fromkeys(("name", "date", "signature"), "____________")
    rows = [
        {month.owner: row[month.owner], "currency": row["currency"], "cost": row["total"], **blank}
        for name in owners(month)
        for row in _of(month.owners, month.owner, name)
    ]
    columns = (month.owner, "currency", "cost", "name", "date", "signature")
    words = f"Who signs accepts the amount of run {month.run}."
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


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _seen(value: object) -> bool:
    return abs(_decimal(value)) >= Decimal("0.005")


def _words(name: str) -> str:
    return name.replace("_", " ")
