"""A rulebook becomes values: everything the format can say, defaults, order, and robustness."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.rulebook.read import read_rulebook, rulebook_in_force
from apportion.model.findings.finding import Finding, failing
from apportion.model.period import Period
from apportion.model.rulebook import (
    Even,
    Fixed,
    FromAccountTag,
    FromColumn,
    FromCondition,
    FromLookup,
    FromTag,
    IfNothing,
    Limit,
    Method,
    MissingDays,
    OtherValues,
    Pool,
    Proportional,
    Rulebook,
    Split,
    TwoPart,
    Usage,
)
from soak import examples

HEAD = "apportion: 1\neffective: 2026-01\ncurrency: USD\n"

EVERYTHING = """# Rules of our organisation
apportion: 1
effective: 2026-01
currency: EUR
cost: BilledCost
owner: cost_center
method: step-down
dimensions:
  environment:
    from:
      - tag: env
      - where: "cost_center = 'CX'"
        value: prod
    default: none
  cost_center:
    from:
      - tag: [CostCenter, cost-center, "user:Kostenstelle"]
      - account_tag: CostCenter
      - lookup: lookups/accounts.csv
      - column: x_OrganizationalUnit
      - where: "ServiceName = 'Amazon Connect'"
        value: customer experience
    values:
      FIN-100: [fin100, "finance 100"]
      CX: customer experience
      OPS:
      001234567012: []
      NO: []
    other_values: reject
    default: unallocated
shared:
  - name: support
    where: "ServiceName LIKE 'AWS Support%'"
    split: {proportional: "ChargeCategory = 'Usage'"}
  - name: platform
    where: "cost_center = 'OPS'"
    split: {usage: drivers/cpu.csv}
    within: environment
    if_nothing_to_split_by: even
  - name: lake
    where: "environment = 'lake'"
    split: {fixed: {fin100: 45, CX: "30.5%", NO: 24.5}}
  - name: security
    where: "SubAccountName = 'security'"
    split: even
    to: [FIN-100, customer-experience, platform]
    limits: {FIN-100: {min: 5, max: 40}, "*": {max: 90}}
    owner: NO
  - name: network
    where: "SubAccountName = 'network'"
    split:
      two_part:
        floor: {FIN-100: 10, CX: 5}
        rest: {usage: {file: drivers/traffic.csv, missing_days: keep}}
  - name: tax
    where: "ChargeCategory = 'Tax'"
    split: proportional
