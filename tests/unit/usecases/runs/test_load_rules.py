"""Files of the user are read, or findings; rulebooks come from one folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from apportion.model.errors.rulebooks import NoRulebooksError
from apportion.model.findings.finding import Place
from apportion.usecases.allocate.check_rulebooks import check
from apportion.usecases.runs.load_rules import read_rulebooks, read_text

RULES = """\
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from:
      - tag: team
    default: unallocated
"""


def folder_of(files: list[str], folder: Path) -> Path:
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RULES, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        ("2026-02.yaml", ["R081"]),
        ("2026-02.YML", ["R081"]),
        ("old/years/2026-02.yaml", ["R081"]),
        (".git/2026-02.yaml", []),
        ("notes.md", []),
    ],
)
def test_a_rulebook_in_a_subfolder_is_a_finding(
    file: str, codes: list[str], tmp_path: Path
) -> None:
    folder = folder_of(["2026-01.yaml", f"next/{file}", f".git/{file}"], tmp_path / "rulebook")
    rulebooks, findings = read_rulebooks(folder)
    assert [rulebook.name for rulebook in rulebooks] == ["rulebook/2026-01.yaml"]
    assert [finding.code.number for finding in findings] == codes
    assert [finding.place for finding in findings] == [f"rulebook/next/{file}"] * len(codes)
    assert {finding.remedy for finding in findings} <= {"Move it to rulebook, or delete it."}


def test_a_folder_with_the_name_of_a_rulebook_is_a_finding(tmp_path: Path) -> None:
    folder = folder_of(["2026-01.yaml"], tmp_path / "rulebook")
    (folder / "2026-02.yaml").mkdir()
    rulebooks, findings = read_rulebooks(folder)
    assert [rulebook.name for rulebook in rulebooks] == ["rulebook/2026-01.yaml"]
    assert [(each.code.number, each.found) for each in findings] == [("R058", "a folder")]


def test_a_missing_file_has_the_remedy_of_who_named_it(tmp_path: Path) -> None:
    def remedies(**named: str) -> list[str]:
        _, findings = read_text(tmp_path / "no.csv", "no.csv", Place("no.csv"), **named)
        return [each.remedy for each in findings]

    assert remedies() == ["Check the path."]
    assert remedies(remedy="Put it there.") == ["Put it there."]


def test_a_folder_without_rulebooks_is_not_fine(tmp_path: Path) -> None:
    (tmp_path / "rulebook").mkdir()
    with pytest.raises(NoRulebooksError, match="nothing was checked"):
        check(tmp_path / "rulebook", tmp_path, today=date(2026, 12, 1))
