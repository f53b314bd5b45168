"""Shared cost reaches owners through every graph by every method, and none of it is lost."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apportion.model.inputs import DriverRow
from apportion.model.rulebook import IfNothing, Method, Pool
from apportion.model.split import PoolCost, Share, Spend
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
    cpu,
    fixed,
    floor,
    holds,
    lost,
    paid,
    pool,
    ratios,
    spends,
    split,
    stays,
    used,
)

LONGEST = 10**38 - 1

# The example of the cost accounting textbooks (Horngren): Maintenance with 600,000 serves Systems
# 20, Machining 30, Assembly 50 percent; Systems with 116,000 serves Maintenance 10, Machining 80,
# Assembly 10 percent.
DEPARTMENTS = [
    pool("maintenance", fixed(systems=20, machining=30, assembly=50)),
    pool("systems", fixed(maintenance=10, machining=80, assembly=10)),
]
BUDGET = [holds("maintenance", 600_000), holds("systems", 116_000)]


@pytest.mark.parametrize(
    ("method", "machining", "assembly"),
    [
        (Method.DIRECT, 328_111, 387_889),  # 225,000 + 103,111 and 375,000 + 12,889
        (Method.STEP_DOWN, 389_778, 326_222),  # 180,000 + 209,778 and 300,000 + 26,222
        (Method.RECIPROCAL, 379_878, 336_122),  # of 624,082 and 240,816
    ],
)
def test_the_textbook_methods(method: Method, machining: int, assembly: int) -> None:
    result = split(DEPARTMENTS, BUDGET, method=method)
    assert paid(result) == pytest.approx({"machining": machining, "assembly": assembly}, abs=1)
    assert sum(paid(result).values()) == 716_000


def test_reciprocal_costs_of_the_departments_are_the_textbooks() -> None:
    # What passes through a department is its own cost and what the other puts on it: 611,600/0.98.
    result = split(DEPARTMENTS, BUDGET)
    systems_from_maintenance = next(
        step.ratio
        for step in result.steps
        if (step.pool, step.target) == ("maintenance", "systems")
    )
    maintenance = Fraction(600_000 + 11_600) / (1 - Fraction(2, 100))
    systems = 116_000 + systems_from_maintenance * maintenance
    assert (round(maintenance), round(systems)) == (624_082, 240_816)
    exact = Fraction(3, 10) * maintenance + Fraction(8, 10) * systems
    assert abs(paid(result)["machining"] - exact) < 2  # two pools, each rounded once


def test_step_down_follows_the_rulebooks_order() -> None:
    result = split(reversed(DEPARTMENTS), BUDGET, method=Method.STEP_DOWN)
    # Systems first: 11,600 to Maintenance, whose 611,600 go 30 : 50 to the others.
    assert paid(result) == {"machining": 92_800 + 229_350, "assembly": 11_600 + 382_250}


def test_what_lands_on_the_owner_of_a_pool_flows_through_it() -> None:
    pools = [
        pool("support", SPEND),
        pool("platform", fixed(A=75, B=25), owner="PLATFORM"),
    ]
    spend = [spends("support", "A", 60), spends("support", "PLATFORM", 40)]
    result = split(pools, [holds("support", 100), holds("platform", 1000)], spend=spend)
    # 40 of support land on the platform, and leave it 30 : 10.
    assert paid(result) == {"A": 60 + 30 + 750, "B": 10 + 250}
    assert [(step.pool, step.target, step.target_is_pool, step.ratio) for step in result.steps] == [
        ("platform", "A", False, Fraction(3, 4)),
        ("platform", "B", False, Fraction(1, 4)),
        ("support", "A", False, Fraction(3, 5)),
        ("support", "platform", True, Fraction(2, 5)),
    ]


def test_a_credit_is_split_like_a_cost() -> None:
    pools = [pool("p", fixed(A=40, B=35, C=25))]
    assert paid(split(pools, [holds("p", -100)])) == {"A": -40, "B": -35, "C": -25}


def test_a_pool_that_holds_nothing_has_no_shares() -> None:
    result = split([pool("p"), pool("q")], [holds("p", 0, 0), holds("p", 5), holds("p", -5)][:1])
    assert (result.shares, result.steps, result.findings) == ((), (), ())
    both = [holds("p", 5, 1), holds("p", -5, -1)]
    assert split([pool("p")], both).shares == ()


def test_columns_are_split_apart_even_where_one_is_zero() -> None:
    result = split([pool("p", fixed(A=50, B=50))], [holds("p", 0, 1, -1, 10**37)])
    assert [(share.owner, share.units) for share in result.shares] == [
        ("A", (0, 1, -1, 5 * 10**36)),
        ("B", (0, 0, 0, 5 * 10**36)),
    ]


def test_three_pools_in_a_cycle() -> None:
    pools = [
        pool("network", fixed(security=50, A=50)),
        pool("security", fixed(logging=50, B=50)),
        pool("logging", fixed(network=50, C=50)),
    ]
    # Of 700 of the network 4/7 stay with A, 2/7 with B and 1/7 with C.
    assert paid(split(pools, [holds("network", 700)])) == {"A": 400, "B": 200, "C": 100}


def test_a_chain_of_five_thousand_pools() -> None:
    pools = [pool(f"p{n}", fixed(**{f"p{n + 1}": 100})) for n in range(4999)]
    pools.append(pool("p4999", fixed(A=60, B=40)))
    result = split(pools, [holds("p0", 10), holds("p4998", 5)])
    assert paid(result) == {"A": 9, "B": 6}


def test_a_closed_ring_keeps_its_money_and_is_named() -> None:
    pools = [
        pool("a", fixed(b=100), owner="OPS"),
        pool("b", fixed(a=100)),
        pool("into", fixed(a=30, A=70)),
    ]
    result = split(pools, [holds("a", 5), holds("b", 7), holds("into", 100)])
    assert paid(result) == {"OPS": 5 + 30, NOBODY: 7, "A": 70}
    assert stays(result) == {"OPS": 35, NOBODY: 7}
    (finding,) = result.findings
    assert (finding.code.number, finding.subject) == ("S009", "pool a and pool b")
    assert finding.amount == Decimal(42).scaleb(-18)
    # Stepping down, b gives nothing back to a, so what comes to b stays there.
    assert paid(split(pools, [holds("a", 5)], method=Method.STEP_DOWN)) == {NOBODY: 5}


def test_directly_a_pool_that_serves_only_pools_does_what_it_shows_for_no_one() -> None:
    pools = [pool("a", fixed(b=100)), pool("b", fixed(A=100))]
    assert stays(split(pools, [holds("a", 6)], method=Method.DIRECT)) == {NOBODY: 6}
    even = [replace(pools[0], if_nothing=IfNothing.EVEN), pools[1]]
    assert paid(split(even, [holds("a", 6)], method=Method.DIRECT)) == {"A": 2, "B": 2, "C": 2}


def test_currencies_are_split_apart_by_their_own_owners() -> None:
    costs = [holds("p", 100), holds("p", 100, currency="EUR")]
    result = split([pool("p")], costs, owners={"USD": "A B", "EUR": "C"})
    assert [(share.currency, share.owner, share.units) for share in result.shares] == [
        ("EUR", "C", (100,)),
        ("USD", "A", (50,)),
        ("USD", "B", (50,)),
    ]


POOLS = ("p1", "p2", "p3", "p4")
NAMES = (*POOLS, "A", "B", "C", "O1", "O2", NOBODY)
PARTITIONS = ("prod", "dev")
names = st.sampled_from(NAMES)
percents = st.dictionaries(names, st.integers(0, 100), min_size=1, max_size=4)
rests = st.sampled_from([EVEN, SPEND, CPU, CPU_KEEP])
rules = (
    rests
    | percents.map(lambda p: fixed(**p))
    | st.builds(
        lambda rest, p: floor(rest, **{name: part // 4 for name, part in p.items()}),
        rests,
        percents,
    )
)
limits = st.lists(
    st.builds(at_least, names, st.integers(0, 20)) | st.builds(at_most, names, st.integers(30, 90)),
    max_size=2,
).map(tuple)


@st.composite
def rulebooks(draw: st.DrawFn) -> list[Pool]:
    owners = draw(st.permutations(["O1", "O2", "", ""]))
    return [
        pool(
            name,
            draw(rules),
            to=tuple(draw(st.lists(names, max_size=3, unique=True))),
            within=draw(st.sampled_from(["", "", "environment"])),
            if_nothing=draw(st.sampled_from(IfNothing)),
            limits=draw(limits),
            owner=owner,
        )
        for name, owner in zip(POOLS[: draw(st.integers(1, 4))], owners, strict=False)
    ]


units = st.tuples(*[st.integers(-LONGEST, LONGEST) | st.integers(-3, 3)] * 2)
costs_of_pools = st.lists(
    st.builds(
        lambda name, amounts, day, within, currency: holds(
            name, *amounts, day=day, within=within, currency=currency
        ),
        st.sampled_from(POOLS),
        units,
        st.sampled_from([FIRST, SECOND, THIRD]),
        st.sampled_from(PARTITIONS),
        st.sampled_from(["USD", "EUR"]),
    ),
    max_size=6,
)
spending = st.lists(
    st.builds(
        lambda name, owner, amount, within: spends(name, owner, amount, within=within),
        st.sampled_from(POOLS),
        st.sampled_from(["A", "B", "O1", "O2", NOBODY]),
        st.integers(-5, 100),
        st.sampled_from(PARTITIONS),
    ),
    max_size=6,
)
lines = st.lists(
    st.builds(
        lambda owner, number, day, within: used(owner, number, day=day, within=within),
        names,
        st.integers(-2, 50),
        st.sampled_from([None, None, FIRST, SECOND]),
        st.sampled_from(["", *PARTITIONS]),
    ),
    max_size=6,
)
methods = st.sampled_from(Method)
BOTH = {"USD": f"A B O1 O2 {NOBODY}", "EUR": "C"}


def fitting(pools: list[Pool], costs: list[PoolCost]) -> list[PoolCost]:
    """Only costs of pools there are; a pool without partitions has none in its costs."""
    within = {each.name: each.within for each in pools}
    return [
        cost if within[cost.pool] else replace(cost, within="")
        for cost in costs
        if cost.pool in within
    ]


@given(rulebooks(), costs_of_pools, spending, lines, methods, st.randoms(use_true_random=False))
@example([pool("p1")], [holds("p1", 1, -1)], [], [], Method.DIRECT, random.Random(1))
@example(
    [pool("p1", fixed(p2=50, A=50)), pool("p2", fixed(p1=50, B=50))],
    [holds("p1", LONGEST, -LONGEST), holds("p2", 1, 0)],
    [],
    [],
    Method.RECIPROCAL,
    random.Random(1),
)
def test_nothing_is_lost_and_nothing_depends_on_order(
    pools: list[Pool],
    costs: list[PoolCost],
    spend: list[Spend],
    rows: list[DriverRow],
    method: Method,
    chance: random.Random,
) -> None:
    costs = fitting(pools, costs)
    drivers = cpu(*rows)
    result = split(pools, costs, method=method, spend=spend, drivers=drivers, owners=BOTH)
    assert lost(costs, result) == {}
    assert set(ratios(result).values()) <= {1}
    by_node: dict[object, Fraction] = {}
    for step in result.steps:
        key = (step.pool, step.currency, step.within, step.day)
        by_node[key] = by_node.get(key, Fraction()) + step.ratio
    assert set(by_node.values()) <= {1}

    for reordered in (costs, spend, rows):
        chance.shuffle(reordered)
    if method is not Method.STEP_DOWN:
        pools = chance.sample(pools, len(pools))
    again = split(
        pools,
        costs,
        method=method,
        spend=spend,
        drivers=cpu(*rows),
        owners=BOTH,
    )
    assert again.shares == result.shares
    assert again.steps == result.steps


@given(rulebooks(), costs_of_pools, spending, lines, methods)
def test_credits_mirror_costs(
    pools: list[Pool],
    costs: list[PoolCost],
    spend: list[Spend],
    rows: list[DriverRow],
    method: Method,
) -> None:
    costs = fitting(pools, costs)
    drivers = cpu(*rows)
    mirrored = [replace(cost, units=tuple(-part for part in cost.units)) for cost in costs]
    there = split(pools, costs, method=method, spend=spend, drivers=drivers, owners=BOTH)
    back = split(pools, mirrored, method=method, spend=spend, drivers=drivers, owners=BOTH)
    assert back.shares == tuple(
        share._replace(units=tuple(-part for part in share.units)) for share in there.shares
    )


@given(
    st.lists(st.dictionaries(st.sampled_from("ABC"), st.integers(1, 99), min_size=1), max_size=3),
    costs_of_pools,
)
def test_where_no_pool_serves_another_all_methods_agree(
    percents_of: list[dict[str, int]], costs: list[PoolCost]
) -> None:
    pools = [pool(POOLS[n], fixed(**parts)) for n, parts in enumerate(percents_of)]
    costs = fitting(pools, costs)
    direct, step_down, reciprocal = (split(pools, costs, method=method) for method in Method)
    assert direct == step_down == reciprocal


@given(rulebooks(), costs_of_pools, lines)
def test_ratios_satisfy_the_equations_of_the_steps(
    pools: list[Pool], costs: list[PoolCost], rows: list[DriverRow]
) -> None:
    """What an owner gets of a pool is what its arrows give him, and what he gets of theirs."""
    drivers = cpu(*[replace(row, day=None) for row in rows])
    pools = [replace(each, within="") for each in pools]
    wanted = fitting(pools, costs) + [holds(each.name, 10**9, 0) for each in pools]
    result = split(pools, wanted, drivers=drivers, owners=BOTH)
    final: dict[tuple[str, str], dict[str, Fraction]] = {}
    for share in result.shares:
        if share.currency == "USD":
            found = final.setdefault((share.pool, share.billing_account), {})
            if share.day == FIRST and not share.kept:
                found[share.owner] = share.ratio
    account = "111111111111"
    for each in pools:
        expected: dict[str, Fraction] = {}
        for step in result.steps:
            if (step.pool, step.currency) == (each.name, "USD") and "kept" not in step.driver:
                onward = (
                    final[step.target, account]
                    if step.target_is_pool
                    else {step.target: Fraction(1)}
                )
                for owner, part in onward.items():
                    expected[owner] = expected.get(owner, Fraction()) + step.ratio * part
        assert final[each.name, account] == expected


@given(rulebooks(), costs_of_pools, lines)
def test_a_cost_more_changes_only_its_own_pool_day_and_currency(
    pools: list[Pool], costs: list[PoolCost], rows: list[DriverRow]
) -> None:
    costs = fitting(pools, costs)
    drivers = cpu(*rows)
    more = holds(pools[0].name, 17, 4, within="prod" if pools[0].within else "")
    before = split(pools, costs, drivers=drivers, owners=BOTH).shares
    after = split(pools, [*costs, more], drivers=drivers, owners=BOTH).shares

    def others(shares: tuple[Share, ...]) -> list[Share]:
        key = (more.pool, more.currency, more.day, more.within)
        return [s for s in shares if (s.pool, s.currency, s.day, s.within) != key]

    assert others(before) == others(after)
