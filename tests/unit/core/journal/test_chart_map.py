"""A chart map becomes values; every mistake is a finding with its line."""

from __future__ import annotations

import json
from datetime import date

import jsonschema
import pytest
import yaml

from apportion.core.journal.chart_map import read_chart_map
from apportion.core.journal.chart_map_schema import chart_map_schema
from apportion.model.finance.chart_map import ChartMap
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place
from journal_ledger import CHART, OWNERS


def read(chart: str = CHART, owners: str = OWNERS) -> tuple[ChartMap | None, list[Finding]]:
    def beside(name: str, place: Place) -> tuple[str | None, list[Finding]]:
        if name == "owners.csv":
            return owners, []
        return None, [Finding(rules.FILE_MISSING, str(place), name)]

    return read_chart_map(chart, name="chart.yaml", read_file=beside)


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code.number, finding.place) for finding in findings]


def test_owners_are_read_from_the_csv_file() -> None:
    chart, findings = read()
    assert chart is not None
    assert not findings
    [before, after] = [one for one in chart.owners if one.owner == "CX"]
    assert (before.cost_center, before.valid_to) == ("4800", date(2026, 8, 31))
    assert (after.cost_center, after.valid_from) == ("4801", date(2026, 9, 1))
    assert chart.account("1000", "Storage") == "6510"
    assert chart.account("1000", "Databases") == "6500"


def test_owners_can_be_listed_in_the_chart_map() -> None:
    listed = CHART.replace("owners: owners.csv", "owners: [{owner: CX, company: '2000'}]")
    chart, _ = read(listed)
    assert chart is not None
    assert [(one.owner, one.company, one.cost_center) for one in chart.owners] == [
        ("CX", "2000", "")
    ]


def test_both_files_are_part_of_the_hash() -> None:
    digests = {
        chart.sha256
        for owners in (OWNERS, OWNERS.replace("4801", "4802"))
        if (chart := read(owners=owners)[0])
    }
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("CX,2000,4801,,2026-07,", "J003"),  # overlaps two others of CX, in lines 3 and 4
        ("NEW,3000,1,,,", "J002"),
        ("NEW,2000,1,,2026-99,", "J004"),
        ("NEW,2000,1,,2026-09,2026-08", "J004"),
        ("NEW,2000,=1,,,", rules.WRONG_VALUE.number),
        (",2000,1,,,", rules.EMPTY_FIELD.number),
    ],
)
def test_a_mistake_in_the_file_of_owners_is_found_with_its_line(line: str, code: str) -> None:
    chart, findings = read(owners=f"{OWNERS}{line}\n")
    assert chart is None
    assert code in {number for number, _ in codes(findings)}
    assert any(place.startswith("owners.csv:") for _, place in codes(findings))
    assert all(finding.remedy for finding in findings if finding.code.number == "J004")


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ('"000000000001": "1000"', '"000000000001": "1001"', "J002", "chart.yaml"),
        ('    clearing: "1590"\n', "", "J005", "chart.yaml:3"),
        ("accounts:\n", 'accounts:\n  - {account: "6400"}\n', "J006", "chart.yaml:20"),
        ("owners: owners.csv", "owners: missing.csv", rules.FILE_MISSING.number, "chart.yaml"),
        ('{account: "6500"}', '{account: "=6500"}', rules.WRONG_VALUE.number, "chart.yaml:20"),
        ("accounts:", "acounts:", rules.UNKNOWN_KEY.number, "chart.yaml:18"),
        ('"2000": {receivable', '"3000": {receivable', "J002", "chart.yaml:3"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_chart_map_is_found_with_its_line(
    old: str, new: str, code: str, place: str
) -> None:
    assert old in CHART
    chart, findings = read(CHART.replace(old, new))
    assert chart is None
    assert any(number == code and at.startswith(place) for number, at in codes(findings)), codes(
        findings
    )


def test_a_misspelled_column_of_owners_is_named() -> None:
    _, findings = read(owners=OWNERS.replace("cost_center", "costcenter"))
    assert "Did you mean cost_center?" in "".join(map(str, findings))


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    jsonschema.validate(yaml.safe_load(CHART), chart_map_schema())
    json.dumps(chart_map_schema())
