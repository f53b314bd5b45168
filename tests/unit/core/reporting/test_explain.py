from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.allocation.paths import Graph, SharePath
from apportion.core.reporting.explain import (
    added,
    biggest_first,
    days_words,
    lookup_lines,
    number,
    others,
    plain,
    ratio_words,
    rule_facts,
    source_of,
    split_words,
)
from apportion.core.reporting.review_topics import Likely, closest_value, likely_owners, proposal
from apportion.core.rulebook.read import read_rulebook
from apportion.model.inputs import Lookup, LookupRow
from apportion.model.outcome import ExplanationNode
from apportion.model.period import Period
from apportion.model.rulebook import Even, Fixed, Method, Proportional, Rulebook, TwoPart
from apportion.model.split import Step

START = ("a", "")
POOLS = ("a", "b", "c")
OWNERS = ("X", "Y")


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (Fraction(73, 400), "18.25 % (73/400)"),
        (Fraction(1), "100 %"),
        (Fraction(0), "0 %"),
        (Fraction(1, 3), "≈ 33.3333 % (1/3)"),
        (Fraction(2, 3), "≈ 66.6667 % (2/3)"),
        (Fraction(1, 10**9), "≈ 0 % (1/1000000000)"),
        (Fraction(123456789, 876543211), "≈ 14.0845 %"),
    ],
)
def test_a_ratio_is_a_percentage_and_a_fraction(ratio: Fraction, words: str) -> None:
    assert ratio_words(ratio) == words


def test_ratios_of_several_days_are_a_range() -> None:
    words = ratio_words(Fraction(3, 4), Fraction(1, 4), Fraction(1, 2))
    assert words == "25 % to 75 %, by day"


@pytest.mark.parametrize(
    ("weight", "result"),
    [
        (Fraction(120), Decimal(120)),
        (Fraction(1, 8), Decimal("0.125")),
        (Fraction(1, 10**18), Decimal("0.000000000000000001")),
        (Fraction(1, 3), "≈ 0.3333"),
        (Fraction(10**40), Decimal(10**40)),
    ],
)
def test_a_number_is_shown_exactly(weight: Fraction, result: Decimal | str) -> None:
    assert number(weight) == result


def test_money_is_added_beyond_the_digits_that_decimals_usually_have() -> None:
    amounts = [Decimal("12345678901234567890.123456789012345678")] * 3
    assert added(amounts) == Decimal("37037036703703703670.370370367037037034")
    assert str(plain(Decimal("1.500000000000000000"))) == "1.50"


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=18, allow_nan=False), max_size=9),
    st.integers(0, 5),
)
@example([], 0)
@example([Decimal(1)], 0)
@example([Decimal(1), Decimal(-1)], 0)
def test_the_biggest_and_the_others_are_all(amounts: list[Decimal], most: int) -> None:
    children = [ExplanationNode(str(at), amount, "USD") for at, amount in enumerate(amounts)]
    shown = biggest_first(children, most)
    assert added(b.amount or Decimal() for b in shown) == added(amounts)
    assert len(shown) <= max(most + 1, 1)
    assert [abs(b.amount or 0) for b in shown[:most]] == sorted(map(abs, amounts))[::-1][:most]


def test_words_count_and_name_days() -> None:
    assert (others(1), others(2), others(12345)) == (
        "and 1 other",
        "and 2 others",
        "and 12,345 others",
    )
    first, last = date(2026, 9, 1), date(2026, 9, 30)
    assert days_words(first, last) == "2026-09-01 to 2026-09-30"
    assert days_words(first, first) == "2026-09-01"


def test_a_split_is_described_in_words() -> None:
    floor = Fixed((("FIN-100", Decimal(10)), ("CX", Decimal(5))))
    assert split_words(TwoPart(floor, Proportional(None))) == (
        "fixed: FIN-100 10 % and CX 5 %; the rest in proportion to spend"
    )
    assert split_words(Even()) == "evenly"


