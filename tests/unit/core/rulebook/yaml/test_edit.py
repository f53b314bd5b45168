"""One text more in a list of a YAML file, and not another letter changed."""

from __future__ import annotations

from difflib import ndiff

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.rulebook.yaml.edit import CannotEditError, add_text

FILE = """\
# the rules
dimensions:
  cost_center:          # who pays
    from:
      - tag: CostCenter # first
      - tag: [cc, "c c"]
    values:
      A: [a1, "a 2"]    # kept
      B: []
      C:
      D: four           # one
      E:
        - e1            # first
        - e2            # last
      'F 1': [f]
  project: {values: [X, Y]}
"""
VALUES = ("dimensions", "cost_center", "values")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("A", '[a1, "a 2"]    # kept', '[a1, "a 2", "neu"]    # kept'),
        ("B", "B: []", 'B: ["neu"]'),
        ("C", "C:\n", 'C: ["neu"]\n'),
        ("D", "D: four  ", 'D: [four, "neu"]  '),
        ("E", "- e2            # last\n", '- e2            # last\n        - "neu"\n'),
        ("F 1", "[f]", '[f, "neu"]'),
    ],
)
def test_an_alias_is_added_in_any_layout(name: str, old: str, new: str) -> None:
    assert add_text(FILE, [*VALUES, name], "neu") == FILE.replace(old, new)


def test_a_key_of_a_source_is_added() -> None:
    steps = ["dimensions", "cost_center", "from", 0, "tag"]
    assert add_text(FILE, steps, "CC").replace('[CostCenter, "CC"]', "CostCenter") == FILE


def test_names_on_one_line_become_a_mapping() -> None:
    edited = add_text(FILE, ["dimensions", "project", "values", "X"], "x1")
    assert edited == FILE.replace("{values: [X, Y]}", '{values: {X: ["x1"], Y: []}}')


def test_in_a_tag_policy_they_stand_one_level_deeper() -> None:
    text = "keys:\n  A: {values: [x, y]}\n"
    assert add_text(text, ["keys", "A", "values", "y"], "z") == (
        'keys:\n  A: {values: {of: {x: [], y: ["z"]}}}\n'
    )


def test_a_key_that_is_not_there_is_made() -> None:
    text = "keys:\n  A:\n    about: x   # why\n  B: {about: y}\n"
    block = add_text(text, ["keys", "A", "aliases"], "a")
    assert block == text.replace("    about", '    aliases: ["a"]\n    about')
    flow = add_text(text, ["keys", "B", "aliases"], "b")
    assert flow == text.replace("{about: y}", '{aliases: ["b"], about: y}')


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ["a"]),
        ("a: {b: [x]}", ["a", "c", "d"]),
        ("a:\n  - x\n  - y\n", ["a", "x"]),  # its comments would be lost
        ("a: {b: {c: 1}}", ["a", "b"]),
    ],
)
def test_what_cannot_be_edited_with_care_is_refused(text: str, path: list[str | int]) -> None:
    with pytest.raises(CannotEditError):
        add_text(text, path, "neu")


@given(st.text(min_size=1, max_size=40))
def test_any_text_is_added_as_it_is_or_refused(added: str) -> None:
    try:
        edited = add_text(FILE, [*VALUES, "A"], added)
    except CannotEditError:
        assert any(not letter.isprintable() for letter in added)
        return
    assert yaml.safe_load(edited)["dimensions"]["cost_center"]["values"]["A"][2] == added
    changed = [line for line in ndiff(FILE.splitlines(), edited.splitlines()) if line[0] in "+-"]
    assert len(changed) == 2
