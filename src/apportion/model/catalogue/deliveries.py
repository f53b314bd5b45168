"""Findings about a bill as a whole, against what the ledger holds already."""

from __future__ import annotations

from apportion.model.finding import Code, Severity

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
    "Providers rarely take lines back. If the delivery was a part of the bill, deliver all its "
    "files together: a delivery replaces the whole period.",
)
ACCOUNTS_OVERLAP = Code(
    "L003",
    Severity.ERROR,
    "A billing account that another bill holds already",
    "Taking it in twice would count its money twice; replacing the other bill would lose money. "
    "Name the bill that is meant with --bill.",
)
SEVERAL_FORMATS = Code(
    "L004",
    Severity.ERROR,
    "Files of several formats in one delivery",
    "They would describe the same charges twice. Ingest them one by one, into different bills.",
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
    "one. Read together, every charge would count twice. The first fifty thousand lines of files "
    "that no manifest names are compared by all that describes them, their time and their cost.",
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
ALL = (
    RESTATED,
    SHRUNK,
    ACCOUNTS_OVERLAP,
    SEVERAL_FORMATS,
    UNREADABLE_TIME,
    CHARGES_TWICE,
    NOT_ALLOCATED,
    NO_JSON,
)
