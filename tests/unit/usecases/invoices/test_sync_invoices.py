"""Invoices are synchronised from AWS for the bills in the ledger."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apportion.cli.main import run
from apportion.cli.session import Outside
from invoicing_fake import FakeInvoicing, client_of, serving, summary
from larkmoor import NOW
from stories import bill_of, csv_bill, delivered, workspace_in

RULES = """\
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team: {from: [{tag: Team}], default: none}
"""


class Synced:
    """A user at a prompt in a folder, with AWS Invoicing as the only service."""

    def __init__(self, folder: Path, fake: FakeInvoicing, endpoint: str) -> None:
        self.folder, self.fake, self._endpoint = folder, fake, endpoint
        self.regions: list[str] = []

    def __call__(self, *words: str) -> tuple[int, list[dict[str, Any]], str]:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        outside = Outside(
            folder=self.folder, client=self._client, environment={}, now=lambda: NOW, out=out,
            err=err,
        )  # fmt: skip
        code = run(("invoices", *words, "--output", "json"), outside)
        out.seek(0)
        written = out.read()
        return code, json.loads(written) if written else [], " ".join(err.getvalue().split())

    def _client(self, service: str, _profile: str, region: str) -> Any:
        assert service == "invoicing"
        self.regions.append(region)
        return client_of(self._endpoint, region)


@pytest.fixture
def synced(tmp_path: Path) -> Iterator[Synced]:
    fake = FakeInvoicing(
        [summary("INV-1", "12.00"), summary("R-1", "9", InvoiceType="PAYMENT_RECEIPT")]
    )
    workspace = workspace_in(tmp_path, RULES, {"apportion.toml": ""})
    lines = [{"day": "2026-09-01", "cost": "12.00", "payer": "123456789012", "InvoiceId": "INV-1"}]
    workspace.ingest(delivered(tmp_path, csv_bill(bill_of(lines))))
    with serving(fake) as endpoint:
        yield Synced(tmp_path, fake, endpoint)


def test_the_invoices_of_the_payers_in_the_ledger_are_read(synced: Synced) -> None:
    code, rows, words = synced("sync")
    assert (code, [row["status"] for row in rows]) == (0, ["added"])
    assert "1 payment receipt skipped." in words
    assert synced.regions == ["us-east-1"]
    assert synced.fake.requests[0]["Filter"] == {"BillingPeriod": {"Month": 9, "Year": 2026}}

    code, rows, _ = synced("sync", "--region", "eu-west-1")
    assert (code, [row["status"] for row in rows]) == (0, ["unchanged"])
    assert synced.regions[-1] == "eu-west-1"


def test_a_payer_and_month_that_are_named_need_no_bill(synced: Synced) -> None:
    _, rows, _ = synced("sync", "--payer", "999999999999", "--period", "2026-07..2026-08")
    assert rows == []
    wanted = [
        (request["Selector"]["Value"], request["Filter"]["BillingPeriod"]["Month"])
        for request in synced.fake.requests
    ]
    assert wanted == [("999999999999", 7), ("999999999999", 8)]
    code, _, words = synced("sync", "--payer", "999999999999")
    assert (code, "no bill of an AWS payer" in words) == (2, True)


def test_an_amount_that_aws_states_otherwise_needs_replace(synced: Synced) -> None:
    (synced.folder / "typed.csv").write_text(
        "provider,payer,invoice,period,currency,amount,entity\n"
        "AWS,123456789012,INV-1,2026-09,USD,12.00,\n"
    )
    synced("add", "typed.csv")
    assert synced("sync")[1][0]["status"] == "completed", "what was empty is filled in"
    assert synced("list")[1][0]["entity"] == "Amazon Web Services EMEA SARL"
    assert synced("add", "typed.csv")[1][0]["status"] == "unchanged", "an empty field is no change"

    synced.fake.summaries[0] = summary("INV-1", "13.00")
    code, rows, words = synced("sync")
    assert (code, rows) == (1, [])
    assert "expected amount 12.00, found amount 13.00" in words
    assert synced("sync", "--replace")[1][0]["status"] == "replaced"


def test_a_refusal_records_nothing(synced: Synced) -> None:
    synced.fake.denied = True
    code, _, words = synced("sync")
    assert (code, "invoicing:ListInvoiceSummaries" in words) == (3, True)
    assert synced("list")[1] == []
    synced.fake.denied = False
    synced.fake.summaries.append(summary("INV-2", "x"))
    code, _, words = synced("sync")
    assert (code, "I007" in words) == (1, True)
    assert synced("list")[1] == []
