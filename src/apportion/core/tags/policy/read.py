"""Reads a tag policy from YAML, reports every mistake, and fills in values from the rulebook.

`tag_verdict` judges resources by it, `tag_policy_json` writes it for the function in AWS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256

from apportion.core.rulebook.yaml.nodes import ListNode, MapNode, Node, TextNode, read_yaml
from apportion.core.rulebook.yaml.schema_types import Fitting, fit
from apportion.core.rulebook.yaml.values import entries_of, maps_of, text_of, texts_of
from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding, Place, failing
from apportion.model.rulebook import Rulebook
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.tags.tag_policy import (
    AllowedValues,
    AnyValue,
    Automated,
    Case,
    DimensionValues,
    Enforcement,
    Exemption,
    ListedValues,
    Mandatory,
    PatternValues,
    TagKey,
    TagKind,
    TagPolicy,
    TagRule,
    TagValue,
    Targets,
)
from apportion.model.wording import join_words

from .checks import check_policy, check_resolved
from .schema import FORMAT
from .value_pattern import wrong_pattern

#: The keys that name environment and project where the policy does not name them.
_ENVIRONMENT = "Environment"
_PROJECT = "Project"


def read_tag_policy(text: str, *, name: str) -> tuple[TagPolicy | None, list[Finding]]:
    """Read a tag policy; None if any finding fails. `name` is what places call the file.

    All findings come at once, in the order of the text. Values of the rulebook are still named,
    not there: `with_rulebook` puts them in.
    """
    findings: list[Finding] = []
    node = read_yaml(text, name=name, findings=findings)
    fitted = fit(node, FORMAT, Fitting(findings)) if node is not None else None
    if not isinstance(fitted, MapNode):
        return None, findings
    policy = _read(fitted, name, text, findings)
    check_policy(policy, fitted.place, findings)
    return (None if failing(findings) else policy), sorted(findings, key=_position)


def with_rulebook(
    policy: TagPolicy, rulebook: Rulebook | None
) -> tuple[TagPolicy | None, list[Finding]]:
    """Put the values of the rulebook's dimensions in; None if one is not there to take."""
    findings: list[Finding] = []
    keys = tuple(replace(key, values=_values_of(key, rulebook, findings)) for key in policy.keys)
    resolved = replace(policy, keys=keys)
    if not failing(findings):
        check_resolved(resolved, findings)
    return (None if failing(findings) else resolved), findings


def expired(policy: TagPolicy, today: date) -> list[Finding]:
    """List the exemptions that are over."""
    return [
        Finding(
            codes.EXPIRED,
            str(one.place),
            f"the exemption of {shown(one.owner)}",
            expected=f"a day from {today} on",
            found=str(one.until),
            remedy="Take it out, or agree on a new day with its owner.",
        )
        for one in policy.exemptions
        if one.until < today
    ]


def _values_of(key: TagKey, rulebook: Rulebook | None, findings: list[Finding]) -> AllowedValues:
    wanted = key.values
    if not isinstance(wanted, DimensionValues):
        return wanted
    dimensions = {one.name: one for one in rulebook.dimensions} if rulebook else {}
    dimension = dimensions.get(wanted.dimension)
    if dimension is not None and dimension.values:
        values = tuple(TagValue(value.name, value.aliases) for value in dimension.values)
        return ListedValues(values, dimension.name)
    having = [one.name for one in dimensions.values() if one.values]
    found = "it lists no values" if dimension else "no such dimension"
    if rulebook is None:
        found = "no rulebook is in force"
    expected = join_words(having) or "a dimension that lists its values"
    remedy = "" if dimension else did_you_mean(wanted.dimension, having)
    subject = f"{key.name} takes the values of {shown(wanted.dimension)}"
    findings.append(
        Finding(codes.UNKNOWN_DIMENSION, str(wanted.place), subject, expected, found, remedy)
    )
    return AnyValue()


