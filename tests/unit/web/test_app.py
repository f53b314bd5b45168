"""The pages over HTTP: responses, security headers and the response cache."""

from __future__ import annotations

import csv
import io
import re
import shutil
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from apportion.model.formulas import FORMULA_STARTS
from apportion.web.app import create_app
from apportion.web.auth.config import create_auth_config
from apportion.web.page_registry import PAGES
from stories import reopened
from web_client import application, as_one_of
from web_ledger import BEFORE, HOSTILE, PERIOD, run_cache_of

ALL = as_one_of("finance")
ADDRESSES = [
    *(f"/{name}" for name in PAGES if name != "explain"),
    "/overview?by=ServiceName",
    "/overview?by=environment",
    "/overview?currency=EUR",
    "/flow?by=ServiceName",
    "/flow?allocated_by=pool+platform",
    "/owners?owner=SHOP",
    "/pools?pool=network",
    "/tags?by=%23owner&tag=CostCenter",
    "/proof?by=account",
    "/explain?owner=SHOP",
    "/explain?owner=SHOP&share_of=platform",
    "/explain?owner=SHOP&column=ServiceName&value=Amazon+RDS",
    "/explain?owner=SHOP&column=environment&value=prod",
    f"/explain?owner=SHOP&day={PERIOD}-02",
    "/explain?pool=platform",
    f"/overview?period={BEFORE}",
]


@pytest.fixture(scope="module")
def client(shown: Path) -> TestClient:
    return application(shown)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_answers_safely(client: TestClient, address: str) -> None:
    answer = client.get(address, headers=ALL)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-cache" in answer.headers["cache-control"]
    page = answer.text
    assert page.count("<h1>") == 1
    assert " style=" not in page
    assert re.findall(r'(?:href|src|action)="(?!/|#)[^"]*', page) == []


def test_hostile_names_are_text_on_every_page(client: TestClient) -> None:
    shown = set()
    for address in (*ADDRESSES, *(f"/owners?{urlencode({'owner': name})}" for name in HOSTILE)):
        page = client.get(address, headers=ALL).text
        for name in HOSTILE:
            assert "<" not in name or name not in page, (address, name)
            shown |= {name} if name in page or name.replace("<", "&lt;")[:4] in page else set()
    assert len(shown) == len(HOSTILE)


def test_a_file_has_every_digit_and_no_formula(client: TestClient) -> None:
    answer = client.get("/files/overview/owners.csv", headers=ALL)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert "attachment" in answer.headers["content-disposition"]
    assert "1743.0531" in {row["direct"] for row in rows if "HYPERLINK" in row["owner"]}
    assert not [row for row in rows if row["owner"].startswith(FORMULA_STARTS)]
    table = pq.read_table(
        io.BytesIO(client.get("/files/overview/owners.parquet", headers=ALL).content)
    )
    assert {str(r["total"]) for r in table.to_pylist()} == {
        f"{Decimal(row['total']):.18f}" for row in rows
    }


def test_the_api_has_the_figures_of_the_page(client: TestClient) -> None:
    result = client.get("/api/v1/owners?owner=SHOP", headers=ALL).json()
    assert (result["page"], result["period"], result["currency"]) == ("owners", PERIOD, "USD")
    services = next(s for s in result["sections"] if s["name"] == "ServiceName")
    assert {row["value"]: row["total"] for row in services["rows"]} == {
        "Amazon Elastic Compute Cloud": "1050.3711",
        "Amazon RDS": "2054.0913",
        "Amazon Connect": "446.7701",
    }
    assert client.get("/api/v1/periods", headers=ALL).json() == {"periods": [PERIOD, BEFORE]}
    paths = client.get("/api/openapi.json", headers=ALL).json()["paths"]
    assert sorted(paths) == sorted(["/api/v1/periods", *(f"/api/v1/{name}" for name in PAGES)])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nowhere", 404),
        ("/overview?period=2026-01", 404),
        ("/overview?period=yesterday", 422),
        ("/overview?by=password", 404),
        ("/overview?currency=GBP", 404),
        ("/overview?unknown=1", 422),
        ("/explain", 404),
        ("/explain?owner=nobody", 404),
        ("/explain?owner=SHOP&pool=platform", 404),
        ("/files/overview/nothing.csv", 404),
        ("/files/overview/owners.exe", 404),
        ("/static/x/../app.py", 404),
        ("/static/x/nothing.js", 404),
        ("/api/v1/overview?as_of=zzz", 404),
    ],
)
def test_an_unknown_address_gets_a_sentence(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address, headers=ALL)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_an_unchanged_response_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/overview", headers={**ALL, "Accept-Encoding": "gzip"})
    again = client.get(
        "/overview",
        headers={**ALL, "Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("/overview", headers={**ALL, "Accept-Encoding": "identity"})
    assert plain.text == first.text
    assert plain.headers["etag"] != first.headers["etag"]
    head = client.head("/overview", headers=ALL)
    assert (head.status_code, head.content) == (200, b"")


def test_a_new_run_is_shown_after_a_refresh(shown: Path, tmp_path: Path) -> None:
    shutil.copytree(shown, tmp_path, dirs_exist_ok=True)
    runs = run_cache_of(tmp_path)
    client = application(tmp_path, runs=runs)
    before = client.get("/owners?owner=SHOP", headers=ALL)
    run = client.get("/api/v1/overview", headers=ALL).json()["run"]
    rules = tmp_path / "rulebook" / "rules.yaml"
    rules.write_text(rules.read_text().replace("SHOP: 20, FIN-100: 50", "SHOP: 60, FIN-100: 10"))
    reopened(tmp_path).allocate([PERIOD])
    runs.refresh()
    after = client.get("/owners?owner=SHOP", headers=ALL)
    assert before.headers["etag"] != after.headers["etag"]
    old = client.get(f"/owners?owner=SHOP&as_of={run}", headers=ALL)
    assert "Show the newest allocation" in old.text
    assert _total(old.text) == _total(before.text) != _total(after.text)


def _total(page: str) -> str:
    return page.split("<h1>")[1].split("</h1>", maxsplit=1)[0]


def test_without_sign_in_other_hosts_are_refused(shown: Path) -> None:
    app = create_app(
        run_cache_of(shown), auth=create_auth_config(None, {}, host="127.0.0.1"), watch=False
    )
    here = TestClient(app, base_url="http://127.0.0.1:8600")
    assert here.get("/overview").status_code == 200
    rebound = TestClient(app, base_url="http://evil.example")
    assert rebound.get("/overview").status_code == 421
    assert rebound.get("/files/overview/owners.csv").status_code == 421


def test_an_empty_ledger_shows_the_next_command(tmp_path: Path) -> None:
    answer = application(tmp_path).get("/overview", headers=ALL)
    assert answer.status_code == 404
    assert "apportion allocate" in answer.text