def test_limits_are_described_in_words() -> None:
    limits = "{FIN: {min: 5, max: 40}, CX: {min: 10}, '*': {max: 50}}"
    pool = f"  - {{name: a, where: \"ServiceName = 'a'\", split: even, limits: {limits}}}"
    text = RULES.replace("values: {Red: [rd], Blue: []}", "other_values: keep")
    rulebook, findings = read_rulebook(f"{text}shared:\n{pool}\n", name="rules.yaml")
    assert rulebook is not None, findings
    result = rule_facts(rulebook.pools[0])["limits"]
    assert result == "FIN 5 % to 40 %, CX at least 10 % and everyone at most 50 %"


RULES = """\
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: [Team, team-name]}, {lookup: accounts.csv}, {column: RegionId}]
    values: {Red: [rd], Blue: []}
    default: nobody
"""


def rules() -> Rulebook:
    rulebook, findings = read_rulebook(RULES, name="rules.yaml")
    assert rulebook is not None, findings
    return rulebook


def accounts(*rows: tuple[str, str]) -> dict[str, Lookup]:
    lines = tuple(
        LookupRow((account,), value, date.min, date.max, at)
        for at, (account, value) in enumerate(rows, 2)
    )
    return {"accounts.csv for team": Lookup("accounts.csv", "0", "team", ("SubAccountId",), lines)}


def test_a_source_is_shown_with_its_place() -> None:
    team = rules().dimension("team")
    words, place = source_of(team, "tag:team,teamname")
    assert (words, str(place)) == ("by tag Team or team-name", "rules.yaml:6:12")
    words, place = source_of(team, "default")
    assert (words, str(place)) == ("by default, because no source gave a value", "rules.yaml:5:3")


def test_a_lookup_is_shown_with_the_lines_of_the_value() -> None:
    team, lookups = rules().dimension("team"), accounts(("1", "Red"), ("2", "Blue"), ("3", "RD"))
    assert lookup_lines(team, "lookup:accounts.csv", "Red", lookups) == "accounts.csv:2 and 4"
    assert lookup_lines(team, "tag:team,teamname", "Red", lookups) == ""


def test_a_proposal_shows_what_would_give_an_owner() -> None:
    team = rules().dimension("team")

    def told(refused: str = "", account: str = "9", likely: Likely | None = None) -> str:
        lookups = accounts(("1", "Red"), ("2", "Green"))
        return proposal(team, lookups, account=account, refused=refused, likely=likely)

    assert told() == "Add account 9 to accounts.csv or tag it with Team."
    assert (
        told(account="1") == "Extend the dates of accounts.csv:2 to these days or tag it with Team."
    )
    assert told(account="2") == "Correct 'Green' in accounts.csv:3 or tag it with Team."
    assert told(account="") == "Tag it with Team."
    assert told(likely=Likely("Red", Decimal("0.93"))) == (
        "Add account 9 to accounts.csv or tag it with Team. "
        "Red has 93 % of the account's allocated cost."
    )
    assert told("blu") == "Correct 'blu' to Blue, or add it to its aliases (rules.yaml:7:25)."
    assert told("Purple") == "Correct 'Purple', or add it to the values of team."


def test_an_alias_spelt_alike_means_its_value() -> None:
    team = rules().dimension("team")
    near = closest_value("r-d", team)
    assert near is not None
    assert near.name == "Red"
    assert closest_value("Purple", team) is None


def test_who_has_most_of_an_account_is_likely() -> None:
    sums = [
        ("1", "Red", Decimal(93)),
        ("1", "Blue", Decimal(7)),
        ("2", "Red", Decimal(1)),
        ("2", "Blue", Decimal(1)),
        ("3", "Red", Decimal(2)),
        ("3", "Blue", Decimal(2)),
        ("3", "Green", Decimal(2)),
    ]
    found = likely_owners(sums)
    assert found["1"] == Likely("Red", Decimal("0.93"))
    assert "3" not in found
    assert found["2"].part == Decimal("0.5")


def rulebook() -> Rulebook:
    """Three pools; what they are split by is in the steps."""
    shared = "".join(
        f"  - {{name: {p}, where: \"ServiceName = '{p}'\", split: even}}\n" for p in POOLS
    )
    found, findings = read_rulebook(f"{RULES}shared:\n{shared}", name="rules.yaml")
    assert found is not None, findings
    assert (found.method, found.effective) == (Method.RECIPROCAL, Period(2026, 1))
    return found


