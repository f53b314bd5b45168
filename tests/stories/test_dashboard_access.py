"""A user of one owner cannot read the cost of others: by address, parameter, file or cache."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from starlette.testclient import TestClient

from apportion.core.dashboard import queries
from apportion.model.access import EVERYTHING
from apportion.web.page_registry import PAGES
from soak import SOAK, examples
from web_client import application, as_one_of
from web_ledger import BEFORE, HOSTILE, PERIOD, run_cache_of

ALL, SHOP, NOBODY = as_one_of("finance"), as_one_of("shop"), as_one_of("nothing of ours")
#: The number of requested addresses of a kind.
OF_A_KIND = 10_000 if SOAK else 1

OWNERS = ("SHOP", "FIN-100", "PLATFORM", "NETWORK", "EURO", "unallocated", *HOSTILE)


@pytest.fixture(scope="module")
def client(shown: Path) -> TestClient:
    return application(shown)


@pytest.fixture(scope="module")
def secrets(shown: Path) -> frozenset[str]:
    """Every amount of the others, of both months: what they pay in all, apart, by day, by column.

    As text, as files and pages write them, and what pools hold in all. What is SHOP's too is none.
    """
    runs = run_cache_of(shown)
    mine, others = set[Decimal](), set[Decimal]()
    for period in (BEFORE, PERIOD):
        run = runs.open_run(period, EVERYTHING)
        for row in run.raw_rows(_amounts()):
            (mine if row["owner"] == "SHOP" else others).add(Decimal(str(row["amount"])))
        held = [Decimal(str(row["cost"])) for row in run.raw_rows("SELECT * FROM pools")]
        others |= {*held, sum(held, Decimal())}
        for row in run.rows(queries.totals_query()):
            others |= {row.direct, row.shared, row.total}
    secret = {amount for amount in others - mine if abs(amount) > 100}
    assert len(secret) > 60
    return frozenset(text for amount in secret for text in _written(amount))


def _amounts() -> str:
    return (
        'SELECT "#owner" AS owner, SUM("#cost") AS amount FROM days GROUP BY "#column", "#value", '
        '"#owner", "#day" UNION ALL SELECT "#owner", SUM("#cost") FROM paid GROUP BY 1 UNION ALL '
        'SELECT "#owner", SUM("#cost") FROM shares GROUP BY 1, "#pool" UNION ALL '
        'SELECT "#owner", SUM("#cost") FROM cells GROUP BY 1, "ServiceName", "SubAccountId"'
    )


def _written(amount: Decimal) -> Iterator[str]:
    yield f"{abs(amount):,.2f}"
    yield f"{abs(amount):.2f}"
    yield f"{abs(amount).normalize():f}"


def _leaked(content: str, secrets: frozenset[str]) -> set[str]:
    numbers = set(re.findall(r"\d[\d,]*\.\d+", html.unescape(content)))
    return (numbers | {number.rstrip("0") for number in numbers}) & secrets


def _text(answer: object) -> str:
    content, kind = answer.content, answer.headers.get("content-type", "")  # type: ignore[attr-defined]
    if "spreadsheetml" in kind:
        cells = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        return repr(list(cells))
    if "parquet" in kind:
        return repr(pq.read_table(io.BytesIO(content)).to_pylist())
    return str(answer.text)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def addresses(client: TestClient) -> list[str]:
    """The addresses that pages lead somebody to who sees everything, and the same as JSON.

    Of a kind (a path with its parameters, whatever their values) some; all of them in `make soak`.
    """
    found, ahead = dict[str, None](), ["/overview", f"/overview?period={BEFORE}"]
    alike: Counter[str] = Counter()
    while ahead:
        address = ahead.pop(0)
        kind = re.sub(r"=[^&]*", "", address)
        if address in found or alike[kind] >= OF_A_KIND:
            continue
        found[address] = None
        alike[kind] += 1
        if address.startswith(("/files", "/static", "/api")):
            continue
        page = client.get(address, headers=ALL).text
        links = re.findall(r'href="(/[^"#]*)', page)
        ahead += [html.unescape(link) for link in links]
    pages = [a for a in found if not a.startswith(("/files", "/static"))]
    return [*found, *(f"/api/v1{address}" for address in pages)]


def test_the_secrets_would_be_found(client: TestClient, secrets: frozenset[str]) -> None:
    for address in ("/overview", "/files/overview/owners.csv", "/api/v1/flow", "/proof"):
        assert _leaked(_text(client.get(address, headers=ALL)), secrets), address
    parquet = client.get("/files/overview/owners.parquet", headers=ALL)
    assert _leaked(_text(parquet), secrets)


def test_no_address_shows_the_cost_of_others(
    client: TestClient, addresses: list[str], secrets: frozenset[str]
) -> None:
    """Each was answered in full a moment before, and is kept: another scope must not get that."""
    assert len(addresses) > 120
    kinds = {address.split("?")[0] for address in addresses}
    assert {f"/{name}" for name in PAGES} <= kinds
    result = 0
    for address in addresses:
        answer = client.get(address, headers=SHOP)
        assert _leaked(_text(answer), secrets) == set(), address
        result += answer.status_code == 200
    assert result > 30
    for address in addresses[::7]:
        answer = client.get(address, headers=NOBODY)
        assert _leaked(_text(answer), secrets) == set(), address


_VALUES = st.sampled_from(
    ["", "SHOP", "platform", "network", "pool platform", "default", "tag:costcenter", "Amazon RDS",
     "prod", "SubAccountId", "ServiceName", "environment", "account", "#owner", PERIOD, BEFORE,
     f"{PERIOD}-02", "USD", "EUR", "0", *OWNERS]
) | st.text(max_size=12)  # fmt: skip


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_parameter_shows_the_cost_of_others(
    client: TestClient, secrets: frozenset[str], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(PAGES)))
    fields = sorted(PAGES[name].query_model.model_fields)
    wanted = data.draw(st.dictionaries(st.sampled_from(fields), _VALUES, max_size=4))
    lead = data.draw(st.sampled_from(["/", "/api/v1/", "/files/"]))
    section = data.draw(st.sampled_from(["owners", "days", "movers", "paths", "shares", "pools",
                                         "stages", "rules", "tree", "coverage", "untagged",
                                         "values", "drivers", "payers", "arrows"]))  # fmt: skip
    form = data.draw(st.sampled_from(["csv", "json", "parquet", "xlsx"]))
    address = f"{lead}{name}" if lead != "/files/" else f"/files/{name}/{section}.{form}"
    answer = client.get(address, params=wanted, headers=SHOP)
    assert answer.status_code < 500, answer.text
    assert _leaked(_text(answer), secrets) == set()


def test_an_owner_of_another_group_is_not_explained(client: TestClient) -> None:
    assert client.get("/explain?owner=SHOP", headers=SHOP).status_code == 200
    for address in ("/explain?owner=FIN-100", "/explain?pool=platform", "/explain?resource=i-1"):
        assert client.get(address, headers=SHOP).status_code == 404, address


def test_a_request_without_the_proxy_sees_nothing(
    client: TestClient, addresses: list[str], secrets: frozenset[str]
) -> None:
    forged = {**ALL, "X-Proxy-Secret": "a guess"}
    for headers in ({}, forged, {"X-Forwarded-User": "ada", "X-Forwarded-Groups": "finance"}):
        for address in addresses[::11]:
            answer = client.get(address, headers=headers)
            if not address.startswith("/static"):
                assert answer.status_code == 401, address
            assert _leaked(_text(answer), secrets) == set(), address
