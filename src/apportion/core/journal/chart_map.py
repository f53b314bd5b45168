"""Read the chart map: every mistake is a finding with its line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise

from apportion.core.rulebook.inputs.csv_rows import Sheet, capped, read_csv, read_day
from apportion.core.rulebook.yaml.nodes import MapNode, Node, TextNode, read_yaml
from apportion.core.rulebook.yaml.schema_types import Fitting, fit
from apportion.core.rulebook.yaml.values import entries_of, maps_of, text_of, texts_of
from apportion.model.finance.chart_map import (
    AccountRule,
    ChartMap,
    Company,
    IntercompanyAccounts,
    Markup,
    OwnerMapping,
)
from apportion.model.finance.invoice import InvoiceDifference
from apportion.model.findings import journals as codes
from apportion.model.findings import rules
from apportion.model.findings.finding import Finding, Place, add, failing
from apportion.model.suggestions import did_you_mean, shown
from apportion.model.wording import join_words

from .chart_map_schema import CODE_EXPECTED, CODE_PATTERN, DAY_EXPECTED, FORMAT, OWNER_COLUMNS

#: Reads a file beside the chart map by its name; the place is where it is named.
ReadFile = Callable[[str, Place], tuple[str | None, list[Finding]]]

_REQUIRED = ("owner", "company")
_CODES = ("company", "cost_center", "project")


def read_chart_map(
    text: str, *, name: str, read_file: ReadFile
) -> tuple[ChartMap | None, list[Finding]]:
    """Read a chart map and the CSV file of owners that it may name; None if any finding fails."""
    findings: list[Finding] = []
    node = read_yaml(text, name=name, findings=findings)
    fitted = fit(node, FORMAT, Fitting(findings)) if node is not None else None
    if not isinstance(fitted, MapNode):
        return None, findings
    owners_text, owners = _owners(fitted.get("owners"), read_file, findings)
    chart = _chart(fitted, owners, _digest(text, owners_text), name, findings)
    if not failing(findings):
        findings += [*_check_companies(chart), *_check_owners(chart), *_check_rules(chart)]
    return (None if failing(findings) else chart), findings


def _chart(
    node: MapNode,
    owners: Iterable[OwnerMapping],
    digest: str,
    name: str,
    findings: list[Finding],
) -> ChartMap:
    return ChartMap(
        name=name,
        sha256=digest,
        cost=text_of(node.get("cost")),
        companies={key.text: _company(key, value) for key, value in _maps(node, "companies")},
        payers={key.text: text_of(value) for key, value in entries_of(node.get("payers"))},
        accounts=tuple(
            AccountRule(
                text_of(rule.get("account")),
                frozenset(texts_of(rule.get("service_categories"))),
                text_of(rule.get("company")),
                rule.place,
            )
            for rule in maps_of(node.get("accounts"))
        ),
        owners=tuple(owners),
        markups=tuple(map(_markup, maps_of(node.get("markups")))),
        closed={
            key.text: day
            for key, value in entries_of(node.get("closed_accounts"))
            if (day := _day(text_of(value), value.place, key.text, findings)) is not None
        },
        invoice_difference=_invoice_difference(node.get("invoice_difference")),
    )


def _maps(node: MapNode, key: str) -> Iterator[tuple[TextNode, MapNode]]:
    for name, value in entries_of(node.get(key)):
        if isinstance(value, MapNode):
            yield name, value


def _company(key: TextNode, node: MapNode) -> Company:
    return Company(
        code=key.text,
        name=text_of(node.get("name")),
        clearing=text_of(node.get("clearing")),
        tax=text_of(node.get("tax")),
        intercompany={
            partner.text: IntercompanyAccounts(
                text_of(accounts.get("receivable")), text_of(accounts.get("payable"))
            )
            for partner, accounts in _maps(node, "intercompany")
        },
        fields={name.text: text_of(value) for name, value in entries_of(node.get("fields"))},
        place=key.place,
        accrual=text_of(node.get("accrual")),
    )


def _markup(node: MapNode) -> Markup:
    return Markup(
        name=text_of(node.get("name")),
        rate=Fraction(Decimal(text_of(node.get("percent")) or 0).scaleb(-2)),
        account=text_of(node.get("account")),
        income=text_of(node.get("income")),
        owners=frozenset(texts_of(node.get("owners"))),
        place=node.place,
    )


def _invoice_difference(node: Node | None) -> InvoiceDifference:
    if not isinstance(node, MapNode):
        return InvoiceDifference()
    account, tolerance = text_of(node.get("account")), text_of(node.get("tolerance"))
    return InvoiceDifference(account=account, tolerance=int(tolerance or 5))


def _owners(
    node: Node | None, read_file: ReadFile, findings: list[Finding]
) -> tuple[str, list[OwnerMapping]]:
    """Read owners from the list, or from the file that is named; returns the file's text, too."""
    if not isinstance(node, TextNode):
        rows = [
            ({key: text_of(one.get(key)) for key in OWNER_COLUMNS}, one.place)
            for one in maps_of(node)
        ]
        return "", _mappings(rows, findings)
    text, more = read_file(node.text, node.place)
    findings += more
    if text is None:
        return "", []
    wrong: list[Finding] = []
    sheet = read_csv(text, name=node.text, findings=wrong)
    owners = _mappings(_rows(sheet, wrong), wrong) if sheet else []
    findings += capped(wrong, node.text)
    return text, owners


