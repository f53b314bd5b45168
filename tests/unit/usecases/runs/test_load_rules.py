"""Rulebooks are read from one folder; those in folders below it are findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.usecases.runs.load_rules import read_rulebooks

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
