"""Findings about a delivery compared with the ledger (L)."""

from __future__ import annotations

from .finding import Code, Severity

RESTATED = Code(
    "L001",
    Severity.NOTICE,
    "Period restated",
    "A later delivery replaced this period. The earlier one stays readable with `--as-of`.",
)
SHRUNK = Code(
    "L002",
    Severity.WARNING,
    "Period restated with fewer lines",
    "The new delivery lacks less than 10 % of the earlier lines and cost. Providers rarely "
    "remove lines. If more is missing, nothing is ingested (L009).",
)
ACCOUNTS_OVERLAP = Code(
    "L003",
    Severity.ERROR,
    "Billing account already in another bill",
    "Ingesting it again would count its cost twice; replacing the other bill would lose cost. "
    "Name the intended bill with `--bill`, or replace the other one with `--replace`. Two bills "
    "of one payer can coexist if `--bill` names them and no charge is in both.",
)
SEVERAL_FORMATS = Code(
    "L004",
    Severity.ERROR,
    "Files of several formats in one delivery",
    "The files would describe the same charges twice. Ingest one format.",
)
UNREADABLE_TIME = Code(
    "L005",
    Severity.ERROR,
    "Lines without a billing period or a date",
    "Every charge needs the billing period it is invoiced in and the day it begins.",
)
CHARGES_TWICE = Code(
    "L006",
    Severity.ERROR,
    "Files with the same charges",
    "Daily exports write the month to date each time, and the final report repeats them. If all "
    "files were read, every charge would count twice. For files that no manifest names, the "
    "first 10,000 lines are compared by all descriptions, time and cost; costs match if they "
    "differ by at most 25 %.",
)
NOT_ALLOCATED = Code(
    "L007",
    Severity.WARNING,
    "Newer delivery than the allocation",
    "Reports and proofs show the latest allocation. The ledger holds a newer delivery of the "
    "month, and its charges have no owners yet.",
)
NO_JSON = Code(
    "L008",
    Severity.WARNING,
    "Tags cannot be read",
    "A tag column holds other text, a nested object, or a list with an entry that is not a tag. "
    "The charges count in full, but rules cannot use these tags. The text is kept in `x_Other`.",
)
PART_REPLACES = Code(
    "L009",
    Severity.ERROR,
    "Partial delivery would replace a complete one",
    "A delivery replaces the bill's whole month. This one lacks an account or a day that had "
    "cost before, or more than 10 % of the earlier lines, cost or hours, or has fewer lines for "
    "charges with more than a third of the earlier lines. Use `--together-with RUN` for another "
    "part of the earlier delivery, `--bill NAME` for another export, or `--replace` for its "
    "successor.",
)
NOT_TOGETHER = Code(
    "L010",
    Severity.ERROR,
    "Delivery cannot be combined",
    "`--together-with` names the run of a delivery that is current and of the same month as the "
    "files. Both become one delivery with the stated totals of both.",
)
NEW_PAYER = Code(
    "L011",
    Severity.WARNING,
    "New billing account",
    "The ledger holds no earlier bill of this billing account. Its cost is added to that of the "
    "others. Shown once. Check the id: another spelling would count a bill twice.",
)
LEFT_OUT = Code(
    "L012",
    Severity.WARNING,
    "Earlier charges are not in the allocation",
    "A delivery was replaced by one that lacks some of its charges, with `--replace` or before "
    "Apportion checked this. The proof covers the current delivery only.",
)
EMPTY_MONTH = Code(
    "L013",
    Severity.ERROR,
    "Empty month",
    "The latest delivery of the export has no charges for a month that has charges in the "
    "ledger. This comes from a changed export, not from AWS removing all cost.",
)
TAG_TWICE = Code(
    "L014",
    Severity.WARNING,
    "Tag with two values",
    "A charge has the same tag key twice, with different values. Both are kept; rules use the "
    "value that is first by alphabet.",
)
UNKNOWN_VALUE = Code(
    "L015",
    Severity.WARNING,
    "Value that FOCUS does not have",
    "FOCUS lists the values of this column. Another value, or another spelling of one, is kept as "
    "it is, and conditions for the listed values do not match it.",
)
DAY_OUTSIDE = Code(
    "L016",
    Severity.WARNING,
    "Charge far outside of its billing period",
    "The charge begins after the billing period, or more than a year before it. It counts in the "
    "billing period.",
)
ALL = (
    RESTATED,
    SHRUNK,
    ACCOUNTS_OVERLAP,
    SEVERAL_FORMATS,
    UNREADABLE_TIME,
    CHARGES_TWICE,
    NOT_ALLOCATED,
    NO_JSON,
    PART_REPLACES,
    NOT_TOGETHER,
    NEW_PAYER,
    LEFT_OUT,
    EMPTY_MONTH,
    TAG_TWICE,
    UNKNOWN_VALUE,
    DAY_OUTSIDE,
)