"""


def right(text: str, name: str = "rulebook.yaml") -> Rulebook:
    rulebook, findings = read_rulebook(text, name=name)
    assert rulebook is not None, [str(finding) for finding in findings]
    return rulebook


def findings_of(text: str) -> list[Finding]:
    rulebook, findings = read_rulebook(text, name="rulebook.yaml")
    assert (rulebook is None) == bool(failing(findings))
    return findings


def pool(rulebook: Rulebook, name: str) -> Pool:
    return next(one for one in rulebook.pools if one.name == name)


def split_of(written: str) -> Split:
    text = (
        f"{HEAD}dimensions: {{team: {{from: [{{tag: Team}}]}}}}\n"
        f"shared:\n  - {{name: tax, where: \"ChargeCategory = 'Tax'\", split: {written}}}\n"
    )
    return pool(right(text), "tax").split


def test_everything_the_format_can_show() -> None:
    rulebook = right(EVERYTHING)
    assert (rulebook.currency, rulebook.cost) == ("EUR", "BilledCost")
    assert (rulebook.effective, rulebook.method) == (Period(2026, 1), Method.STEP_DOWN)
    assert rulebook.owner == "cost_center"
    assert len(rulebook.sha256) == 64
    assert [one.name for one in rulebook.pools] == [
        "support", "platform", "lake", "security", "network", "tax",
    ]  # fmt: skip


def test_dimensions_are_sorted_by_need_whatever_the_order_of_the_file() -> None:
    assert [one.name for one in right(EVERYTHING).dimensions] == ["cost_center", "environment"]


def test_sources_keep_their_order_and_places() -> None:
    sources = right(EVERYTHING).dimension("cost_center").sources
    assert [(type(source), source.place.line) for source in sources] == [
        (FromTag, 17),
        (FromAccountTag, 18),
        (FromLookup, 19),
        (FromColumn, 20),
        (FromCondition, 21),
    ]
    assert isinstance(sources[0], FromTag)
    assert sources[0].keys == ("costcenter", "kostenstelle")


def test_values_are_texts_and_written_as_the_list_writes_them() -> None:
    dimension = right(EVERYTHING).dimension("cost_center")
    assert [(value.name, value.aliases) for value in dimension.values] == [
        ("FIN-100", ("fin100", "finance 100")),
        ("CX", ("customer experience",)),
        ("OPS", ()),
        ("001234567012", ()),
        ("NO", ()),
    ]
    last = dimension.sources[-1]
    assert isinstance(last, FromCondition)
    assert last.value == "CX"


def test_splits() -> None:
    rulebook = right(EVERYTHING)
    support = pool(rulebook, "support").split
    assert isinstance(support, Proportional)
    assert support.where is not None
    assert support.where.sql == "\"ChargeCategory\" = 'Usage'"
    assert pool(rulebook, "platform").split == Usage("drivers/cpu.csv", MissingDays.MONTH)
    assert pool(rulebook, "security").split == Even()
    assert pool(rulebook, "tax").split == Proportional(None)
    assert pool(rulebook, "lake").split == Fixed(
        (("FIN-100", Decimal(45)), ("CX", Decimal("30.5")), ("NO", Decimal("24.5")))
    )
    assert pool(rulebook, "network").split == TwoPart(
        Fixed((("FIN-100", Decimal(10)), ("CX", Decimal(5)))),
        Usage("drivers/traffic.csv", MissingDays.KEEP),
    )


@pytest.mark.parametrize(
    ("written", "rest"),
    [
        ("even", Even()),
        ("proportional", Proportional(None)),
        ("{usage: a.csv}", Usage("a.csv", MissingDays.MONTH)),
    ],
)
def test_the_rest_of_two_parts(written: str, rest: Even | Proportional | Usage) -> None:
    split = split_of(f"{{two_part: {{floor: {{A: 0}}, rest: {written}}}}}")
    assert split == TwoPart(Fixed((("A", Decimal(0)),)), rest)


def test_percents_add_up_exactly_not_nearly() -> None:
    thirds = split_of("{fixed: {A: 33.3333333333, B: 33.3333333333, C: 33.3333333334}}")
    assert isinstance(thirds, Fixed)
    text = "{fixed: {A: 33.3333333333, B: 33.3333333333, C: 33.3333333333}}"
    with pytest.raises(AssertionError, match=r"found 99\.9999999999"):
        split_of(text)


def test_who_pays_and_whose_cost_it_is() -> None:
    rulebook = right(EVERYTHING)
    security, platform = pool(rulebook, "security"), pool(rulebook, "platform")
    assert security.to == ("FIN-100", "CX", "platform")
    assert security.limits == (
        Limit("FIN-100", Decimal(5), Decimal(40)),
        Limit("*", None, Decimal(90)),
    )
    assert (security.owner, platform.owner, pool(rulebook, "lake").owner) == ("NO", "OPS", "")
    assert (platform.within, platform.if_nothing) == ("environment", IfNothing.EVEN)
    assert (security.within, security.if_nothing) == ("", IfNothing.KEEP)


def test_what_is_left_out_has_a_stated_default() -> None:
    rulebook = right(f"{HEAD}dimensions: {{team: {{from: [{{tag: Team}}]}}}}\n")
    assert (rulebook.cost, rulebook.method) == ("EffectiveCost", Method.RECIPROCAL)
    assert (rulebook.owner, rulebook.pools) == ("team", ())
    dimension = rulebook.dimension("team")
    assert (dimension.values, dimension.default) == ((), "unallocated")
    assert dimension.other_values is OtherValues.REJECT


def test_the_owner_is_the_first_dimension_of_the_file_though_another_is_derived_before() -> None:
    sources = "{where: \"team = 'a'\", value: x}"
    text = f"{HEAD}dimensions:\n  unit: {{from: [{sources}]}}\n  team: {{from: [{{tag: Team}}]}}\n"
    rulebook = right(text)
    assert [one.name for one in rulebook.dimensions] == ["team", "unit"]
    assert rulebook.owner == "unit"


def test_all_findings_come_at_once_in_the_order_of_the_text() -> None:
    text = (
        "apportion: 2\ncurency: USD\ncost: Cost\nmethod: direct\n"
        "dimensions:\n  Team: {from: [{tagg: Team}]}\n  unit: {from: [{where: 'x', value: y}]}\n"
        "shared:\n  - {name: a, split: evn}\n"
    )
    assert [(finding.code.number, finding.place) for finding in findings_of(text)] == [
        ("R011", "rulebook.yaml:1:1"),  # effective
        ("R011", "rulebook.yaml:1:1"),  # currency
        ("R013", "rulebook.yaml:1:12"),
        ("R010", "rulebook.yaml:2:1"),
        ("R013", "rulebook.yaml:3:7"),
        ("R020", "rulebook.yaml:6:3"),
        ("R010", "rulebook.yaml:6:18"),
        ("R042", "rulebook.yaml:7:25"),
        ("R011", "rulebook.yaml:9:5"),
        ("R013", "rulebook.yaml:9:22"),
    ]


def test_a_wrong_part_brings_no_findings_about_what_it_would_have_been() -> None:
    """A percent that cannot be read does not also make the sum wrong."""
    text = (
        f"{HEAD}dimensions: {{team: {{from: [{{tag: Team}}]}}}}\nshared:\n"
        "  - {name: tax, where: \"ChargeCategory = 'Tax'\", split: {fixed: {A: 50, B: half}}}\n"
    )
    assert [finding.code.number for finding in findings_of(text)] == ["R013"]


def test_unknown_owners_are_fine_where_any_value_is_allowed() -> None:
    for rest in ("", ", values: {A: []}, other_values: keep"):
        text = (
            f"{HEAD}dimensions: {{team: {{from: [{{tag: Team}}]{rest}}}}}\nshared:\n"
            "  - {name: tax, where: \"team = 'T'\", split: {fixed: {a: 50, B: 50}}}\n"
        )
        assert findings_of(text) == []


def test_three_dimensions_in_a_circle_are_one_finding() -> None:
    lines = "".join(
        f"  {name}: {{from: [{{where: \"{needs} = 'x'\", value: y}}]}}\n"
        for name, needs in [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "e")]
    )
    findings = findings_of(f"{HEAD}dimensions:\n{lines}")
    assert [finding.subject for finding in findings] == [
        "dimensions need each other: a needs b needs c needs a",
        "dimensions need each other: e needs e",
    ]


def version(effective: str) -> Rulebook:
    text = f"apportion: 1\neffective: {effective}\ncurrency: USD\n"
    return right(f"{text}dimensions: {{team: {{from: [{{tag: T}}]}}}}\n", name=f"{effective}.yaml")


def test_the_newest_that_has_begun_is_in_force() -> None:
    versions = [version("2026-03"), version("2025-06"), version("2026-01")]
    for period, name in [
        (Period(2025, 6), "2025-06.yaml"),
        (Period(2025, 12), "2025-06.yaml"),
        (Period(2026, 1), "2026-01.yaml"),
        (Period(2026, 2), "2026-01.yaml"),
        (Period(2027, 1), "2026-03.yaml"),
    ]:
        found, findings = rulebook_in_force(versions, period)
        assert found is not None
        assert (found.name, findings) == (name, [])
    assert rulebook_in_force(versions, Period(2025, 5)) == (None, [])
    assert rulebook_in_force([], Period(2025, 5)) == (None, [])


@given(st.text(max_size=60))
@example("\ud800")
@example("[]")
@example("a")
@settings(max_examples=examples(30), deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    findings_of(text)


LINES = EVERYTHING.splitlines(keepends=True)
NASTY = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        ["", "~", "[]", "{}", "[[]]", "{a: b}", "'", "*", "101", "-1", "NaN", "1e9", "x: y", "null"]
    ),
)


@given(st.integers(0, len(LINES) - 1), st.data())
@settings(max_examples=examples(40), deadline=None)
def test_a_rulebook_with_a_damaged_line_is_read_or_refused(at: int, data: st.DataObject) -> None:
    line = LINES[at]
    where = data.draw(st.integers(0, len(line)))
    until = data.draw(st.integers(where, len(line)))
    damaged = line[:where] + data.draw(NASTY) + line[until:]
    findings_of("".join([*LINES[:at], damaged, *LINES[at + 1 :]]))


@given(st.permutations(range(4)))
def test_the_order_of_dimensions_does_not_change_what_is_derived_first(order: list[int]) -> None:
    written = [
        "  a: {from: [{tag: A}]}\n",
        "  b: {from: [{where: \"a = 'x'\", value: y}]}\n",
        "  c: {from: [{where: \"b = 'y' AND a = 'x'\", value: z}]}\n",
        "  d: {from: [{where: \"c = 'z'\", value: w}]}\n",
    ]
    text = f"{HEAD}owner: a\ndimensions:\n" + "".join(written[n] for n in order)
    assert [one.name for one in right(text).dimensions] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "name",
    ["Robert'); DROP TABLE costs;--", "=1+1", "../../x", "<b>", "a\u202eb", "日本", "a" * 300],
)
def test_hostile_names_stay_text(name: str) -> None:
    escaped = name.replace("'", "''")
    text = (
        f"{HEAD}dimensions: {{team: {{from: [{{tag: T}}], values: {{'{escaped}': []}}}}}}\n"
        f"shared: [{{name: '{escaped}x', where: \"ChargeCategory = 'Tax'\", split: even}}]\n"
    )
    rulebook = right(text)
    assert rulebook.dimension("team").values[0].name == name
    assert rulebook.pools[0].name == f"{name}x"
