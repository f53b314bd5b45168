"""The JSON Schema and the reader say the same about the form of a rulebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from apportion.core.rulebook.read import read_rulebook
from apportion.core.rulebook.schema import FORMAT, rulebook_schema
from apportion.core.rulebook.yaml.schema_types import Either, Key, ListOf, MapOf, Record, Shape

VALIDATOR = jsonschema.Draft202012Validator(rulebook_schema())

#: Codes of the form: what the schema can see as well.
FORM = {"R010", "R011", "R012", "R013", "R014", "R015"}

WHOLE = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from:
      - tag: [Team, team]
      - account_tag: Team
      - lookup: accounts.csv
      - column: x_Unit
      - {where: "true", value: 42}
    values: {A: [a1, 17], B: [], C: , D: four, 123456789012: []}
    other_values: keep
    default: nobody
  unit: {from: [{tag: Unit}], values: [A, B]}
owner: team
method: direct
cost: ListCost
shared:
  - {name: pool-a, where: "true", split: even, to: [A, B], within: unit}
  - {name: pool-b, where: "true", split: proportional, if_nothing_to_split_by: even}
  - {name: pool-c, where: "true", split: {proportional: "ServiceName = 'x'"}, owner: C}
  - {name: pool-d, where: "true", split: {fixed: {A: 45, B: 30.5, C: "24.5%"}}}
  - {name: pool-e, where: "true", split: {usage: a/b.csv}, limits: {A: {min: 5}, "*": {max: 90}}}
  - {name: pool-f, where: "true", split: {usage: {file: cpu.CSV, missing_days: keep}}}
  - {name: pool-g, where: "true", split: {two_part: {floor: {A: 10}, rest: {usage: cpu.csv}}}}
  - {name: pool-h, where: "true", split: {two_part: {floor: {A: 10}, rest: even}}}
"""


def gallery() -> list[tuple[str, set[str]]]:
    """The texts of the gallery that are YAML, and the codes that the reader reports."""
    page = (Path(__file__).parents[3] / "stories" / "gallery" / "rulebooks.txt").read_text("utf-8")
    found = []
    for block in page.split("=== ")[1:]:
        text, _, sentences = block.partition("\n")[2].partition("--->\n")
        found.append((text, {line[:4] for line in sentences.splitlines() if line}))
    return found


UNREADABLE = {"R001", "R002", "R003", "R004", "R005", "R006"}
GALLERY = [one for one in gallery() if not one[1] & UNREADABLE]


def errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema_that_can_be_published() -> None:
    jsonschema.Draft202012Validator.check_schema(rulebook_schema())
    assert json.loads(json.dumps(rulebook_schema())) == rulebook_schema()
    assert rulebook_schema() == rulebook_schema()


def test_what_the_reader_accepts_the_schema_accepts() -> None:
    rulebook, findings = read_rulebook(WHOLE, name="r.yaml")
    assert rulebook is not None, [str(finding) for finding in findings]
    assert errors(WHOLE) == []


@pytest.mark.parametrize(("text", "codes"), GALLERY)
def test_a_wrong_form_fails_in_both_and_other_faults_only_in_the_reader(
    text: str, codes: set[str]
) -> None:
    says_nothing = "{CX: {}}" in text  # a limit without min and max: only the reader minds
    assert bool(errors(text)) == (bool(codes & FORM) and not says_nothing)


def test_the_gallery_shows_every_fault_of_form() -> None:
    assert {code for _, codes in GALLERY for code in codes} >= FORM


DAMAGES = [
    ("apportion: 1", "apportion: 2"),
    ("effective: 2026-01", "effective: 2026-13"),
    ("effective: 2026-01", "effective: 2026-1"),
    ("currency: USD", "currency: Dollar"),
    ("method: direct", "method: [direct]"),
    ("cost: ListCost", "cost: Cost"),
    ("- tag: [Team, team]", "- tag: {Team: team}"),
    ("- tag: [Team, team]", "- [Team]"),
    ("- lookup: accounts.csv", "- lookup: /etc/accounts.csv"),
    ("- lookup: accounts.csv", "- lookup: accounts.xlsx"),
    ("- lookup: accounts.csv", "- lookup: C:\\accounts.csv"),
    ('{where: "true", value: 42}', "{value: 42}"),
    ("other_values: keep", "other_values: drop"),
    ("values: [A, B]", "values: A"),
    ("split: even, to: [A, B]", "split: even, to: []"),
    ("split: even, to: [A, B]", "split: even, to: A"),
    ("split: proportional,", "split: equal,"),
    ("{fixed: {A: 45,", "{fixed: {A: -45,"),
    ("{fixed: {A: 45,", "{fixed: {A: 145,"),
    ("{fixed: {A: 45,", "{even: 1, fixed: {A: 45,"),
    ("rest: even", "rest: {fixed: {A: 1}}"),
    ("rest: even", "remainder: even"),
    ("{min: 5}", "{minimum: 5}"),
    ("missing_days: keep", "missing_days: 3"),
]


@pytest.mark.parametrize(("before", "after"), DAMAGES)
def test_damage_is_seen_by_both(before: str, after: str) -> None:
    assert WHOLE.count(before) == 1
    text = WHOLE.replace(before, after)
    rulebook, findings = read_rulebook(text, name="r.yaml")
    assert rulebook is None
    assert {finding.code.number for finding in findings} & FORM
    assert errors(text)


def keys_of(shape: Shape) -> list[Key]:
    match shape:
        case Record(keys=keys):
            return [*keys, *(inner for key in keys for inner in keys_of(key.shape))]
        case Either(shapes):
            return [key for one in shapes for key in keys_of(one)]
        case ListOf(item):
            return keys_of(item)
        case MapOf(value=value):
            return keys_of(value)
        case _:
            return []


def test_every_key_is_explained_and_its_examples_are_right() -> None:
    keys = keys_of(FORMAT)
    assert len(keys) > 30
    properties: list[dict[str, Any]] = []

    def collect(node: object) -> None:
        if isinstance(node, dict):
            properties.extend(node.get("properties", {}).values())
            for inner in node.values():
                collect(inner)
        if isinstance(node, list):
            for inner in node:
                collect(inner)

    collect(rulebook_schema())
    assert len(properties) >= len(keys)
    for one in properties:
        assert one["description"].endswith(".")
        examples = one.get("examples", [])
        assert examples or "default" in one, one["title"]
        for example in [*examples, *([one["default"]] if "default" in one else [])]:
            jsonschema.Draft202012Validator(one).validate(example)
