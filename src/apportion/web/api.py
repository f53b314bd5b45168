"""The JSON of a page: what it says, with amounts as text that has every digit."""

from __future__ import annotations

from pydantic import BaseModel, Field

from apportion.reports import plain

from .page_loader import LoadedPage
from .page_model import CellStyle, Page


class ColumnAnswer(BaseModel):
    """A column of a section."""

    name: str
    title: str
    look: CellStyle = Field(
        description="money, exact, change and part are decimals, written as text."
    )


class FigureAnswer(BaseModel):
    """A number that stands by itself."""

    label: str
    value: str | int | None
    note: str


class SectionAnswer(BaseModel):
    """A section; each row has a value for every column."""

    name: str
    heading: str
    note: str
    columns: list[ColumnAnswer]
    rows: list[dict[str, str | int | bool | None]]


class PageAnswer(BaseModel):
    """A page. `run` names the allocation that it tells of: the same run says the same for ever."""

    page: str
    heading: str
    lead: str
    period: str
    currency: str = Field(description="The currency of every amount.")
    run: str
    rulebook: str
    figures: list[FigureAnswer]
    sections: list[SectionAnswer]


class PeriodsAnswer(BaseModel):
    """The months that are allocated, newest first."""

    periods: list[str]


class ErrorAnswer(BaseModel):
    """Why there is no answer."""

    error: str


def page_answer(read: LoadedPage) -> PageAnswer:
    """Write a page for programs."""
    page, view = read.page, read.view
    return PageAnswer(
        page=page.name,
        heading=page.heading,
        lead=page.lead,
        period=view.period,
        currency=view.currency,
        run=view.sight.manifest.run,
        rulebook=view.sight.rulebook.name,
        figures=[
            FigureAnswer(label=f.label, value=_plain(f.value), note=f.note) for f in page.figures
        ],
        sections=_sections(page),
    )


def _sections(page: Page) -> list[SectionAnswer]:
    return [
        SectionAnswer(
            name=section.name,
            heading=section.heading,
            note=section.note,
            columns=[
                ColumnAnswer(name=c.name, title=c.title, look=c.look)
                for c in section.columns
                if c.name in section.exported
            ],
            rows=[
                {name: _plain(row.get(name)) for name in section.exported} for row in section.rows
            ],
        )
        for section in page.sections
    ]


def _plain(value: object) -> str | int | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    return plain.text(value)
