"""Journals become cells; what the finance system would refuse is a finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from apportion.core.journal.chart_map import read_chart_map
from apportion.core.journal.render import render
from apportion.core.journal.template import read_template
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import Journal, JournalBatch, JournalLine, LineKey
from apportion.model.findings.finding import Finding
from journal_ledger import CHART, OWNERS


def line(amount: int, *, owner: str = "ML", currency: str = "USD") -> JournalLine:
    key = LineKey(
        company="1000", currency=currency, invoice="INV-1", kind="cost", account="6500",
        contra="1590", cost_center="", project="", partner="", owner=owner, label="",
    )  # fmt: skip
    return JournalLine(key, amount, Fraction(amount))


def batch(*lines: JournalLine) -> JournalBatch:
    journal = Journal("0123456789ab", "1000", lines[0].key.currency, lines)
    return JournalBatch(
        batch="b1", period="2026-09", run="r1", made_at="2026-10-03T06:00:00Z", template="t",
        decided_by="d1", posting_date=date(2026, 9, 30), companies=(), currencies=(), after=(),
        journals=(journal,),
    )  # fmt: skip


def chart(more: str = "") -> ChartMap:
    found, _ = read_chart_map(CHART + more, name="chart.yaml", read_file=lambda *_: (OWNERS, []))
    assert found is not None
    return found


def written(
    columns: str, *lines: JournalLine, more: str = ""
) -> tuple[list[list[str]], list[Finding]]:
    """Write lines by a template with these columns beside the amount; names are left out."""
    text = (
        "apportion: 1\nabout: a system\nsource: https://example.com\nnames: none\n"
        f'{more}columns:\n  - {{name: Amount, value: "{{amount}}"}}\n{columns}'
    )
    template, findings = read_template(text, name="t.yaml")
    assert template is not None, findings
    rows, broken = render(batch(*lines), template, chart())
    return [[cell.text for cell in row] for row in rows], broken


def test_amounts_have_the_places_of_their_currency() -> None:
    assert written("", line(105), line(-105))[0] == [["1.05"], ["-1.05"]]
    assert written("", line(105, currency="JPY"))[0] == [["105"]]
    assert written("", line(-5, currency="KWD"))[0] == [["-0.005"]]
    comma = "decimal: comma\nleast_decimals: 2\n"
    assert written("", line(105, currency="JPY"), more=comma)[0] == [["105,00"]]


def test_dates_and_fields_of_the_company_are_written() -> None:
    columns = (
        '  - {name: Day, value: "{posting_date}", dates: DD.MM.YY}\n'
        '  - {name: Period, value: "{posting_date}", dates: MMM YYYY}\n'
        '  - {name: Ledger, value: "{company.ledger_id}"}\n'
        '  - {name: Text, value: "{title}, {company}"}\n'
    )
    [row], findings = written(columns, line(1))
    assert row[1:] == ["30.09.26", "Sep 2026", "300000001", "Cloud cost 2026-09, 1000"]
    assert not findings


@pytest.mark.parametrize(
    ("owner", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("-x", "'-x"),
        ("a\nb\tc", "a b c"),
        ("\uff1d1", "'\uff1d1"),
        ("  x ", "x"),
    ],
)
def test_text_is_no_formula_and_has_no_control_characters(owner: str, cell: str) -> None:
    [row], _ = written('  - {name: Owner, value: "{owner}"}\n', line(1, owner=owner))
    assert row[1] == cell


def test_text_is_cut_only_if_the_template_allows_it() -> None:
    column = '  - {{name: Owner, value: "{{owner}}", max_length: 3{}}}\n'
    [row], findings = written(column.format(', cut: "yes"'), line(1, owner="abcdef"))
    assert (row[1], findings) == ("abc", [])
    _, [finding] = written(column.format(""), line(1, owner="abcdef"))
    assert str(finding).startswith("J030 0123456789ab line 1: column Owner, expected at most 3")


@pytest.mark.parametrize(
    ("columns", "more", "code"),
    [
        ('  - {name: Center, value: "{cost_center}", required: "yes"}\n', "", "J031"),
        ('  - {name: Account, value: "{account}", pattern: "[0-9]{5}"}\n', "", "J032"),
        ("", "limits: {max_digits: 2}\n", "J033"),
        ("", "limits: {max_decimals: 1}\n", "J033"),
        ("", "limits: {min_lines: 2}\n", "J034"),
        ('  - {name: Owner, value: "{owner}"}\n', "encoding: windows-1252\n", "J036"),
    ],
)
def test_a_limit_that_is_broken_is_a_finding(columns: str, more: str, code: str) -> None:
    _, findings = written(columns, line(12345, owner="日本"), more=more)
    assert [finding.code.number for finding in findings] == [code]
    assert findings[0].remedy


def test_a_limit_on_digits_names_only_what_is_limited() -> None:
    [finding] = written("", line(12345), more="limits: {max_digits: 2}\n")[1]
    assert (finding.expected, finding.found) == (
        "at most 2 digits",
        "3 digits and 2 decimal places",
    )


def test_what_is_wrong_in_several_rows_is_one_finding() -> None:
    column = '  - {name: Owner, value: "{owner}", max_length: 2}\n'
    _, findings = written(column, *(line(1, owner=owner) for owner in ("abc", "x", "abc", "def")))
    assert [(finding.place, finding.found) for finding in findings] == [
        ("0123456789ab line 1 and 1 more row", "3: abc"),
        ("0123456789ab line 4", "3: def"),
    ]


def test_a_hundred_findings_of_a_kind_are_listed_and_the_rest_is_counted() -> None:
    column = '  - {name: Owner, value: "{owner}", max_length: 2}\n'
    _, findings = written(column, *(line(1, owner=f"{number}") for number in range(100, 205)))
    assert len(findings) == 101
    assert findings[-1].subject == "5 more findings of kind J030"


def test_only_lines_with_a_contra_account_are_written_if_the_template_wants_them() -> None:
    balance = line(-5)
    balance = JournalLine(balance.key._replace(contra=""), -5, Fraction(-5))
    columns = '  - {name: Contra, value: "{contra_account}"}\n'
    assert written(columns, line(5), balance, more="rows: contra\n")[0] == [["0.05", "1590"]]


CLOSED = 'closed_accounts: {"6500": 2026-09-30, "1590": 2026-10-01}\n'


def closed(posted: JournalBatch, *, more: str = "") -> list[str]:
    """Find closed accounts of a batch, written with an amount and nothing else."""
    text = (
        f"apportion: 1\nabout: a system\nsource: https://example.com\n{more}"
        'columns:\n  - {name: Amount, value: "{amount}"}\n'
    )
    template, _ = read_template(text, name="t.yaml")
    assert template is not None
    return [str(finding) for finding in render(posted, template, chart(CLOSED))[1]]


def test_an_account_is_closed_from_its_day_on() -> None:
    posted = batch(line(1000), line(-300, owner="CX"))
    [finding] = closed(posted)
    assert finding == (
        "J015 chart.yaml: account 6500, expected an account that is open on 2026-09-30, "
        "found closed from 2026-09-30, 13.00 USD. "
        "Map to another account, or post on an earlier day with `--date`."
    )
    assert not closed(replace(posted, posting_date=date(2026, 9, 29)))


def test_a_row_with_a_contra_account_posts_to_both() -> None:
    posted = replace(batch(line(1000), line(-1000, owner="CX")), posting_date=date(2026, 10, 1))
    assert [finding[:30] for finding in closed(posted)] == ["J015 chart.yaml: account 6500,"]
    assert [finding[:30] for finding in closed(posted, more="rows: contra\n")] == [
        "J015 chart.yaml: account 1590,",
        "J015 chart.yaml: account 6500,",
    ]


def test_an_adjustment_on_a_closed_account_cannot_be_mapped_away() -> None:
    [finding] = closed(replace(batch(line(-1000)), after=("b0",)))
    assert "what was sent is reversed on this one" in finding
