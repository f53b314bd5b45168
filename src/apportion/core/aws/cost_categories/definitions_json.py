"""Definitions of AWS Cost Categories as AWS's JSON, and back.

Fields follow the API reference (CostCategory, CostCategoryRule, Expression).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from apportion.model.aws.cost_category import (
    ACCOUNT_NAME,
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
from apportion.model.findings.cost_categories import WRONG_DEFINITION
from apportion.model.findings.finding import Finding
from apportion.model.suggestions import shown
from apportion.model.wording import join_words

_VERSION = "CostCategoryExpression.v1"
_MONTH = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-\d\d")
_CASE = {"CASE_SENSITIVE", "CASE_INSENSITIVE"}


class _UnsayableError(Exception):
    """An expression with an unknown meaning; its rule is left out, with a finding."""


def read_definitions(text: str, *, name: str) -> tuple[list[CostCategory], list[Finding]]:
    """Read one definition or a list of them, bare or as the AWS CLI prints them."""
    try:
        fields = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return [], [_wrong(name, "not JSON", shown(str(error)))]
    return definitions_of(fields, place=name)


def definitions_of(
    fields: Mapping[str, Any] | Sequence[Any], *, place: str
) -> tuple[list[CostCategory], list[Finding]]:
    """Read definitions from AWS's response."""
    if isinstance(fields, Mapping):
        fields = fields.get("CostCategory", fields.get("CostCategories", fields))
    read: list[CostCategory] = []
    findings: list[Finding] = []
    each: Any
    for each in fields if isinstance(fields, list) else [fields]:
        try:
            read.append(_category(each.get("CostCategory", each)))
        except (LookupError, TypeError, ValueError, AttributeError, InvalidOperation) as fault:
            found = shown(f"{type(fault).__name__} {fault}")
            findings.append(_wrong(place, "a definition cannot be read", found))
    if not read and not findings:
        findings.append(_wrong(place, "there is no definition in it", ""))
    return read, findings


def write_definitions(categories: Sequence[CostCategory]) -> str:
    """Write definitions, each with what `create-cost-category-definition` takes."""
    return json.dumps([_written(each) for each in categories], indent=2, ensure_ascii=False) + "\n"


def _wrong(place: str, subject: str, found: str) -> Finding:
    expected = "an object with Name and Rules"
    return Finding(WRONG_DEFINITION, place, subject, expected, found)


def _category(fields: Mapping[str, Any]) -> CostCategory:
    month = _MONTH.match(str(fields.get("EffectiveStart") or ""))
    return CostCategory(
        name=_text(fields["Name"]),
        rules=tuple(map(_rule, fields["Rules"])),
        default=_text(fields.get("DefaultValue") or ""),
        splits=tuple(map(_split, fields.get("SplitChargeRules") or ())),
        effective=month[1] if month else "",
        ended=bool(fields.get("EffectiveEnd")),
    )


def _rule(fields: Mapping[str, Any]) -> Regular | Inherited | LeftOut:
    if fields.get("Type", "REGULAR") == "INHERITED_VALUE":
        inherits = fields["InheritedValue"]
        source = _text(inherits["DimensionName"])
        if source == TAG:
            return Inherited(TAG, _text(inherits["DimensionKey"]))
        return Inherited(source) if source == ACCOUNT_NAME else LeftOut("", f"inherits {source}")
    value = _text(fields["Value"])
    try:
        return Regular(value, _expression(fields["Rule"]))
    except _UnsayableError as unsayable:
        return LeftOut(value, str(unsayable))


def _expression(fields: Mapping[str, Any]) -> Expression:
    """Read an expression. Several fields at once hold together, as in AWS's filters."""
    parts: list[Expression] = []
    for field, inner in fields.items():
        if field in ("And", "Or") and inner:
            both = tuple(_expression(each) for each in inner)
            parts.append(And(both) if field == "And" else Or(both))
        elif inner:
            parts.append(Not(_expression(inner)) if field == "Not" else _match(field, inner))
    if not parts:
        raise _UnsayableError("an empty expression")
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _match(field: str, fields: Mapping[str, Any]) -> Match:
    if field not in set(ConditionKind):
        raise _UnsayableError(f"a comparison of {field}")
    options = {_text(option) for option in fields.get("MatchOptions") or ()}
    how = (options - _CASE) or {How.EQUALS.value}
    if len(how) != 1 or not how <= set(How):
        raise _UnsayableError(f"the match options {join_words(sorted(options), last='and')}")
    values = tuple(_text(value) for value in fields.get("Values") or ())
    (only,) = how
    if not values and only != How.ABSENT:
        raise _UnsayableError("a comparison with no value")
    return Match(
        ConditionKind(field),
        _text(fields["Key"]),
        () if only == How.ABSENT else values,
        How(only),
        "CASE_INSENSITIVE" in options,
    )


def _split(fields: Mapping[str, Any]) -> SplitCharge:
    percents = [
        Decimal(_text(value))
        for parameter in fields.get("Parameters") or ()
        for value in parameter["Values"]
    ]
    return SplitCharge(
        source=_text(fields.get("Source") or ""),
        targets=tuple(_text(target) for target in fields["Targets"]),
        method=_text(fields["Method"]),
        percents=tuple(percents),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _written(category: CostCategory) -> dict[str, object]:
    written: dict[str, object] = {"Name": category.name, "RuleVersion": _VERSION}
    if category.effective:
        written["EffectiveStart"] = f"{category.effective}-01T00:00:00Z"
    written["Rules"] = [_written_rule(r) for r in category.rules if not isinstance(r, LeftOut)]
    if category.default:
        written["DefaultValue"] = category.default
    if category.splits:
        written["SplitChargeRules"] = [_written_split(each) for each in category.splits]
    return written


def _written_rule(rule: Regular | Inherited) -> dict[str, object]:
    if isinstance(rule, Inherited):
        inherits = {"DimensionName": rule.source}
        if rule.key:
            inherits["DimensionKey"] = rule.key
        return {"Type": "INHERITED_VALUE", "InheritedValue": inherits}
    return {"Value": rule.value, "Type": "REGULAR", "Rule": written_expression(rule.where)}


def written_expression(where: Expression) -> dict[str, object]:
    """Write an expression as AWS's JSON."""
    match where:
        case And(parts) | Or(parts):
            word = "And" if isinstance(where, And) else "Or"
            return {word: [written_expression(part) for part in parts]}
        case Not(part):
            return {"Not": written_expression(part)}
        case Match(kind, key, values, how, any_case):
            options = [how.value, *(["CASE_INSENSITIVE"] if any_case else [])]
            inner: dict[str, object] = {"Key": key, "MatchOptions": options}
            return {kind.value: inner | ({"Values": list(values)} if values else {})}


def _written_split(split: SplitCharge) -> dict[str, object]:
    written: dict[str, object] = {
        "Source": split.source,
        "Targets": list(split.targets),
        "Method": split.method,
    }
    if split.percents:
        values = [f"{percent:f}" for percent in split.percents]
        written["Parameters"] = [{"Type": "ALLOCATION_PERCENTAGES", "Values": values}]
    return written
