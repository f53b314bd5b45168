"""The monthly review as files: one document in several forms, and a statement for each owner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from os.path import commonpath
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.core.reporting.review_document import ReviewMonth, month_review, owners, statement
from apportion.model.document import Document, Section, Table
from apportion.model.findings.delivered import NO_FONT
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.model.wording import plural
from apportion.reports.markdown import markdown
from apportion.reports.page import page
from apportion.sources.rules_history import GitHistory
from apportion.usecases.atomic_folder import new_folder
from apportion.usecases.reports.display_rows import for_people
from apportion.usecases.reports.month_review import Places

if TYPE_CHECKING:
    from apportion.reports.pdf import Pdf

#: How many characters a finding shows.
_MOST_CHARACTERS = 20
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
#: No files on Windows, whatever their ending: learn.microsoft.com, "Naming Files, Paths".
_DEVICES = {
    *("CON", "PRN", "AUX", "NUL"),
    *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10)),
}


def rules_history(settings: Settings) -> tuple[GitHistory, Places]:
    """Open the history of the rulebooks and of the files beside them, wherever the two lie."""
    folders = [Path(folder).resolve() for folder in (settings.rulebooks, settings.drivers)]
    root = Path(commonpath((folders[0].parent, folders[1])))
    rulebooks, beside = (folder.relative_to(root).as_posix() for folder in folders)
    tables = f":(glob){beside}/**/*.csv" if beside != "." else ":(glob)**/*.csv"
    return GitHistory(root, [f":(literal){rulebooks}", tables]), Places(rulebooks, beside)


def refuse_if_no_font(font: Path | None) -> None:
    """Raise NotAFontError unless the file can be used as a font of a PDF, if one is named."""
    if font is not None and find_spec("fpdf") is not None:
        from apportion.reports.pdf_fonts import check_font

        check_font(font)


def write_review(
    month: ReviewMonth, *, folder: Path, workbook: bytes, font: Path | None = None
) -> Outcome:
    """Write all files into a new folder, which appears whole; rows list them."""
    files, missing = _files(month, workbook, font)
    with new_folder(folder) as beside:
        for name, content in files.items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    rows = tuple({"file": name, "bytes": len(content)} for name, content in files.items())
    words = f"The review of {month.period} is in {folder}: open review.html."
    if not any(name.endswith(".pdf") for name in files):
        words += " PDF needs fpdf2: pip install 'apportion[pdf]'."
    return Outcome(("file", "bytes"), rows, (*month.later, *_without_font(missing)), (words,))


def _without_font(missing: Mapping[str, frozenset[str]]) -> list[Finding]:
    """Report the characters that PDFs show as codes, in one finding."""
    files = [name for name, characters in missing.items() if characters]
    if not files:
        return []
    characters = sorted(frozenset().union(*missing.values()))
    shown = "".join(characters[:_MOST_CHARACTERS])
    more = f" and {plural(len(files) - 1, 'other PDF')}" if len(files) > 1 else ""
    return [
        Finding(
            NO_FONT,
            f"{files[0]}{more}",
            f"{plural(len(characters), 'character')} in no font",
            found=shown + ("…" if len(characters) > _MOST_CHARACTERS else ""),
            remedy="Name a font that has them: --font FILE, for example Noto Sans CJK.",
        )
    ]


def _files(
    month: ReviewMonth, workbook: bytes, font: Path | None
) -> tuple[dict[str, bytes], dict[str, frozenset[str]]]:
    """Make every file by its name, and the characters that each PDF has no font for."""
    names = owners(month)
    documents = {"review": _summed_up(month_review(month))} | {
        f"statements/{file}": _statement(month, name)
        for name, file in zip(names, file_names(names), strict=True)
    }
    texts = {f"{name}.html": page(document) for name, document in documents.items()}
    texts["review.md"] = markdown(documents["review"])
    pdfs = _as_pdf(documents, made_at=month.at, font=font)
    files = {
        **{name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()},
        **{name: each.content for name, each in pdfs.items()},
        f"review-{month.period}.xlsx": workbook,
    }
    return files, {name: each.missing for name, each in pdfs.items()}


def _as_pdf(
    documents: Mapping[str, Document], *, made_at: str, font: Path | None
) -> dict[str, Pdf]:
    """Write each as PDF if fpdf2 is installed (`apportion[pdf]`)."""
    if find_spec("fpdf") is None:
        return {}
    from apportion.reports.pdf import pdf

    return {
        f"{name}.pdf": pdf(each, made_at=made_at, font=font) for name, each in documents.items()
    }


def _statement(month: ReviewMonth, owner: str) -> Document:
    section = statement(month, owner)
    lead = f"Cloud cost of {month.period}, run {month.run}, rulebook {month.rulebook}."
    body = Section("Statement", section.sentences, section.table)
    return _summed_up(Document(owner, lead, (body,)))


def _summed_up(document: Document) -> Document:
    return replace(document, sections=tuple(map(_sum_up, document.sections)))


def _sum_up(section: Section) -> Section:
    """Add totals to tables; equal values of all rows are written once."""
    inner = tuple(map(_sum_up, section.sections))
    if section.table is None:
        return replace(section, sections=inner)
    shown = for_people(section.table.rows, section.table.columns, total=section.table.summed)
    table = Table(shown.columns, tuple(shown.rows), tuple(shown.totals), note=shown.note)
    beside = (shown.beside,) if shown.beside else ()
    sentences = (*section.sentences, *beside)
    return replace(section, sentences=sentences, table=table, sections=inner)


def file_names(titles: Iterable[str]) -> list[str]:
    """Make a file's name of each title, of letters that every system takes; no two are alike."""
    names: list[str] = []
    for title in titles:
        name = _NOT_IN_NAMES.sub("-", title).strip("-.")[:80].rstrip("-.") or "owner"
        if name.partition(".")[0].upper() in _DEVICES:
            name = f"owner-{name}"
        number, fitting = 2, name
        while fitting.casefold() in {known.casefold() for known in names}:
            fitting, number = f"{name}-{number}", number + 1
        names.append(fitting)
    return names
