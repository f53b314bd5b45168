"""Writes a page as HTML. Templates escape every value, except drawings that a page made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from apportion.model.cents import ROUNDED, cents, exact, signed
from apportion.model.row import Row
from apportion.model.wording import percent
from apportion.reports import plain

from .layout import Layout
from .links import Links
from .page_model import CellStyle, Page, TableColumn
from .static_files import version

#: The number of rows of a section on a page; files have all rows.
MAX_ROWS = 250

#: Texts up to these lengths stay on one line; medium ones only on wide screens.
_SHORT, _MEDIUM = 20, 28

#: The number of background colours of a heat map.
_HEAT_STEPS = 10

#: Months, days, and amounts with their currency, in sentences.
_UNBROKEN = re.compile(r"(\b\d{4}-\d\d(?:-\d\d)?\b|[-+]?\d[\d,]*\.\d\d(?: [A-Z]{3})?\b)")

#: A missing number.
_DASH = "\N{EN DASH}"


def page_html(page: Page, layout: Layout, links: Links) -> str:
    """Write a page within its layout."""
    return _environment().get_template("page.html").render(page=page, layout=layout, links=links)


def notice_html(title: str, sentence: str, *, home: str = "/", status: int = 0) -> str:
    """Write a page with one sentence, for errors."""
    template = _environment().get_template("notice.html")
    return template.render(title=title, sentence=sentence, home=home, status=status)


def account_html(name: str, groups: Sequence[str], access_summary: str, *, token: str) -> str:
    """Write the page of a signed-in user, with the form to sign out."""
    template = _environment().get_template("account.html")
    return template.render(name=name, groups=groups, access_summary=access_summary, token=token)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("apportion.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        version=version(),
        max_rows=MAX_ROWS,
        cell=cell,
        heat=heat,
        negative=negative,
        rounded=ROUNDED,
        width=width,
    )
    environment.filters["value"] = _value
    environment.filters["unbroken"] = unbroken
    return environment


def cell(row: Row, column: TableColumn) -> str | Markup:
    """Write the value of a cell."""
    return _value(row.get(column.name), column.style)


def unbroken(sentence: str) -> Markup:
    """Write a sentence whose months, days and amounts stay on one line."""
    span = Markup('<span class="unbroken">{}</span>')
    parts = _UNBROKEN.split(sentence)
    return Markup("").join(
        span.format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def heat(row: Row, column: TableColumn) -> str:
    """Name the background class of a cell of a heat map."""
    value = row.get(column.name)
    if column.style is not CellStyle.HEAT or not isinstance(value, Decimal):
        return ""
    return f"heat-{min(max(int(value * _HEAT_STEPS), 0), _HEAT_STEPS)}"


def negative(row: Row, column: TableColumn) -> bool:
    """Whether a cell has an amount below zero."""
    value = row.get(column.name)
    return column.style is not CellStyle.CHANGE and isinstance(value, Decimal) and value < 0


def width(row: Row, column: TableColumn) -> str:
    """Name the class of a text that stays on one line."""
    value = row.get(column.name)
    if column.style is not CellStyle.TEXT or not isinstance(value, str):
        return ""
    if len(value) <= _SHORT:
        return " short-text"
    return " medium-text" if len(value) <= _MEDIUM else ""


def _value(value: object, style: CellStyle) -> str | Markup:
    if value is None:
        return _DASH if style in _DASHED else ""
    if isinstance(value, Decimal) and style in _DECIMALS:
        return _DECIMALS[style](value)
    if isinstance(value, Markup):
        return value if style is CellStyle.TREND else str(value)
    if style is CellStyle.COUNT:
        return f"{value:,}"
    if style is CellStyle.DAY and isinstance(value, date):
        return value.isoformat()[:10]
    return _place(str(value)) if style is CellStyle.PLACE else plain.text(value)


def _place(place: str) -> str:
    """Write file and line, without folder and column."""
    file, _, at = place.partition(":")
    line = at.partition(":")[0]
    name = file.rpartition("/")[2]
    return f"{name}:{line}" if line else name


_DECIMALS: dict[CellStyle, Callable[[Decimal], str]] = {
    CellStyle.MONEY: cents,
    CellStyle.CHANGE: signed,
    CellStyle.EXACT: exact,
    CellStyle.SHARE: percent,
    CellStyle.HEAT: percent,
}
_DASHED = {*_DECIMALS, CellStyle.COUNT} - {CellStyle.EXACT}
