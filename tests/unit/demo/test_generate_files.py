"""The demo's rulebook, lookup and drivers: nothing is wrong in them, and every rule is shown."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import get_args

import pytest

from apportion.core.journal.chart_map import read_chart_map
from apportion.core.rulebook.inputs.drivers import read_driver
from apportion.core.rulebook.inputs.lookups import read_lookup
from apportion.core.rulebook.read import read_rulebook
from apportion.demo import company
from apportion.demo.tagging import MISSPELT
from apportion.model.inputs import Driver
from apportion.model.rulebook import (
    IfNothing,
    Method,
    Pool,
    Proportional,
    Rulebook,
    Split,
    TwoPart,
    Usage,
    ValueSource,
)

RULEBOOK = "rulebook/2026-07.yaml"
DRIVERS = ("drivers/cluster_cpu.csv", "drivers/network_gb.csv", "drivers/lake_queries.csv")


def _text(name: str) -> str:
    return (files("apportion.demo") / "files").joinpath(*name.split("/")).read_text("utf-8")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    read, findings = read_rulebook(_text(RULEBOOK), name=RULEBOOK)
    assert findings == []
    assert read is not None
    return read


@pytest.fixture(scope="module")
def drivers() -> dict[str, Driver]:
    read = {}
    for name in DRIVERS:
        driver, findings = read_driver(_text(name), name=name)
        assert findings == []
        assert driver is not None
        read[name] = driver
    return read


def test_every_kind_of_source_is_shown(rulebook: Rulebook) -> None:
    shown = {type(source) for one in rulebook.dimensions for source in one.sources}

    assert shown == set(get_args(ValueSource))


def test_every_kind_of_split_is_shown(rulebook: Rulebook) -> None:
    assert {type(pool.split) for pool in rulebook.pools} == set(get_args(Split))
    simple = [pool.split for pool in rulebook.pools if isinstance(pool.split, Proportional)]
    assert {split.where is None for split in simple} == {True, False}


def test_every_key_of_a_pool_is_used(rulebook: Rulebook) -> None:
    for one in fields(Pool):
        unset = {"", (), IfNothing.KEEP} if one.name not in ("split", "where", "place") else set()
        assert any(getattr(pool, one.name) not in unset for pool in rulebook.pools), one.name
    assert rulebook.method is Method.RECIPROCAL


def test_pools_serve_each_other_in_a_cycle(rulebook: Rulebook, drivers: dict[str, Driver]) -> None:
    serves: dict[str, set[str]] = {}
    for pool in rulebook.pools:
        match pool.split:
            case Usage(file=file) | TwoPart(rest=Usage(file=file)):
                serves[pool.owner] = {row.owner for row in drivers[file].rows}
            case _ if pool.to:
                serves[pool.owner] = set(pool.to)

    assert "NETWORK" in serves["PLATFORM"]
    assert "SECURITY" in serves["NETWORK"]
    assert "PLATFORM" in serves["SECURITY"]


def test_drivers_know_only_owners_of_the_rulebook(
    rulebook: Rulebook, drivers: dict[str, Driver]
) -> None:
    owners = {value.name for value in rulebook.dimension(rulebook.owner).values}

    for driver in drivers.values():
        assert {row.owner for row in driver.rows} <= owners
        assert all(row.number > Decimal(0) for row in driver.rows)


def test_two_days_of_the_cluster_were_not_measured(drivers: dict[str, Driver]) -> None:
    days = {row.day for row in drivers["drivers/cluster_cpu.csv"].rows}

    assert len(days) == 90
    assert not {date(2026, 8, 22), date(2026, 8, 23)} & days


def test_the_rulebook_understands_every_misspelling_that_can_be_understood(
    rulebook: Rulebook,
) -> None:
    assert {value.name for value in rulebook.dimension("cost_center").values} == set(MISSPELT)


def test_the_lookup_names_every_account_but_two_and_one_by_date() -> None:
    lookup, findings = read_lookup(
        _text("accounts.csv"), name="accounts.csv", dimension="cost_center"
    )

    assert findings == []
    assert lookup is not None
    found = {row.match[0] for row in lookup.rows}
    names = {one.account_id: one.account_name for one in company.accounts()}
    assert found < names.keys()
    assert {names[one] for one in names.keys() - found} == {"sandbox", "contact-centre"}
    moved = [row for row in lookup.rows if names[row.match[0]] == "loyalty-prod"]
    assert [(row.value, str(row.valid_from)) for row in moved][1] == (
        "ECOM-200",
        "2026-08-17",
    )


def test_the_chart_map_maps_every_owner_and_the_payer(rulebook: Rulebook) -> None:
    chart, findings = read_chart_map(
        _text("chart.yaml"), name="chart.yaml", read_file=lambda *_: (None, [])
    )
    assert chart is not None, findings
    shared = {pool.owner for pool in rulebook.pools} | {""}
    owners = {account.cost_center for account in company.accounts()} - shared
    assert owners | {"unallocated"} == {mapping.owner for mapping in chart.owners}
    assert list(chart.payers) == [company.accounts()[0].account_id]
