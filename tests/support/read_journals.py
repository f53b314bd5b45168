"""Independent readers of journal files, one for each format: they check it, and give its postings.

They share nothing with the program: each knows the format from its documentation.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

#: Company, currency, account and cost center.
Account = tuple[str, str, str, str]
Posting = tuple[Account, Decimal]

#: The companies of `journal_ledger`: some formats name them otherwise.
COMPANIES = {"Example Holding": "1000", "Example Retail": "2000", "55003": "1000", "55004": "2000"}


def read_journals(template: str, raw: bytes) -> dict[Account, Decimal]:
    """Read a file and check it; the result is the sum of each account, debits positive."""
    sums: dict[Account, Decimal] = defaultdict(Decimal)
    for account, amount in READERS[template](raw):
        assert amount
        sums[account] += amount
    return {account: amount for account, amount in sums.items() if amount}


def _csv(raw: bytes) -> Iterator[Posting]:
    rows = _dicts(raw.decode("utf-8", "strict"))
    _balanced((row["journal"], _sides(row["debit"], row["credit"])) for row in rows)
    for row in rows:
        assert re.fullmatch(r"[0-9a-f]{12}", row["batch"])
        assert row["posting_date"] == "2026-09-30"
        yield (
            _account(row, "company", "currency", "account", "cost_center"),
            _sides(row["debit"], row["credit"]),
        )


def _netsuite(raw: bytes) -> Iterator[Posting]:
    rows = _dicts(raw.decode("utf-8", "strict"))
    _balanced((row["External ID"], _sides(row["Debit"], row["Credit"])) for row in rows)
    for row in rows:
        assert row["Date"] == "09/30/2026"
        assert row["Posting Period"] == "Sep 2026"
        assert all(cell == cell.strip() for cell in row.values())
        assert re.fullmatch(r"\d{1,10}(\.\d{1,2})?", row["Debit"] or row["Credit"])
        company = COMPANIES[row["Subsidiary"]]
        account = (company, row["Currency"], row["Account"], row["Department"])
        yield account, _sides(row["Debit"], row["Credit"])


def _oracle(raw: bytes) -> Iterator[Posting]:
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8", "strict"), newline="")))
    _balanced((row[47], _sides(row[38], row[39])) for row in rows)
    for row in rows:
        assert len(row) == 150
        assert (row[0], row[7], row[-1]) == ("NEW", "A", "END")
        assert row[1].isdigit()
        assert re.fullmatch(r"\d{4}/\d\d/\d\d", row[2])
        assert re.fullmatch(r"\d{4}/\d\d/\d\d", row[6])
        assert len(row[42]) <= 100 >= len(row[45])
        assert len(row[51]) <= 240
        assert row[45].endswith(row[47])
        yield (row[8], row[5], row[9], row[10]), _sides(row[38], row[39])


def _sap(raw: bytes) -> Iterator[Posting]:
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig", "strict"), newline="")))
    blocks: list[list[list[str]]] = []
    for row in rows:
        if row[:2] == ["BUKRS", "BLART"]:
            blocks.append([])
        blocks[-1].append(row)
    for names, head, line_names, *items in blocks:
        header = dict(zip(names, head, strict=True))
        assert len(header["XBLNR"]) <= 16
        assert len(header["BKTXT"]) <= 25
        assert header["BUDAT"] == "20260930"
        lines = [dict(zip(line_names, item, strict=True)) for item in items]
        assert 2 <= len(lines) <= 999
        _balanced((header["XBLNR"], _sides(one["WRSOL"], one["WRHAB"])) for one in lines)
        for line in lines:
            assert len(line["SGTXT"]) <= 50
            assert len(line["HKONT"]) <= 10
            assert len(line["KOSTL"]) <= 10
            assert line["BUKRS"] == header["BUKRS"]
            account = (line["BUKRS"], header["WAERS"], line["HKONT"], line["KOSTL"])
            yield account, _sides(line["WRSOL"], line["WRHAB"])


def _workday(raw: bytes) -> Iterator[Posting]:
    rows = _dicts(raw.decode("utf-8", "strict"))
    _balanced((r["H_JournalKey"], _sides(r["L_DebitAmount"], r["L_CreditAmount"])) for r in rows)
    for row in rows:
        assert row["H_LedgerType"] == "ACTUALS"
        assert row["L_Company"] == row["H_Company"]
        assert len(row["H_JournalKey"]) <= 30
        yield (
            _account(row, "H_Company", "H_Currency", "L_LedgerAccount", "L_CostCenter"),
            _sides(row["L_DebitAmount"], row["L_CreditAmount"]),
        )


def _dynamics(raw: bytes) -> Iterator[Posting]:
    rows = _dicts(raw.decode("utf-8", "strict"))
    assert len({row["JOURNALBATCHNUMBER"] for row in rows}) == 1
    assert [row["LINENUMBER"] for row in rows] == [str(n + 1) for n in range(len(rows))]
    _balanced((row["VOUCHER"], _sides(row["DEBITAMOUNT"], row["CREDITAMOUNT"])) for row in rows)
    for row in rows:
        account, cost_center, _project = row["ACCOUNTDISPLAYVALUE"].split("-", 2)
        assert row["ACCOUNTTYPE"] == "Ledger"
        assert len(row["TEXT"]) <= 60
        yield (
            ("2000", row["CURRENCYCODE"], account, cost_center),
            _sides(row["DEBITAMOUNT"], row["CREDITAMOUNT"]),
        )


def _datev(raw: bytes) -> Iterator[Posting]:
    lines = raw.decode("cp1252", "strict").split("\r\n")
    assert lines.pop() == ""
    assert not any("\n" in line or "\r" in line for line in lines)
    head, names, *rows = csv.reader(lines, delimiter=";")
    assert len(head) == 31
    assert lines[0].startswith('"EXTF";700;21;"Buchungsstapel";13;20261102')
    assert (head[12], head[14], head[15]) == ("20260101", "20260901", "20260930")
    assert len(names) == 125
    at = {name: place for place, name in enumerate(names)}
    for row in rows:
        assert len(row) == 125
        assert re.fullmatch(r"\d{1,10},\d{2}", row[0])
        assert row[1] in ("S", "H")
        assert row[at["Belegdatum"]] == "3009"
        assert len(row[at["Buchungstext"]]) <= 60
        amount = Decimal(row[0].replace(",", ".")) * (1 if row[1] == "S" else -1)
        company, cost_center = COMPANIES[head[11]], row[at["KOST1 - Kostenstelle"]]
        yield (company, row[2], row[6], cost_center), amount
        yield (company, row[2], row[7], ""), -amount  # the contra account, which balances it


def _dicts(text: str) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows = list(reader)
    assert rows
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


def _account(row: dict[str, str], *columns: str) -> Account:
    company, currency, account, cost_center = (row[column] for column in columns)
    return company, currency, account, cost_center


def _sides(debit: str, credit: str) -> Decimal:
    """Exactly one side has an amount, and it is positive."""
    assert bool(debit) != bool(credit)
    amount = Decimal(debit or credit)
    assert amount > 0
    return amount if debit else -amount


def _balanced(amounts: Iterable[tuple[str, Decimal]]) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    counts: dict[str, int] = defaultdict(int)
    for journal, amount in amounts:
        sums[journal] += amount
        counts[journal] += 1
    assert sums
    assert not any(sums.values())
    assert min(counts.values()) >= 2


READERS: dict[str, Callable[[bytes], Iterator[Posting]]] = {
    "csv": _csv,
    "netsuite": _netsuite,
    "oracle-fusion": _oracle,
    "sap-s4hana": _sap,
    "workday": _workday,
    "dynamics-365": _dynamics,
    "datev": _datev,
}
