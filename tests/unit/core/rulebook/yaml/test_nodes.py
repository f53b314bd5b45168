"""YAML is read as texts with places; nothing is guessed, nothing unfolds, nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.rulebook.yaml.nodes import ListNode, MapNode, Node, TextNode, read_yaml
from apportion.model.findings.finding import Finding, Place
from soak import examples


def read(text: str) -> tuple[Node | None, list[Finding]]:
    findings: list[Finding] = []
    return read_yaml(text, name="r.yaml", findings=findings), findings


@pytest.mark.parametrize(
    "written",
    [
        "001234567012",
        "012345678901",
        "NO",
        "on",
        "1.10",
        "1e3",
        "2026-01-31",
        "0x1F",
        "12:30",
        "1_000",
    ],
)
def test_a_scalar_stays_what_is_written(written: str) -> None:
    node, findings = read(f"- {written}\n")
    assert node == ListNode((TextNode(written, Place("r.yaml", 1, 3)),), Place("r.yaml", 1, 1))
    assert findings == []


@pytest.mark.parametrize("written", ["", "~", "null", "NULL"])
def test_nothing_is_reported_from_a_text(written: str) -> None:
    node, _ = read(f"a: {written}\nb: '{written}'")
    assert isinstance(node, MapNode)
    bare, in_quotes = node.get("a"), node.get("b")
    assert isinstance(bare, TextNode)
    assert isinstance(in_quotes, TextNode)
    assert (bare.nothing, in_quotes.nothing) == (True, False)


def test_places_are_those_of_an_editor() -> None:
    node, _ = read("# comment\na:\n  - x\n  - {b: 'y'}\n")
    assert isinstance(node, MapNode)
    items = node.get("a")
    assert isinstance(items, ListNode)
    assert [str(item.place) for item in items.items] == ["r.yaml:3:5", "r.yaml:4:5"]
    inner = items.items[1]
    assert isinstance(inner, MapNode)
    assert str(inner.entries[0][1].place) == "r.yaml:4:9"


def test_windows_lines_and_a_byte_order_mark() -> None:
    node, findings = read("\ufeffa: 1\r\nb: 2\r\n")
    assert isinstance(node, MapNode)
    assert [(key.text, key.place.line) for key, _ in node.entries] == [("a", 1), ("b", 2)]
    assert findings == []


def test_of_equal_keys_the_first_is_kept_and_both_are_named() -> None:
    node, findings = read("a: 1\nb: 2\na: 3\n")
    assert isinstance(node, MapNode)
    assert not node.whole
    first = node.get("a")
    assert isinstance(first, TextNode)
    assert first.text == "1"
    assert [finding.place for finding in findings] == ["r.yaml:3:1"]
    assert findings[0].found == "the first in line 1"


def test_a_bomb_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    node, findings = read("\n".join(lines))
    assert node is None
    assert {finding.code.number for finding in findings} == {"R003"}


def test_depth_is_limited_before_python_is_exhausted() -> None:
    assert read("[" * 40 + "]" * 40)[1] == []
    for deep in ("[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 1_000):
        node, findings = read(deep)
        assert node is None
        assert findings


@given(st.text(max_size=80))
@example('"\\ud800"')
@example("%YAML " + "9" * 5_000 + ".1\n---\na")
@example("? [a]\n: b")
@example("<<: {a: 1}")
@example("a: |\n  x\n\ty")
@example("!<tag:yaml.org,2002:int> 1")
@example("'%zz'")
@settings(max_examples=examples(40), deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    node, findings = read(text)
    assert node is not None or findings


@given(st.lists(st.sampled_from(list("ab:-[]{}&*!|>'\"%@?,#\n\t ")), max_size=40).map("".join))
@settings(max_examples=examples(40), deadline=None)
def test_any_heap_of_marks_is_read_or_refused(text: str) -> None:
    node, findings = read(text)
    assert node is not None or findings
