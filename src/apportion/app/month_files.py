"""The workbook and the review of a month, made of the same reports."""

from __future__ import annotations

from pathlib import Path

from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.reports.excel import ExcelWorkbook
from apportion.usecases.context import RunContext
from apportion.usecases.reports.month_reports import MonthReports
from apportion.usecases.reports.workbook import workbook


def month_workbook(context: RunContext, *, period: str, as_of: str) -> bytes:
    """Write a period as a workbook for Excel."""
    reports = MonthReports.open(context, period=period, as_of=as_of)
    return ExcelWorkbook().write(workbook(reports))


def month_review(
    context: RunContext,
    settings: Settings,
    *,
    period: str,
    folder: Path,
    as_of: str,
    font: Path | None,
) -> Outcome:
    """Write the monthly review, with its workbook, into a new folder."""
    from apportion.usecases.atomic_folder import refuse_if_filled
    from apportion.usecases.reports.month_review import gather

    from .review_files import refuse_if_no_font, rules_history, write_review

    refuse_if_filled(folder)
    refuse_if_no_font(font)
    history, places = rules_history(settings)
    reports = MonthReports.open(context, period=period, as_of=as_of)
    month = gather(reports, history, places=places)
    content = ExcelWorkbook().write(workbook(reports))
    return write_review(month, folder=folder, workbook=content, font=font)
