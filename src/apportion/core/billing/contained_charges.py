"""Whether a later delivery holds what an earlier one held: a part must never replace a whole.

The month so far grows, days are restated, tags are corrected: all of that holds what was held
before. An export of other accounts, a second part of the files, or a half of the days does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.core.templates import each, name, query
from apportion.model.findings.deliveries import CHARGES_TWICE, PART_REPLACES
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS, KEY_COLUMNS
from apportion.model.manifest import LeftOut, Manifest
from apportion.model.money import EXACT, text
from apportion.model.relation import Query, Relation

#: Up to a tenth of an earlier delivery's lines or money may be restated away; measured on
#: deliveries of real exports, none of it ever was.
_PART_IN = 10
#: Of the lines, up to a third may stand in charges that have fewer lines now: a half of a bill has
#: about as many charges with fewer lines as with more.
_FEWER_IN = 3
#: Two parts of one delivery share few charges with as many lines and nearly the same cost: of the
#: hours of a day, cut by chance, one day in six.
_REPEATED_IN = 4

_NAMES_IN_A_FINDING = 5
_ALL_KEYS = "Keys"

#: Columns that identify charges across deliveries. Invoices, prices and names come later.
_DESCRIBED_BY = (
    *("SubAccountId", "ServiceName", "RegionId", "ResourceId", "ChargeCategory"),
    *("SkuId", "x_UsageType", "x_Operation", "x_LineItemType"),
)
#: Descriptions that providers write anew for the same charge: texts, prices, and what other
#: columns or the organisation's settings decide.
_REWRITTEN = frozenset(
    (
        *("ChargeDescription", "SkuPriceDetails", "AllocatedTags"),
        *("x_CostCategories", "x_AccountTags", "x_Other"),
    )
)
#: All other descriptions. Two parts of one delivery may differ in one of them alone.
_DETAILS = tuple(
    column
    for column in KEY_COLUMNS
    if column not in {"BillingAccountId", "BillingCurrency", "Tags", *_DESCRIBED_BY, *_REWRITTEN}
)
#: Other columns of the provider and the organisation. Parts may differ in them alone; but where an
#: export has a new one, every charge differs.
_EXTRAS = "x_Other"
#: A description that charges get when their month is closed: it distinguishes deliveries only where
#: every charge has it.
_COMES_LATER = "InvoiceId"


@dataclass(frozen=True)
class Held:
    """The views that hold a delivery, and the columns that its keys have."""

    costs: Relation
    keys: Relation
    columns: frozenset[str]


@dataclass(frozen=True)
class Compared:
    """What of an earlier delivery a later one lacks: of a payer, or of an account or day of it."""

    billing_account: str
    currency: str
    sub_account: str | None
    day: str | None
    lines: int
    new_lines: int
    weight: Decimal  # of costs, without their signs
    new_weight: Decimal
    same_weight: Decimal
    same_billed: Decimal
    common_lines: int  # of the later one, in charges that both hold
    common_billed: Decimal
    lost_weight: Decimal
    lost_lines: int
    fewer_lines: int  # of charges that have fewer lines now
    redescribed: Decimal  # BilledCost of charges that have other tags or details now
    lost: tuple[Decimal, ...]  # one for each of focus.COST_COLUMNS
    by_lines: bool = True  # whether both count lines alike, which two formats do not

    @property
    def whole(self) -> bool:
        """Whether it is of a payer in a currency, and not of one account or day."""
        return self.sub_account is None and self.day is None


def described_query(held: Held) -> Query:
    """Count the keys that have each of the descriptions by which charges are compared."""
    counts = (
        f"COUNT(NULLIF({name(column)}, '')) AS {name(column)}"
        for column in (*_DESCRIBED_BY, *_DETAILS, _EXTRAS)
        if column in held.columns
    )
    return query(
        "core/billing/descriptions_held",
        counts=each((f"COUNT(*) AS {name(_ALL_KEYS)}", *counts)),
        keys=held.keys,
        costs=held.costs,
    )


def described_by(counts: Sequence[dict[str, int]], *, same_words: bool) -> list[str]:
    """Choose the columns that are filled in all deliveries; others identify nothing.

    Formats that do not use the same words have accounts and days in common, and nothing else.
    """
    columns = _DESCRIBED_BY if same_words else _DESCRIBED_BY[:1]
    return [column for column in columns if all(each.get(column) for each in counts)]


def details_of(
    counts: Sequence[dict[str, int]], *, same_words: bool, with_extras: bool = False
) -> list[str]:
    """Choose the other descriptions that are filled in all deliveries."""
    columns = (*_DETAILS, *([_EXTRAS] if with_extras else [])) if same_words else ()
    return [column for column in columns if all(_says(column, each) for each in counts)]


def _says(column: str, counts: Mapping[str, int]) -> bool:
    filled = counts.get(column, 0)
    return filled > 0 and (column != _COMES_LATER or filled == counts[_ALL_KEYS])


def contained_query(
    before: Held, after: Held, columns: Sequence[str], details: Sequence[str]
) -> Query:
    """Compare two deliveries by what their charges are described by.

    A charge with other tags or `details` is another one, unless its cost is the same in all.
    """
    return query(
        "core/billing/contained",
        before=_charges(before, columns, details),
        after=_charges(after, columns, details),
        differences=each(
            f"COALESCE(before.{name(cost)}, 0) - COALESCE(after.{name(cost)}, 0) AS {name(cost)}"
            for cost in COST_COLUMNS
        ),
        lost=each(
            f'COALESCE(SUM({name(cost)}) FILTER ("Less" AND NOT "Whole"), 0) AS {name(cost)}'
            for cost in COST_COLUMNS
        ),
    )


def _charges(held: Held, columns: Sequence[str], details: Sequence[str]) -> Query:
    identity = ["BillingAccountId", "BillingCurrency", *columns]
    tags = ["Tags"] if "Tags" in held.columns else []
    return query(
        "core/billing/charges_held",
        costs=held.costs,
        keys=held.keys,
        account=f"COALESCE({name('SubAccountId')}, '')" if "SubAccountId" in columns else "''",
        charge=_texts(identity),
        details=_texts([*tags, *details]) or "''",
        amounts=each(f"SUM(COALESCE({name(cost)}, 0)) AS {name(cost)}" for cost in COST_COLUMNS),
    )


def _texts(columns: Sequence[str]) -> str:
    return each((f"COALESCE({name(column)}, '')" for column in columns), ", ")


def alike(before: Manifest, after: str) -> bool:
    """Whether two deliveries describe charges in the same way, by their formats."""
    return before.details.get("format", "").split()[:1] == after.split()[:1]


def lacking(compared: Sequence[Compared]) -> list[Compared]:
    """List the payers whose earlier delivery is more than the later one, beyond restatement."""
    parts = {(each.billing_account, each.currency) for each in compared if not each.whole}
    return [
        each
        for each in compared
        if each.whole
        and ((each.billing_account, each.currency) in parts or _beyond_restatement(each))
    ]


def _beyond_restatement(each: Compared) -> bool:
    with localcontext(EXACT):
        return each.lost_weight * _PART_IN > each.weight or (
            each.by_lines
            and (
                each.lost_lines * _PART_IN > each.lines or each.fewer_lines * _FEWER_IN > each.lines
            )
        )


def left_out(before: Manifest, compared: Sequence[Compared]) -> list[LeftOut]:
    """Record what an explicit word replaced."""
    return [
        LeftOut(
            before.run,
            each.billing_account,
            each.currency,
            each.lost_lines,
            tuple(map(text, each.lost)),
        )
        for each in lacking(compared)
    ]


def nothing_in_common(compared: Sequence[Compared]) -> list[Compared]:
    """List the payers of whom no charge is in both, and whose cost is another one, too.

    A charge that only has another description has the same cost as before.
    """
    return [
        each
        for each in compared
        if each.whole and each.new_lines and not each.common_lines and _beyond_restatement(each)
    ]


def part_replaces(place: str, before: Manifest, compared: Sequence[Compared]) -> list[Finding]:
    """The charges that would be lost, and the remedy."""
    return [_part_replaces(place, before, each, compared) for each in lacking(compared)]


def other_extras(place: str, before: Manifest, compared: Sequence[Compared]) -> list[Finding]:
    """Findings for parts that differ in `x_` columns alone; `compared` are with these columns."""
    return [_part_replaces(place, before, each, compared) for each in nothing_in_common(compared)]


def _part_replaces(
    place: str, before: Manifest, each: Compared, compared: Sequence[Compared]
) -> Finding:
    return Finding(
        PART_REPLACES,
        place,
        f"billing account {each.billing_account or '(none)'}: {each.lost_lines:,} of "
        f"{each.lines:,} lines of the delivery of {before.at}, run {before.run}",
        expected="a delivery that also holds them, because it replaces the whole month",
        found=_what_is_not_there(each, compared),
        remedy=ways_on(before.run),
        amount=each.lost[0],
        currency=each.currency,
    )


def ways_on(run: str) -> str:
    """Name the explicit ways to go on."""
    return (
        "Nothing was ingested. If both are parts of one delivery, ingest this one with "
        f"--together-with {run}. If it is another export, which stands beside the first, name it "
        "with --bill NAME. If the earlier delivery was wrong, ingest with --replace."
    )


def _what_is_not_there(whole: Compared, compared: Sequence[Compared]) -> str:
    parts = [
        each
        for each in compared
        if (each.billing_account, each.currency) == (whole.billing_account, whole.currency)
    ]
    accounts = [each.sub_account or "(none)" for each in parts if each.sub_account is not None]
    days = [each.day for each in parts if each.day is not None]
    lost = [_listed("account", accounts), _listed("day", days)]
    if whole.new_lines and not whole.common_lines:
        lost.append("no charge in common")
    lost.append(f"{whole.new_lines:,} lines")
    return "; ".join(filter(None, lost))


def _listed(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    more = len(names) - _NAMES_IN_A_FINDING
    shown = ", ".join(names[:_NAMES_IN_A_FINDING]) + (f" and {more} more" if more > 0 else "")
    return f"nothing of {what}{'s' if len(names) > 1 else ''} {shown}"


def repeats(place: str, before: Manifest, compared: Iterable[Compared]) -> list[Finding]:
    """Refuse a part that repeats a delivery that it is ingested together with."""
    return [
        Finding(
            CHARGES_TWICE,
            place,
            f"charges of run {before.run}",
            expected="every charge in one part only",
            found=f"{each.common_lines:,} of {each.new_lines:,} lines of charges that are in both",
            remedy="Nothing was ingested. If it is the same part again, it is there already. If "
            "both are meant, put them into one file.",
            amount=each.same_billed,
            currency=each.currency,
        )
        for each in compared
        if each.whole
        and min(each.weight, each.new_weight) > 0
        and each.same_weight * _REPEATED_IN >= min(each.weight, each.new_weight)
    ]