def _rows(sheet: Sheet, findings: list[Finding]) -> list[tuple[dict[str, str], Place]]:
    """Read the rows of a CSV file; none where its header is wrong."""
    place = Place(sheet.name, 1)
    names = [column.lower() for column in sheet.header]
    for column in names:
        if column not in OWNER_COLUMNS:
            subject = f"no column is called {shown(column)}"
            remedy = did_you_mean(column, OWNER_COLUMNS)
            add(findings, rules.UNKNOWN_COLUMN, place, subject, join_words(OWNER_COLUMNS),
                remedy=remedy)  # fmt: skip
    missing = [column for column in _REQUIRED if column not in names]
    if missing or len(set(names)) < len(names):
        found = join_words(names, last="and")
        subject = "the columns of the file"
        add(findings, rules.WRONG_HEADER, place, subject, "owner and company, each once", found)
    if failing(findings):
        return []
    empty = dict.fromkeys(OWNER_COLUMNS, "")
    return [
        ({**empty, **dict(zip(names, row.fields, strict=True))}, Place(sheet.name, row.line))
        for row in sheet.rows
    ]


def _mappings(
    rows: Iterable[tuple[Mapping[str, str], Place]], findings: list[Finding]
) -> list[OwnerMapping]:
    read = [_mapping(row, place, findings) for row, place in rows]
    return [mapping for mapping in read if mapping is not None]


def _mapping(row: Mapping[str, str], place: Place, findings: list[Finding]) -> OwnerMapping | None:
    before = len(findings)
    for column in _REQUIRED:
        if not row[column]:
            add(findings, rules.EMPTY_FIELD, place, f"{column} is empty", "a text")
    for column in _CODES:
        if row[column] and not re.fullmatch(CODE_PATTERN, row[column]):
            add(findings, rules.WRONG_VALUE, place, column, CODE_EXPECTED, shown(row[column]))
    begins = _day(row["valid_from"] or str(date.min), place, "valid_from", findings)
    ends = _day(row["valid_to"] or str(date.max), place, "valid_to", findings, last=True)
    if begins is None or ends is None or len(findings) > before:
        return None
    if begins > ends:
        found = f"valid_from {begins} and valid_to {ends}"
        add(findings, codes.WRONG_DAY, place, f"{shown(row['owner'])} is never valid",
            "valid_from not after valid_to", found, "Correct one of the days.")  # fmt: skip
        return None
    return OwnerMapping(
        owner=row["owner"],
        company=row["company"],
        cost_center=row["cost_center"],
        project=row["project"],
        valid_from=begins,
        valid_to=ends,
        place=place,
    )


