"""The rulebook's format as one table: it checks what users write and becomes the JSON Schema."""

from __future__ import annotations

from apportion.model import focus
from apportion.model.rulebook import IfNothing, Method, MissingDays, OtherValues

from .yaml.schema_types import Either, JsonSchema, Key, ListOf, MapOf, Nothing, Record, Text, schema

_WORD = Text("a text")
_VALUE = Text("a value")
_OWNER = Text("an owner")
_CONDITION = Text("a condition like ServiceName = 'Amazon EC2'")
_PERCENT = Text(
    "a percentage from 0 to 100",
    r"(100(\.0{1,10})?|[0-9]{1,2}(\.[0-9]{1,10})?) ?%?",
    numeric=True,
)
#: Relative and without `..`, so that a rulebook reads nothing but the files beside it.
_FILE = Text(
    "a CSV file beside the rulebook, like drivers/cpu.csv",
    r"(?!/)(?!.*\.\.)[^\\:\n\t]+\.[cC][sS][vV]",
)

_CHARGES_OF_WHOM = "The charges it holds for."
_KEYS = Either((_WORD, ListOf(_WORD)))
_PERCENTS = MapOf(_OWNER, _PERCENT)

_SOURCE = Record(
    "a source",
    (
        Key("tag", _KEYS, "The first of these tags that is there, without regard to case, "
            "separators and export prefixes.",
            examples=("CostCenter", ["CostCenter", "cost-center"])),
        Key("account_tag", _KEYS, "The same, of the account's tags.", examples=("CostCenter",)),
        Key("lookup", _FILE, "A CSV with columns of the charge, one called like the dimension, and "
            "optionally valid_from and valid_to.", examples=("accounts.csv",)),
        Key("column", _WORD, "A FOCUS or x_ column, as it is.", examples=("x_OrganizationalUnit",)),
        Key("where", _CONDITION, f"{_CHARGES_OF_WHOM} They get `value`.", needs="value",
            examples=("ServiceName = 'Amazon Connect'",)),
        Key("value", _VALUE, "What the charges of `where` get.", needs="where", examples=("CX",)),
    ),
    one_of=("tag", "account_tag", "lookup", "column", "where"),
)  # fmt: skip

_ALIASES = Either((ListOf(_VALUE, empty=True), _VALUE, Nothing()))

_DIMENSION = Record(
    "a dimension",
    (
        Key("from", ListOf(_SOURCE), "Where values come from: the first that gives one wins.",
            required=True, examples=([{"tag": "CostCenter"}],)),
        Key("values", Either((MapOf(_VALUE, _ALIASES), ListOf(_VALUE))),
            "The allowed values, and how people also write each. Without them all are allowed.",
            examples=({"FIN-100": ["fin100", "finance 100"], "CX": []},)),
        Key("other_values", Text(words=tuple(OtherValues)),
            "What happens to other values: `reject` reports them and uses the next source.",
            default=OtherValues.REJECT.value),
        Key("default", _VALUE, "What charges get that no source gives a value.",
            default="unallocated", examples=("unallocated",)),
    ),
)  # fmt: skip

_USAGE = Either(
    (
        _FILE,
        Record(
            "a usage split",
            (
                Key("file", _FILE, "A CSV with owner, number, optionally day or month, and within.",
                    required=True, examples=("drivers/cpu.csv",)),
                Key("missing_days", Text(words=tuple(MissingDays)),
                    "What is done on a day that a file with days does not name.",
                    default=MissingDays.MONTH.value),
            ),
        ),
    )
)  # fmt: skip
_PROPORTIONAL = Key(
    "proportional", _CONDITION, "In proportion to what each owner spends where this holds.",
    examples=("ChargeCategory = 'Usage'",),
)  # fmt: skip
_BY_USAGE = Key("usage", _USAGE, "In proportion to the numbers of a driver file.",
                examples=("drivers/cpu.csv",))  # fmt: skip
_SIMPLE = Text(words=("even", "proportional"))

