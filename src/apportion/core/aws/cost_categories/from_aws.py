"""AWS Cost Categories as a rulebook, with findings for what a rulebook expresses differently."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apportion.core.rulebook.dimension_names import taken
from apportion.core.rulebook.read import read_rulebook
from apportion.core.templates import text as literal
from apportion.model.aws.cost_category import (
    TAG,
    And,
    ConditionKind,
    CostCategory,
    Expression,
    How,
    Inherited,
    LeftOut,
    Match,
    Not,
    Or,
    Regular,
    SplitCharge,
)
from apportion.model.findings.cost_categories import IMPORTED_OTHERWISE, NOT_IMPORTED
from apportion.model.findings.finding import Code, Finding
from apportion.model.money import EXACT
from apportion.model.suggestions import shown
from apportion.model.wording import join_words

from .expressions_to_sql import COLUMNS, Named, NoColumnError, condition_of

_DEFAULT = "unallocated"
_ALWAYS = "2026-01"
_HUNDRED = Decimal(100)
#: Columns that exports in FOCUS's form may lack, or fill otherwise than the CUR does.
_OF_THE_CUR = {"RECORD_TYPE", "USAGE_TYPE", "BILLING_ENTITY"}


@dataclass(frozen=True)
class Imported:
    """A rulebook's text; `findings` list what it expresses differently, and what is wrong."""

    text: str
    findings: tuple[Finding, ...]


def with_those_referred_to(
    categories: Sequence[CostCategory], names: Sequence[str]
) -> list[CostCategory]:
    """Pick categories by name, the first of `names` first, and those that their rules look at."""
    by_name = {category.name: category for category in categories}
    wanted = list(names)
    for name in wanted:  # grows as it goes
        wanted += sorted(
            match.key
            for match in _matches_of(by_name[name])
            if match.kind is ConditionKind.CATEGORY
            and match.key in by_name
            and match.key not in wanted
        )
    return [by_name[name] for name in dict.fromkeys(wanted)]


def import_categories(
    categories: Sequence[CostCategory], *, currency: str = "USD", effective: str = ""
) -> Imported:
    """Write a rulebook that gives charges the values that these categories give them.

    The first category carries cost: its split charges become pools. It begins with `effective`, or
    the month that the last of them began with.
    """
    findings: list[Finding] = []
    names = _names(categories)
    month = effective or max((each.effective for each in categories), default="") or _ALWAYS
    lines = [
        "# Made of AWS Cost Categories by `apportion aws cost-categories import`.",
        "apportion: 1",
        f"effective: {month}",
        f"currency: {currency}",
        f"owner: {names[categories[0].name].name}",
        "",
        "dimensions:",
    ]
    for category in categories:
        lines += _dimension(category, names, findings)
    for category in categories:
        lines += _pools(category, names, findings, carries=category is categories[0])
        findings += _about(category, month, names)
    text = "\n".join(lines) + "\n"
    _, wrong = read_rulebook(text, name="rulebook.yaml")
    return Imported(text, (*findings, *wrong))


def _names(categories: Iterable[CostCategory]) -> dict[str, Named]:
    """Name a dimension for each category, and the value of charges that no rule matches."""
    names: dict[str, Named] = {}
    given: set[str] = set()
    for category in categories:
        slug = _slug(category.name)
        name = next(n for n in (slug, *(f"{slug}_{at}" for at in range(2, 99))) if n not in given)
        given.add(name)
        values = {rule.value for rule in category.rules if isinstance(rule, Regular)}
        spare = next(word for word in (_DEFAULT, "uncategorised", "none") if word not in values)
        default = category.default or spare
        names[category.name] = Named(name, default, stated=bool(category.default))
    return names


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:50]
    plain = slug if slug[:1].isalpha() else f"category_{slug}".rstrip("_")
    return f"{plain}_category" if taken(plain) else plain


def _dimension(
    category: CostCategory, names: Mapping[str, Named], findings: list[Finding]
) -> list[str]:
    name, default, _stated = names[category.name]
    sources: list[str] = []
    for number, rule in enumerate(category.rules, 1):
        place = f"{category.name} rule {number}"
        try:
            sources += _source(rule, names)
        except NoColumnError as error:
            sources.append(f"      # Rule {number} is left out: {shown(str(error))}.")
            value = shown(getattr(rule, "value", ""))
            remedy = "Write a rule with the columns that there are, if its charges matter."
            subject = f"the rule for {value}" if value else "the rule"
            findings.append(Finding(NOT_IMPORTED, place, subject, found=str(error), remedy=remedy))
    if not any(source.lstrip().startswith("-") for source in sources):
        # A dimension needs a source; this one never gives a value.
        sources.append(f'      - {{where: "FALSE", value: {_quoted(default)}}}')
    return [
        f"  {name}:",
        "    from:",
        *sources,
        f"    default: {_quoted(default)}",
    ]