def _day(
    text: str, place: Place, what: str, findings: list[Finding], *, last: bool = False
) -> date | None:
    day = read_day(text, last=last)
    if day is None:
        remedy = "Write the year first, and a day or month that exists."
        add(findings, codes.WRONG_DAY, place, what, DAY_EXPECTED, shown(text), remedy)
    return day


def _check_companies(chart: ChartMap) -> Iterator[Finding]:
    """Find names of companies that are not in the chart map, and payers without clearing."""
    named = [
        *((one.company, one.place, f"owner {shown(one.owner)}") for one in chart.owners),
        *((rule.company, rule.place, f"account {rule.account}") for rule in chart.accounts),
        *((code, Place(chart.name), f"payer {payer}") for payer, code in chart.payers.items()),
        *(
            (partner, company.place, f"intercompany of {company.code}")
            for company in chart.companies.values()
            for partner in company.intercompany
        ),
    ]  # fmt: skip
    known = list(chart.companies)
    for code, place, subject in named:
        if code and code not in chart.companies:
            remedy = did_you_mean(code, known)
            yield Finding(codes.UNKNOWN_COMPANY, str(place), subject,
                          join_words(known), shown(code), remedy)  # fmt: skip
    for payer, code in chart.payers.items():
        company = chart.companies.get(code)
        if company is not None and not company.clearing:
            subject = f"company {code}, which pays for {payer}"
            yield Finding(codes.NO_CLEARING, str(company.place), subject, "a clearing account",
                          "none", "Add `clearing:`.")  # fmt: skip


def _check_owners(chart: ChartMap) -> Iterator[Finding]:
    """Find owners with two mappings on one day; mappings are compared in the order of days."""
    by_owner: dict[str, list[OwnerMapping]] = defaultdict(list)
    for mapping in chart.owners:
        by_owner[mapping.owner].append(mapping)
    for owner, mappings in sorted(by_owner.items()):
        ordered = sorted(mappings, key=lambda one: (one.valid_from, one.place.line))
        for earlier, later in pairwise(ordered):
            if later.valid_from <= earlier.valid_to:
                yield _mapped_twice(owner, earlier, later)


def _mapped_twice(owner: str, earlier: OwnerMapping, later: OwnerMapping) -> Finding:
    day = "" if later.valid_from == date.min else f" on {later.valid_from}"
    found = " and ".join(f"{_target(one)} in line {one.place.line}" for one in (earlier, later))
    remedy = "Delete one, or give them `valid_from` and `valid_to` that do not overlap."
    return Finding(codes.MAPPED_TWICE, str(later.place), f"{shown(owner)} is mapped twice{day}",
                   "one mapping", found, remedy)  # fmt: skip


def _target(mapping: OwnerMapping) -> str:
    return f"{mapping.company} {mapping.cost_center}".rstrip()


def _check_rules(chart: ChartMap) -> Iterator[Finding]:
    """Find account rules behind one that matches all they match."""
    for number, rule in enumerate(chart.accounts):
        hidden = next((one for one in chart.accounts[:number] if _hides(one, rule)), None)
        if hidden is not None:
            remedy = "Move the special rule before the general one, or delete it."
            found = f"{hidden.account} in line {hidden.place.line} matches first"
            yield Finding(codes.UNREACHABLE_ACCOUNT, str(rule.place), f"account {rule.account}",
                          "a rule that can match", found, remedy)  # fmt: skip


def _hides(earlier: AccountRule, later: AccountRule) -> bool:
    same_company = earlier.company in ("", later.company)
    all_categories = not earlier.service_categories
    some = bool(later.service_categories) and later.service_categories <= earlier.service_categories
    return same_company and (all_categories or some)


def _digest(text: str, owners: str) -> str:
    """Hash the chart map and its file of owners."""
    return sha256(f"{text}\0{owners}".encode("utf-8", "surrogatepass")).hexdigest()
