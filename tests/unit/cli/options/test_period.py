"""--period: a month, `latest`, `last-month` or a range, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apportion.cli.options.period import (
    exact_month,
    month_of_list,
    months_outside,
    one_month,
    several_months,
    with_latest,
)
from apportion.model.errors.base import NotAPeriodError
from apportion.model.errors.periods import BackwardsRangeError, NoLatestError, OneMonthError

NOW = datetime(2026, 1, 31, 23, 59, tzinfo=UTC)


def test_one_month_is_a_month_or_the_commands_newest() -> None:
    assert one_month("2026-09", NOW) == "2026-09"
    assert one_month("last-month", NOW) == "2025-12"
    assert one_month("latest", NOW) == one_month("", NOW) == ""


def test_latest_of_a_list_is_one_month_and_none_is_all() -> None:
    def newest() -> str:
        return "2026-09"

    written = ("", "latest", "2026-07", "last-month")
    assert [month_of_list(each, NOW, newest) for each in written] == [
        *("", "2026-09", "2026-07", "2025-12")
    ]


def test_a_range_has_every_month_in_order_over_a_year() -> None:
    assert several_months("2025-11..2026-02", NOW) == ("2025-11", "2025-12", "2026-01", "2026-02")
    assert several_months("2026-09..2026-09", NOW) == ("2026-09",)


def test_latest_is_looked_up_only_where_it_is_given() -> None:
    def newest() -> str:
        return "2026-09"

    def never() -> str:
        raise AssertionError

    assert with_latest(several_months("latest", NOW), newest) == ("2026-09",)
    assert with_latest(several_months("last-month", NOW), never) == ("2025-12",)
    assert with_latest(several_months("", NOW), never) == ()


def test_months_of_an_export_are_named_once_each() -> None:
    assert months_outside(["2026-08..2026-09", "2026-09"], NOW) == ("2026-08", "2026-09")
    with pytest.raises(NoLatestError, match="last-month"):
        months_outside(["latest"], NOW)


def test_a_range_is_refused_where_one_month_is_needed() -> None:
    with pytest.raises(OneMonthError, match=r"needs one month.*2026-07\.\.2026-09"):
        one_month("2026-07..2026-09", NOW)


def test_a_backwards_range_is_refused() -> None:
    with pytest.raises(BackwardsRangeError, match="starts with its first month"):
        several_months("2026-09..2026-07", NOW)


@pytest.mark.parametrize("written", ["2026-13", "newest", "2026-07..", "..2026-07", "2026-07-2026"])
def test_other_texts_are_refused(written: str) -> None:
    with pytest.raises(NotAPeriodError, match="like 2026-09; found"):
        several_months(written, NOW)


def test_some_options_take_a_month_alone() -> None:
    assert exact_month("2026-09") == "2026-09"
    assert exact_month("") == ""
    with pytest.raises(NotAPeriodError):
        exact_month("latest")
