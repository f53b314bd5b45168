"""A rulebook as AWS Cost Categories, with findings for everything that AWS cannot express.

Each cost category is a dimension. Values with days are exported as of one day, since AWS has no
dates within a category; accounts' tags become lists of accounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from apportion.core.aws.tag_activation import needed_keys
from apportion.core.rulebook.conditions.parse import only_value
from apportion.core.rulebook.dimension_sql import canonical
from apportion.core.rulebook.inputs.account_facts import facts_on
from apportion.core.rulebook.inputs.date_segments import rows_on
from apportion.core.rulebook.rule_columns import columns_read
from apportion.model.aws.accounts import NAME, AccountFacts
from apportion.model.aws.cost_category import (
    ACCOUNT_NAME,
    TAG,
    And,
    ConditionKind,
    CostCategory,
    Expression,
    Inherited,
    Match,
    Or,
    Regular,
    SplitCharge,
)
from apportion.model.findings import cost_categories as codes
from apportion.model.findings.finding import Code, Finding
from apportion.model.inputs import Lookup, lookup_key
from apportion.model.rulebook import (
    Dimension,
    Even,
    Fixed,
    FromAccountTag,
    FromColumn,
    FromCondition,
    FromLookup,
    FromTag,
    IfNothing,
    OtherValues,
    Pool,
    Proportional,
    Rulebook,
    ValueSource,
)
from apportion.model.suggestions import shown
from apportion.model.wording import join_words

from .sql_to_expressions import DIMENSIONS, Reader, UnsayableError

MOST_CATEGORIES = 50
MOST_RULES = 500
MOST_SPLITS = 10
MOST_TARGETS = 500
_LONGEST = 50
#: AWS's pattern for values and names: letters, digits, spaces, minus and underscore.
_NAME = re.compile(r"(?! )[\w \-]*(?<! )")

Rule = Regular | Inherited


@dataclass(frozen=True)
class Exported:
    """Definitions of cost categories; `findings` list what AWS expresses differently or not."""

    categories: tuple[CostCategory, ...]
    findings: tuple[Finding, ...]


def export_categories(
    rulebook: Rulebook,
    lookups: Mapping[str, Lookup],
    accounts: AccountFacts,
    *,
    on: date,
) -> Exported:
    """Export each dimension as a cost category; pools go with the dimension of owners."""
    writer = _Writer(rulebook, lookups, accounts, on)
    categories = tuple(writer.category(dimension) for dimension in rulebook.dimensions)
    findings = [*dict.fromkeys(writer.findings), *_beyond(rulebook, categories)]
    return Exported(categories, tuple(findings))


class _Writer:
    """Writes one dimension after the other and gathers findings."""

    def __init__(
        self,
        rulebook: Rulebook,
        lookups: Mapping[str, Lookup],
        accounts: AccountFacts,
        on: date,
    ) -> None:
        self.findings: list[Finding] = []
        self._rulebook = rulebook
        self._lookups = lookups
        self._facts = facts_on(accounts, on)
        self._columns = accounts.columns
        self._on = on
        self._reader = Reader(
            categories={d.name: d.name for d in rulebook.dimensions},
            written={need.normal: need.written for need in needed_keys(rulebook)},
            accounts={
                column: {row.account: value for row in self._facts if (value := row.values[at])}
                for at, column in enumerate(accounts.columns)
                if column != NAME
            },
        )

    def category(self, dimension: Dimension) -> CostCategory:
        """Export a dimension; what is left out has a finding."""
        rules: list[Rule] = []
        for source in dimension.sources:
            try:
                rules += self._rules(dimension, source)
            except UnsayableError as error:
                self._left_out(str(source.place), f"a source of {dimension.name}", str(error))
        splits = self._splits(rules) if dimension.name == self._rulebook.owner else ()
        return CostCategory(
            name=dimension.name,
            rules=tuple(rule for rule in rules if self._sayable(rule, dimension)),
            default=dimension.default,
            splits=splits,
            effective=str(self._rulebook.effective),
        )

    def _rules(self, dimension: Dimension, source: ValueSource) -> Iterable[Rule]:
        match source:
            case FromTag():
                return self._of_tag(dimension, source)
            case FromAccountTag():
                return self._of_account_tag(dimension, source)
            case FromLookup(file=file):
                lookup = self._lookups[lookup_key(dimension.name, file)]
                return self._of_lookup(dimension, source, lookup)
            case FromColumn(column=column):
                return self._of_column(dimension, column)
            case FromCondition(where=where, value=value):
                self._reader.notes.clear()
                rule = Regular(value, self._reader.read(where))
                for note in dict.fromkeys(self._reader.notes):
                    self._otherwise(str(where.place), f"`{shown(where.text)}`", note)
                return [rule]

    def _of_tag(self, dimension: Dimension, source: FromTag) -> list[Rule]:
        rules: list[Rule] = []
        for key in source.written or source.keys:
            rules += _listed_values(dimension, ConditionKind.TAG, key)
            if not dimension.values or dimension.other_values is OtherValues.KEEP:
                rules.append(Inherited(TAG, key))
        spelt = join_words(source.written or source.keys, last="and")
        found = "this spelling of the key alone"
        if dimension.values:
            found = f"{found}, and of the values those that the rulebook spells out"
        self._otherwise(str(source.place), f"tag {spelt}", found)
        return rules

    def _of_column(self, dimension: Dimension, column: str) -> list[Rule]:
        if column not in DIMENSIONS:
            raise UnsayableError(f"the column {column}")
        rules = _listed_values(dimension, ConditionKind.DIMENSION, DIMENSIONS[column])
        if dimension.values and dimension.other_values is not OtherValues.KEEP:
            return rules
        if column != "SubAccountName":
            raise UnsayableError(f"values that are those of the column {column}")
        return [*rules, Inherited(ACCOUNT_NAME)]

    def _of_account_tag(self, dimension: Dimension, source: FromAccountTag) -> list[Rule]:
        """List the accounts of each value, as they are on the day."""
        rules: list[Rule] = []
        for column in columns_read(source):
            if column not in self._columns:
                continue
            at = self._columns.index(column)
            valued = [(row.account, row.values[at]) for row in self._facts if row.values[at]]
            rules += self._by_value(
                dimension,
                [
                    (Match(ConditionKind.DIMENSION, "LINKED_ACCOUNT", (a,)), str(value))
                    for a, value in valued
                ],
            )
        if not rules:
            raise UnsayableError("tags of accounts that are not synchronised")
        keys = join_words(source.written or source.keys, last="and")
        found = f"the accounts that have it on {self._on}, by their ids"
        self._otherwise(str(source.place), f"account tag {keys}", found)
        return rules

    def _of_lookup(self, dimension: Dimension, source: FromLookup, lookup: Lookup) -> list[Rule]:
        unknown = [column for column in lookup.columns if column not in DIMENSIONS]
        if unknown:
            raise UnsayableError(f"a lookup by {join_words(unknown, last='and')}")
        dated = [r for r in lookup.rows if (r.valid_from, r.valid_to) != (date.min, date.max)]
        if dated:
            found = f"its values on {self._on}"
            self._otherwise(str(source.place), f"lookup {lookup.name} with days", found)
        return self._by_value(
            dimension,
            [
                (_fits_all(lookup.columns, row.match), row.value)
                for row in rows_on(lookup, self._on)
            ],
        )

    def _by_value(
        self, dimension: Dimension, pairs: Sequence[tuple[Match | And, str]]
    ) -> list[Rule]:
        """Merge conditions of the same value into one rule; nothing here can match twice."""
        allowed = canonical(dimension, {value for _, value in pairs}) if dimension.values else {}
        by_value: dict[str, list[Match | And]] = {}
        for where, written in pairs:
            value = allowed.get(written)
            if value is None and dimension.values:
                value = written if dimension.other_values is OtherValues.KEEP else ""
            if value != "":
                by_value.setdefault(value or written, []).append(where)
        return [Regular(value, _either(parts)) for value, parts in by_value.items()]

    def _splits(self, rules: Sequence[Rule]) -> tuple[SplitCharge, ...]:
        splits: list[SplitCharge] = []
        for pool in self._rulebook.pools:
            try:
                splits.append(self._split(pool, rules))
            except UnsayableError as error:
                self._left_out(str(pool.place), f"pool {pool.name}", str(error))
        return tuple(self._unchained(splits))

    def _split(self, pool: Pool, rules: Sequence[Rule]) -> SplitCharge:
        source = only_value(pool.where, self._rulebook.owner)
        if not source:
            raise UnsayableError("a pool that is no single value of the owners' dimension")
        if pool.within or pool.limits or pool.if_nothing is not IfNothing.KEEP:
            what = (
                "within" if pool.within else "limits" if pool.limits else "if_nothing_to_split_by"
            )
            raise UnsayableError(f"`{what}`")
        match pool.split:
            case Fixed(percents):
                names = tuple(name for name, _ in percents)
                return SplitCharge(source, names, "FIXED", tuple(part for _, part in percents))
            case Even() | Proportional(None):
                method = "EVEN" if isinstance(pool.split, Even) else "PROPORTIONAL"
            case _:
                raise UnsayableError("a split by usage, in two parts or by a condition")
        targets = pool.to or self._everyone(rules)
        if not pool.to:
            found = "the values that the rules name, with cost or without"
            self._otherwise(str(pool.place), f"pool {pool.name} to every owner", found)
        return SplitCharge(source, tuple(t for t in targets if t != source), method)

    def _everyone(self, rules: Sequence[Rule]) -> tuple[str, ...]:
        dimension = self._rulebook.dimension(self._rulebook.owner)
        if any(isinstance(rule, Inherited) for rule in rules):
            raise UnsayableError("a split to every owner, where owners are not listed")
        pools = {only_value(pool.where, dimension.name) for pool in self._rulebook.pools}
        named = dict.fromkeys(rule.value for rule in rules if isinstance(rule, Regular))
        return tuple(name for name in (*named, dimension.default) if name not in pools)

    def _unchained(self, splits: Sequence[SplitCharge]) -> Iterable[SplitCharge]:
        """Keep the splits whose source is in no other split: AWS has no chains."""
        kept: list[SplitCharge] = []
        targets = {target for split in splits for target in split.targets}
        for split in splits:
            if split.source in targets or split.source in {each.source for each in kept}:
                why = "its value is a target of another split, or split twice: AWS has no chains"
                place = next(
                    str(pool.place)
                    for pool in self._rulebook.pools
                    if only_value(pool.where, self._rulebook.owner) == split.source
                )
                self._left_out(place, f"the split of {split.source}", why)
                continue
            kept.append(split)
        return kept

    def _sayable(self, rule: Rule, dimension: Dimension) -> bool:
        if isinstance(rule, Inherited) or _is_name(rule.value):
            return True
        why = f"AWS takes at most {_LONGEST} letters, digits, spaces, minus and underscore"
        self._left_out(str(dimension.place), f"the value {shown(rule.value)}", why)
        return False

    def _left_out(self, place: str, subject: str, found: str) -> None:
        self._tell(codes.NOT_EXPORTED, place, subject, found)

    def _otherwise(self, place: str, subject: str, found: str) -> None:
        self._tell(codes.EXPORTED_OTHERWISE, place, subject, found)

    def _tell(self, code: Code, place: str, subject: str, found: str) -> None:
        self.findings.append(Finding(code, place, subject, found=found))


def _listed_values(dimension: Dimension, kind: ConditionKind, key: str) -> list[Rule]:
    """A rule for each value that the rulebook lists, with its other spellings."""
    return [
        Regular(value.name, Match(kind, key, tuple(dict.fromkeys((value.name, *value.aliases)))))
        for value in dimension.values
    ]


def _fits_all(columns: Sequence[str], values: Sequence[str]) -> Match | And:
    matches = [
        Match(ConditionKind.DIMENSION, DIMENSIONS[column], (value,))
        for column, value in zip(columns, values, strict=True)
    ]
    return matches[0] if len(matches) == 1 else And(tuple(matches))


def _either(parts: Sequence[Match | And]) -> Expression:
    """Merge expressions; the values of one dimension become one list."""
    keys = {part.key if isinstance(part, Match) else "" for part in parts}
    if len(keys) == 1 and "" not in keys:
        matches = [part for part in parts if isinstance(part, Match)]
        return replace(matches[0], values=tuple(m.values[0] for m in matches))
    return Or(tuple(parts)) if len(parts) > 1 else parts[0]


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and bool(_NAME.fullmatch(text))


def _beyond(rulebook: Rulebook, categories: Sequence[CostCategory]) -> list[Finding]:
    """List what AWS would refuse for its size or its name."""
    found: list[tuple[str, str, int, int]] = [
        (rulebook.name, "cost categories", len(categories), MOST_CATEGORIES)
    ]
    for each in categories:
        place = f"{rulebook.name} {each.name}"
        found.append((place, "rules", len(each.rules), MOST_RULES))
        found.append((place, "split charges", len(each.splits), MOST_SPLITS))
        found += [
            (place, f"targets of {split.source}", len(split.targets), MOST_TARGETS)
            for split in each.splits
        ]
    findings = [
        Finding(codes.BEYOND_LIMITS, place, subject, f"at most {most}", str(count))
        for place, subject, count, most in found
        if count > most
    ]
    findings += [
        Finding(
            codes.BEYOND_LIMITS, f"{rulebook.name} {each.name}", "rules", "at least one", "none"
        )
        for each in categories
        if not each.rules
    ]
    return findings + [
        Finding(
            codes.BEYOND_LIMITS,
            f"{rulebook.name} {each.name}",
            f"the name or default {shown(word)}",
            f"at most {_LONGEST} letters, digits, spaces, minus and underscore",
        )
        for each in categories
        for word in (each.name, each.default)
        if not _is_name(word)
    ]
