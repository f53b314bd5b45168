"""The JSON of a page, with exact amounts as text."""

from __future__ import annotations

from pydantic import BaseModel, Field

from apportion.reports import plain

from .page_loader import LoadedPage
from .page_model import CellStyle, Page


class ColumnResponse(BaseModel):
    """A column of a section."""

    name: str
    title: str
    style: CellStyle = Field(
        description="money, exact, change, share and heat are decimals, written as text."
    )


class FigureResponse(BaseModel):
    """A key figure at the top of the page."""

    label: str
    value: str | int | None
    note: str


class SectionResponse(BaseModel):
    """A section with a table; each row has a value for every column."""

    name: str
    heading: str
    note: str
    columns: list[ColumnResponse]
    rows: list[dict[str, str | int | bool | None]]


class PageResponse(BaseModel):
    """A page. `run` is the id of the allocation; the figures of one run never change."""

    page: str
    heading: str
    lead: str
    period: str
    currency: str = Field(description="The currency of every amount.")
    run: str
    rulebook: str
    figures: list[FigureResponse]
    sections: list[SectionResponse]


class PeriodsResponse(BaseModel):
    """Allocated months, newest first."""

    periods: list[str]


class ErrorResponse(BaseModel):
    """The reason of an error."""

    error: str


def page_response(loaded: LoadedPage) -> PageResponse:
    """Write a page as JSON for programs."""
    page, view = loaded.page, loaded.view
    return PageResponse(
        page=page.name,
        heading=page.heading,
        lead=page.lead,
        period=view.period,
        currency=view.currency,
        run=view.run.manifest.run,
        rulebook=view.run.rulebook.name,
        figures=[
            FigureResponse(label=f.label, value=_plain(f.value), note=f.note) for f in page.figures
        ],
        sections=_sections(page),
    )


def _sections(page: Page) -> list[SectionResponse]:
    return [
        SectionResponse(
            name=section.name,
            heading=section.heading,
            note=section.note,
            columns=[
                ColumnResponse(name=c.name, title=c.title, style=c.style)
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
