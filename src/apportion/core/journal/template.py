"""Read a journal template: every mistake is a finding with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from apportion.core.rulebook.yaml.nodes import ListNode, MapNode, Node, read_yaml
from apportion.core.rulebook.yaml.schema_types import Fitting, fit
from apportion.core.rulebook.yaml.values import text_of, texts_of
from apportion.model.finance.journal_template import (
    Encoding,
    JournalTemplate,
    Limits,
    Names,
    Rows,
    TemplateColumn,
)
from apportion.model.findings import journals as codes
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, failing
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

from .fields import AMOUNT_FIELDS, COMPANY_FIELDS, JOURNAL_FIELDS, LINE_FIELDS
from .template_schema import DECIMALS, ENCODINGS, FORMAT, LINE_ENDS, SEPARATORS

#: A field in a value.
FIELD = re.compile(r"\{([a-z_.0-9]*)\}")

_DATES = "YYYY-MM-DD"

_Word = TypeVar("_Word", bound=str)


def read_template(text: str, *, name: str) -> tuple[JournalTemplate | None, list[Finding]]:
    """Read a template; None if any finding fails. `name` is its file."""
    findings: list[Finding] = []
    node = read_yaml(text, name=name, findings=findings)
    fitted = fit(node, FORMAT, Fitting(findings)) if node is not None else None
    if not isinstance(fitted, MapNode):
        return None, findings
    template = _template(fitted, name, text)
    findings += _check(template, fitted)
    return (None if failing(findings) else template), findings


def encoding_word(encoding: Encoding) -> str:
    """Give the word of templates for an encoding."""
    return next(word for word, value in ENCODINGS.items() if value == encoding)


def find_unencodable(text: str, encoding: Encoding) -> str:
    """Show the first character of a text that an encoding lacks; empty if it has all."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return f"U+{ord(text[error.start]):04X} in {shown(text)}"
    return ""


def _template(node: MapNode, name: str, text: str) -> JournalTemplate:
    dates = text_of(node.get("dates")) or _DATES
    first = node.get("first_rows")
    sides = [*texts_of(node.get("debit_credit")), "debit", "credit"]
    return JournalTemplate(
        name=name,
        sha256=sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        source=text_of(node.get("source")),
        encoding=_word(node, "encoding", ENCODINGS),
        separator=_word(node, "separator", SEPARATORS),
        line_end=_word(node, "line_end", LINE_ENDS),
        decimal=_word(node, "decimal", DECIMALS),
        least_decimals=int(text_of(node.get("least_decimals")) or 0),
        quote_text=text_of(node.get("quotes")) == "text",
        names=Names(text_of(node.get("names")) or Names.ONCE),
        rows=Rows(text_of(node.get("rows")) or Rows.LINES),
        debit_credit=(sides[0], sides[1]),
        first_rows=tuple(
            _columns(row, dates) for row in (first.items if isinstance(first, ListNode) else ())
        ),
        journal_columns=_columns(node.get("journal_columns"), dates),
        columns=_columns(node.get("columns"), dates),
        limits=_limits(node.get("limits")),
    )


def _word(node: MapNode, key: str, words: Mapping[str, _Word]) -> _Word:
    """Translate a word of the template; the first one is the default."""
    return words[text_of(node.get(key)) or next(iter(words))]


def _columns(node: Node | None, dates: str) -> tuple[TemplateColumn, ...]:
    items = node.items if isinstance(node, ListNode) else ()
    return tuple(_column(item, dates) for item in items)


def _column(node: Node, dates: str) -> TemplateColumn:
    """Read a column; a text alone is the name of one that stays empty."""
    if not isinstance(node, MapNode):
        return TemplateColumn(text_of(node), "", node.place, dates, is_number=True)
    value = text_of(node.get("value"))
    return TemplateColumn(
        name=text_of(node.get("name")),
        value=value,
        place=node.place,
        dates=text_of(node.get("dates")) or dates,
        required=text_of(node.get("required")) == "yes",
        max_length=int(text_of(node.get("max_length")) or 0),
        cut=text_of(node.get("cut")) == "yes",
        pattern=text_of(node.get("pattern")),
        is_number=text_of(node.get("form")) == "number" or not value,
    )


def _limits(node: Node | None) -> Limits:
    if not isinstance(node, MapNode):
        return Limits()
    counts = {
        key: int(text_of(node.get(key)) or 0)
        for key in ("min_lines", "max_lines", "max_digits", "max_decimals")
    }
    return Limits(**counts, one_journal=text_of(node.get("one_journal")) == "yes")


def _check(template: JournalTemplate, node: MapNode) -> Iterator[Finding]:
    head = [column for row in template.first_rows for column in row]
    for column in (*head, *template.journal_columns):
        yield from _check_column(column, JOURNAL_FIELDS)
    for column in template.columns:
        yield from _check_column(column, (*JOURNAL_FIELDS, *LINE_FIELDS))
    for columns in (template.columns, template.journal_columns):
        yield from _check_names(columns)
        yield from _check_encoding(columns if template.names is not Names.NONE else (), template)
    used = {name for column in template.columns for name in FIELD.findall(column.value)}
    if not any(fields <= used for fields in AMOUNT_FIELDS):
        yield Finding(codes.NO_AMOUNT, str(node.place), "the columns of a line",
                      "{debit} and {credit}, {amount}, or {absolute} and {side}",
                      join_words(sorted(used), last="and") or "no field")  # fmt: skip
    sides = node.get("debit_credit")
    if isinstance(sides, ListNode) and len(set(texts_of(sides))) != 2:
        yield Finding(rules.WRONG_VALUE, str(sides.place), "`debit_credit`",
                      "two different words", str(len(sides.items)))  # fmt: skip


def _check_column(column: TemplateColumn, known: Sequence[str]) -> Iterator[Finding]:
    for name in FIELD.findall(column.value):
        if name not in known and not name.startswith(COMPANY_FIELDS):
            yield Finding(codes.UNKNOWN_FIELD, str(column.place), f"{{{shown(name)}}}",
                          join_words(known, most=40), remedy=did_you_mean(name, known))  # fmt: skip
    try:
        re.compile(column.pattern)
    except re.error as error:
        yield Finding(codes.BAD_PATTERN, str(column.place), shown(column.pattern),
                      "a regular expression", str(error))  # fmt: skip


def _check_names(columns: Iterable[TemplateColumn]) -> Iterator[Finding]:
    seen: dict[str, TemplateColumn] = {}
    for column in columns:
        first = seen.setdefault(column.name, column)
        if first is not column:
            yield Finding(codes.COLUMN_TWICE, str(column.place), shown(column.name),
                          "each column once", f"the first in line {first.place.line}")  # fmt: skip


def _check_encoding(
    columns: Iterable[TemplateColumn], template: JournalTemplate
) -> Iterator[Finding]:
    """Find names that cannot be written; cells are checked when they are known."""
    for column in columns:
        if found := find_unencodable(column.name, template.encoding):
            yield Finding(codes.NOT_ENCODABLE, str(column.place), f"column {shown(column.name)}",
                          encoding_word(template.encoding), found,
                          "Rename the column, or use `encoding: utf-8`.")  # fmt: skip