def _source(rule: Regular | Inherited | LeftOut, names: Mapping[str, Named]) -> list[str]:
    match rule:
        case LeftOut(_, why):
            raise NoColumnError(why)
        case Inherited(source, key):
            looked = f"tag: {_quoted(key)}" if source == TAG else "column: SubAccountName"
            return [f"      - {looked}"]
        case Regular(value, where):
            condition = condition_of(where, dimensions=names)
            return [f"      - where: {_quoted(condition)}", f"        value: {_quoted(value)}"]


def _pools(
    category: CostCategory,
    names: Mapping[str, Named],
    findings: list[Finding],
    *,
    carries: bool,
) -> list[str]:
    lines = ["", "shared:"] if carries and category.splits else []
    name, default, _stated = names[category.name]
    for number, split in enumerate(category.splits, 1):
        why = "only the first category carries cost" if not carries else _unsplittable(split)
        if why:
            place = f"{category.name} split charge {number}"
            subject = f"the split of {shown(split.source) or 'what has no value'}"
            findings.append(Finding(NOT_IMPORTED, place, subject, found=why))
            continue
        source = split.source or default
        pool = re.sub(r"\s+", "-", source.strip()).lower()
        lines += [
            f"  - name: {_quoted(f'{pool}-shared')}",
            f"    where: {_quoted(f'{name} = {literal(source)}')}",
            *_split(split),
        ]
    return lines if len(lines) > len(["", "shared:"]) else []


def _split(split: SplitCharge) -> list[str]:
    if split.method == "FIXED":
        pairs = zip(split.targets, split.percents, strict=True)
        fixed = ", ".join(f"{_quoted(target)}: {percent:f}" for target, percent in pairs)
        return [f"    split: {{fixed: {{{fixed}}}}}"]
    to = ", ".join(_quoted(target) for target in split.targets)
    return [f"    split: {split.method.lower()}", f"    to: [{to}]"]


def _unsplittable(split: SplitCharge) -> str:
    if split.method not in ("FIXED", "PROPORTIONAL", "EVEN"):
        return f"the method {split.method}"
    if not split.targets:
        return "no targets"
    with localcontext(EXACT):
        together = sum(split.percents, Decimal())
    wrong = len(split.percents) != len(split.targets) or together != _HUNDRED
    if split.method == "FIXED" and wrong:
        return f"percents that add up to {together:f} for {len(split.targets)} targets"
    return ""


def _about(category: CostCategory, month: str, names: Mapping[str, Named]) -> list[Finding]:
    """List slight differences, once for each category."""
    matches = list(_matches_of(category))
    tags = sorted({match.key for match in matches if match.kind is ConditionKind.TAG})
    tags = sorted({*tags, *(r.key for r in category.rules if isinstance(r, Inherited) and r.key)})
    cur = sorted(
        {m.key for m in matches if m.kind is ConditionKind.DIMENSION and m.key in _OF_THE_CUR}
    )
    notes: list[tuple[str, str]] = []
    if tags:
        notes.append(
            (
                f"tags {join_words(tags, last='and')}",
                "read in every spelling of the key, and without spaces around values",
            )
        )
    if cur:
        columns = join_words([COLUMNS[key] for key in cur], last="and")
        notes.append(
            (join_words(cur, last="and"), f"read as {columns}, which only a CUR has in full")
        )
    if any(match.key == "REGION" for match in matches):
        notes.append(("REGION", "read as RegionId; charges of no region have none, not `global`"))
    never = sorted(
        match.key
        for match in matches
        if match.kind is ConditionKind.CATEGORY
        and match.how is How.ABSENT
        and match.key in names
        and names[match.key].stated
    )
    if never:
        categories = join_words(list(dict.fromkeys(never)), last="and")
        notes.append((f"ABSENT of {categories}", "never true, as a default value is always there"))
    if category.effective and category.effective != month:
        notes.append(("the month it begins with", f"{category.effective} in AWS, {month} here"))
    if category.ended:
        notes.append(("the category", "ended in AWS"))
    return [_otherwise(IMPORTED_OTHERWISE, category.name, *each) for each in notes]


def _otherwise(code: Code, place: str, subject: str, found: str) -> Finding:
    return Finding(code, place, subject, found=found)


def _matches_of(category: CostCategory) -> Iterable[Match]:
    for rule in category.rules:
        if isinstance(rule, Regular):
            yield from _matches(rule.where)


def _matches(where: Expression) -> Iterable[Match]:
    match where:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _matches(part)
        case Not(part):
            yield from _matches(part)
        case Match():
            yield where


def _quoted(value: str) -> str:
    """Write a text as YAML reads it; JSON's texts are texts of YAML."""
    return json.dumps(value, ensure_ascii=False)
