"""CUR lines as charges: what each kind of line costs, and how it is described."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apportion.core.billing.raw_columns import normal_name
from apportion.model.delivery import Format
from read_bills import (
    LINE,
    cur_line,
    findings_of,
    read,
    read_lines,
    utc,
    write_csv,
    write_parquet,
)

PLAN = {"savings_plan_savings_plan_a_r_n": "arn:sp"}
RESERVED = {"reservation_reservation_a_r_n": "arn:ri"}
WEEK = {
    "savings_plan_start_time": "2026-09-01T00:00:00.000Z",
    "savings_plan_end_time": "2026-09-08T00:00:00.000Z",
}
YEAR = {**WEEK, "savings_plan_end_time": "2027-09-01T00:00:00.000Z"}
MORE_THAN_A_WEEK = {**WEEK, "savings_plan_end_time": "2026-09-08T00:00:01.000Z"}


def kind(line_type: str, unblended: float, on_demand: float = 0.0, **more: Any) -> dict[str, Any]:
    return cur_line(
        line_item_line_item_type=line_type,
        line_item_unblended_cost=unblended,
        pricing_public_on_demand_cost=on_demand,
        **more,
    )


def _used(cost: float) -> dict[str, Any]:
    return {"savings_plan_savings_plan_effective_cost": cost}


#: What a line is, and its BilledCost, EffectiveCost, ListCost and ContractedCost.
KINDS = {
    "usage": (kind("Usage", 0.9, 1.0), "0.9 0.9 1 0.9"),
    "covered by a plan": (
        kind(
            "SavingsPlanCoveredUsage",
            1.0,
            1.1,
            savings_plan_savings_plan_effective_cost=0.7,
            **PLAN,
        ),
        "1 0.7 1.1 1",
    ),
    "what a plan negates": (kind("SavingsPlanNegation", -1.0, -1.0, **PLAN), "-1 0 0 0"),
    "a plan's hourly fee, partly used": (
        kind(
            "SavingsPlanRecurringFee",
            10.0,
            savings_plan_total_commitment_to_date=10.0,
            savings_plan_used_commitment=9.7,
            **PLAN,
        ),
        "10 0.3 0 0",
    ),
    "a plan's upfront fee": (kind("SavingsPlanUpfrontFee", 365.0, **PLAN), "365 0 0 0"),
    "covered by a reservation": (
        kind("DiscountedUsage", 0.0, 1.0, reservation_effective_cost=0.6, **RESERVED),
        "0 0.6 1 1",
    ),
    "a reservation's fee, with unused hours": (
        kind(
            "RIFee",
            300.0,
            reservation_unused_amortized_upfront_fee_for_billing_period=1.1,
            reservation_unused_recurring_fee=2.2,
            **RESERVED,
        ),
        "300 3.3 0 0",
    ),
    "a reservation's upfront fee": (kind("Fee", 365.0, **RESERVED), "365 0 0 0"),
    "another fee": (kind("Fee", 100.0), "100 100 100 100"),
    "the refund of a plan returned within a week": (
        kind("Refund", -365.0, **PLAN, **WEEK),
        "-365 0 -365 -365",
    ),
    "a discount on a plan that runs": (
        kind("Refund", -8869.54, **PLAN, **YEAR),
        "-8869.54 -8869.54 -8869.54 -8869.54",
    ),
    "a refund on a plan that ran a second more than a week": (
        kind("Refund", -5.0, **PLAN, **MORE_THAN_A_WEEK),
        "-5 -5 -5 -5",
    ),
    "a refund in a week, but on no plan": (kind("Refund", -5.0, **WEEK), "-5 -5 -5 -5"),
    "a refund on a plan of unknown length": (kind("Refund", -5.0, **PLAN), "-5 -5 -5 -5"),
    "tax": (kind("Tax", 8.59), "8.59 8.59 8.59 8.59"),
    "credit": (kind("Credit", -2.61), "-2.61 -2.61 -2.61 -2.61"),
    "a discount": (kind("EdpDiscount", -0.09), "-0.09 -0.09 -0.09 -0.09"),
    "an empty amount": (kind("Usage", 0.0) | {"line_item_unblended_cost": None}, "0 0 0 0"),
}


COSTS = {story: tuple(map(Decimal, costs.split())) for story, (_, costs) in KINDS.items()}


def test_a_line_costs_what_its_kind_shows(tmp_path: Path) -> None:
    charges = read_lines(tmp_path, _told()).charges
    assert {charge["ChargeDescription"]: charge.costs for charge in charges} == COSTS


def test_legacy_csv_shows_the_same(tmp_path: Path) -> None:
    lines = [
        {_slashed(name): _written(value) for name, value in line.items() if name in _CSV}
        for line in _told()
    ]
    charges = read(write_csv(tmp_path / "bill.csv.gz", lines), Format.CUR_LEGACY).charges
    assert {charge["ChargeDescription"]: charge.costs for charge in charges} == COSTS
    assert {(charge.period, charge.day) for charge in charges} == {("2026-09", date(2026, 9, 1))}


def test_a_month_of_commitments_adds_up_to_the_invoice(tmp_path: Path) -> None:
    """What a plan is used for and what is not used of it are together its fee."""
    used = [
        kind(
            "SavingsPlanCoveredUsage",
            1.5,
            1.5,
            savings_plan_savings_plan_effective_cost=0.9,
            **PLAN,
        ),
        kind("SavingsPlanNegation", -1.5, **PLAN),
    ]
    fee = kind(
        "SavingsPlanRecurringFee",
        1.0,
        savings_plan_total_commitment_to_date=1.0,
        savings_plan_used_commitment=0.9,
        **PLAN,
    )
    billed, effective, listed, contracted = read_lines(tmp_path, [*used, fee]).totals
    assert billed == effective == Decimal(1)
    assert listed == contracted == Decimal("1.5")


@pytest.mark.parametrize("absent", [name for name in LINE if name != "line_item_unblended_cost"])
def test_every_column_but_the_cost_may_be_missing_alone(absent: str, tmp_path: Path) -> None:
    lines = [{name: value for name, value in line.items() if name != absent} for line in _told()]
    reading = read_lines(tmp_path, lines)
    assert reading.totals[0] == sum(costs[0] for costs in COSTS.values())
    assert not [finding for finding in reading.findings if finding.code.severity == "error"]
    assert {(one.period, one.day) for one in reading.charges} == {("2026-09", date(2026, 9, 1))}


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        ("line_item_resource_id", "ResourceId is empty"),
        ("resource_tags", "Tags are empty"),
        ("savings_plan_used_commitment", "EffectiveCost of Savings Plans is what was billed"),
        ("savings_plan_end_time", "refund of a returned Savings Plan"),
        ("reservation_unused_recurring_fee", "EffectiveCost of Reserved Instances is what was"),
        ("pricing_public_on_demand_cost", "ListCost is what was billed"),
        ("line_item_usage_account_id", "SubAccountId is empty"),
        ("line_item_currency_code", "BillingCurrency is empty"),
    ],
)
def test_what_a_bill_lacks_is_reported_once(absent: str, expected: str, tmp_path: Path) -> None:
    line = {name: value for name, value in LINE.items() if name != absent}
    findings = read_lines(tmp_path, [line]).findings
    assert len([finding for finding in findings if expected in str(finding)]) == 1
    assert all(absent in str(finding) for finding in findings)


def test_a_whole_bill_lacks_nothing(tmp_path: Path) -> None:
    assert read_lines(tmp_path, [cur_line()]).findings == ()


def test_without_the_columns_of_plans_what_was_billed_counts(tmp_path: Path) -> None:
    lines = [
        {name: value for name, value in line.items() if name != "savings_plan_used_commitment"}
        for line, _ in KINDS.values()
        if line["savings_plan_savings_plan_a_r_n"]
    ]
    billed, effective, *_ = read_lines(tmp_path, lines).totals
    assert billed == effective != 0


def test_without_the_columns_of_reservations_what_was_billed_counts(tmp_path: Path) -> None:
    lines = [
        {name: value for name, value in line.items() if name != "reservation_effective_cost"}
        for line, _ in KINDS.values()
        if line["reservation_reservation_a_r_n"]
    ]
    billed, effective, *_ = read_lines(tmp_path, lines).totals
    assert billed == effective != 0


def test_without_list_prices_what_was_billed_counts(tmp_path: Path) -> None:
    line, _ = KINDS["usage"]
    absent = {
        name: value for name, value in line.items() if name != "pricing_public_on_demand_cost"
    }
    (charge,) = read_lines(tmp_path, [absent]).charges
    assert charge.costs == (Decimal("0.9"),) * 4


def test_without_kinds_of_lines_what_was_billed_counts_four_times(tmp_path: Path) -> None:
    line = {**KINDS["covered by a plan"][0]}
    del line["line_item_line_item_type"]
    (charge,) = read_lines(tmp_path, [line]).charges
    assert charge.costs == (Decimal(1),) * 4


@pytest.mark.parametrize(
    ("absent", "what", "meant"),
    [
        (
            {"line_item_unblended_cost": "lineitem_unblendedcosts"},
            "cost",
            "lineitem_unblendedcosts",
        ),
        (
            {"line_item_usage_account_id": "usage_acount_id", "bill_payer_account_id": "payer_id"},
            "account",
            "",
        ),
        (
            {"line_item_usage_start_date": "usage_start", "identity_time_interval": "interval"},
            "usage date",
            "",
        ),
    ],
)
def test_a_bill_without_cost_account_or_date_fails(
    absent: dict[str, str], what: str, meant: str, tmp_path: Path
) -> None:
    line = {absent.get(name, name): value for name, value in LINE.items()}
    path = write_parquet(tmp_path / "bill.parquet", [line])
    findings = findings_of(path, Format.CUR_2)
    (finding,) = [one for one in findings if one.code.severity == "error"]
    assert f"no column for the {what}" in finding.subject
    assert meant in finding.remedy
    assert next(iter(absent)) in finding.expected


def test_a_line_is_described(tmp_path: Path) -> None:
    (charge,) = read_lines(tmp_path, [cur_line()]).charges
    assert {column: value for column, value in charge.described.items() if value is not None} == {
        "BillingAccountId": "000000000001",
        "BillingAccountName": "payer",
        "BillingCurrency": "USD",
        "InvoiceId": "INV-1",
        "InvoiceIssuerName": "Amazon Web Services EMEA SARL",
        "ServiceProviderName": "AWS",
        "HostProviderName": "AWS",
        "SubAccountId": "000000000011",
        "SubAccountName": "prod",
        "ServiceCategory": "Compute",
        "ServiceName": "Amazon Elastic Compute Cloud",
        "RegionId": "eu-west-1",
        "AvailabilityZone": "eu-west-1a",
        "ResourceId": "i-1",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargeDescription": "a thing",
        "PricingCategory": "Standard",
        "PricingUnit": "Hrs",
        "ConsumedUnit": "Hrs",
        "SkuId": "SKU1",
        "SkuMeter": "BoxUsage:m5.large",
        "SkuPriceId": "SKU1.OFFER.RATE",
        "Tags": '{"user_project":"lake"}',
        "x_LineItemType": "Usage",
        "x_Operation": "RunInstances",
        "x_ServiceCode": "AmazonEC2",
        "x_UsageType": "BoxUsage:m5.large",
        "x_BillingEntity": "AWS",
    }
    assert charge.quantity == 1


#: ChargeCategory, ChargeFrequency, PricingCategory, CommitmentDiscountStatus.
CATEGORIES: dict[str, tuple[str | None, ...]] = {
    "Usage": ("Usage", "Usage-Based", "Standard", None),
    "SavingsPlanCoveredUsage": ("Usage", "Usage-Based", "Committed", "Used"),
    "SavingsPlanNegation": ("Usage", "Usage-Based", "Committed", None),
    "DiscountedUsage": ("Usage", "Usage-Based", "Committed", "Used"),
    "SavingsPlanRecurringFee": ("Purchase", "Recurring", "Standard", "Unused"),
    "RIFee": ("Purchase", "Recurring", "Standard", "Unused"),
    "SavingsPlanUpfrontFee": ("Purchase", "One-Time", "Standard", None),
    "Fee": ("Purchase", "One-Time", "Standard", None),
    "Tax": ("Tax", "One-Time", None, None),
    "Credit": ("Credit", "One-Time", None, None),
    "Refund": ("Adjustment", "One-Time", None, None),
    "EdpDiscount": ("Usage", "Usage-Based", "Standard", None),
}


def test_kinds_of_lines_have_focus_categories(tmp_path: Path) -> None:
    columns = ("ChargeCategory", "ChargeFrequency", "PricingCategory", "CommitmentDiscountStatus")
    charges = read_lines(tmp_path, [kind(line_type, 1.0) for line_type in CATEGORIES]).charges
    assert {
        charge["x_LineItemType"]: tuple(charge[column] for column in columns) for charge in charges
    } == CATEGORIES


def test_spot_is_priced_dynamically(tmp_path: Path) -> None:
    line = cur_line(line_item_usage_type="EU-SpotUsage:m5.large")
    (charge,) = read_lines(tmp_path, [line]).charges
    assert charge["PricingCategory"] == "Dynamic"


def test_commitments_are_named(tmp_path: Path) -> None:
    lines = [kind("SavingsPlanCoveredUsage", 1.0, **PLAN), kind("RIFee", 1.0, **RESERVED)]
    columns = ("CommitmentDiscountId", "CommitmentDiscountCategory", "CommitmentDiscountType")
    charges = read_lines(tmp_path, lines).charges
    assert {tuple(charge[column] for column in columns) for charge in charges} == {
        ("arn:sp", "Spend", "Savings Plan"),
        ("arn:ri", "Usage", "Reserved Instance"),
    }


def test_a_refund_bill_corrects_an_earlier_one(tmp_path: Path) -> None:
    (charge,) = read_lines(tmp_path, [kind("Refund", -1.0) | {"bill_bill_type": "Refund"}]).charges
    assert charge["ChargeClass"] == "Correction"


def test_the_marketplace_names_its_seller(tmp_path: Path) -> None:
    line = cur_line(
        bill_billing_entity="AWS Marketplace",
        line_item_legal_entity="Datadog, Inc.",
        line_item_product_code="7xk2",
        product={"product_name": "Datadog Pro"},
    )
    (charge,) = read_lines(tmp_path, [line]).charges
    assert charge["ServiceProviderName"] == "Datadog, Inc."
    assert (charge["HostProviderName"], charge["ServiceCategory"]) == ("AWS", "Other")
    assert charge["ServiceName"] == "Datadog Pro"


@pytest.mark.parametrize(
    ("different", "name"),
    [
        ({"product": {}}, "Amazon Elastic Compute Cloud"),
        ({"product": {}, "line_item_product_code": "AmazonNew"}, "AmazonNew"),
        ({"product": '{"product_name": "Named in JSON"}'}, "Named in JSON"),
        ({"product_product_name": "Named in a column"}, "Named in a column"),
    ],
)
def test_a_service_has_a_name(different: dict[str, Any], name: str, tmp_path: Path) -> None:
    (charge,) = read_lines(tmp_path, [cur_line(**different)]).charges
    assert charge["ServiceName"] == name


def test_the_map_of_products_does_not_split_keys(tmp_path: Path) -> None:
    queries = read_lines(tmp_path, [cur_line()]).queries
    assert '"product"' not in queries.descriptors
    assert '"resource_tags"' in queries.descriptors
    assert len(set(queries.descriptors)) == len(queries.descriptors)
    assert not [
        column for column in queries.descriptors if "cost" in column and "categ" not in column
    ]


def test_names_are_met_in_every_spelling(tmp_path: Path) -> None:
    renamed = {
        "line_item_line_item_type": "line_item_type",
        "line_item_unblended_cost": "LineItem/UnblendedCost",
        "savings_plan_savings_plan_a_r_n": "savingsPlan/SavingsPlanArn",
        "savings_plan_savings_plan_effective_cost": "SavingsPlan_SavingsPlanEffectiveCost",
        "reservation_reservation_a_r_n": "RESERVATION_RESERVATION_ARN",
    }
    lines = [
        {renamed.get(name, name): value for name, value in line.items()}
        for line, _ in KINDS.values()
    ]
    reading = read_lines(tmp_path, lines)
    expected = [
        sum(map(Decimal, column))
        for column in zip(*(e.split() for _, e in KINDS.values()), strict=True)
    ]
    assert reading.totals == tuple(expected)
    assert reading.findings == ()


def test_two_columns_of_one_meaning_are_a_finding(tmp_path: Path) -> None:
    reading = read_lines(tmp_path, [cur_line(**{"lineItem/Operation": "other"})])
    assert reading.codes == {"B104"}
    assert reading.charges[0]["x_Operation"] == "RunInstances"


def test_two_columns_of_cost_fail(tmp_path: Path) -> None:
    line = cur_line(**{"lineItem/UnblendedCost": 5.0})
    (finding,) = read_lines(tmp_path, [line]).findings
    assert finding.code.number == "B105"
    assert finding.subject == "line_item_unblended_cost and lineItem/UnblendedCost"


@pytest.mark.parametrize("numeric", [123456789012, 123456789012.0])
def test_ids_that_are_numbers_become_text_with_a_warning(numeric: float, tmp_path: Path) -> None:
    reading = read_lines(tmp_path, [cur_line(line_item_usage_account_id=numeric)])
    assert reading.codes == {"B106"}
    assert reading.charges[0]["SubAccountId"] == "123456789012"


def test_a_bill_of_athena_has_one_column_a_tag(tmp_path: Path) -> None:
    line = {
        name: value
        for name, value in LINE.items()
        if name not in ("resource_tags", "cost_category", "product")
    }
    tags = {
        "resource_tags_user_cost_center": "FIN",
        "resource_tags_aws_created_by": "",
        "cost_category_team": "x",
        "product_product_name": "Amazon Elastic Compute Cloud",
    }
    path = write_parquet(tmp_path / "bill.parquet", [{**line, **tags}])
    reading = read(path, Format.CUR_LEGACY)
    assert reading.charges[0]["Tags"] == '{"user_cost_center":"FIN"}'
    assert reading.charges[0]["x_CostCategories"] == '{"team":"x"}'
    assert reading.findings == ()


def test_a_legacy_csv_keeps_the_keys_of_tags(tmp_path: Path) -> None:
    line = {
        "lineItem/UnblendedCost": "4.7E-8",
        "lineItem/UsageAccountId": "000000000011",
        "lineItem/UsageStartDate": "2026-09-30 23:00:00+00:00",
        "resourceTags/user:Cost Center": 'a "quoted" one',
        "resourceTags/aws:createdBy": "NULL",
        "costCategory/Charge type": "x",
    }
    (charge,) = read(write_csv(tmp_path / "bill.csv", [line]), Format.CUR_LEGACY).charges
    assert charge["Tags"] == '{"user:Cost Center":"a \\"quoted\\" one"}'
    assert charge["x_CostCategories"] == '{"Charge type":"x"}'
    assert charge.costs[0] == Decimal("0.000000047")
    assert (charge.period, charge.day) == ("2026-09", date(2026, 9, 30))


def test_both_maps_of_tags_are_one_and_the_account_has_its_own(tmp_path: Path) -> None:
    line = cur_line(
        resource_tags={"user_project": "lake", "user_env": "prod"},
        tags={"accountTag/CostCenter": "FIN", "user_project": "lake", "userAttribute/team": "x"},
    )
    (charge,) = read_lines(tmp_path, [line]).charges
    assert charge["Tags"] == '{"userAttribute/team":"x","user_env":"prod","user_project":"lake"}'
    assert charge["x_AccountTags"] == '{"accountTag/CostCenter":"FIN"}'


def test_tags_that_are_no_json_are_kept_beside(tmp_path: Path) -> None:
    line = cur_line(resource_tags="{project: lake", tags='{"user_env": "prod"}')
    (charge,) = read_lines(tmp_path, [line]).charges
    assert charge["Tags"] == '{"user_env":"prod"}'
    assert charge["x_Other"] == '{"resource_tags":"{project: lake"}'


def test_a_line_that_has_no_usage_date_begins_with_its_period(tmp_path: Path) -> None:
    lines = [cur_line(), cur_line(line_item_usage_start_date=None)]
    assert [charge.day for charge in read_lines(tmp_path, lines).charges] == [date(2026, 9, 1)] * 2


def test_a_line_that_has_no_period_belongs_to_that_of_its_usage(tmp_path: Path) -> None:
    lines = [cur_line(), cur_line(bill_billing_period_start_date=None)]
    assert {charge.period for charge in read_lines(tmp_path, lines).charges} == {"2026-09"}


def test_the_period_is_that_of_the_bill_not_of_the_usage(tmp_path: Path) -> None:
    line = cur_line(line_item_usage_start_date=utc(2026, 8, 31, 23))
    (charge,) = read_lines(tmp_path, [line]).charges
    assert (charge.period, charge.day) == ("2026-09", date(2026, 8, 31))


def test_the_bill_of_another_maker(shared_data: Path) -> None:
    reading = read(shared_data / "nise_aws_legacy_cur_2026-09.csv.gz", Format.CUR_LEGACY)
    assert len(reading.charges) == 2784
    assert reading.totals == (Decimal("2089.4499999768"),) * 4
    assert reading.charges[0]["ServiceName"]
    assert [finding for finding in reading.findings if finding.code.severity != "notice"] == []


def _told() -> list[dict[str, Any]]:
    """One line a story, described by its name."""
    return [
        {**line, "line_item_line_item_description": story} for story, (line, _) in KINDS.items()
    ]


_CSV = {name for name in LINE if name not in ("product", "resource_tags", "cost_category")}
_SECTIONS = ("line_item", "savings_plan", "reservation", "pricing", "product", "bill", "identity")


def _slashed(name: str) -> str:
    """Write a column as the legacy CSV does: `line_item_usage_type` as `lineItem/UsageType`."""
    section = next(one for one in _SECTIONS if name.startswith(one))
    first, *more = section.split("_")
    rest = "".join(part.capitalize() for part in name.removeprefix(f"{section}_").split("_"))
    slashed = f"{first}{''.join(map(str.capitalize, more))}/{rest}"
    assert normal_name(slashed) == normal_name(name)
    return slashed


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return "NULL" if value is None else f"{value:.10E}" if isinstance(value, float) else str(value)
