"""A tag policy becomes values; each mistake is a finding with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.rulebook.read import read_rulebook
from apportion.core.tags.policy.json import NotAPolicyError, policy_json, read_policy_json
from apportion.core.tags.policy.page import policy_page
from apportion.core.tags.policy.read import expired, read_tag_policy, with_rulebook
from apportion.core.tags.policy.schema import tag_policy_schema
from apportion.core.tags.policy.value_pattern import wrong_pattern
from apportion.model.findings.finding import Finding, failing
from apportion.model.tags.tag_policy import (
    Case,
    Exemption,
    ListedValues,
    Mandatory,
    PatternValues,
    TagKind,
    TagPolicy,
    TagValue,
)

WHOLE = """
apportion: 1
environment: Stage
keys:
  CostCenter:
    about: Who pays for it.
    mandatory: always
    values: {dimension: cost_center}
    aliases: cc
    example: CX
  Stage:
    about: Where it stands.
    kind: technical
    mandatory: {environments: [prod], resource_types: "rds:*"}
    values: {of: {prod: [production], dev: }}
  Project:
    about: What it belongs to.
    values: {pattern: "[a-z][a-z0-9-]+", case: lower}
  AllocationKey:
    about: What the bill is split by.
    mandatory: always
    values: [CX-prod, CX-dev, FIN-100-prod, FIN-100-dev]
rules:
  - {tag: AllocationKey, equals: "{CostCenter}-{Stage}"}
exemptions:
  - {owner: ops, until: 2026-12-31, why: old, tags: Project, accounts: "011111111111"}
automated: {tag: CreatedBy, values: [terraform, cdk]}
targets: {crawl: 50}
enforce: {tags: [CostCenter], exempt_principals: "arn:aws:iam::*:role/admin"}
"""

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
    values: {CX: ["customer care"], FIN-100: []}
  project:
    from: [{tag: Project}]
"""


def read(text: str) -> tuple[TagPolicy | None, list[Finding]]:
    return read_tag_policy(text, name="tags.yaml")


def resolved(text: str) -> TagPolicy:
    policy, findings = read(text)
    assert policy is not None, findings
    rulebook, _ = read_rulebook(RULES, name="rules.yaml")
    whole, more = with_rulebook(policy, rulebook)
    assert whole is not None, more
    return whole


def told(text: str) -> list[str]:
    """The findings of a policy, and of putting the rulebook's values in."""
    policy, findings = read(text)
    if policy is not None:
        rulebook, _ = read_rulebook(RULES, name="rules.yaml")
        findings = [*findings, *with_rulebook(policy, rulebook)[1]]
    return [str(finding) for finding in findings]


def test_everything_the_format_can_show() -> None:
    policy = resolved(WHOLE)
    center, stage, project, allocation = policy.keys
    assert center.values == ListedValues(
        (TagValue("CX", ("customer care",)), TagValue("FIN-100")), "cost_center"
    )
    assert (center.aliases, center.mandatory) == (("cc",), Mandatory())
    assert stage.mandatory == Mandatory(("prod",), ("rds:*",))
    assert stage.kind is TagKind.TECHNICAL
    assert stage.values == ListedValues((TagValue("prod", ("production",)), TagValue("dev")))
    assert (project.mandatory, project.values) == (
        None,
        PatternValues("[a-z][a-z0-9-]+", Case.LOWER),
    )
    assert isinstance(allocation.values, ListedValues)
    assert policy.exemptions == (
        Exemption("ops", date(2026, 12, 31), "old", ("Project",), ("011111111111",)),
    )
    assert (policy.environment, policy.project) == ("Stage", "Project")
    assert (policy.targets.crawl, policy.targets.run) == (50, 95)
    assert policy.automated is not None
    assert policy.automated.values == ("terraform", "cdk")
    assert policy.enforcement.exempt_principals == ("arn:aws:iam::*:role/admin",)


def gallery() -> list[Any]:
    """The policies of the gallery, each with all its findings."""
    page = (Path(__file__).parents[4] / "stories" / "gallery" / "tag_policies.txt").read_text(
        "utf-8"
    )
    cases = []
    for block in page.split("=== ")[1:]:
        title, _, rest = block.partition("\n")
        text, _, sentences = rest.partition("--->\n")
        cases.append(pytest.param(text, sentences.strip().splitlines(), id=title))
    return cases


