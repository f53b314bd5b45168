"""The SQL that a mapping gives is pinned: another text is another key for every charge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import Any

import pytest

from apportion.core.billing.charge_queries import charge_queries
from apportion.core.billing.mapping import BillMapping
from apportion.core.billing.mapping_file import MappingFile
from apportion.core.billing.raw_columns import RawColumns
from apportion.model.charges import ChargeQueries, SplitCost
from apportion.model.delivery import BillFile, Delivery, Encoding, Format, StatedTotal
from apportion.model.focus import COST_COLUMNS, KEY_COLUMNS, QUANTITY_COLUMNS
from apportion.sources.mapping_files import mapping_text
from read_bills import LINE, SPLIT

MAP = "MAP(VARCHAR, VARCHAR)"
TIMES = "TIMESTAMP WITH TIME ZONE"
MONTH = StatedTotal("2026-09", "1", "2", "USD", 1, (0, 0, 0, 0))

CUR: Mapping[str, str] = {
    name: MAP
    if name in {"product", "resource_tags", "cost_category"}
    else "TIMESTAMP"
    if name.endswith("_date")
    else "DOUBLE"
    if isinstance(value, float)
    else "VARCHAR"
    for name, value in {**LINE, **SPLIT}.items()
} | {"tags": MAP, "capacity_reservation_capacity_reservation_arn": "VARCHAR"}

#: The older report, by the names of its CSV files.
LEGACY = [
    "identity/LineItemId",
    "identity/TimeInterval",
    "bill/InvoiceId",
    "bill/PayerAccountId",
    "bill/BillingEntity",
    "bill/BillType",
    "bill/BillingPeriodStartDate",
    "lineItem/UsageAccountId",
    "lineItem/LineItemType",
    "lineItem/UsageStartDate",
    "lineItem/ProductCode",
    "lineItem/UsageType",
    "lineItem/Operation",
    "lineItem/ResourceId",
    "lineItem/UsageAmount",
    "lineItem/CurrencyCode",
    "lineItem/UnblendedCost",
    "lineItem/LineItemDescription",
    "lineItem/LegalEntity",
    "product/ProductName",
    "product/region",
    "pricing/publicOnDemandCost",
    "pricing/RateCode",
    "pricing/unit",
    "reservation/EffectiveCost",
    "reservation/ReservationARN",
    "reservation/UnusedRecurringFee",
    "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod",
    "savingsPlan/SavingsPlanARN",
    "savingsPlan/SavingsPlanEffectiveCost",
    "savingsPlan/TotalCommitmentToDate",
    "savingsPlan/UsedCommitment",
    "savingsPlan/StartTime",
    "savingsPlan/EndTime",
    "resourceTags/user:Project",
    "resourceTags/aws:createdBy",
    "costCategory/Team",
]
#: The same as Athena's Parquet has it, with a map of products, which this format does not imply.
ATHENA: Mapping[str, str] = {
    **{name: kind for name, kind in CUR.items() if kind != MAP},
    "resource_tags_user_project": "VARCHAR",
    "product": MAP,
    "product_product_name": "VARCHAR",
    "cost_category_team": "VARCHAR",
}
FOCUS: Mapping[str, str] = {
    **dict.fromkeys(
        ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "ConsumedQuantity"),
        "DECIMAL(30, 15)",
    ),
    **dict.fromkeys(
        (
            *("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"),
            "x_DiscountTime",
        ),
        TIMES,
    ),
    **dict.fromkeys(
        (
            *("BillingAccountId", "SubAccountId", "BillingCurrency", "ServiceName", "RegionId"),
            *("ProviderName", "PublisherName", "InvoiceIssuerName", "ResourceId", "SkuId"),
            *("ChargeCategory", "ChargeDescription", "x_UsageType", "x_Team", "x_SkuOfferId"),
        ),
        "VARCHAR",
    ),
    "Tags": MAP,
    "x_CostCategories": MAP,
    "x_Cost": "DOUBLE",
    "x_Nested": "STRUCT(a VARCHAR)",
}
#: Oracle's, with names of FOCUS 0.5.
ORACLE = [
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "SubAccountId",
    "BillingCurrency",
    "ChargePeriodStart",
    "Provider",
    "Publisher",
    "InvoiceIssuer",
    "Region",
    "ResourceId",
    "ServiceName",
    "UsageQuantity",
    "UsageUnit",
    "Tags",
    "oci_ReferenceNumber",
    "oci_CompartmentName",
    "oci_AttributedCost",
]


#: Every form of bill by name: its format, its columns (types for Parquet, names for CSV), and more.
DOUBLES = frozenset(name for name, kind in CUR.items() if kind == "DOUBLE")
BILLS: Mapping[str, tuple[Format, Mapping[str, str] | Sequence[str], Mapping[str, Any]]] = {
    "cur": (Format.CUR_2, CUR, {}),
    "cur, split by children": (Format.CUR_2, CUR, {"split_cost": SplitCost.CHILDREN}),
    "cur as CSV, without plans": (Format.CUR_2, [n for n in CUR if "plan" not in n], {}),
    "cur, short amounts": (Format.CUR_2, CUR, {"ten_places": DOUBLES, "stated": (MONTH,)}),
    "legacy": (Format.CUR_LEGACY, LEGACY, {}),
    "legacy in Athena": (Format.CUR_LEGACY, ATHENA, {}),
    "legacy, split by children": (
        *(Format.CUR_LEGACY, ATHENA),
        {"split_cost": SplitCost.CHILDREN, "stated": (MONTH,)},
    ),
    "focus": (Format.FOCUS, FOCUS, {}),
    "focus of a known month": (Format.FOCUS, FOCUS, {"stated": (MONTH,)}),
    "focus of Oracle": (Format.FOCUS, ORACLE, {}),
}
#: A change here gives every key of such bills another id: they are ingested again, and their
#: allocations are restated. Change a digest only where that is meant.
DIGESTS = {
    "cur": "046c52f7a977beff",
    "cur, split by children": "adbc306a133286e1",
    "cur as CSV, without plans": "12b264589caaf9db",
    "cur, short amounts": "f68884b44fa1a492",
    "legacy": "ac53b49e175bea63",
    "legacy in Athena": "2f87fbd48058f6f5",
    "legacy, split by children": "95034088363d02de",
    "focus": "1ba0dd23dfecd236",
    "focus of a known month": "0f28c92ea0ab16ef",
    "focus of Oracle": "cbb02132b3bb35b7",
}


def delivery(name: str) -> Delivery:
    format_, columns, more = BILLS[name]
    typed = isinstance(columns, Mapping)
    return Delivery(
        format=format_,
        version="",
        encoding=Encoding.PARQUET if typed else Encoding.CSV,
        files=(BillFile("bill", "bill", "", 0, 0, "nothing"),),
        columns=columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "VARCHAR"),
        mapping=mapping_text(format_.value),
        stated=more.get("stated", ()),
        ten_places=more.get("ten_places", frozenset()),
    )


def queries_of(name: str) -> ChargeQueries:
    split_cost = BILLS[name][2].get("split_cost", SplitCost.PARENT)
    return charge_queries(delivery(name), split_cost=split_cost)[0]


def digest(queries: ChargeQueries) -> str:
    """Hash all SQL of the queries."""
    parts = [sorted(p) if isinstance(p, frozenset) else p for p in astuple(queries)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", BILLS)
def test_the_sql_of_each_form_of_bill_stays_the_same(name: str) -> None:
    assert digest(queries_of(name)) == DIGESTS[name]


def test_queries_are_written_once_for_the_same_columns() -> None:
    one = delivery("focus")
    other = replace(one, files=(), made="2026-10-02T08:00:00Z")
    found, again = (charge_queries(each, split_cost=SplitCost.PARENT) for each in (one, other))
    assert found[0] is again[0]

    for changed in (
        replace(one, stated=(MONTH,)),
        replace(one, columns={**one.columns, "x_Own": "VARCHAR"}),
        replace(one, columns=dict.fromkeys(one.columns, "DATE")),
        replace(one, encoding=Encoding.PARQUET, ten_places=frozenset({"BilledCost"})),
    ):
        assert charge_queries(changed, split_cost=SplitCost.PARENT)[0] != found[0]


def test_a_mapping_file_extends_another_one() -> None:
    new, old = (MappingFile.parse(mapping_text(one)) for one in ("cur-2.0", "cur-legacy"))
    assert old == replace(new, implied_columns=frozenset())
    assert new.implied_columns == {"product"}


def test_an_extending_file_changes_single_columns() -> None:
    changed = MappingFile.parse(
        mapping_text("cur-2.0")
        + "---\nformat: other\nday: day_of(a_day)\ndescribe: {SkuId: a_sku}\n"
    )
    base = MappingFile.parse(mapping_text("cur-2.0"))
    assert (changed.day, changed.describe["SkuId"]) == ("day_of(a_day)", "a_sku")
    assert changed.period == base.period
    assert changed.measure == base.measure
    assert {c for c in KEY_COLUMNS if changed.describe[c] != base.describe[c]} == {"SkuId"}


@pytest.mark.parametrize("format_", list(Format))
def test_a_mapping_file_has_every_column_and_its_source(format_: Format) -> None:
    mapping = MappingFile.parse(mapping_text(format_.value))
    assert tuple(mapping.describe) == KEY_COLUMNS
    assert tuple(mapping.measure) == (*COST_COLUMNS, *QUANTITY_COLUMNS)
    assert "source: https://" in mapping_text(format_.value)


@pytest.mark.parametrize(
    ("name", "cost", "day", "period"),
    [
        (
            "cur",
            "line_item_unblended_cost",
            "line_item_usage_start_date",
            "bill_billing_period_start_date",
        ),
        (
            "legacy",
            "lineItem/UnblendedCost",
            "lineItem/UsageStartDate",
            "bill/BillingPeriodStartDate",
        ),
        ("focus", "BilledCost", "ChargePeriodStart", "BillingPeriodStart"),
        ("focus of Oracle", "BilledCost", "ChargePeriodStart", None),
    ],
)
def test_the_raw_columns_of_cost_and_time_come_from_the_expressions(
    name: str, cost: str, day: str, period: str | None
) -> None:
    mapping = BillMapping.of(delivery(name))
    columns = (mapping.cost_column(), mapping.day_column(), mapping.period_column())
    assert [column and column.name for column in columns] == [cost, day, period]


def test_days_are_read_from_the_interval_where_nothing_else_is_there() -> None:
    columns = RawColumns.of(replace(delivery("cur"), columns={"identity_time_interval": "VARCHAR"}))
    column = BillMapping(MappingFile.parse(mapping_text("cur-2.0")), columns).day_column()
    assert column
    assert column.name == "identity_time_interval"
