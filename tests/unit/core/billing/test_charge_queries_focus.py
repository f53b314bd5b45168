"""FOCUS bills of every version and any provider as charges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apportion.model.charges import SplitCost
from apportion.model.delivery import Format
from apportion.model.focus import KEY_COLUMNS, VERSIONS, columns_of
from read_bills import Reading, findings_of, read, utc, write_csv, write_parquet

MONEY = {
    "BilledCost": "1.5",
    "EffectiveCost": "0.123456789012345678",
    "ListCost": "2",
    "ContractedCost": "-4.7E-8",
    "ConsumedQuantity": "3",
}
TIMES = {
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-14T23:00:00Z",
    "ChargePeriodEnd": "2026-09-15T00:00:00Z",
}
JSON = {"Tags": '{"env":"prod"}', "AllocatedTags": '{"pod":"a"}'}


def line_of(version: str) -> dict[str, str]:
    """A line in which every column of a version has a value of its own."""
    own = {column.name: f"some {column.name}" for column in columns_of(version)}
    known = {**MONEY, **TIMES, **JSON}
    return {name: known.get(name, value) for name, value in own.items()}


def read_csv(tmp_path: Path, line: dict[str, str]) -> Reading:
    return read(write_csv(tmp_path / "focus.csv", [line]), Format.FOCUS)


def read_parquet(tmp_path: Path, line: dict[str, Any], **types: Any) -> Reading:
    return read(write_parquet(tmp_path / "focus.parquet", [line], types), Format.FOCUS)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_keeps_every_description(version: str, tmp_path: Path) -> None:
    reading = read_csv(tmp_path, line_of(version))
    (charge,) = reading.charges
    assert reading.findings == ()
    assert charge.costs == tuple(map(Decimal, list(MONEY.values())[:4]))
    assert (charge.period, charge.day, charge.quantity) == ("2026-09", date(2026, 9, 14), 3)
    there = {column.name for column in columns_of(version)} & set(KEY_COLUMNS)
    assert {column: charge[column] for column in there} == {
        column: JSON.get(column, f"some {column}") for column in there
    }


def test_newer_names_win_and_older_ones_do(tmp_path: Path) -> None:
    old, both = line_of("1.2"), line_of("1.3")
    (charge,) = read_csv(tmp_path, old).charges
    assert charge["ServiceProviderName"] == "some ProviderName"
    assert charge["HostProviderName"] == "some PublisherName"
    (charge,) = read_csv(tmp_path, both).charges
    assert charge["ServiceProviderName"] == "some ServiceProviderName"
    assert charge["HostProviderName"] == "some HostProviderName"


OPTIONAL = [
    column.name
    for column in columns_of("1.4")
    if column.name in (*KEY_COLUMNS, *MONEY, *TIMES)
    and column.name not in ("BilledCost", "ChargePeriodStart")
]


@pytest.mark.parametrize("absent", OPTIONAL)
def test_every_column_but_cost_and_date_may_be_missing_alone(absent: str, tmp_path: Path) -> None:
    line = line_of("1.4")
    del line[absent]
    reading = read_csv(tmp_path, line)
    (charge,) = reading.charges
    assert not [finding for finding in reading.findings if finding.code.severity == "error"]
    assert (charge.period, charge.day) == ("2026-09", date(2026, 9, 14))
    assert charge.costs[0] == Decimal("1.5")
    instead = {"EffectiveCost": 1, "ListCost": 2, "ContractedCost": 3}.get(absent)
    assert instead is None or charge.costs[instead] == Decimal("1.5")


@pytest.mark.parametrize(
    ("absent", "code", "expected"),
    [
        ("EffectiveCost", "B102", "EffectiveCost is what was billed"),
        ("Tags", "B102", "Tags are empty"),
        ("BillingCurrency", "B102", "BillingCurrency is empty"),
        ("SubAccountId", "B102", "SubAccountId is empty"),
        ("ResourceId", "B103", "ResourceId is empty"),
        ("ConsumedQuantity", "B103", "ConsumedQuantity is 0"),
    ],
)
def test_what_a_bill_lacks_is_reported_once(
    absent: str, code: str, expected: str, tmp_path: Path
) -> None:
    line = line_of("1.4")
    del line[absent]
    (finding,) = read_csv(tmp_path, line).findings
    assert (finding.code.number, finding.place) == (code, "focus.csv")
    assert expected in finding.subject


def test_many_optional_columns_that_are_missing_are_one_short_notice(tmp_path: Path) -> None:
    absent = ("ListCost", "ContractedCost", "ResourceId", "ConsumedQuantity")
    line = {name: value for name, value in line_of("1.4").items() if name not in absent}
    (finding,) = read_csv(tmp_path, line).findings
    assert (
        finding.subject
        == "no columns ListCost, ContractedCost, ResourceId and ConsumedQuantity or UsageQuantity"
    )


@pytest.mark.parametrize(
    ("absent", "remedy"),
    [
        ({"BilledCost": "Billed_Costs"}, "Did you mean Billed_Costs?"),
        ({"ChargePeriodStart": "ChargeStart"}, ""),
        ({"BillingAccountId": "Payer", "SubAccountId": "Account"}, ""),
    ],
)
def test_without_cost_date_or_account_it_fails(
    absent: dict[str, str], remedy: str, tmp_path: Path
) -> None:
    line = {absent.get(name, name): value for name, value in line_of("1.4").items()}
    findings = findings_of(write_csv(tmp_path / "focus.csv", [line]), Format.FOCUS)
    first, *_ = findings
    assert (first.code.number, first.remedy) == ("B101", remedy or first.remedy)
    assert [finding.code.number for finding in findings].count("B101") == 1


def test_columns_of_a_provider_are_kept_by_name(tmp_path: Path) -> None:
    line = {
        **line_of("1.0"),
        "x_SkuRegion": "West Europe",
        "x_InvoiceSectionName": 'a "section"',
        "x_PricingSubcategory": "NULL",
        "x_BilledCostInUsd": "1.5",
        "x_BillingExchangeRate": "1",
        "x_ResourceGroupName": "",
        "Id": "11472",
    }
    reading = read_csv(tmp_path, line)
    (charge,) = reading.charges
    assert charge["x_Other"] == (
        '{"x_InvoiceSectionName":"a \\"section\\"","x_SkuRegion":"West Europe"}'
    )
    (finding,) = reading.findings
    assert finding.code.number == "B107"
    assert finding.subject == "not kept: x_BilledCostInUsd, x_BillingExchangeRate and Id"
    assert '"x_BilledCostInUsd"' not in reading.queries.descriptors


def test_the_focus_table_of_aws(tmp_path: Path) -> None:
    line: dict[str, Any] = {
        **line_of("1.0"),
        **{name: float(value) for name, value in MONEY.items()},
        "BillingPeriodStart": utc(2026, 9, 1),
        "ChargePeriodStart": utc(2026, 9, 14, 23),
        "Tags": {"user_env": "prod", "accountTag/team": "a"},
        "x_CostCategories": {"team": "b"},
        "x_Discounts": {"EdpDiscount": "-0.1"},
        "x_Operation": "RunInstances",
        "x_ServiceCode": "AmazonEC2",
        "x_UsageType": "BoxUsage",
    }
    reading = read_parquet(tmp_path, line)
    (charge,) = reading.charges
    assert charge["Tags"] == '{"user_env":"prod"}'
    assert charge["x_AccountTags"] == '{"accountTag/team":"a"}'
    assert charge["x_CostCategories"] == '{"team":"b"}'
    assert charge["SkuMeter"] == charge["x_UsageType"] == "BoxUsage"
    assert (charge["x_Operation"], charge["x_ServiceCode"]) == ("RunInstances", "AmazonEC2")
    assert charge["x_Other"] is None
    assert charge.day == date(2026, 9, 14)
    assert charge.costs[3] == Decimal("-0.000000047")
    assert [finding.subject for finding in reading.findings] == ["not kept: x_Discounts"]


def test_the_words_null_and_nothing_are_no_value_in_csv(tmp_path: Path) -> None:
    line = {**line_of("1.2"), "RegionId": "NULL", "InvoiceId": "", "ListCost": "NULL", "Tags": ""}
    (charge,) = read_csv(tmp_path, {**line, "EffectiveCost": ""}).charges
    assert (charge["RegionId"], charge["InvoiceId"], charge["Tags"]) == (None, None, None)
    assert charge.costs[1:3] == (0, 0)


def test_ids_keep_their_leading_zeros(tmp_path: Path) -> None:
    (charge,) = read_csv(tmp_path, {**line_of("1.2"), "SubAccountId": "00123456789"}).charges
    assert charge["SubAccountId"] == "00123456789"


def test_children_are_not_known_to_focus(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "focus.csv", [line_of("1.2")])
    (finding,) = findings_of(path, Format.FOCUS, split_cost=SplitCost.CHILDREN)
    assert finding.code.number == "B108"


def test_the_sample_of_the_finops_foundation(shared_data: Path) -> None:
    reading = read(shared_data / "focus_sample_1.0_finops_foundation.csv", Format.FOCUS)
    assert len(reading.charges) == 1000
    assert reading.totals[:2] == (Decimal("20.52022672899"), Decimal("14.97651418586"))
    assert reading.codes == {"B107"}
    spaced = [charge for charge in reading.charges if '" org":' in (charge["Tags"] or "")]
    assert len(spaced) == 23
    assert any('"org":' in (charge["Tags"] or "") for charge in spaced)
    assert {len(charge["SubAccountId"] or "") for charge in reading.charges} >= {11}


def test_a_generated_bill_of_focus_1_2(shared_data: Path) -> None:
    reading = read(shared_data / "focus_1_2_aws_generated.csv.gz", Format.FOCUS)
    assert len(reading.charges) == 2000
    assert reading.totals == (
        Decimal("40293.06455513489625"),
        Decimal("40293.06455513489625"),
        Decimal("57661.488525689682064"),
        Decimal("55227.67437635729625"),
    )
    assert reading.findings == ()