def graph(arrows: dict[str, dict[str, int]]) -> Graph:
    """A graph of pools; `kept` is a target that keeps cost with nobody."""
    steps = []
    for pool, targets in arrows.items():
        whole = sum(targets.values())
        for target, weight in targets.items():
            kept = target == "kept"
            steps.append(
                Step(
                    pool=pool,
                    currency="USD",
                    within="",
                    day=None,
                    target="nobody" if kept else target,
                    target_is_pool=target in POOLS,
                    weight=Fraction(weight),
                    ratio=Fraction(weight, whole),
                    driver="even, kept" if kept else "even",
                )
            )
    return Graph.of(rulebook(), steps)


def way(owner: str, last: str, *, kept: bool = False, ring: bool = False) -> SharePath:
    return SharePath(owner, kept, (last, ""), ring)


def test_a_chain_is_named_by_its_last_pool() -> None:
    chain = graph({"a": {"X": 1, "b": 1}, "b": {"X": 1, "c": 3}, "c": {"Y": 1}})
    assert {w: chain.ratio(START, w) for w in chain.ways(START)} == {
        way("X", "a"): Fraction(1, 2),
        way("X", "b"): Fraction(1, 8),
        way("Y", "c"): Fraction(3, 8),
    }
    assert chain.split(8, START, owner="X", kept=False) == {way("X", "a"): 6, way("X", "b"): 2}
    assert [(s.pool, s.target) for s in chain.between(START, ("c", ""))] == [("a", "b"), ("b", "c")]
    assert chain.arriving(START, [("c", "")]) == Fraction(3, 8)


def test_pools_that_only_serve_each_other_keep_what_comes() -> None:
    ring = graph({"a": {"b": 1, "X": 1}, "b": {"c": 1}, "c": {"b": 1}})
    stuck = way("nobody", "b", kept=True, ring=True)
    assert stuck in ring.ways(START)
    assert ring.factors(START, stuck) == {"ratio": Fraction(1, 2)}


def test_what_is_kept_is_apart_from_what_its_keeper_pays() -> None:
    both = graph({"a": {"kept": 1, "X": 3}})
    assert both.ways(START) == {way("nobody", "a", kept=True): 1, way("X", "a"): 3}
    assert both.split(7, START, owner="nobody", kept=True) == {way("nobody", "a", kept=True): 7}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, dict[str, int]]:
    """Any arrows between three pools, two owners and nobody; each pool gives to somebody."""
    return {
        pool: draw(
            st.dictionaries(
                st.sampled_from([*POOLS, *OWNERS, "kept"]), st.integers(1, 9), min_size=1
            ).filter(lambda targets, pool=pool: set(targets) != {pool})
        )
        for pool in POOLS
    }


@given(graphs(), st.integers(-(10**30), 10**30))
@example({"a": {"b": 1, "X": 4}, "b": {"a": 1, "X": 4}, "c": {"X": 1}}, 1)
@example({"a": {"b": 1}, "b": {"a": 1}, "c": {"c": 1, "X": 1}}, -1)
@example({"a": {"a": 1, "X": 1}, "b": {"b": 2, "Y": 1}, "c": {"kept": 1}}, 0)
@settings(deadline=None)
def test_ways_are_all_of_a_pool_and_their_factors_make_their_ratio(
    arrows: dict[str, dict[str, int]], units: int
) -> None:
    """Arriving is worked out by cutting the graph, not by turning the formula round."""
    found = graph(arrows)
    ways = found.ways(START)
    assert sum(found.ratio(START, each) for each in ways) == 1
    for each in ways:
        parts = found.split(units, START, owner=each.owner, kept=each.kept)
        assert sum(parts.values()) == units
        if each.ring:
            continue
        factors = found.factors(START, each)
        arrives = Fraction(1) if each.last == START else found.arriving(START, [each.last])
        assert factors.get("reaches pool", Fraction(1)) == arrives
        comes_round = factors.get("returns", Fraction())
        assert factors["ratio"] == arrives * factors["passed on"] / (1 - comes_round)
