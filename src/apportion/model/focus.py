"""The FOCUS columns: one truth for SQL, documents and tests.

Names, types and versions follow the FinOps Open Cost and Usage Specification up to 1.4 (June 2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What a FOCUS column holds."""

    STRING = "String"
    DECIMAL = "Decimal"
    TIME = "Date/Time"
    JSON = "JSON"


@dataclass(frozen=True)
class Column:
    """One column of the Cost and Usage dataset; `until` is the last version that has it."""

    name: str
    type: Type
    since: str
    nullable: bool = True
    until: str = ""


VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")

#: Every column of every version, in the order of the specification's list.
COLUMNS = (
    Column("AvailabilityZone", Type.STRING, "1.0"),
    Column("BilledCost", Type.DECIMAL, "1.0", nullable=False),
    Column("BillingAccountId", Type.STRING, "1.0", nullable=False),
    Column("BillingAccountName", Type.STRING, "1.0"),
    Column("BillingCurrency", Type.STRING, "1.0", nullable=False),
    Column("BillingPeriodEnd", Type.TIME, "1.0", nullable=False),
    Column("BillingPeriodStart", Type.TIME, "1.0", nullable=False),
    Column("ChargeCategory", Type.STRING, "1.0", nullable=False),
    Column("ChargeClass", Type.STRING, "1.0"),
    Column("ChargeDescription", Type.STRING, "1.0"),
    Column("ChargeFrequency", Type.STRING, "1.0", nullable=False),
    Column("ChargePeriodEnd", Type.TIME, "1.0", nullable=False),
    Column("ChargePeriodStart", Type.TIME, "1.0", nullable=False),
    Column("CommitmentDiscountCategory", Type.STRING, "1.0"),
    Column("CommitmentDiscountId", Type.STRING, "1.0"),
    Column("CommitmentDiscountName", Type.STRING, "1.0"),
    Column("CommitmentDiscountStatus", Type.STRING, "1.0"),
    Column("CommitmentDiscountType", Type.STRING, "1.0"),
    Column("ConsumedQuantity", Type.DECIMAL, "1.0"),
    Column("ConsumedUnit", Type.STRING, "1.0"),
    Column("ContractedCost", Type.DECIMAL, "1.0", nullable=False),
    Column("ContractedUnitPrice", Type.DECIMAL, "1.0"),
    Column("EffectiveCost", Type.DECIMAL, "1.0", nullable=False),
    Column("InvoiceIssuerName", Type.STRING, "1.0", nullable=False),
    Column("ListCost", Type.DECIMAL, "1.0", nullable=False),
    Column("ListUnitPrice", Type.DECIMAL, "1.0"),
    Column("PricingCategory", Type.STRING, "1.0"),
    Column("PricingQuantity", Type.DECIMAL, "1.0"),
    Column("PricingUnit", Type.STRING, "1.0"),
    Column("ProviderName", Type.STRING, "1.0", nullable=False, until="1.3"),
    Column("PublisherName", Type.STRING, "1.0", nullable=False, until="1.3"),
    Column("RegionId", Type.STRING, "1.0"),
    Column("RegionName", Type.STRING, "1.0"),
    Column("ResourceId", Type.STRING, "1.0"),
    Column("ResourceName", Type.STRING, "1.0"),
    Column("ResourceType", Type.STRING, "1.0"),
    Column("ServiceCategory", Type.STRING, "1.0", nullable=False),
    Column("ServiceName", Type.STRING, "1.0", nullable=False),
    Column("SkuId", Type.STRING, "1.0"),
    Column("SkuPriceId", Type.STRING, "1.0"),
    Column("SubAccountId", Type.STRING, "1.0"),
    Column("SubAccountName", Type.STRING, "1.0"),
    Column("Tags", Type.JSON, "1.0"),
    Column("CapacityReservationId", Type.STRING, "1.1"),
    Column("CapacityReservationStatus", Type.STRING, "1.1"),
    Column("CommitmentDiscountQuantity", Type.DECIMAL, "1.1"),
    Column("CommitmentDiscountUnit", Type.STRING, "1.1"),
    Column("ServiceSubcategory", Type.STRING, "1.1", nullable=False),
    Column("SkuMeter", Type.STRING, "1.1"),
    Column("SkuPriceDetails", Type.JSON, "1.1"),
    Column("BillingAccountType", Type.STRING, "1.2", nullable=False),
    Column("InvoiceId", Type.STRING, "1.2"),
    Column("PricingCurrency", Type.STRING, "1.2", nullable=False),
    Column("PricingCurrencyContractedUnitPrice", Type.DECIMAL, "1.2"),
    Column("PricingCurrencyEffectiveCost", Type.DECIMAL, "1.2", nullable=False),
    Column("PricingCurrencyListUnitPrice", Type.DECIMAL, "1.2"),
    Column("SubAccountType", Type.STRING, "1.2"),
    Column("AllocatedMethodDetails", Type.JSON, "1.3"),
    Column("AllocatedMethodId", Type.STRING, "1.3"),
    Column("AllocatedResourceId", Type.STRING, "1.3"),
    Column("AllocatedResourceName", Type.STRING, "1.3"),
    Column("AllocatedTags", Type.JSON, "1.3"),
    Column("ContractApplied", Type.JSON, "1.3"),
    Column("HostProviderName", Type.STRING, "1.3"),
    Column("ServiceProviderName", Type.STRING, "1.3", nullable=False),
    Column("CommitmentProgramEligibilityDetails", Type.JSON, "1.4"),
    Column("InvoiceDetailId", Type.STRING, "1.4"),
)

