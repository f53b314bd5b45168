"""The format of journal templates as one table: it checks them and becomes the JSON Schema."""

from __future__ import annotations

from apportion.core.rulebook.yaml.schema_types import (
    Either,
    JsonSchema,
    Key,
    ListOf,
    Nothing,
    Record,
    Text,
    schema,
)
from apportion.model.finance.journal_template import Encoding, Names, Rows

ENCODINGS = {
    "utf-8": Encoding.UTF_8,
    "utf-8-bom": Encoding.UTF_8_BOM,
    "windows-1252": Encoding.WINDOWS_1252,
}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
DECIMALS = {"point": ".", "comma": ","}

_TEXT = Text("a text")
_COUNT = Text("a whole number", r"[0-9]{1,6}")
_YES = Text("yes or no", words=("yes", "no"))
_DATES = Text("a form of dates like YYYY-MM-DD", r"[^\"\r\n]*(Y|M|D)[^\"\r\n]*")

_COLUMN = Either(
    (
        _TEXT,
        Record(
            "a column",
            (
                Key("name", _TEXT, "The name in the first line.", required=True,
                    examples=("Account",)),
                Key("value", Either((_TEXT, Nothing())), "Text with fields in braces; empty for "
                    "a column without values.", examples=("{account}", "Cloud cost {period}")),
                Key("required", _YES, "Whether every line needs a value.", default="no"),
                Key("max_length", _COUNT, "The most characters."),
                Key("cut", _YES, "Whether longer text is cut to `max_length`.", default="no",
                    needs="max_length"),
                Key("pattern", _TEXT, "A regular expression for the whole value.",
                    examples=("[0-9]{1,9}",)),
                Key("dates", _DATES, "The form of dates, if it differs from the file's.",
                    examples=("DDMM",)),
                Key("form", Text(words=("text", "number")), "Whether the value is quoted if "
                    "`quotes` is text."),
            ),
        ),
    )
)  # fmt: skip

_COLUMNS = ListOf(_COLUMN)

FORMAT = Record(
    "a journal template",
    (
        Key("apportion", Text(words=("1",)), "The version of this format.", required=True,
            examples=(1,)),
        Key("about", _TEXT, "The finance system and the way of import.", required=True,
            examples=("NetSuite, journal entries by CSV import",)),
        Key("source", _TEXT, "The page that documents the format.", required=True,
            examples=("https://docs.oracle.com/",)),
        Key("encoding", Text(words=tuple(ENCODINGS)), "The encoding.", default="utf-8"),
        Key("separator", Text(words=tuple(SEPARATORS)), "Between columns.", default="comma"),
        Key("line_end", Text(words=tuple(LINE_ENDS)), "The end of a line.", default="crlf"),
        Key("decimal", Text(words=tuple(DECIMALS)), "The decimal separator.", default="point"),
        Key("least_decimals", _COUNT, "Decimal places that every amount has.", default="0"),
        Key("quotes", Text(words=("needed", "text")), "Whether every text is quoted, or only "
            "texts that need it.", default="needed"),
        Key("dates", _DATES, "The form of dates.", default="YYYY-MM-DD"),
        Key("names", Text(words=tuple(Names)), "Where the line of column names is.",
            default=Names.ONCE.value),
        Key("rows", Text(words=tuple(Rows)), "All lines, or those with a contra account.",
            default=Rows.LINES.value),
        Key("debit_credit", ListOf(_TEXT), "The words for debit and credit in {side}.",
            examples=(["S", "H"],)),
        Key("first_rows", ListOf(_COLUMNS), "Rows at the top of the file."),
        Key("journal_columns", _COLUMNS, "Columns of a row before the lines of each journal."),
        Key("columns", _COLUMNS, "The columns of a line.", required=True),
        Key("limits", Record(
            "the limits",
            (
                Key("min_lines", _COUNT, "The fewest lines of a journal."),
                Key("max_lines", _COUNT, "The most lines of a journal."),
                Key("max_digits", _COUNT, "The most digits before the decimal point."),
                Key("max_decimals", _COUNT, "The most digits after it."),
                Key("one_journal", _YES, "Whether a file holds one company and currency.",
                    default="no"),
            ),
        ), "What the finance system accepts.", examples=({"min_lines": 2},)),
    ),
)  # fmt: skip


def template_schema() -> JsonSchema:
    """Write the format as JSON Schema (2020-12), for editors to complete and check."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema(FORMAT),
        "title": "Apportion journal template",
        "description": "The file format of a finance system for journals.",
    }
