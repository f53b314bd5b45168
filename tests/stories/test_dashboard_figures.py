"""Every figure on every page, with every filter, equals SQL over the ledger's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from apportion.model.cents import ROUNDED, cent_off, cents, to_cents
from page_expected import (
    ACCOUNT,
    EXPECTED,
    PageView,
    Rows,
    origins,
    paid,
    shares,
    signed,
    usd,
    view,
)
from page_figures import PERIOD, Ledger, Seen, amounts_in, make, seen
from web_client import application, as_one_of

ACCESS = """\
access: 1
sign_in:
  secret_header: {secret_header: X-Proxy-Secret, secret_from: PROXY_SECRET}
groups:
  finance: everything
  shop: {cost_center: [SHOP, unallocated]}
"""
DASH = "\N{EN DASH}"
MONEY = {"money", "change", "exact"}
NUMBERS = {*MONEY, "share", "heat"}

ALL = [
    view("overview"),
    view("overview", by="ServiceName"),
    view("overview", by=ACCOUNT),
    view("overview", by="environment"),
    view("overview", currency="EUR"),
    view("overview", group="shop"),
    view("overview", group="shop", by="ServiceName"),
    view("flow"),
    view("flow", by="ServiceName"),
    view("flow", origin="000000000044"),
    view("flow", origin="000000000022"),
    view("flow", by="ServiceName", origin="AWS Support"),
    view("flow", owner="SHOP"),
    view("flow", owner="unallocated"),
    view("flow", allocated_by="pool platform"),
    view("flow", allocated_by="pool credits"),
    view("flow", allocated_by="tag:costcenter"),
    view("flow", group="shop"),
    view("flow", group="shop", origin="000000000011"),
    *(view("owners", owner=name) for name in ("", "SHOP", "FIN", "total", "NEW", "GONE")),
    view("owners", group="shop", owner="SHOP"),
    view("owners", currency="EUR", owner="EURO"),
    view("pools"),
    view("pools", group="shop"),
    *(view("pools", pool=pool) for pool in ("platform", "credits", "queues", "support")),
    view("tags"),
    view("tags", by="ServiceName"),
    view("tags", by="#owner", tag="CostCenter"),
    view("tags", tag="Environment"),
    view("proof"),
    view("proof", by="account"),
    view("rules"),
    view("explain", owner="SHOP"),
    view("explain", owner="FIN", share_of="credits"),
    view("explain", owner="SHOP", column="ServiceName", value="Amazon RDS"),
    view("explain", owner="SHOP", day=f"{PERIOD}-01"),
    view("explain", pool="platform"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("figures"))


@pytest.fixture(scope="module")
def ledger(folder: Path) -> Ledger:
    return Ledger(folder)


@pytest.fixture(scope="module")
def client(folder: Path) -> TestClient:
    return application(folder, access=ACCESS)


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.page}?{one.query}&as={one.group}")
def test_every_figure_equals_sql(one: PageView, client: TestClient, ledger: Ledger) -> None:
    headers = as_one_of(one.group)
    result = client.get(f"/api/v1/{one.page}?{one.query}", headers=headers).json()
    wanted = EXPECTED[one.page](ledger, one)
    assert {f["label"]: _number(f["value"]) for f in result["figures"]} == wanted.figures
    assert result["heading"] == (wanted.heading or result["heading"])
    sections = {s["name"]: s for s in result["sections"] if _numbers(s)}
    assert sections.keys() == wanted.sections.keys()
    for name, section in sections.items():
        assert_rows(_named(section, wanted.sections[name]), wanted.sections[name])
    page = seen(client.get(f"/{one.page}?{one.query}", headers=headers).text)
    assert_shown(page, result)


def assert_rows(section: Mapping[str, Any], wanted: Rows) -> None:
    """Compare the numbers of a section row by row, in all of its columns."""
    columns = _numbers(section)
    assert all(columns <= row.keys() for row in wanted), section["name"]
    names = sorted({name for row in wanted for name in row})
    found = [
        {name: _value(row[name], name in columns) for name in names} for row in section["rows"]
    ]
    assert _sorted(found) == _sorted(wanted), section["name"]


def assert_shown(page: Seen, result: Mapping[str, Any]) -> None:
    """Compare the displayed numbers, rounded to cents, with those of the API."""
    shown = [figure for figure in page.figures if "." in figure and "%" not in figure]
    values = [_number(f["value"]) for f in result["figures"]]
    amounts = [value for value in values if isinstance(value, Decimal)]
    assert {_amount(text) for text in shown} <= {to_cents(abs(amount)) for amount in amounts}
    for section in result["sections"]:
        columns = [c for c in section["columns"] if c["style"] in {"money", "change"}]
        if columns and section["name"] in page.tables:
            assert_table(page, section, [c["name"] for c in columns])


def assert_table(page: Seen, section: Mapping[str, Any], columns: list[str]) -> None:
    """Each cell is rounded by itself, a total from the exact sum, with a note if they differ."""
    heads = [text for text, _ in page.tables[section["name"]][0]]
    titles = {c["name"]: c["title"] for c in section["columns"]}
    body, foot = page.body(section["name"]), page.foot(section["name"])
    whole = len(body) == len(section["rows"])
    totals = [row for row in foot if row != [ROUNDED]]
    off = False
    for name in columns:
        at = heads.index(titles[name])
        exact = [Decimal(row[name]) for row in section["rows"] if row[name] is not None]
        texts = [row[at].lstrip("-+") for row in body if row[at] not in {"", DASH}]
        if whole:
            assert texts == [cents(abs(amount)) for amount in exact]
        if totals and totals[0][at]:
            assert totals[0][at].lstrip("-+") == cents(abs(sum(exact, Decimal())))
            off |= whole and cent_off(exact, sum(exact, Decimal()))
    if off:
        assert foot[-1] == [ROUNDED]
        assert foot.count([ROUNDED]) == 1


def test_a_total_that_is_a_cent_off_has_a_note(client: TestClient) -> None:
    page = seen(client.get("/owners", headers=as_one_of("finance")).text)
    assert page.foot("owners")[-1] == [ROUNDED]


def test_amounts_in_sentences_are_those_of_the_tables(client: TestClient, ledger: Ledger) -> None:
    one = view("overview")
    (total,) = paid(ledger, one, "'all'")
    (then,) = paid(ledger, one, "'all'", before=True)
    (nobody,) = [row for row in paid(ledger, one) if row["owner"] == "unallocated"]
    change = total["total"] - then["total"]
    result = client.get("/api/v1/overview", headers=as_one_of("finance")).json()
    heading, lead = (list(amounts_in([result[part]])) for part in ("heading", "lead"))
    assert heading == [to_cents(amount) for amount in (total["total"], nobody["total"])]
    assert lead == [to_cents(amount) for amount in (change, nobody["direct"], nobody["shared"])]
    movers = next(s for s in result["sections"] if s["name"] == "movers")
    assert movers["note"] in {"", "The axis does not start at zero."}


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("GBP", "Cost in 2026-09: 0.00 GBP"),
        ("CHF", "Cost in 2026-09: 0.00 CHF; 0.00 CHF is unallocated"),
        ("EUR", "Cost in 2026-09: 90.01 EUR; every cent has an owner"),
    ],
)
def test_a_month_without_cost_has_no_claim_about_every_cent(
    client: TestClient, currency: str, expected: str
) -> None:
    result = client.get(
        f"/api/v1/overview?currency={currency}", headers=as_one_of("finance")
    ).json()
    assert result["heading"] == expected


def test_credits_are_counted_once_and_none_is_drawn(client: TestClient, ledger: Ledger) -> None:
    one = view("flow")
    found = origins(ledger, one, ACCOUNT)
    below = sum((min(row["total"], Decimal()) for row in found), Decimal())
    page = seen(client.get("/flow", headers=as_one_of("finance")).text)
    assert f"Credits of {usd(below)} are not drawn." in page.sentences
    (trace,) = page.charts["flow"]["data"]
    drawn = [Decimal(value) for value in trace["link"]["value"]]
    given = shares(ledger, one)
    assert sum(drawn) == _positive(found) + _positive(row for row in found if row["owner"]) + (
        _positive(given)
    )
    assert trace["link"]["customdata"] == [usd(amount) for amount in drawn]
    assert all(amount.endswith(" before credits") for _, amount in trace["node"]["customdata"])


def test_the_waterfall_shows_changes_not_levels(client: TestClient, ledger: Ledger) -> None:
    one = view("overview")
    page = seen(client.get("/overview", headers=as_one_of("finance")).text)
    (trace,) = page.charts["movers"]["data"]
    result = [text.rsplit("<br>", 1) for text in trace["hovertext"]]
    changes = dict(result[1:-1])
    now, then = ({r["owner"]: r["total"] for r in paid(ledger, one, before=b)} for b in (0, 1))
    moved = {name: now.get(name, 0) - then.get(name, 0) for name in {*now, *then}}
    assert changes == {name: signed(amount) for name, amount in moved.items() if amount}
    assert [amount for _, amount in (result[0], result[-1])] == [
        usd(sum(month.values(), Decimal())) for month in (then, now)
    ]


def test_days_in_charts_are_those_of_the_tables(client: TestClient, ledger: Ledger) -> None:
    page = seen(client.get("/overview", headers=as_one_of("finance")).text)
    for trace in page.charts["days"]["data"]:
        assert trace["hovertext"] == [usd(Decimal(y)) for y in trace["y"]]
    whole = sum(Decimal(y) for trace in page.charts["days"]["data"] for y in trace["y"])
    assert whole == sum(row["total"] for row in paid(ledger, view("overview")))


def _positive(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    return sum((max(row["total"], Decimal()) for row in rows), Decimal())


def _amount(text: str) -> Decimal:
    return Decimal(text.lstrip("-+").replace(",", ""))


def _numbers(section: Mapping[str, Any]) -> set[str]:
    return {c["name"] for c in section["columns"] if c["style"] in NUMBERS}


def _number(value: object) -> Decimal | int | None:
    return Decimal(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _value(value: object, number: object) -> object:
    if number:
        return None if value is None else Decimal(str(value))
    return "" if value is None else value


def _sorted(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: str(sorted((k, _key(v)) for k, v in row.items())))


def _key(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _named(section: Mapping[str, Any], wanted: Rows) -> Mapping[str, Any]:
    """Of a tree, the branches that are compared; the trunk has no name there."""
    if section["name"] != "tree":
        return section
    titles = {row["title"] for row in wanted}
    rows = [{**row, "title": row["title"] if row["level"] else ""} for row in section["rows"]]
    return {**section, "rows": [row for row in rows if row["title"] in titles]}