def _read(node: MapNode, name: str, text: str, findings: list[Finding]) -> TagPolicy:
    keys = tuple(
        _key(key, value, findings)
        for key, value in entries_of(node.get("keys"))
        if isinstance(value, MapNode)
    )
    names = {key.name for key in keys}
    environment = _ENVIRONMENT if _ENVIRONMENT in names else ""
    project = _PROJECT if _PROJECT in names else ""
    return TagPolicy(
        name=name,
        sha256=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        keys=keys,
        rules=tuple(
            TagRule(text_of(rule.get("tag")), text_of(rule.get("equals")), rule.place)
            for rule in maps_of(node.get("rules"))
        ),
        exemptions=tuple(_exemptions(node.get("exemptions"), findings)),
        environment=text_of(node.get("environment")) or environment,
        project=text_of(node.get("project")) or project,
        automated=_automated(node.get("automated")),
        targets=_targets(node.get("targets")),
        enforcement=_enforcement(node.get("enforce")),
    )


def _key(name: TextNode, node: MapNode, findings: list[Finding]) -> TagKey:
    return TagKey(
        name=name.text.strip(),
        about=text_of(node.get("about")),
        kind=TagKind(text_of(node.get("kind")) or TagKind.BUSINESS),
        mandatory=_mandatory(node.get("mandatory")),
        values=_values(node.get("values"), findings),
        aliases=tuple(texts_of(node.get("aliases"))),
        example=text_of(node.get("example")),
        place=name.place,
    )


def _mandatory(node: Node | None) -> Mandatory | None:
    if isinstance(node, MapNode):
        environments = tuple(texts_of(node.get("environments")))
        return Mandatory(environments, tuple(texts_of(node.get("resource_types"))))
    return Mandatory() if text_of(node) == "always" else None


def _values(node: Node | None, findings: list[Finding]) -> AllowedValues:
    if isinstance(node, ListNode):
        return ListedValues(tuple(TagValue(text) for text in texts_of(node)))
    if not isinstance(node, MapNode):
        return AnyValue()
    if (dimension := node.get("dimension")) is not None:
        return DimensionValues(text_of(dimension), dimension.place)
    if (pattern := node.get("pattern")) is not None:
        _check_pattern(text_of(pattern), pattern.place, findings)
        return PatternValues(text_of(pattern), Case(text_of(node.get("case")) or Case.ANY))
    return ListedValues(
        tuple(
            TagValue(key.text.strip(), tuple(texts_of(aliases)))
            for key, aliases in entries_of(node.get("of"))
        )
    )


def _check_pattern(pattern: str, place: Place, findings: list[Finding]) -> None:
    if wrong := wrong_pattern(pattern):
        subject = f"the pattern {shown(pattern)} cannot be used"
        findings.append(Finding(codes.BAD_TAG_PATTERN, str(place), subject, found=wrong))


def _exemptions(node: Node | None, findings: list[Finding]) -> Iterable[Exemption]:
    for one in maps_of(node):
        until = one.get("until")
        day = _day(until, findings) if until is not None else None
        if day is not None:
            yield Exemption(
                owner=text_of(one.get("owner")),
                until=day,
                why=text_of(one.get("why")),
                keys=tuple(texts_of(one.get("tags"))),
                accounts=tuple(texts_of(one.get("accounts"))),
                resources=tuple(texts_of(one.get("resources"))),
                resource_types=tuple(texts_of(one.get("resource_types"))),
                place=one.place,
            )


def _day(node: Node, findings: list[Finding]) -> date | None:
    try:
        return date.fromisoformat(text_of(node))
    except ValueError:
        subject = f"{shown(text_of(node))} is no day"
        findings.append(Finding(codes.NOT_A_DAY, str(node.place), subject, "a day like 2026-12-31"))
        return None


def _automated(node: Node | None) -> Automated | None:
    if not isinstance(node, MapNode):
        return None
    return Automated(text_of(node.get("tag")), tuple(texts_of(node.get("values"))))


def _targets(node: Node | None) -> Targets:
    if not isinstance(node, MapNode):
        return Targets()
    given = {key.text: int(text_of(value).rstrip(" %")) for key, value in node.entries}
    return replace(Targets(), **given)


def _enforcement(node: Node | None) -> Enforcement:
    if not isinstance(node, MapNode):
        return Enforcement()
    return Enforcement(
        tuple(texts_of(node.get("tags"))),
        tuple(texts_of(node.get("exempt_principals"))),
        tuple(texts_of(node.get("launched"))) or Enforcement().launched,
        tuple(texts_of(node.get("also"))),
    )


def _position(finding: Finding) -> tuple[int, ...]:
    parts = finding.place.rsplit(":", 2)[1:]
    return tuple(int(part) for part in parts if part.isascii() and part.isdigit())
