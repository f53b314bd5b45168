"""A template becomes values; every mistake is a finding with its line."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from apportion.core.journal.template import read_template
from apportion.core.journal.template_schema import template_schema
from apportion.model.finance.journal_template import Encoding
from apportion.reports.journal_templates import template_names, template_text

SMALL = """\
apportion: 1
about: a system
source: https://example.com/format
columns:
  - {name: Account, value: "{account}"}
  - {name: Amount, value: "{amount}"}
"""


def codes(text: str) -> list[tuple[str, str]]:
    template, findings = read_template(text, name="our.yaml")
    assert template is None
    return [(finding.code.number, finding.place) for finding in findings]


def test_what_is_left_out_has_a_default() -> None:
    template, findings = read_template(SMALL, name="our.yaml")
    assert template is not None
    assert not findings
    assert template.encoding is Encoding.UTF_8
    assert (template.separator, template.line_end, template.decimal) == (",", "\r\n", ".")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{account}", "{acount}", ("J020", "our.yaml:5:5")),
        ('"{amount}"', '"{debit}"', ("J021", "our.yaml:1:1")),
        ("Amount", "Account", ("J022", "our.yaml:6:5")),
        ('value: "{account}"', 'value: "{account}", pattern: "["', ("J023", "our.yaml:5:5")),
        ("about:", "encoding: latin\nabout:", ("R013", "our.yaml:2:11")),
        ("about:", "debit_credit: [S, S]\nabout:", ("R013", "our.yaml:2:15")),
    ],
)
def test_a_mistake_is_found_with_its_line(old: str, new: str, expected: tuple[str, str]) -> None:
    assert expected in codes(SMALL.replace(old, new))


def unencodable(more: str) -> list[str]:
    """Find what is wrong with a column of a Polish name, in the last line of the template."""
    text = f"{SMALL}  - Załącznik\n".replace("columns:", f"{more}columns:")
    return [str(finding) for finding in read_template(text, name="our.yaml")[1]]


def test_the_encoding_has_the_names_that_are_written() -> None:
    [finding] = unencodable("encoding: windows-1252\n")
    assert finding == (
        "J036 our.yaml:8:5: column Załącznik, expected windows-1252, found U+0142 in Załącznik. "
        "Rename the column, or use `encoding: utf-8`."
    )
    assert not unencodable("encoding: windows-1252\nnames: none\n")
    assert not unencodable("encoding: utf-8-bom\n")


@pytest.mark.parametrize("name", template_names())
def test_a_template_of_the_package_is_right_and_names_its_source(name: str) -> None:
    template, findings = read_template(template_text(name), name=name)
    assert template is not None, findings
    assert template.source.startswith("https://")
    jsonschema.validate(yaml.safe_load(template_text(name)), template_schema())
