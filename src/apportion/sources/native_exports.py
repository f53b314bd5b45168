"""Providers' own exports, recognised by their columns, with the export to use instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class NativeExport:
    """An export that is not read: `every` and one of `one_of` are among its squeezed columns."""

    name: str
    remedy: str
    every: frozenset[str]
    one_of: frozenset[str]


_AZURE = "In Cost Management, create an export of the type Cost and usage details (FOCUS)."
_GOOGLE = (
    "Export FOCUS: make Google's FOCUS view over the detailed export in BigQuery, and export its "
    "rows as Parquet or CSV."
)
_ORACLE = "Take the FOCUS reports, which lie beside the cost reports in the folder FOCUS Reports."
_ALIBABA = "Export FOCUS: in Expenses and Costs, subscribe to the bill in the FOCUS format."
_AWS = "Export FOCUS or CUR 2.0: create a Data Export in AWS Billing and Cost Management."


def _export(name: str, remedy: str, every: str, one_of: str) -> NativeExport:
    return NativeExport(name, remedy, frozenset(every.split()), frozenset(one_of.split()))


_EXPORTS = (
    _export(
        "Microsoft Azure's own cost details (actual or amortized cost)",
        _AZURE,
        "metercategory",
        "costinbillingcurrency pretaxcost costinusd cost extendedcost costinpricingcurrency "
        "billedcosts consumedservice resourcerate unitprice effectiveprice",
    ),
    _export(
        "Microsoft Azure's own usage details", _AZURE, "pretaxcost", "instanceid usagestart meterid"
    ),
    _export(
        "Google Cloud's own billing export",
        _GOOGLE,
        "usagestarttime",
        "cost costtype sku skuid billingaccountid invoicemonth",
    ),
    _export("Google Cloud's own cost table", _GOOGLE, "skuid", "servicedescription projectid"),
    _export("Google Cloud's own usage file", _GOOGLE, "measurement1", "lineitem project"),
    _export(
        "Oracle Cloud's own cost report",
        _ORACLE,
        "",
        "costmycost lineitemreferenceno lineitemtenantid usagebilledquantity",
    ),
    _export("Alibaba Cloud's own bill", _ALIBABA, "pretaxamount", "productcode instanceid"),
    _export(
        "AWS's detailed billing report",
        _AWS,
        "payeraccountid linkedaccountid",
        "recordid invoiceid",
    ),
    _export("a table of AWS Cost Explorer", _AWS, "totalcosts", "service linkedaccount usagetype"),
)


def native_export(squeezed: Iterable[str]) -> NativeExport | None:
    """Find the provider's own export that has these columns, written as `squeeze` does."""
    there = frozenset(squeezed)
    fitting = (each for each in _EXPORTS if each.every <= there and each.one_of & there)
    return next(fitting, None)
