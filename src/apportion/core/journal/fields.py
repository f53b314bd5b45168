"""The fields of journals that a template can write, by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from apportion.model.currencies import from_minor
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import Journal, JournalBatch, JournalLine, LineKind
from apportion.model.period import Period

#: A value before it is written in the form of a template.
FieldValue = str | int | date | Decimal | None

#: Fields of the batch and of a journal: for all rows.
JOURNAL_FIELDS = (
    *("batch", "period", "period_start", "period_end", "year", "month", "run", "made_on"),
    *("posting_date", "title", "journal", "journal_number", "company", "company_name"),
    *("currency", "lines", "total"),
)
#: Fields of a line.
LINE_FIELDS = (
    *("line_number", "account", "contra_account", "cost_center", "project", "partner"),
    *("owner", "invoice", "kind", "description", "debit", "credit", "amount", "absolute", "side"),
)
#: Texts of the company in the chart map: `{company.NAME}`.
COMPANY_FIELDS = "company."

#: Fields that carry the amount of a line; a template needs one of these sets.
AMOUNT_FIELDS = ({"debit", "credit"}, {"amount"}, {"absolute", "side"})

_WORDS = {
    LineKind.COST: "Cloud cost",
    LineKind.TAX: "Tax on cloud cost",
    LineKind.INTERCOMPANY: "Cloud cost, intercompany",
    LineKind.CLEARING: "Cloud cost, clearing",
    LineKind.ROUNDING: "Cloud invoice, rounding",
}


def journal_fields(
    batch: JournalBatch, journal: Journal, number: int, chart: ChartMap
) -> dict[str, FieldValue]:
    """Give the fields of a journal; journals of a file are numbered from one."""
    period = Period.parse(batch.period)
    company = chart.companies.get(journal.company)
    kind = batch.purpose or ("adjustment" if batch.after else "")
    what = f"Cloud cost {kind}".strip()
    return {
        "batch": batch.batch,
        "period": batch.period,
        "period_start": period.first_day,
        "period_end": period.last_day,
        "year": str(period.year),
        "month": f"{period.month:02d}",
        "run": batch.run,
        "made_on": date.fromisoformat(batch.made_at[:10]),
        "posting_date": batch.posting_date,
        "title": f"{what} {batch.period}",
        "journal": journal.journal,
        "journal_number": number,
        "company": journal.company,
        "company_name": company.name if company else "",
        "currency": journal.currency,
        "lines": len(journal.lines),
        "total": from_minor(journal.debit, journal.currency),
        **{
            f"{COMPANY_FIELDS}{name}": text
            for name, text in (company.fields if company else {}).items()
        },
    }


def line_fields(
    line: JournalLine, number: int, *, period: str, sides: tuple[str, str]
) -> Mapping[str, FieldValue]:
    """Give the fields of a line; lines of a journal are numbered from one."""
    key = line.key
    amount = from_minor(line.amount, key.currency)
    return {
        "line_number": number,
        "account": key.account,
        "contra_account": key.contra,
        "cost_center": key.cost_center,
        "project": key.project,
        "partner": key.partner,
        "owner": key.owner,
        "invoice": key.invoice,
        "kind": key.kind,
        "description": _description(line, period),
        "debit": amount if line.amount > 0 else None,
        "credit": -amount if line.amount < 0 else None,
        "amount": amount,
        "absolute": abs(amount),
        "side": sides[0] if line.amount > 0 else sides[1],
    }


def _description(line: JournalLine, period: str) -> str:
    """Describe a line; it begins with a fixed word or a name from the chart map."""
    key = line.key
    words = key.label or _WORDS[LineKind(key.kind)]
    invoice = f"invoice {key.invoice}" if key.invoice else ""
    return " ".join(part for part in (words, period, key.owner, invoice) if part)
