"""The tables of the ledger and their columns."""

from __future__ import annotations

from apportion.model import arrivals, focus, money

NAMESPACE = "apportion"

#: The record of runs; the only table that is not replaced by period and bill.
RUNS = "runs"

#: What every replaced table is partitioned by, in this order.
PARTITION_COLUMNS = ("Period", "Bill")

_VARCHAR, _BIGINT, _DATE, _BOOLEAN = "VARCHAR", "BIGINT", "DATE", "BOOLEAN"

_PARTITION = dict.fromkeys(PARTITION_COLUMNS, _VARCHAR)
_COSTS = dict.fromkeys(focus.COST_COLUMNS, money.SQL_TYPE)
_QUANTITIES = dict.fromkeys(focus.QUANTITY_COLUMNS, money.SQL_TYPE)

#: Known columns and their SQL types. A file may lack some, and may bring others: dimensions do.
COLUMNS: dict[str, dict[str, str]] = {
    "keys": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "KeyCheck": _BIGINT,
        **dict.fromkeys(focus.KEY_COLUMNS, _VARCHAR),
    },
    "costs": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "ChargeDay": _DATE,
        **_COSTS,
        **_QUANTITIES,
        "Lines": _BIGINT,
    },
    "months": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "KeyCheck": _BIGINT,
        "FirstDay": _DATE,
        "LastDay": _DATE,
        **_COSTS,
        "Lines": _BIGINT,
        "FirstLine": _BIGINT,
    },
    "arrivals": {
        **_PARTITION,
        "Delivery": _BIGINT,
        "MadeAt": _VARCHAR,
        "ChargeDay": _DATE,
        **dict.fromkeys(arrivals.CLASS_COLUMNS, _VARCHAR),
        **dict.fromkeys(arrivals.CHANGE_COLUMNS, money.SQL_TYPE),
        "Lines": _BIGINT,
    },
    "allocations": {
        **_PARTITION,
        "KeyId": _BIGINT,
        "FirstDay": _DATE,
        "LastDay": _DATE,
        "BillingAccountId": _VARCHAR,
        "SubAccountId": _VARCHAR,
        "SubAccountName": _VARCHAR,
        "BillingCurrency": _VARCHAR,
        "ServiceName": _VARCHAR,
        "ChargeCategory": _VARCHAR,
        "Pool": _VARCHAR,
    },
    "shares": {
        **_PARTITION,
        "ChargeDay": _DATE,
        "BillingAccountId": _VARCHAR,
        "BillingCurrency": _VARCHAR,
        "Pool": _VARCHAR,
        "Within": _VARCHAR,
        "Owner": _VARCHAR,
        "Ratio": _VARCHAR,
        "Kept": _BOOLEAN,
        **_COSTS,
    },
    "drivers": {
        **_PARTITION,
        "Pool": _VARCHAR,
        "BillingCurrency": _VARCHAR,
        "Within": _VARCHAR,
        "ChargeDay": _DATE,
        "Target": _VARCHAR,
        "TargetIsPool": _BOOLEAN,
        "Weight": _VARCHAR,
        "Ratio": _VARCHAR,
        "Driver": _VARCHAR,
    },
    "accounts": {
        **_PARTITION,
        "SubAccountId": _VARCHAR,
        "SubAccountName": _VARCHAR,
        "x_OrganizationalUnit": _VARCHAR,
        "Tags": _VARCHAR,
        "State": _VARCHAR,
        "ValidFrom": _DATE,
        "ValidTo": _DATE,
        "Synced": _DATE,
    },
    RUNS: {
        "RunId": _VARCHAR,
        "Kind": _VARCHAR,
        "Period": _VARCHAR,
        "Bill": _VARCHAR,
        "At": _VARCHAR,
        "Version": _VARCHAR,
        "Sequence": _BIGINT,
        "Manifest": _VARCHAR,
    },
}
