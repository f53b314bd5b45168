"""Each rule of a split says who pays, and what becomes of money that nobody can pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from apportion.model.inputs import DriverRow
from apportion.model.rulebook import IfNothing, Limit, Method
from split_stories import (
    CPU,
    CPU_KEEP,
    EVEN,
    FIRST,
    NOBODY,
    SECOND,
    SPEND,
    THIRD,
    at_least,
    at_most,
    codes,
    cpu,
    fixed,
    floor,
    holds,
    paid,
    pool,
    spends,
    split,
    stays,
    used,
)


def test_even_means_equal_parts_for_all_targets() -> None:
    assert paid(split([pool("p")], [holds("p", 300)])) == {"A": 100, "B": 100, "C": 100}
    assert paid(split([pool("p", to=("A", "B"))], [holds("p", 300)])) == {"A": 150, "B": 150}


def test_fixed_means_the_stated_percentages() -> None:
    result = split([pool("p", fixed(A=40, B=35, C=25))], [holds("p", 100)])
    assert paid(result) == {"A": 40, "B": 35, "C": 25}


def test_proportional_means_by_the_targets_own_cost() -> None:
    spend = [spends("p", *row) for row in [("A", 5000), ("B", 3000), ("C", 1500), ("D", 500)]]
    result = split([pool("p", SPEND)], [holds("p", 300)], spend=spend)
    assert paid(result) == {"A": 150, "B": 90, "C": 45, "D": 15}


def test_no_one_pays_evenly_but_pays_for_what_it_spends() -> None:
    owners = {"USD": f"A B {NOBODY}"}
    assert paid(split([pool("p")], [holds("p", 90)], owners=owners)) == {"A": 45, "B": 45}
    by_spend = split(
        [pool("p", SPEND)],
        [holds("p", 90)],
        spend=[spends("p", "A", 2), spends("p", NOBODY, 1)],
        owners=owners,
    )
    assert paid(by_spend) == {"A": 60, NOBODY: 30}


def test_an_owner_that_only_consumes_pays() -> None:
    drivers = cpu(used("A", 1), used("NEW", 3))
    assert paid(split([pool("p", CPU)], [holds("p", 100)], drivers=drivers)) == {"A": 25, "NEW": 75}


def test_a_pool_does_not_pay_itself_evenly_or_by_its_own_spend() -> None:
    owners = {"USD": "A B PLATFORM"}
    for rule in (EVEN, SPEND):
        platform = pool("platform", rule, owner="PLATFORM")
        spend = [spends("platform", name, 5) for name in ("A", "B", "PLATFORM")]
        result = split([platform], [holds("platform", 100)], spend=spend, owners=owners)
        assert paid(result) == {"A": 50, "B": 50}
        assert [step.target for step in result.steps] == ["A", "B"]


def test_a_pool_that_only_itself_should_pay_has_no_one_to_pay_it() -> None:
    assert codes(split([pool("p", to=("p",))], [holds("p", 1)])) == ["S007"]
    both = [pool("one", fixed(A=100), owner="OPS"), pool("two", to=("OPS",), owner="OPS")]
    assert codes(split(both, [holds("two", 1)])) == ["S007", "S011"]


def test_stepping_down_a_pool_does_not_pay_itself() -> None:
    drivers = cpu(used("PLATFORM", 50), used("A", 40))
    platform = [pool("p", CPU, owner="PLATFORM")]
    result = split(platform, [holds("p", 9)], drivers=drivers, method=Method.STEP_DOWN)
    assert [(step.target, step.ratio) for step in result.steps] == [("A", 1)]


def test_what_a_platform_uses_itself_is_paid_by_its_users() -> None:
    drivers = cpu(used("PLATFORM", 50), used("A", 40), used("B", 10))
    result = split([pool("p", CPU, owner="PLATFORM")], [holds("p", 100)], drivers=drivers)
    assert paid(result) == {"A": 80, "B": 20}
    assert [step.ratio for step in result.steps if step.target == "p"] == [Fraction(1, 2)]


def test_who_has_negative_spend_pays_nothing_and_is_reported() -> None:
    spend = [spends("p", "A", 10), spends("p", "B", -4)]
    result = split([pool("p", SPEND)], [holds("p", 100)], spend=spend)
    assert paid(result) == {"A": 100}
    (finding,) = result.findings
    assert str(finding) == (
        "S001 2026-09.yaml:1:1: pool p: spend of B, expected zero or more, -4.00 USD. "
        "It counts as zero."
    )


def test_who_has_a_negative_number_pays_nothing_and_is_reported() -> None:
    drivers = cpu(used("A", 10, line=2), used("B", "-2.5", line=3), used("C", 0, line=4))
    result = split([pool("p", CPU)], [holds("p", 100)], drivers=drivers)
    assert paid(result) == {"A": 100}
    (finding,) = result.findings
    assert (finding.code.number, finding.place, finding.found) == ("S002", "cpu.csv:3", "-2.5")


@pytest.mark.parametrize("numbers", [(), (used("A", 0), used("B", 0)), (used("A", -1),)])
def test_what_no_one_consumes_stays_or_is_split_evenly(numbers: tuple[DriverRow, ...]) -> None:
    drivers = cpu(*numbers)
    keeping = split([pool("p", CPU)], [holds("p", 90)], drivers=drivers)
    assert paid(keeping) == stays(keeping) == {NOBODY: 90}
    kept = next(f for f in keeping.findings if f.code.number == "S007")
    assert (kept.amount, kept.currency, kept.subject) == (Decimal("9E-17"), "USD", "pool p")
    even = split([pool("p", CPU, if_nothing=IfNothing.EVEN)], [holds("p", 90)], drivers=drivers)
    assert paid(even) == {"A": 30, "B": 30, "C": 30}
    assert "S010" in codes(even)
    assert stays(even) == {}


def test_what_stays_stays_with_the_pools_owner() -> None:
    result = split([pool("p", SPEND, owner="OPS")], [holds("p", 5)])
    assert stays(result) == {"OPS": 5}
    assert result.findings[0].remedy == "The amount stays with OPS."


def test_where_there_is_no_owner_at_all_money_stays() -> None:
    even = pool("p", if_nothing=IfNothing.EVEN)
    result = split([even], [holds("p", 5)], owners={"USD": NOBODY})
    assert (stays(result), codes(result)) == ({NOBODY: 5}, ["S007"])


def test_each_environment_is_paid_by_its_own_users() -> None:
    drivers = cpu(
        used("A", 1, within="prod"), used("B", 3, within="prod"), used("C", 5, within="dev")
    )
    costs = [holds("p", 100, within="prod"), holds("p", 10, within="dev")]
    costs.append(holds("p", 7, within="test"))
    result = split([pool("p", CPU, within="environment")], costs, drivers=drivers)
    assert paid(result) == {"A": 25, "B": 75, "C": 10, NOBODY: 7}
    assert [f.subject for f in result.findings] == ["pool p in environment test"]


def test_spend_is_counted_in_each_environment() -> None:
    spend = [spends("p", "A", 1, within="prod"), spends("p", "B", 1, within="dev")]
    costs = [holds("p", 100, within="prod"), holds("p", 10, within="dev")]
    result = split([pool("p", SPEND, within="environment")], costs, spend=spend)
    assert paid(result) == {"A": 100, "B": 10}


def test_a_line_without_an_environment_holds_in_each() -> None:
    drivers = cpu(used("A", 1), used("B", 1, within="prod"))
    costs = [holds("p", 100, within="prod"), holds("p", 10, within="dev")]
    result = split([pool("p", CPU, within="environment")], costs, drivers=drivers)
    assert paid(result) == {"A": 50 + 10, "B": 50}


def test_even_within_is_among_those_with_cost_in_the_partition() -> None:
    partitions = {
        ("environment", "USD", "prod"): f"A B {NOBODY}",
        ("environment", "USD", "dev"): "C",
        ("environment", "EUR", "prod"): "C",
        ("team", "USD", "prod"): "C",
    }
    costs = [holds("p", 100, within="prod"), holds("p", 10, within="dev")]
    even = pool("p", within="environment")
    assert paid(split([even], costs, partitions=partitions)) == {"A": 50, "B": 50, "C": 10}
    # Who is named in `to` pays in every partition, and where nobody has cost nobody pays.
    named = replace(even, to=("A", "C"))
    assert paid(split([named], costs, partitions=partitions)) == {"A": 55, "C": 55}
    alone = split([even], [holds("p", 7, within="test")], partitions=partitions)
    assert stays(alone) == {NOBODY: 7}
    nothing = replace(even, split=SPEND, if_nothing=IfNothing.EVEN)
    assert paid(split([nothing], costs, partitions=partitions)) == {"A": 50, "B": 50, "C": 10}


def test_lines_of_a_driver_without_a_day_hold_on_each() -> None:
    drivers = cpu(used("A", 3, day=FIRST), used("B", 1), used("A", 1, day=SECOND))
    costs = [holds("p", 100, day=FIRST), holds("p", 100, day=SECOND), holds("p", 60, day=THIRD)]
    result = split([pool("p", CPU)], costs, drivers=drivers)
    assert paid(result, day=FIRST) == {"A": 75, "B": 25}
    assert paid(result, day=SECOND) == {"A": 50, "B": 50}
    assert paid(result, day=THIRD) == {"A": 40, "B": 20}, "the two days together"


@pytest.mark.parametrize(
    ("first_within", "of_prod"),
    [("environment", {"A": 100}), ("project", {"A": 25, "B": 75}), ("", {"A": 25, "B": 75})],
)
def test_cost_stays_in_its_partition_only_where_both_pools_have_it(
    first_within: str, of_prod: dict[str, int]
) -> None:
    pools = [
        pool("first", fixed(second=100), within=first_within),
        pool("second", CPU, within="environment"),
    ]
    drivers = cpu(used("A", 1, within="prod"), used("B", 3, within="dev"))
    result = split(pools, [holds("first", 100, within="prod")], drivers=drivers)
    assert paid(result) == of_prod


DAILY = cpu(
    used("A", 1, day=FIRST),
    used("B", 1, day=FIRST),
    used("B", 2, day=SECOND),
    used("C", 99, month="2026-08"),
    used("C", 99, day=date(2026, 8, 31)),
)


def test_each_day_is_split_by_its_own_numbers() -> None:
    costs = [holds("p", 100, day=FIRST), holds("p", 100, day=SECOND)]
    result = split([pool("p", CPU)], costs, drivers=DAILY)
    assert paid(result, day=FIRST) == {"A": 50, "B": 50}
    assert paid(result, day=SECOND) == {"B": 100}
    assert [(step.day, step.target) for step in result.steps] == [
        (FIRST, "A"),
        (FIRST, "B"),
        (SECOND, "B"),
    ]
    assert result.findings == ()


def test_a_correction_of_an_earlier_month_is_split_by_the_numbers_of_its_day() -> None:
    costs = [holds("p", 100, day=FIRST), holds("p", 10, day=date(2026, 8, 31))]
    result = split([pool("p", CPU)], costs, drivers=DAILY)
    assert paid(result) == {"A": 50, "B": 50, "C": 10}
    assert result.findings == ()


def test_a_missing_day_is_split_by_the_months_numbers() -> None:
    result = split([pool("p", CPU)], [holds("p", 100, day=THIRD)], drivers=DAILY)
    assert paid(result) == {"A": 25, "B": 75}
    assert [(f.code.number, f.found) for f in result.findings] == [("S005", "none for 2026-09-03")]


def test_a_missing_day_stays_where_the_rule_shows_keep() -> None:
    costs = [holds("p", 100, day=FIRST), holds("p", 30, day=THIRD)]
    result = split([pool("p", CPU_KEEP)], costs, drivers=DAILY)
    assert stays(result) == {NOBODY: 30}
    assert codes(result) == ["S005", "S008"]
    assert result.findings[1].amount == Decimal(30).scaleb(-18)


def test_days_flow_on_through_other_pools() -> None:
    pools = [pool("first", fixed(second=100)), pool("second", CPU)]
    costs = [holds("first", 10, day=FIRST), holds("first", 10, day=SECOND)]
    result = split(pools, costs, drivers=DAILY)
    assert paid(result, day=FIRST) == {"A": 5, "B": 5}
    assert paid(result, day=SECOND) == {"B": 10}
    assert [step.day for step in result.steps if step.pool == "first"] == [None]


def test_a_month_number_counts_in_its_month_only() -> None:
    drivers = cpu(used("A", 1, month="2026-09"), used("B", 1), used("C", 1, month="2026-10"))
    assert paid(split([pool("p", CPU)], [holds("p", 10)], drivers=drivers)) == {"A": 5, "B": 5}


def test_a_floor_first_and_the_rest_by_usage() -> None:
    drivers = cpu(used("B", 1), used("C", 3))
    result = split([pool("p", floor(CPU, A=10, B=10))], [holds("p", 100)], drivers=drivers)
    assert paid(result) == {"A": 10, "B": 10 + 20, "C": 60}


def test_when_no_one_uses_the_rest_only_the_rest_stays() -> None:
    result = split([pool("p", floor(CPU, A=20))], [holds("p", 100)], drivers=cpu(used("B", 0)))
    assert paid(result) == {"A": 20, NOBODY: 80}
    assert stays(result) == {NOBODY: 80}


def test_a_part_too_small_for_a_unit_leaves_nothing_to_tell() -> None:
    drivers = cpu(used("B", 0), used("A", 0))
    result = split([pool("p", floor(CPU, A=99))], [holds("p", 1)], drivers=drivers)
    assert (paid(result), codes(result)) == ({"A": 1, NOBODY: 0}, [])


def test_limits_move_money_between_owners_and_lose_none() -> None:
    drivers = cpu(used("A", 90), used("B", 9), used("C", 1))
    limits = (at_most("A", 60), at_least("*", 10))
    result = split([pool("p", CPU, limits=limits)], [holds("p", 100)], drivers=drivers)
    # C is lifted to its least, A is held at its most, B takes the rest.
    assert paid(result) == {"A": 60, "B": 30, "C": 10}
    assert {step.driver for step in result.steps} == {"cpu.csv, within limits"}


def test_who_has_a_least_pays_it_without_using_anything() -> None:
    result = split(
        [pool("p", CPU, limits=(at_least("NEW", 5),))], [holds("p", 100)], drivers=cpu(used("A", 1))
    )
    assert paid(result) == {"A": 95, "NEW": 5}


def test_what_limits_leave_over_stays() -> None:
    drivers = cpu(used("A", 1), used("B", 0))
    result = split([pool("p", CPU, limits=(at_most("*", 60),))], [holds("p", 100)], drivers=drivers)
    assert (paid(result), stays(result)) == ({"A": 60, NOBODY: 40}, {NOBODY: 40})


def test_limits_hold_for_what_others_pay_after_own_usage_came_round() -> None:
    drivers = cpu(used("PLATFORM", 50), used("A", 40), used("B", 10))
    platform = pool("p", CPU, owner="PLATFORM", limits=(at_most("A", 60),))
    assert paid(split([platform], [holds("p", 100)], drivers=drivers)) == {"A": 60, "B": 40}


def test_a_limit_of_somebody_who_is_not_in_to_moves_nothing() -> None:
    limited = pool("p", to=("A", "B"), limits=(at_least("C", 10), at_least("p", 10)))
    assert paid(split([limited], [holds("p", 100)])) == {"A": 50, "B": 50}


def test_a_floor_of_everything_leaves_no_rest() -> None:
    result = split([pool("p", floor(CPU, A=60, B=40))], [holds("p", 10)], drivers=cpu(used("C", 1)))
    assert (paid(result), {step.driver for step in result.steps}) == ({"A": 6, "B": 4}, {"floor"})


def test_directly_only_owners_count_of_a_floor_and_of_the_rest() -> None:
    pools = [pool("p", floor(CPU, A=20, q=30)), pool("q", fixed(C=100))]
    drivers = cpu(used("B", 3), used("q", 1))
    result = split(pools, [holds("p", 70)], drivers=drivers, method=Method.DIRECT)
    # A's 20 and B's 50 are what is left of 100 without q.
    assert paid(result) == {"A": 20, "B": 50}


@pytest.mark.parametrize("limits", [(at_least("A", 60), at_least("B", 50)), (at_most("*", 20),)])
def test_impossible_limits_fail(limits: tuple[Limit, ...]) -> None:
    result = split([pool("p", limits=limits)], [holds("p", 90)])
    assert codes(result) == ["S006"]
    assert result.findings[0].code.severity == "error"
    assert sum(paid(result).values()) == 90
