"""Writes a page as HTML. Every value is escaped by the template; only drawings of ours are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from apportion.model.cents import ROUNDED
from apportion.model.row import Row
from apportion.reports import plain

from . import formatting
from .layout import Layout
from .links import Links
from .page_model import CellStyle, Page, TableColumn
from .static_files import version

#: How many rows of a section a page shows; its files have all.
MOST_ROWS = 250

#: Texts of so many letters stay on one line, the longer kind where there is room for it.
_SHORT, _MIDDLING = 16, 36

#: Steps of the ground of a heat map.
_STEPS = 10


def page_html(page: Page, shell: Layout, links: Links) -> str:
    """Write a page within its shell."""
    return _environment().get_template("page.html").render(page=page, shell=shell, links=links)


def notice_html(title: str, sentence: str, *, home: str = "/", status: int = 0) -> str:
    """Write a page that says one thing: what is not there, or that one must sign in."""
    template = _environment().get_template("notice.html")
    return template.render(title=title, sentence=sentence, home=home, status=status)


def account_html(name: str, groups: Sequence[str], sees: str, *, token: str) -> str:
    """Write who has signed in, what they see, and the form to sign out."""
    template = _environment().get_template("account.html")
    return template.render(name=name, groups=groups, sees=sees, token=token)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("apportion.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        version=version(),
        most=MOST_ROWS,
        look=CellStyle,
        cell=cell,
        heat=heat,
        negative=negative,
        rounded=ROUNDED,
        width=width,
    )
    made.filters["value"] = _value
    return made


def cell(row: Row, column: TableColumn, currency: str) -> str | Markup:
    """Write a cell's value for people."""
    return _value(row.get(column.name), column.look, currency)


def heat(row: Row, column: TableColumn) -> str:
    """Name the ground of a cell of a heat map."""
    value = row.get(column.name)
    if column.look is not CellStyle.HEAT or not isinstance(value, Decimal):
        return ""
    return f"heat-{min(max(int(value * _STEPS), 0), _STEPS)}"


def negative(row: Row, column: TableColumn) -> bool:
    """Tell whether a cell shows an amount below zero."""
    value = row.get(column.name)
    return column.look is not CellStyle.CHANGE and isinstance(value, Decimal) and value < 0


def width(row: Row, column: TableColumn) -> str:
    """Tell a text that is better not broken into lines."""
    value = row.get(column.name)
    if column.look is not CellStyle.TEXT or not isinstance(value, str):
        return ""
    return " short" if len(value) <= _SHORT else " middling" if len(value) <= _MIDDLING else ""


def _value(value: object, look: CellStyle, _currency: str = "") -> str | Markup:
    if value is None:
        return formatting.DASH if look in _DASHED else ""
    if look is CellStyle.COUNT:
        return f"{value:,}"
    if look is CellStyle.TREND:
        return value if isinstance(value, Markup) else ""
    write = _WRITERS.get(look, plain.text)
    return write(value)


def _change(value: object) -> str:
    return formatting.money(value, signed=True)


def _place(value: object) -> str:
    """Write file and line: the folder and the column are in the files."""
    file, _, at = str(value).partition(":")
    line = at.partition(":")[0]
    name = file.rpartition("/")[2]
    return f"{name}:{line}" if line else name


_DASHED = {CellStyle.MONEY, CellStyle.CHANGE, CellStyle.PART, CellStyle.HEAT, CellStyle.COUNT}
_WRITERS: dict[CellStyle, Callable[[object], str]] = {
    CellStyle.MONEY: formatting.money,
    CellStyle.CHANGE: _change,
    CellStyle.EXACT: formatting.exact,
    CellStyle.PART: formatting.part,
    CellStyle.HEAT: formatting.part,
    CellStyle.DAY: formatting.day,
    CellStyle.PLACE: _place,
}
