"""Findings about a bill as a whole, against what the ledger holds already."""

from __future__ import annotations

from .finding import Code, Severity

RESTATED = Code(
    "L001",
    Severity.NOTICE,
    "A period was restated",
    "A later delivery replaced the period. The earlier one stays readable with --as-of.",
)
SHRUNK = Code(
    "L002",
    Severity.WARNING,
    "A period was restated with fewer lines",
    "Providers rarely take lines back. Less than a tenth of the earlier lines and money is gone; "
    "where more is, nothing is taken in (L009).",
)
ACCOUNTS_OVERLAP = Code(
    "L003",
    Severity.ERROR,
    "A billing account that another bill holds already",
    "Taking it in twice would count its money twice; replacing the other bill would lose money. "
    "Name the bill that is meant with --bill, or replace the other one with --replace. Two bills "
    "of one payer stand side by side where --bill names them and no charge is in both.",
)
SEVERAL_FORMATS = Code(
    "L004",
    Severity.ERROR,
    "Files of several formats in one delivery",
    "They would describe the same charges twice. Ingest one of them.",
)
UNREADABLE_TIME = Code(
    "L005",
    Severity.ERROR,
    "Lines without a billing period or a day",
    "Every charge needs the billing period it is invoiced in and the day it begins.",
)
CHARGES_TWICE = Code(
    "L006",
    Severity.ERROR,
    "Files that hold the same charges",
    "Exports that run daily write the month so far each time, and a final report repeats the open "
    "one. Read together, every charge would count twice. The first ten thousand lines of files "
    "that no manifest names are compared by all that describes them, their time and their cost, "
    "which may differ by a quarter, as past days are restated.",
)
NOT_ALLOCATED = Code(
    "L007",
    Severity.WARNING,
    "A delivery that came after the allocation",
    "Reports and proofs tell of the newest allocation. The ledger holds a newer delivery of the "
    "month, whose charges have no owners yet.",
)
NO_JSON = Code(
    "L008",
    Severity.WARNING,
    "Tags that cannot be read",
    "A column that should hold tags holds other text, an object in an object, or a list of which a "
    "part is no tag. The charges are taken in whole, but rules do not find what stands there. The "
    "text is kept in x_Other.",
)
PART_REPLACES = Code(
    "L009",
    Severity.ERROR,
    "A part would replace a whole",
    "A delivery replaces its bill's month as a whole. This one has nothing of an account or a day "
    "that had cost before, lacks more than a tenth of the earlier lines or money, or has a third "
    "of them in charges with fewer lines. Say what it is: another part of the earlier one "
    "(--together-with RUN), another export beside it (--bill NAME), or its successor (--replace).",
)
NOT_TOGETHER = Code(
    "L010",
    Severity.ERROR,
    "A delivery that cannot be read together with another",
    "--together-with names the run of a delivery that is in force now, of a month that the files "
    "are of. Together they become one delivery, whose stated totals are those of both.",
)
NEW_PAYER = Code(
    "L011",
    Severity.WARNING,
    "A payer that the ledger has not seen before",
    "Its bill stands beside those of other payers, and its money counts in addition. This is "
    "told once. An id with another spelling would count a bill twice.",
)
LEFT_OUT = Code(
    "L012",
    Severity.WARNING,
    "Charges that were delivered once and are not in what is allocated",
    "A delivery was replaced by one that does not hold all of it, by an explicit word (--replace) "
    "or before Apportion stopped at that. The proof is about what is in force.",
)
EMPTY_MONTH = Code(
    "L013",
    Severity.ERROR,
    "A month that was delivered empty",
    "The newest delivery of an export has no charges of a month of which the ledger holds some. "
    "Exports are emptied by a change of their settings, not by AWS taking all cost back.",
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
)