_TWO_PART = Record(
    "a two-part split",
    (
        Key("floor", _PERCENTS, "Percents of the pool that are paid first; together at most 100.",
            required=True, examples=({"FIN-100": 10, "CX": 5},)),
        Key("rest", Either((_SIMPLE, Record("a split of the rest", (_PROPORTIONAL, _BY_USAGE),
                                            one_of=("proportional", "usage")))),
            "How the rest is split.", required=True, examples=("proportional",)),
    ),
)  # fmt: skip

_SPLIT = Either(
    (
        _SIMPLE,
        Record(
            "a split",
            (
                Key("fixed", _PERCENTS, "Percents that add up to 100.",
                    examples=({"FIN-100": 45, "CX": 55},)),
                _PROPORTIONAL,
                _BY_USAGE,
                Key("two_part", _TWO_PART, "A fixed floor first, the rest by another split.",
                    examples=({"floor": {"FIN-100": 10}, "rest": "proportional"},)),
            ),
            one_of=("fixed", "proportional", "usage", "two_part"),
        ),
    )
)  # fmt: skip

_LIMIT = Record(
    "a limit",
    (
        Key("min", _PERCENT, "The least an owner pays, in percent of the pool.", examples=(5,)),
        Key("max", _PERCENT, "The most an owner pays, in percent of the pool.", examples=(40,)),
    ),
)

_POOL = Record(
    "a pool",
    (
        Key("name", _WORD, "What reports call it.", required=True, examples=("support",)),
        Key("where", _CONDITION, _CHARGES_OF_WHOM, required=True,
            examples=("ServiceName LIKE 'AWS Support%'",)),
        Key("split", _SPLIT, "Who pays how much.", required=True,
            examples=("even", {"proportional": "ChargeCategory = 'Usage'"})),
        Key("to", ListOf(_OWNER), "The owners that pay; every owner if left out.",
            examples=(["FIN-100", "CX"],)),
        Key("within", _WORD, "A dimension: each of its values splits its own part of the cost.",
            examples=("environment",)),
        Key("if_nothing_to_split_by", Text(words=tuple(IfNothing)),
            "What to do if no owner has a positive number.", default=IfNothing.KEEP.value),
        Key("limits", MapOf(_OWNER, _LIMIT), "The least and the most each may pay; `*` is everyone "
            "without a limit of their own.", examples=({"FIN-100": {"min": 5, "max": 40}},)),
        Key("owner", _OWNER, "The owner whose cost it passes on, where `where` does not say it.",
            examples=("PLATFORM",)),
    ),
)  # fmt: skip

FORMAT = Record(
    "the rulebook",
    (
        Key("apportion", Text(words=("1",)), "The version of this format.", required=True,
            examples=(1,)),
        Key("effective", Text("a month like 2026-01", r"20[0-9]{2}-(0[1-9]|1[0-2])"),
            "The first billing month that these rules are in force for.", required=True,
            examples=("2026-01",)),
        Key("currency", Text("three capital letters like USD", r"[A-Z]{3}"),
            "The currency that the rules are written for.", required=True, examples=("USD",)),
        Key("cost", Text(words=focus.COST_COLUMNS),
            "The column whose amounts proportions are taken of.", default="EffectiveCost"),
        Key("owner", _WORD, "The dimension whose values carry cost; the first one if left out.",
            examples=("cost_center",)),
        Key("method", Text(words=tuple(Method)), "How pools that serve each other are settled.",
            default=Method.RECIPROCAL.value),
        Key("dimensions", MapOf(_WORD, _DIMENSION), "Columns that are derived for each charge.",
            required=True, examples=({"cost_center": {"from": [{"tag": "CostCenter"}]}},)),
        Key("shared", ListOf(_POOL, empty=True), "Cost that is shared out.",
            examples=([{"name": "tax", "where": "ChargeCategory = 'Tax'", "split": "even"}],)),
    ),
)  # fmt: skip


def rulebook_schema() -> JsonSchema:
    """Write the format as JSON Schema (2020-12), for editors to complete and check.

    It knows the form; what needs a look at two places (percents that add up, names that exist) only
    `read_rulebook` finds.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema(FORMAT),
        "title": "Apportion rulebook",
        "description": "How the dimensions of a charge are derived and shared cost is split.",
    }
