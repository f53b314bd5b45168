"""The proof page shows the bill beside its invoices, to users with access to every owner."""

from __future__ import annotations

from pathlib import Path

from journal_ledger import LINES, make_journal_ledger
from web_client import application, as_one_of
from web_ledger import run_cache_of

INVOICES = """\
provider,payer,invoice,period,currency,amount
AWS,000000000001,INV-2,2026-09,USD,1.01
"""
ACCESS = """\
access: 1
sign_in:
  secret_header: {secret_header: X-Proxy-Secret, secret_from: PROXY_SECRET}
groups:
  finance: everything
  ml: {cost_center: [ML]}
"""


def test_invoices_are_shown_as_soon_as_there_are_some(tmp_path: Path) -> None:
    dollars = [line for line in LINES if line.get("currency", "USD") == "USD"]
    typed = make_journal_ledger(tmp_path / "month", dollars)
    runs = run_cache_of(typed.folder)
    with application(typed.folder, runs=runs, access=ACCESS) as client:
        before = client.get("/proof", headers=as_one_of("finance"))
        assert "Totals by stage" in before.text
        assert "INV-2" not in before.text

        (typed.folder / "invoices.csv").write_text(INVOICES)
        assert typed("invoices", "add", "invoices.csv").code == 0
        assert runs.refresh(), "the ledger has another version"
        page = client.get("/proof", headers=as_one_of("finance")).text
        assert "INV-1" in page
        assert "no invoice yet" in page
        assert "1.0051" in page
        assert "equal" in page

        part = client.get("/proof", headers=as_one_of("ml")).text
        assert "INV-2" not in part