#: The money of a charge. All four are kept, split and proved; the rulebook names the one shared by.
COST_COLUMNS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")

#: What a charge measures beside money, added up like it.
QUANTITY_COLUMNS = ("ConsumedQuantity",)

#: Our own columns beside FOCUS, named as the specification asks (`x_` and Pascal case).
OWN_COLUMNS = (
    "x_LineItemType",  # AWS line item type: Usage, SavingsPlanNegation, EdpDiscount, ...
    "x_Operation",
    "x_ServiceCode",  # AWS product code: AmazonEC2
    "x_UsageType",
    "x_BillingEntity",  # AWS or AWS Marketplace
    "x_CostCategories",  # JSON: the provider's own categories by name
    "x_AccountTags",  # JSON: tags of the account, where the bill carries them
    "x_Other",  # JSON: every other x_ column of the bill, by name
)

#: What describes a charge, as text: a row of the ledger's `keys`. Rules see these.
KEY_COLUMNS = (
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "InvoiceId",
    "InvoiceIssuerName",
    "ServiceProviderName",
    "HostProviderName",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "ServiceCategory",
    "ServiceSubcategory",
    "ServiceName",
    "RegionId",
    "RegionName",
    "AvailabilityZone",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ChargeCategory",
    "ChargeClass",
    "ChargeFrequency",
    "ChargeDescription",
    "PricingCategory",
    "PricingUnit",
    "ConsumedUnit",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountCategory",
    "CommitmentDiscountType",
    "CommitmentDiscountStatus",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "SkuId",
    "SkuMeter",
    "SkuPriceId",
    "SkuPriceDetails",
    "AllocatedMethodId",
    "AllocatedResourceId",
    "AllocatedResourceName",
    "AllocatedTags",
    "Tags",
    *OWN_COLUMNS,
)

#: Names of earlier versions and the newest name that says the same.
RENAMED = {"ProviderName": "ServiceProviderName", "PublisherName": "HostProviderName"}


def columns_of(version: str) -> tuple[Column, ...]:
    """List the columns that a FOCUS version has."""
    return tuple(
        column
        for column in COLUMNS
        if _number(column.since) <= _number(version)
        and (not column.until or _number(version) <= _number(column.until))
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
