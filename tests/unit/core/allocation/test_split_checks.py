"""Stale drivers and names with two meanings are findings."""

from __future__ import annotations

from split_stories import (
    CPU,
    NOBODY,
    codes,
    cpu,
    fixed,
    holds,
    paid,
    pool,
    split,
    stays,
    used,
)


def test_two_pools_with_one_owner_are_reported_and_the_first_passes_on() -> None:
    pools = [
        pool("one", fixed(A=100), owner="OPS"),
        pool("two", fixed(B=100), owner="OPS"),
        pool("three", fixed(OPS=100)),
    ]
    result = split(pools, [holds("three", 9)])
    assert paid(result) == {"A": 9}
    assert codes(result) == ["S011"]


def test_a_name_that_is_both_means_the_pool_and_is_reported() -> None:
    pools = [pool("B", fixed(A=100)), pool("p", fixed(B=100))]
    result = split(pools, [holds("p", 9)])
    assert paid(result) == {"A": 9}
    assert [(f.code.number, f.subject) for f in result.findings] == [("S012", "B in pool p")]


def test_with_to_the_others_do_not_pay_and_their_lines_are_reported() -> None:
    drivers = cpu(used("A", 1), used("B", 1), used("C", 8, line=4))
    result = split([pool("p", CPU, to=("A", "B"))], [holds("p", 100)], drivers=drivers)
    assert paid(result) == {"A": 50, "B": 50}
    assert [(f.code.number, f.place, f.subject) for f in result.findings] == [
        ("S003", "cpu.csv:4", "C in the driver of pool p")
    ]


def test_a_driver_of_last_month_is_stale() -> None:
    result = split([pool("p", CPU)], [holds("p", 10)], drivers=cpu(used("A", 1, month="2026-08")))
    assert (stays(result), codes(result)) == ({NOBODY: 10}, ["S004", "S007"])


def test_a_pools_own_usage_and_the_owner_of_a_pool_in_to_are_no_mistakes() -> None:
    pools = [
        pool("p", CPU, to=("A", "q"), owner="OPS"),
        pool("q", fixed(B=100), owner="NET"),
    ]
    drivers = cpu(used("OPS", 1), used("NET", 1), used("A", 1))
    result = split(pools, [holds("p", 100)], drivers=drivers)
    assert (paid(result), codes(result)) == ({"A": 50, "B": 50}, [])


def test_a_pool_may_be_named_like_the_owner_it_passes_on() -> None:
    pools = [pool("OPS", fixed(A=100), owner="OPS"), pool("p", fixed(OPS=100))]
    assert codes(split(pools, [holds("p", 3)], owners={"USD": "A OPS"})) == []


def test_unused_values_of_a_driver_are_not_reported() -> None:
    pools = [pool("idle", CPU, to=("A",)), pool("p")]
    assert codes(split(pools, [holds("p", 3)], drivers=cpu(used("C", -1)))) == []
