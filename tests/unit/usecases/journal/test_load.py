"""The chart map and templates are read from files; a missing one is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.model.errors.base import FindingsError
from apportion.model.errors.journals import UnknownTemplateError
from apportion.usecases.journal.load import check_chart_map, load_chart_map, load_template
from journal_ledger import CHART, OWNERS


def test_a_chart_map_is_read_with_the_file_of_owners_beside_it(tmp_path: Path) -> None:
    (tmp_path / "chart.yaml").write_text(CHART)
    (tmp_path / "owners.csv").write_text(OWNERS)
    outcome = check_chart_map(tmp_path / "chart.yaml")
    assert len(outcome.rows) == 7
    assert outcome.messages == ("The chart map is valid.",)
    (tmp_path / "owners.csv").unlink()
    with pytest.raises(FindingsError):
        load_chart_map(tmp_path / "chart.yaml")


def test_a_missing_chart_map_is_a_finding(tmp_path: Path) -> None:
    [finding] = check_chart_map(tmp_path / "chart.yaml").findings
    assert finding.code.number == "J001"


def test_a_template_is_a_name_or_a_file(tmp_path: Path) -> None:
    def load(wanted: str) -> str:
        text = (
            "apportion: 1\nabout: a system\nsource: https://example.com\n"
            'columns: [{name: Account, value: "{account}"}, {name: Amount, value: "{amount}"}]\n'
        )
        (tmp_path / "own.yaml").write_text(text)
        (tmp_path / "wrong.yaml").write_text(text.replace("amount", "amuont"))
        names = ["netsuite"]
        return load_template(wanted, names=names, read=lambda _: text, folder=tmp_path).name

    assert load("netsuite") == "netsuite"
    assert load("own.yaml") == "own.yaml"
    with pytest.raises(FindingsError):
        load("wrong.yaml")
    with pytest.raises(UnknownTemplateError, match="Did you mean netsuite"):
        load("netsuit")
    with pytest.raises(UnknownTemplateError):
        load("missing.yaml")
