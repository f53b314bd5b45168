"""Every template writes what its system reads: bytes as recorded, checked by a separate reader."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from apportion.model.formulas import FORMULA_STARTS
from apportion.reports.journal_templates import template_names
from journal_ledger import make_journal_ledger
from larkmoor import Typed
from read_journals import READERS, read_journals

GOLDEN = Path(__file__).parent / "journals"

#: Formats that hold one company and currency.
ONE_JOURNAL = {"dynamics-365", "datev"}


@pytest.fixture(scope="module")
def prompt(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    return make_journal_ledger(tmp_path_factory.mktemp("journals"))


def exported(prompt: Typed, template: str, *options: str) -> bytes:
    file = prompt.folder / f"{template}.csv"
    prompt("journal", "export", "--template", template, "--to", str(file), *options)
    assert prompt.code == 0, prompt.err
    return file.read_bytes()


def with_numbered_ids(raw: bytes) -> bytes:
    """Number the ids in a file, which are hashes of the run and all that went into it."""
    found = dict.fromkeys(re.findall(rb"\b[0-9a-f]{12}\b", raw))
    numbers = {each: f"{number:012x}".encode() for number, each in enumerate(found, start=1)}
    return re.sub(rb"\b[0-9a-f]{12}\b", lambda m: numbers[m[0]], raw)


def test_every_template_has_a_reader() -> None:
    assert sorted(READERS) == template_names()


@pytest.mark.parametrize("template", template_names())
def test_a_file_is_as_recorded_and_posts_the_same_as_plain_csv(
    prompt: Typed, template: str
) -> None:
    options = ("--company", "2000", "--currency", "USD") if template in ONE_JOURNAL else ()
    raw = exported(prompt, template, *options)
    golden, recorded = GOLDEN / f"{template}.golden", with_numbered_ids(raw)
    if os.environ.get("APPORTION_WRITE_GOLDEN"):
        golden.write_bytes(recorded)
    assert recorded == golden.read_bytes()
    plain = read_journals("csv", (GOLDEN / "csv.golden").read_bytes())
    assert read_journals(template, raw) == {
        key: amount
        for key, amount in plain.items()
        if template not in ONE_JOURNAL or key[:2] == ("2000", "USD")
    }


def test_the_months_invoices_are_posted_to_the_cent() -> None:
    posted = read_journals("csv", (GOLDEN / "csv.golden").read_bytes())
    clearing = {key[1]: -amount for key, amount in posted.items() if key[2] == "1590"}
    # The exact sums are 144.9067 (INV-1) and 1.0051 USD (INV-2), and 2000.0 JPY.
    assert {currency: str(amount) for currency, amount in clearing.items()} == {
        "USD": "145.92",
        "JPY": "2000",
    }


@pytest.mark.parametrize("template", sorted(ONE_JOURNAL))
def test_a_format_of_one_company_refuses_several(prompt: Typed, template: str) -> None:
    file = prompt.folder / "several.csv"
    prompt("journal", "export", "--template", template, "--to", str(file))
    assert prompt.code == 1
    assert "J035" in prompt.err
    assert "1000 JPY, 1000 USD, 2000 JPY, 2000 USD" in prompt.err
    assert not file.exists()


def test_datev_takes_the_year_of_its_dates_from_the_posting_date(prompt: Typed) -> None:
    options = ("--company", "2000", "--currency", "USD", "--date", "2027-01-10")
    raw = exported(prompt, "datev", *options)
    head, names, *rows = csv.reader(raw.decode("cp1252").splitlines(), delimiter=";")
    assert (head[12], head[14], head[15]) == ("20270101", "20270101", "20270110")
    assert {row[names.index("Belegdatum")] for row in rows} == {"1001"}


@pytest.mark.parametrize("template", sorted(set(template_names()) - ONE_JOURNAL))
def test_no_cell_is_a_formula(template: str) -> None:
    text = (GOLDEN / f"{template}.golden").read_bytes().decode("utf-8-sig")
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert any("=cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
