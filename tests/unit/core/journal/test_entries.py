"""Cost is mapped and rounded per invoice; what is not mapped is a finding with its money."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from apportion.core.journal.batches import (
    journal_lines,
    make_journals,
    subtract_sent,
)
from apportion.core.journal.chart_map import read_chart_map
from apportion.core.journal.entries import map_entries
from apportion.model.currencies import units_in_minor
from apportion.model.finance.chart_map import ChartMap
from apportion.model.finance.journal import InvoiceCost, JournalLine
from apportion.model.findings.finding import failing
from journal_ledger import CHART, OWNERS

DAY = date(2026, 9, 30)
PAYER = "000000000001"


def chart_map(chart: str = CHART, owners: str = OWNERS) -> ChartMap:
    found, findings = read_chart_map(chart, name="chart.yaml", read_file=lambda *_: (owners, []))
    assert found, findings
    return found


def cost(
    owner: str,
    units: int,
    *,
    invoice: str = "INV-1",
    currency: str = "USD",
    category: str = "Compute",
    tax: bool = False,
    payer: str = PAYER,
) -> InvoiceCost:
    return InvoiceCost(payer, invoice, currency, owner, category, tax, units)


costs = st.lists(
    st.builds(
        cost,
        st.sampled_from(["FIN-100", "CX", "ML", "unallocated"]),
        st.integers(-(10**21), 10**21),
        invoice=st.sampled_from(["INV-1", "INV-2", ""]),
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
        category=st.sampled_from(["Compute", "Databases"]),
        tax=st.booleans(),
    ),
    max_size=12,
)


def posted(given: list[InvoiceCost], chart: ChartMap) -> list[JournalLine]:
    entries, findings = map_entries(given, chart, posting_date=DAY)
    assert not failing(findings)
    return journal_lines(entries, chart)


@given(costs)
@example([cost("CX", 10**18 // 3), cost("ML", 10**18 // 3), cost("FIN-100", 10**18 // 3)])
@example([cost("CX", 10**18 // 200), cost("CX", -(10**18 // 200), tax=True)])
def test_journals_balance_and_lines_are_within_one_unit(given: list[InvoiceCost]) -> None:
    chart = chart_map()
    lines = posted(given, chart)
    for journal in make_journals(lines, "batch"):  # asserts that each one balances
        assert len(journal.lines) >= 2
        assert all(line.amount for line in journal.lines)
    assert all(abs(line.deviation) < 1 for line in lines if line.key.owner)
    exact: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    booked: dict[tuple[str, str], int] = defaultdict(int)
    for row in given:
        exact[row.invoice, row.currency] += Fraction(row.units, units_in_minor(row.currency))
    for line in lines:
        if line.key.owner and line.key.kind != "markup":
            booked[line.key.invoice, line.key.currency] += line.amount
    for key, amount in exact.items():
        assert abs(booked[key] - amount) <= Fraction(1, 2)


@given(costs, costs)
def test_what_was_sent_and_the_adjustment_are_the_new_journal(
    before: list[InvoiceCost], after: list[InvoiceCost]
) -> None:
    chart = chart_map()
    sent, wanted = posted(before, chart), posted(after, chart)
    adjustment = subtract_sent(wanted, sent)
    make_journals(adjustment, "batch")  # asserts that each one balances
    total: dict[object, int] = defaultdict(int)
    for line in (*sent, *adjustment):
        total[line.key] += line.amount
    assert {key: amount for key, amount in total.items() if amount} == {
        line.key: line.amount for line in wanted
    }
    assert not subtract_sent(wanted, wanted)


def test_the_order_of_costs_changes_nothing() -> None:
    given = [cost("CX", 10**17 + n, category=f"c{n}") for n in range(5)]
    assert posted(given, chart_map()) == posted(given[::-1], chart_map())


def test_an_owner_of_another_company_is_posted_in_both_companies() -> None:
    lines = {
        (line.key.company, line.key.account, line.key.partner): line.amount
        for line in posted([cost("CX", 50 * 10**18)], chart_map(CHART.split("markups:")[0]))
    }
    assert lines == {
        ("1000", "1400", "2000"): 5000,
        ("1000", "1590", ""): -5000,
        ("2000", "6510", "1000"): 5000,
        ("2000", "3410", "1000"): -5000,
    }


def test_a_discount_is_a_line_of_its_own_and_lowers_what_the_owner_pays() -> None:
    chart = chart_map(CHART.replace('percent: "3"', 'percent: "-12.5"'))
    lines = posted([cost("ML", 10**18), cost("ML", 10**18, tax=True)], chart)
    assert {(line.key.account, line.key.kind): line.amount for line in lines} == {
        ("6510", "cost"): 100,
        ("1576", "tax"): 100,
        ("1590", "clearing"): -200,
        ("6590", "markup"): -13,  # 12.5 cents, half up; not of the tax
        ("8400", "markup"): 13,
    }


def found(given: list[InvoiceCost], chart: ChartMap) -> list[str]:
    _, findings = map_entries(given, chart, posting_date=DAY)
    return [str(finding) for finding in failing(findings)]


def test_everything_that_is_not_mapped_is_one_finding_with_its_money() -> None:
    [owner, payer] = found(
        [
            cost("FIN100", 10**18),
            cost("FIN100", 2 * 10**18, category="Storage"),
            cost("ML", 10**18, payer="000000000002"),
        ],
        chart_map(),
    )
    assert owner.startswith("J010 chart.yaml: owner FIN100, expected a mapping that is valid on")
    assert "3.00 USD. Add it to `owners`. Did you mean FIN-100?" in owner
    assert payer.startswith("J011 chart.yaml: billing account 000000000002")


def test_a_mapping_of_other_days_does_not_count() -> None:
    owners = OWNERS.replace("CX,2000,4801,,2026-09,\n", "")
    [text] = found([cost("CX", 10**18)], chart_map(owners=owners))
    assert "found mappings for other days in line 3" in text


def test_missing_accounts_are_found() -> None:
    only_compute = CHART.replace('  - {account: "6500"}\n', "")
    [text] = found([cost("ML", 10**18, category="Databases")], chart_map(only_compute))
    assert text.startswith("J012 chart.yaml: service category Databases of company 1000")
    no_tax = CHART.replace('    tax: "1577"\n', "")
    [text] = found([cost("CX", 10**18, tax=True)], chart_map(no_tax))
    assert text.startswith("J013 chart.yaml: company 2000")
    no_partner = CHART.replace(
        '    intercompany:\n      "1000": {receivable: "1410", payable: "3410"}\n', ""
    )
    [text] = found([cost("CX", 10**18)], chart_map(no_partner))
    assert text.startswith("J014 chart.yaml:10:3: company 2000, expected intercompany accounts")
    assert "1.03 USD" in text


def test_a_currency_that_is_no_code_is_found() -> None:
    [text] = found([cost("ML", 10**18, currency="")], chart_map())
    assert text.startswith("J016")
    assert "Correct `BillingCurrency` of the bill" in text


def test_a_mapped_owner_without_cost_is_a_notice() -> None:
    _, findings = map_entries([cost("FIN-100", 10**18)], chart_map(), posting_date=DAY)
    assert {finding.code.number for finding in findings} == {"J017"}
    assert not failing(findings)
