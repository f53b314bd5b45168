"""Adds the chart of a sheet beside its table: a native Excel chart of the table's cells."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from apportion.model.workbook import Sheet

#: Colours that people with red-green colour blindness can distinguish (Okabe and Ito).
_COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F"),
    "#332288",
)
_GREY = "#D0D5DA"
_ROW_HEIGHT = 24


def add_chart(book: Workbook, page: Worksheet, sheet: Sheet, *, name: str, first: int) -> None:
    """Add the chart of a sheet, if it has one; its table begins at row `first`."""
    drawn = sheet.chart
    if drawn is None or not sheet.rows:
        return
    last = first + (min(drawn.most, len(sheet.rows)) if drawn.most else len(sheet.rows)) - 1
    chart = book.add_chart({"type": "bar" if drawn.bars else "column", "subtype": "stacked"})
    along = sheet.columns.index(drawn.along)
    for number, series in enumerate(drawn.series):
        column = sheet.columns.index(series)
        chart.add_series(
            {
                "name": [name, first - 1, column],
                "categories": [name, first, along, last, along],
                "values": [name, first, column, last, column],
                "fill": {"color": _COLOURS[number % len(_COLOURS)]},
                "gap": 40,
            }
        )
    chart.set_title({"name": drawn.title, "name_font": {"size": 12, "bold": False}})
    line = {"visible": True, "line": {"color": _GREY}}
    amounts = {"num_format": "#,##0", "major_gridlines": line, "line": {"none": True}}
    names = {"major_gridlines": {"visible": False}, "line": {"color": _GREY}}
    if drawn.bars:  # here x is the axis of amounts; names are read from the top
        chart.set_x_axis({**amounts, "label_position": "high"})
        chart.set_y_axis({**names, "reverse": True})
    else:
        chart.set_x_axis({**names, "num_format": "d"})
        chart.set_y_axis(amounts)
    chart.set_legend({"position": "bottom"})
    rows = last - first + 1
    height = max(320, _ROW_HEIGHT * rows + 120) if drawn.bars else 400
    chart.set_size({"width": 720, "height": height})
    column = len(sheet.columns) + (2 if sheet.equal else 1)
    page.insert_chart(0, column, chart, {"description": drawn.title, "object_position": 3})
