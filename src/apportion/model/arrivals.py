"""The columns of the table `arrivals`: what each delivery of a bill changed."""

from __future__ import annotations

from .focus import COST_COLUMNS, QUANTITY_COLUMNS

#: The class of a charge: charges of one class arrive alike.
CLASS_COLUMNS = (
    "BillingAccountId",
    "BillingCurrency",
    "ServiceName",
    "ChargeCategory",
    "PricingCategory",
)

#: Amounts of a row, which are changes against the delivery before.
CHANGE_COLUMNS = (*COST_COLUMNS, *QUANTITY_COLUMNS)
