"""The columns of each format that totals are stated from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apportion.model import focus
from apportion.model.delivery import Format
from apportion.sources.columns import SourceColumn
from apportion.sources.csv_records import Known
from apportion.sources.recognise import squeeze

from . import cur_cost_rules


@dataclass(frozen=True)
class Layout:
    """The columns of a format that totals are stated from."""

    period: str
    day: str  # whose month is the period of a line without one
    ids: tuple[str, str, str]  # billing account, sub account, currency
    amounts: tuple[str, ...]
    always: tuple[str, ...]  # of the amounts, those that every charge has
    kinds: tuple[str, ...]  # columns that decide the kind of a line


FOCUS = Layout(
    "BillingPeriodStart",
    "ChargePeriodStart",
    ("BillingAccountId", "SubAccountId", "BillingCurrency"),
    focus.COST_COLUMNS,
    focus.COST_COLUMNS,
    (),
)
CUR = Layout(
    "bill_billing_period_start_date",
    "line_item_usage_start_date",
    ("bill_payer_account_id", "line_item_usage_account_id", "line_item_currency_code"),
    cur_cost_rules.AMOUNTS,
    (cur_cost_rules.UNBLENDED,),
    (
        cur_cost_rules.LINE_TYPE,
        cur_cost_rules.RESERVATION,
        cur_cost_rules.PLAN,
        cur_cost_rules.PLAN_START,
        cur_cost_rules.PLAN_END,
        cur_cost_rules.SPLIT_PARENT,
    ),
)


def layout_of(bill_format: Format) -> Layout:
    """Find the columns of a format that totals are stated from."""
    return FOCUS if bill_format is Format.FOCUS else CUR


def find_columns(layout: Layout, columns: Sequence[SourceColumn]) -> dict[str, SourceColumn]:
    """Find the columns that totals need, by the layout's names; absent ones are left out."""
    by_name: dict[str, SourceColumn] = {}
    for column in columns:
        by_name.setdefault(squeeze(column.name), column)
    names = (layout.period, layout.day, *layout.ids, *layout.amounts, *layout.kinds)
    return {name: by_name[squeeze(name)] for name in names if squeeze(name) in by_name}


def whole_records(layout: Layout, columns: Sequence[SourceColumn]) -> Known:
    """The columns with an amount, and with a time, for every charge."""
    found = find_columns(layout, columns)
    amounts = [found[name].place for name in layout.amounts if name in found]
    return Known(amounts, [found[name].place for name in (layout.day,) if name in found])
