"""A format is recognised from its columns, and a near match lists what is missing."""

from __future__ import annotations

import pytest

from apportion.model import focus
from apportion.model.delivery import Format
from apportion.model.findings import bills
from apportion.sources.recognise import Recognised, recognise, squeeze

CUR = ["line_item_unblended_cost", "line_item_usage_account_id", "line_item_usage_start_date"]


@pytest.mark.parametrize("version", focus.VERSIONS)
def test_every_version_of_focus(version: str) -> None:
    names = [column.name for column in focus.columns_of(version)]
    assert recognise("bill", names) == (Recognised(Format.FOCUS, version), [])
    shouted = [name.upper() for name in names] + ["Id", "x_Stray"]
    assert recognise("bill", shouted) == (Recognised(Format.FOCUS, version), [])


def test_a_file_of_1_4_without_its_new_columns() -> None:
    names = [column.name for column in focus.columns_of("1.4") if column.since < "1.4"]
    assert recognise("bill", names)[0] == Recognised(Format.FOCUS, "1.4")


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ([*CUR, "resource_tags", "product"], Format.CUR_2),
        (CUR, Format.CUR_2),
        ([*CUR, "resource_tags_user_team", "product_product_name"], Format.CUR_LEGACY),
        (
            ["lineItem/UnblendedCost", "lineItem/UsageAccountId", "lineItem/UsageStartDate"],
            Format.CUR_LEGACY,
        ),
    ],
)
def test_both_reports_of_aws(names: list[str], wanted: Format) -> None:
    assert recognise("bill", names) == (Recognised(wanted, ""), [])


def test_renamed_columns_are_suggested() -> None:
    names = ["BilledCosts", "BillingAccountId", "ChargePeriodBegin", "ServiceName"]
    found, (finding,) = recognise("bill.csv", names)
    assert found is None
    assert finding.code is bills.UNKNOWN_FORMAT
    assert "focus" in finding.subject
    assert "no BilledCost (did you mean BilledCosts?)" in finding.found


def test_the_closest_format_is_named() -> None:
    slashed = ["lineItem/UnblendedCost", "lineItem/UsageAccountId", "bill/PayerAccountId"]
    assert "cur-legacy" in recognise("bill.csv", slashed)[1][0].subject
    assert "cur-2.0" in recognise("bill.csv", CUR[:2])[1][0].subject


@pytest.mark.parametrize(
    ("names", "provider"),
    [
        ("InvoiceSectionName,SubscriptionId,Date,MeterCategory,MeterId,Cost", "Microsoft Azure"),
        ("invoiceId,meterCategory,costInBillingCurrency,costInUsd,date,tags", "Microsoft Azure"),
        ("DepartmentName,Meter Category,ExtendedCost,Instance ID", "Microsoft Azure"),
        ("SubscriptionGuid,UsageDateTime,MeterCategory,PreTaxCost,InstanceId", "Microsoft Azure"),
        ("billing_account_id,service,sku,usage_start_time,project,cost,credits", "Google Cloud"),
        ("billing_account_id,service.id,sku.id,usage_start_time,cost", "Google Cloud"),
        ("Billing account name,Project ID,Service description,SKU ID,Cost ($)", "Google Cloud"),
        ("Account ID,Line Item,Start Time,Project,Measurement1,Cost", "Google Cloud"),
        ("lineItem/referenceNo,lineItem/tenantId,product/service,cost/myCost", "Oracle Cloud"),
        ("lineItem/intervalUsageStart,usage/billedQuantity,cost/unitPrice", "Oracle Cloud"),
        ("InvoiceID,PayerAccountId,LinkedAccountId,RecordType,RecordId,UnBlendedCost", "AWS's"),
        ("Service,EC2-Instances($),Tax($),Total costs($)", "AWS Cost Explorer"),
    ],
)
def test_the_export_of_a_provider_is_named_and_what_to_export(names: str, provider: str) -> None:
    found, (finding,) = recognise("bill.csv", names.split(","))
    assert found is None
    assert finding.code is bills.UNKNOWN_FORMAT
    assert provider in finding.found
    assert "FOCUS" in finding.remedy
    assert "Rename" not in finding.remedy


def test_another_separator_is_reported() -> None:
    _, (finding,) = recognise("bill.csv", ["BilledCost;ChargePeriodStart;Tags"])
    assert finding.expected == "columns separated by commas"


def test_names_are_compared_by_what_they_show() -> None:
    assert squeeze("savingsPlan/SavingsPlanARN") == squeeze("savings_plan_savings_plan_a_r_n")
    assert squeeze("lineItem/LineItemType") == squeeze("line_item_line_item_type")
    assert squeeze("resourceTags/user:a") != squeeze("resourceTags/user:b")
