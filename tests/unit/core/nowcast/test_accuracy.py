"""Errors are measured in money, and intervals wait for enough of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apportion.core.nowcast.accuracy import (
    ENOUGH_ERRORS,
    AdaptiveInterval,
    Replayed,
    accuracy,
    horizon_of,
)


def one(estimate: str, truth: str, width: str | None = None) -> Replayed:
    half = None if width is None else Decimal(width)
    return Replayed("0 to 24 h", "S3", "USD", Decimal(estimate), Decimal(truth), half)


def test_wape_and_bias_are_shares_of_the_true_amounts() -> None:
    found = accuracy([one("110", "100"), one("40", "50"), one("60", "50")])
    assert (found.estimates, found.truth) == (3, 200)
    assert (found.wape, found.bias) == (Decimal("0.15"), Decimal("0.05"))
    assert (found.intervals, found.covered) == (0, None)


def test_credits_do_not_cancel_errors() -> None:
    found = accuracy([one("-110", "-100"), one("110", "100")])
    assert (found.wape, found.bias) == (Decimal("0.1"), 0)
    nothing = accuracy([one("5", "0")])
    assert (nothing.wape, nothing.bias, accuracy([]).wape) == (None, None, None)


def test_coverage_is_the_share_of_true_amounts_in_their_interval() -> None:
    found = accuracy([one("100", "105", "0.1"), one("100", "120", "0.1"), one("1", "2")])
    assert (found.intervals, found.covered) == (2, Decimal("0.5"))


def test_an_interval_waits_for_enough_errors() -> None:
    interval = AdaptiveInterval()
    for number in range(1, ENOUGH_ERRORS):
        interval.add(one("100", str(100 + number)))
    assert interval.width() is None
    interval.add(one("100", str(100 + ENOUGH_ERRORS)))
    assert interval.width() == Decimal("0.55")  # the 55th of 60: ceil(61 * 0.9)


def test_misses_widen_intervals_and_hits_narrow_them() -> None:
    interval = AdaptiveInterval([Decimal(n) / 100 for n in range(1, 101)])
    before = interval.width()
    assert before == Decimal("0.91")
    interval.add(one("100", "300", "0.91"))
    wider = interval.width()
    assert wider is not None
    assert wider > before
    for _ in range(60):
        interval.add(replace(one("100", "101"), width=interval.width()))
    narrower = interval.width()
    assert narrower is not None
    assert narrower < before


def test_an_estimate_of_nothing_that_cost_something_is_a_whole_error() -> None:
    assert (one("0", "5").error, one("0", "0").error) == (1, 0)
    assert one("-10", "-5").error == Decimal("0.5")


def test_horizons_have_names() -> None:
    assert [horizon_of(age) for age in (0.5, 24, 47.9, 72, 1000)] == [
        *("0 to 24 h", "24 to 36 h", "36 to 48 h", "72 to 120 h", "from 240 h"),
    ]
