"""Other names of columns: in the CUR, in its legacy form, and in common use."""

from __future__ import annotations

import re

#: Columns of the CUR 2.0, and the FOCUS columns that the mapping file reads them into. A test
#: compares both.
CUR = {
    "bill_payer_account_id": "BillingAccountId",
    "bill_payer_account_name": "BillingAccountName",
    "bill_invoice_id": "InvoiceId",
    "bill_billing_entity": "x_BillingEntity",
    "line_item_currency_code": "BillingCurrency",
    "line_item_usage_account_id": "SubAccountId",
    "line_item_usage_account_name": "SubAccountName",
    "line_item_availability_zone": "AvailabilityZone",
    "line_item_resource_id": "ResourceId",
    "line_item_line_item_description": "ChargeDescription",
    "line_item_line_item_type": "x_LineItemType",
    "line_item_operation": "x_Operation",
    "line_item_product_code": "x_ServiceCode",
    "line_item_usage_type": "x_UsageType",
    "pricing_unit": "PricingUnit",
    "pricing_rate_code": "SkuPriceId",
    "capacity_reservation_capacity_reservation_arn": "CapacityReservationId",
    "cost_category": "x_CostCategories",
}

#: Columns of the CUR that the mapping file combines with others.
_CUR_IN_PART = {
    "bill_invoicing_entity": "InvoiceIssuerName",
    "line_item_legal_entity": "InvoiceIssuerName",
    "product": "ServiceName",
    "product_product_name": "ServiceName",
    "product_servicename": "ServiceName",
    "product_servicecode": "x_ServiceCode",
    "product_region": "RegionId",
    "product_region_code": "RegionId",
    "product_sku": "SkuId",
    "reservation_reservation_a_r_n": "CommitmentDiscountId",
    "savings_plan_savings_plan_a_r_n": "CommitmentDiscountId",
    "resource_tags": "Tags",
}

#: Names in common use, and in the filters of AWS.
_BY_PEOPLE = {
    **dict.fromkeys(
        ("account", "account_id", "linked_account", "linked_account_id", "member_account_id"),
        "SubAccountId",
    ),
    **dict.fromkeys(("usage_account_id", "usage_account", "subscription_id"), "SubAccountId"),
    **dict.fromkeys(
        ("account_name", "linked_account_name", "usage_account_name"), "SubAccountName"
    ),
    **dict.fromkeys(
        ("payer", "payer_account", "payer_account_id", "management_account_id"),
        "BillingAccountId",
    ),
    **dict.fromkeys(("service", "product", "product_name"), "ServiceName"),
    **dict.fromkeys(("service_code", "product_code"), "x_ServiceCode"),
    **dict.fromkeys(("line_item_type", "record_type", "charge_type"), "x_LineItemType"),
    "usage_type": "x_UsageType",
    "operation": "x_Operation",
    "billing_entity": "x_BillingEntity",
    "region": "RegionId",
    "az": "AvailabilityZone",
    "description": "ChargeDescription",
    "resource": "ResourceId",
    "currency": "BillingCurrency",
}
_BY_NAME = _BY_PEOPLE | _CUR_IN_PART | CUR
_SEPARATORS = re.compile(r"[/:.\s-]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TIMES = re.compile(r"(line_item_usage|bill_billing_period|savings_plan)_(start|end)_(date|time)")
_AMOUNTS = re.compile(
    r"line_item_\w+_(cost|rate)|line_item_(usage_amount|normalization_factor)|\w+_effective_cost"
    r"|pricing_public_on_demand_(cost|rate)"
)
_TAGS = re.compile(r"resource_tags_(?:user_)?(.+)")


def column_called(written: str) -> str:
    """Find the column with another name; empty if there is none."""
    return _BY_NAME.get(_plain(written), "")


def tag_called(written: str) -> str:
    """Find the key of a tag that has a column of its own: `resourceTags/user:Team`."""
    found = _TAGS.fullmatch(_plain(written))
    if not found:
        return ""
    key = re.split(r"(?i)resource_?tags?[/_]", written)[-1]
    return re.sub(r"(?i)^user[:_]", "", key)


def is_time_of_cur(written: str) -> bool:
    """Whether a column of the CUR holds times."""
    return _TIMES.fullmatch(_plain(written)) is not None


def is_amount_of_cur(written: str) -> bool:
    """Whether a column of the CUR holds amounts."""
    return _AMOUNTS.fullmatch(_plain(written)) is not None


def _plain(written: str) -> str:
    """Write `lineItem/UsageAccountId` as `line_item_usage_account_id`."""
    return _SEPARATORS.sub("_", _HUMPS.sub("_", written.strip())).casefold()
