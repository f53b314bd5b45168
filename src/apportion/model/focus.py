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
class FocusColumn:
    """One column of the Cost and Usage dataset; `until` is the last version that has it."""

    name: str
    type: Type
    since: str
    nullable: bool = True
    until: str = ""


VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")

#: Every column of every version, in the order of the specification's list.
COLUMNS = (
    FocusColumn("AvailabilityZone", Type.STRING, "1.0"),
    FocusColumn("BilledCost", Type.DECIMAL, "1.0", nullable=False),
    FocusColumn("BillingAccountId", Type.STRING, "1.0", nullable=False),
    FocusColumn("BillingAccountName", Type.STRING, "1.0"),
    FocusColumn("BillingCurrency", Type.STRING, "1.0", nullable=False),
    FocusColumn("BillingPeriodEnd", Type.TIME, "1.0", nullable=False),
    FocusColumn("BillingPeriodStart", Type.TIME, "1.0", nullable=False),
    FocusColumn("ChargeCategory", Type.STRING, "1.0", nullable=False),
    FocusColumn("ChargeClass", Type.STRING, "1.0"),
    FocusColumn("ChargeDescription", Type.STRING, "1.0"),
    FocusColumn("ChargeFrequency", Type.STRING, "1.0", nullable=False),
    FocusColumn("ChargePeriodEnd", Type.TIME, "1.0", nullable=False),
    FocusColumn("ChargePeriodStart", Type.TIME, "1.0", nullable=False),
    FocusColumn("CommitmentDiscountCategory", Type.STRING, "1.0"),
    FocusColumn("CommitmentDiscountId", Type.STRING, "1.0"),
    FocusColumn("CommitmentDiscountName", Type.STRING, "1.0"),
    FocusColumn("CommitmentDiscountStatus", Type.STRING, "1.0"),
    FocusColumn("CommitmentDiscountType", Type.STRING, "1.0"),
    FocusColumn("ConsumedQuantity", Type.DECIMAL, "1.0"),
    FocusColumn("ConsumedUnit", Type.STRING, "1.0"),
    FocusColumn("ContractedCost", Type.DECIMAL, "1.0", nullable=False),
    FocusColumn("ContractedUnitPrice", Type.DECIMAL, "1.0"),
    FocusColumn("EffectiveCost", Type.DECIMAL, "1.0", nullable=False),
    FocusColumn("InvoiceIssuerName", Type.STRING, "1.0", nullable=False),
    FocusColumn("ListCost", Type.DECIMAL, "1.0", nullable=False),
    FocusColumn("ListUnitPrice", Type.DECIMAL, "1.0"),
    FocusColumn("PricingCategory", Type.STRING, "1.0"),
    FocusColumn("PricingQuantity", Type.DECIMAL, "1.0"),
    FocusColumn("PricingUnit", Type.STRING, "1.0"),
    FocusColumn("ProviderName", Type.STRING, "1.0", nullable=False, until="1.3"),
    FocusColumn("PublisherName", Type.STRING, "1.0", nullable=False, until="1.3"),
    FocusColumn("RegionId", Type.STRING, "1.0"),
    FocusColumn("RegionName", Type.STRING, "1.0"),
    FocusColumn("ResourceId", Type.STRING, "1.0"),
    FocusColumn("ResourceName", Type.STRING, "1.0"),
    FocusColumn("ResourceType", Type.STRING, "1.0"),
    FocusColumn("ServiceCategory", Type.STRING, "1.0", nullable=False),
    FocusColumn("ServiceName", Type.STRING, "1.0", nullable=False),
    FocusColumn("SkuId", Type.STRING, "1.0"),
    FocusColumn("SkuPriceId", Type.STRING, "1.0"),
    FocusColumn("SubAccountId", Type.STRING, "1.0"),
    FocusColumn("SubAccountName", Type.STRING, "1.0"),
    FocusColumn("Tags", Type.JSON, "1.0"),
    FocusColumn("CapacityReservationId", Type.STRING, "1.1"),
    FocusColumn("CapacityReservationStatus", Type.STRING, "1.1"),
    FocusColumn("CommitmentDiscountQuantity", Type.DECIMAL, "1.1"),
    FocusColumn("CommitmentDiscountUnit", Type.STRING, "1.1"),
    FocusColumn("ServiceSubcategory", Type.STRING, "1.1", nullable=False),
    FocusColumn("SkuMeter", Type.STRING, "1.1"),
    FocusColumn("SkuPriceDetails", Type.JSON, "1.1"),
    FocusColumn("BillingAccountType", Type.STRING, "1.2", nullable=False),
    FocusColumn("InvoiceId", Type.STRING, "1.2"),
    FocusColumn("PricingCurrency", Type.STRING, "1.2", nullable=False),
    FocusColumn("PricingCurrencyContractedUnitPrice", Type.DECIMAL, "1.2"),
    FocusColumn("PricingCurrencyEffectiveCost", Type.DECIMAL, "1.2", nullable=False),
    FocusColumn("PricingCurrencyListUnitPrice", Type.DECIMAL, "1.2"),
    FocusColumn("SubAccountType", Type.STRING, "1.2"),
    FocusColumn("AllocatedMethodDetails", Type.JSON, "1.3"),
    FocusColumn("AllocatedMethodId", Type.STRING, "1.3"),
    FocusColumn("AllocatedResourceId", Type.STRING, "1.3"),
    FocusColumn("AllocatedResourceName", Type.STRING, "1.3"),
    FocusColumn("AllocatedTags", Type.JSON, "1.3"),
    FocusColumn("ContractApplied", Type.JSON, "1.3"),
    FocusColumn("HostProviderName", Type.STRING, "1.3"),
    FocusColumn("ServiceProviderName", Type.STRING, "1.3", nullable=False),
    FocusColumn("CommitmentProgramEligibilityDetails", Type.JSON, "1.4"),
    FocusColumn("InvoiceDetailId", Type.STRING, "1.4"),
)

#: The money of a charge. All four are kept, split and proved; the rulebook names the one shared by.
COST_COLUMNS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")

#: What a charge measures beside money, added up like it.
QUANTITY_COLUMNS = ("ConsumedQuantity",)

#: Our own columns beside FOCUS, named as the specification requires (`x_` and Pascal case).
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

#: Names of earlier versions and the newest name with the same meaning.
RENAMED = {"ProviderName": "ServiceProviderName", "PublisherName": "HostProviderName"}


def columns_of(version: str) -> tuple[FocusColumn, ...]:
    """List the columns that a FOCUS version has."""
    return tuple(
        column
        for column in COLUMNS
        if _number(column.since) <= _number(version)
        and (not column.until or _number(version) <= _number(column.until))
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