@pytest.mark.parametrize(("text", "sentences"), gallery())
def test_what_is_wrong_is_reported_with_its_place(text: str, sentences: list[str]) -> None:
    assert [one for one in told(text) if not one.startswith("T010")] == sentences


def test_a_policy_without_duties_is_reported() -> None:
    assert told("apportion: 1\nkeys: {A: {about: x}}")[0].startswith("T010")


def test_an_exemption_that_is_over_is_reported_from_the_next_day_on() -> None:
    policy = resolved(WHOLE)
    assert expired(policy, date(2026, 12, 31)) == []
    (finding,) = expired(policy, date(2027, 1, 1))
    assert str(finding).startswith("T008 tags.yaml:26:5: the exemption of ops, expected a day from")


@pytest.mark.parametrize("room", ["apportion.cli", "apportion.demo"])
def test_the_policies_that_we_write_are_right_and_fit_the_schema(room: str) -> None:
    folder = "starter" if room.endswith("cli") else "files"
    text = (files(room) / folder / "tags.yaml").read_text("utf-8")
    policy, findings = read(text)
    assert policy is not None
    assert findings == []
    jsonschema.validate(yaml.load(text, Loader=_AsEditorsDo), tag_policy_schema())


class _AsEditorsDo(yaml.SafeLoader):
    """YAML 1.2, which editors read, has no dates."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML declares it
        first: [one for one in found if not one[0].endswith(":timestamp")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def test_the_schema_takes_what_the_reader_takes() -> None:
    tree = yaml.load(WHOLE, Loader=_AsEditorsDo)
    jsonschema.Draft202012Validator.check_schema(tag_policy_schema())
    jsonschema.validate(tree, tag_policy_schema())
    tree["keys"]["CostCenter"]["mandatory"] = "sometimes"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, tag_policy_schema())


def test_as_json_it_is_the_same_policy() -> None:
    policy = resolved(WHOLE)
    text = policy_json(policy)
    assert read_policy_json(text) == policy
    assert policy_json(read_policy_json(text)) == text


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"apportion_tag_policy": 2}', "x"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(NotAPolicyError):
        read_policy_json(text)


def test_values_that_are_not_put_in_are_not_given_out() -> None:
    policy, _ = read(WHOLE)
    assert policy is not None
    with pytest.raises(NotAPolicyError):
        policy_json(policy)


def test_the_page_shows_what_to_write() -> None:
    page = policy_page(resolved(WHOLE))
    assert "| `Stage` | Where it stands. | in prod on rds:* | prod, dev |" in page
    assert '  AllocationKey = "CX-prod"' in page  # made by the rule
    assert "- `CX`, not `customer care`" in page
    assert "| 011111111111 | Project | 2026-12-31 | ops | old |" in page


def test_a_page_cannot_be_broken_by_a_value() -> None:
    policy = resolved(WHOLE)
    keys = (replace(policy.keys[0], about="a | b", example='"${x}'), *policy.keys[1:])
    page = policy_page(replace(policy, keys=keys))
    assert r"a \| b" in page
    assert r'"\"$${x}"' in page


@pytest.mark.parametrize(
    "pattern", ["[a-z]{2,30}", "CC-[0-9]{4}", "(dev|prod)", "(a|b)?c", "[]a]+", r"a\.b", "(ab){3}"]
)
def test_patterns_that_are_fine(pattern: str) -> None:
    assert wrong_pattern(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "(a|a)*",
        "(a*)*",
        "((a+))+",
        "(?=a)",
        r"(a)\1",
        "(",
        "a{999}",
        "a*b*c*d*",
        "[",
        "x" * 301,
        "a**",
    ],
)
def test_patterns_that_could_stall_or_mean_little_are_refused(pattern: str) -> None:
    assert wrong_pattern(pattern)


@given(st.text(alphabet="ab()[]{}|*+?\\^$.,0123-", max_size=30))
def test_any_text_is_a_pattern_or_reported(pattern: str) -> None:
    assert isinstance(wrong_pattern(pattern), str)


@given(st.text(max_size=200))
def test_any_text_is_a_policy_or_reported(text: str) -> None:
    policy, findings = read(text)
    assert policy is not None or failing(findings)


def test_json_is_what_a_program_can_read() -> None:
    assert json.loads(policy_json(resolved(WHOLE)))["keys"][0]["values"]["of"][0] == [
        "CX",
        "customer care",
    ]
