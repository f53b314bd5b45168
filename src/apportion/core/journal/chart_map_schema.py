"""The chart map's format as one table: it checks what users write and becomes the JSON Schema."""

from __future__ import annotations

from apportion.core.rulebook.yaml.schema_types import (
    Either,
    JsonSchema,
    Key,
    ListOf,
    MapOf,
    Record,
    Text,
    schema,
)
from apportion.model.focus import COST_COLUMNS

#: A code is written as it is, so it must not be a formula in a spreadsheet.
CODE_PATTERN = r"[^=+\-@\s\"'][^\t\r\n\"]*"
CODE_EXPECTED = "a code that does not begin with =, +, -, @ or a quotation mark"

DAY_EXPECTED = "a day like 2026-09-30 or a month like 2026-09"

_CODE = Text(CODE_EXPECTED, CODE_PATTERN)
_CODES = Either((_CODE, ListOf(_CODE)))
_TEXT = Text("a text")
_DAY = Text(DAY_EXPECTED, r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_PERCENT = Text("a percentage like 3 or -2.5", r"-?[0-9]{1,4}(\.[0-9]{1,6})?", numeric=False)

_INTERCOMPANY = Record(
    "intercompany accounts",
    (
        Key("receivable", _CODE, "Debited if this company pays for the partner.", required=True,
            examples=("1400",)),
        Key("payable", _CODE, "Credited if the partner pays for this company.", required=True,
            examples=("3400",)),
    ),
)  # fmt: skip

_COMPANY = Record(
    "a company",
    (
        Key("name", _TEXT, "Its name in the finance system.", examples=("Example Holding",)),
        Key("clearing", _CODE, "The account that the provider's invoice was posted to; journals "
            "credit it.", examples=("1590",)),
        Key("accrual", _CODE, "The account that `close accrue` credits until the bill is final.",
            examples=("1990",)),
        Key("tax", _CODE, "The account for tax.", examples=("1576",)),
        Key("intercompany", MapOf(_CODE, _INTERCOMPANY), "Accounts for each partner company.",
            examples=({"2000": {"receivable": "1400", "payable": "3400"}},)),
        Key("fields", MapOf(Text("a name", r"[a-z][a-z0-9_]*"), _CODE),
            "Texts for templates, as {company.NAME}.", examples=({"ledger_id": "300000001"},)),
    ),
)  # fmt: skip

_ACCOUNT = Record(
    "an account rule",
    (
        Key("account", _CODE, "The expense account.", required=True, examples=("6500",)),
        Key("service_categories", Either((_TEXT, ListOf(_TEXT))),
            "FOCUS service categories; all of them if left out.",
            examples=(["Compute", "Storage"],)),
        Key("company", _CODE, "Only for owners of this company.", examples=("1000",)),
    ),
)  # fmt: skip

_MARKUP = Record(
    "a mark-up",
    (
        Key("name", _TEXT, "Shown in the journal line.", required=True,
            examples=("Platform fee",)),
        Key("percent", _PERCENT, "Of the cost without tax; negative for a discount.",
            required=True, examples=("3",)),
        Key("account", _CODE, "Debited by the owner's company.", required=True,
            examples=("6590",)),
        Key("income", _CODE, "Credited by the company that pays the invoice.", required=True,
            examples=("8400",)),
        Key("owners", Either((_TEXT, ListOf(_TEXT))), "Only these owners.",
            examples=(["FIN-100"],)),
    ),
)  # fmt: skip

_OWNER = Record(
    "an owner",
    (
        Key("owner", _TEXT, "A value of the rulebook's owner dimension.", required=True,
            examples=("FIN-100",)),
        Key("company", _CODE, "The company that bears the cost.", required=True,
            examples=("1000",)),
        Key("cost_center", _CODE, "Its cost center in the finance system.", examples=("4711",)),
        Key("project", _CODE, "Its project or WBS element.", examples=("P-17",)),
        Key("valid_from", _DAY, "The first day; a month means its first day.",
            examples=("2026-01",)),
        Key("valid_to", _DAY, "The last day; a month means its last day.",
            examples=("2026-12",)),
    ),
)  # fmt: skip

_INVOICE_DIFFERENCE = Record(
    "a difference to the invoice",
    (
        Key("account", _CODE, "Debited or credited with the difference.", required=True,
            examples=("6595",)),
        Key("tolerance", Text("a whole number", r"[0-9]{1,4}"),
            "The largest difference, in the currency's minor unit (cents). Default: 5.",
            examples=(5,)),
    ),
)  # fmt: skip

FORMAT = Record(
    "the chart map",
    (
        Key("apportion", Text(words=("1",)), "The version of this format.", required=True,
            examples=(1,)),
        Key("cost", Text(words=COST_COLUMNS), "The cost column to post; the rulebook's if left "
            "out.", examples=("BilledCost",)),
        Key("companies", MapOf(_CODE, _COMPANY), "Companies, by their code.", required=True,
            examples=({"1000": {"name": "Example Holding", "clearing": "1590"}},)),
        Key("payers", MapOf(Text("a billing account"), _CODE),
            "The company that pays the invoices of each billing account.", required=True,
            examples=({"999999999999": "1000"},)),
        Key("accounts", ListOf(_ACCOUNT), "Expense accounts; the first rule that matches is used.",
            required=True, examples=([{"account": "6500"}],)),
        Key("owners", Either((Text("a CSV file", r"[^\0]+\.csv"), ListOf(_OWNER))),
            "Owners, or a CSV file beside the chart map with these columns.", required=True,
            examples=("owners.csv",)),
        Key("markups", ListOf(_MARKUP, empty=True), "Mark-ups and discounts."),
        Key("closed_accounts", MapOf(_CODE, _DAY),
            "Accounts that are closed for posting, from a day on.",
            examples=({"6400": "2026-07"},)),
        Key("invoice_difference", _INVOICE_DIFFERENCE,
            "Where cents are posted by which the provider's lines do not add up to its invoice."),
    ),
)  # fmt: skip

#: The columns of the CSV file for owners.
OWNER_COLUMNS = tuple(key.name for key in _OWNER.keys)


def chart_map_schema() -> JsonSchema:
    """Write the format as JSON Schema (2020-12), for editors to complete and check."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema(FORMAT),
        "title": "Apportion chart map",
        "description": "To which company, cost center and account each owner's cost is posted.",
    }
