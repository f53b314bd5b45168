"""Commitments cover what they can pay, in order, and no more."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.demo import company
from apportion.demo.commitments import COMMITMENTS, HOURS, cover

DAY = date(2026, 8, 10)
METERS = [company.meter_number(name) for name in ("ec2-m6i.xlarge", "ec2-r5.2xlarge", "sqs")]
RESERVED = company.meter_number("rds-r6g.xlarge")

amounts = st.lists(
    st.tuples(
        st.sampled_from([*METERS, RESERVED]),
        st.floats(0.000001, 5000, allow_nan=False).map(lambda q: round(q, 6)),
    ),
    min_size=1,
    max_size=60,
)


@given(amounts)
@example([(METERS[1], 5000.0)])  # the plan runs out in the first line
@example([(RESERVED, 24.0)] * 12)  # eleven nodes are reserved
@example([(METERS[2], 1.0)])  # nothing may be covered
def test_no_commitment_pays_more_than_it_has(lines: list[tuple[int, float]]) -> None:
    meter = np.array([meter for meter, _ in lines])
    quantity = np.array([quantity for _, quantity in lines])

    coverage = cover(meter, quantity, day=DAY, scale=1)

    assert (coverage.quantity <= quantity).all()
    for number, used in coverage.used.items():
        one = COMMITMENTS[number]
        assert used <= HOURS * (one.hourly if one.is_plan else one.count)
    assert (coverage.commitment[meter == METERS[2]] == -1).all()


def test_a_line_at_the_edge_is_covered_in_part() -> None:
    meter, quantity = np.array([METERS[1], METERS[1]]), np.array([24.0, 5000.0])

    coverage = cover(meter, quantity, day=DAY, scale=1)

    assert coverage.quantity[0] == 24
    assert 0 < coverage.quantity[1] < 5000
    assert COMMITMENTS[coverage.commitment[1]].name == "r5 instance plan"


def test_reserved_hours_beyond_the_count_are_not_covered() -> None:
    meter, quantity = np.full(12, RESERVED), np.full(12, 24.0)

    coverage = cover(meter, quantity, day=DAY, scale=1)

    assert coverage.quantity.tolist() == [24.0] * 11 + [0.0]
    assert list(coverage.used.values())[-2:] == [11 * 24, 0]


def test_the_returned_plan_covers_nothing() -> None:
    coverage = cover(np.array(METERS), np.full(3, 1.0), day=date(2026, 8, 4), scale=1)

    returned = next(n for n, one in enumerate(COMMITMENTS) if one.name == "returned plan")
    assert coverage.used[returned] == 0
    assert returned not in coverage.commitment
