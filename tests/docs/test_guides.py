"""The guides: files that they name exist, and every symptom has a code or words of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs_pages import DOCS, PAGES, ROOT

GUIDES = sorted((DOCS / "how-to/contribute").glob("*.md"))
TROUBLES = DOCS / "how-to/troubleshooting.md"


def test_there_is_a_guide_for_each_way_to_extend() -> None:
    names = {guide.stem for guide in GUIDES}
    assert names == {"bill-format", "split", "report-form", "engine", "page", "check", "test"}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_the_files_that_a_guide_names_exist(guide: Path) -> None:
    named = _paths(guide)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_files_that_pages_name_exist() -> None:
    missing = {
        (page.name, name)
        for page in [*PAGES, *(ROOT / f"{name}.md" for name in ("STYLE", "CONTRIBUTING"))]
        for name in _paths(page)
        if not (ROOT / name).exists()
    }
    assert missing == set()


def _paths(page: Path) -> list[str]:
    """List the paths of this repository that a page names in backquotes."""
    return re.findall(r"`((?:src|tests|bench|docs)/[\w./-]+)`", page.read_text("utf-8"))


def test_each_symptom_names_what_the_program_shows() -> None:
    lines = TROUBLES.read_text("utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    symptoms = [row for row in rows if row[0] != "Symptom"]
    assert len(symptoms) >= 15
    assert [row for row in symptoms if len(row) != 4] == []
    shown = re.compile(r"\b[A-Z]\d{3}\b|exit code [123]|rounded; files have every digit")
    assert [row[0] for row in symptoms if not shown.search(row[1])] == []


def test_the_modules_that_the_architecture_names_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"`((?:cli|usecases|core|sources|aws|model)/[\w/.]+)`", text)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / "src/apportion" / name).exists()] == []


def test_screenshots_are_small_and_shown() -> None:
    images = sorted((DOCS / "images").glob("*.png"))
    assert len(images) >= 3
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [image.name for image in images if f"(docs/images/{image.name})" not in readme] == []
    assert [image.name for image in images if image.stat().st_size > 200_000] == []
