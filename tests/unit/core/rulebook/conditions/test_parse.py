"""Conditions: what is read, what it means in the engine, and that nothing else gets through."""

from __future__ import annotations

import re

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.rulebook.conditions.functions import FUNCTIONS, wrong_pattern
from apportion.core.rulebook.conditions.parse import (
    compared_values,
    is_always_true,
    only_value,
    read_condition,
)
from apportion.model import focus
from apportion.model.findings.finding import Finding, Place
from apportion.model.rulebook import Condition
from soak import examples

PLACE = Place("rulebook.yaml", 7, 16)
DIMENSIONS = ("cost_center", "environment")
ENGINE = duckdb.connect()


def read(text: str) -> tuple[Condition | None, list[Finding]]:
    findings: list[Finding] = []
    condition = read_condition(text, place=PLACE, dimensions=DIMENSIONS, findings=findings)
    assert (condition is None) == any(f.code.severity == "error" for f in findings)
    return condition, findings


def right(text: str) -> Condition:
    condition, findings = read(text)
    assert condition is not None, findings
    return condition


def numbers(text: str) -> list[str]:
    return [finding.code.number for finding in read(text)[1]]


def holds(condition: Condition, charge: dict[str, str | None]) -> bool | None:
    """Ask DuckDB; columns that the charge does not name are NULL."""
    columns = {name: charge.get(name) for name in condition.columns} or {"nothing": None}
    names = ", ".join(f"CAST(? AS VARCHAR) AS {quoted(name)}" for name in columns)
    sql = f"SELECT ({condition.sql}) FROM (SELECT {names})"
    answer = ENGINE.execute(sql, list(columns.values())).fetchall()[0][0]
    assert answer is None or isinstance(answer, bool)
    return answer


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


MEANINGS = [
    ("ServiceName = 'Amazon Connect'", {"ServiceName": "Amazon Connect"}, True),
    ("servicename = 'Amazon Connect'", {"ServiceName": "amazon connect"}, False),
    ("ServiceName <> 'a'", {}, None),
    ("NOT ServiceName = 'a' AND RegionId LIKE 'us-%'", {"ServiceName": "b"}, None),
    ("SubAccountId = '001234567012'", {"SubAccountId": "001234567012"}, True),
    ("SubAccountId IN ('1', '2')", {"SubAccountId": "2"}, True),
    ("SubAccountId NOT IN ('1', '2')", {"SubAccountId": "3"}, True),
    ("SubAccountId BETWEEN '1' AND '3'", {"SubAccountId": "2"}, True),
    ("ServiceName NOT LIKE 'a%'", {"ServiceName": "ab"}, False),
    ("ServiceName ILIKE 'AMAZON%'", {"ServiceName": "amazon ec2"}, True),
    ("ServiceName ~ 'on.E'", {"ServiceName": "Amazon EC2"}, True),
    ("NOT (ServiceName ~ '^on')", {"ServiceName": "Amazon EC2"}, True),
    ("ServiceName !~ '^on'", {"ServiceName": "Amazon EC2"}, True),
    ("regexp_matches(ServiceName, 'AMAZON', 'i')", {"ServiceName": "Amazon"}, True),
    ("Tags['Cost Center'] = 'x'", {"tag:costcenter": "x"}, True),
    ("tags['aws:createdBy'] IS NOT NULL", {"tag:aws:createdby": "me"}, True),
    ("account_tags['Owner'] = 'x'", {"account_tag:owner": "x"}, True),
    ("\"tag:Cost Center\" = 'x'", {"tag:costcenter": "x"}, True),
    ("x_OrganizationalUnit = 'ou'", {"x_OrganizationalUnit": "ou"}, True),
    ("X_OPERATION = 'RunInstances'", {"x_Operation": "RunInstances"}, True),
    ("cost_center = 'CX' OR environment IS NULL", {"cost_center": "OPS"}, True),
    ("cost_center || '-' || environment = 'a-b'", {"cost_center": "a", "environment": "b"}, True),
    ("CASE WHEN ServiceName = 'a' THEN RegionId = 'b' END", {"ServiceName": "a"}, None),
    ("length(ServiceName) > 3", {"ServiceName": "abcd"}, True),
    ("left(ServiceName, 2) = 'ab' AND right(ServiceName, 1) = 'c'", {"ServiceName": "abc"}, True),
    ("substr(ServiceName, -2) = 'bc'", {"ServiceName": "abc"}, True),
    ("split_part(ResourceId, ':', 3) = 'ec2'", {"ResourceId": "arn:aws:ec2:x"}, True),
    ("regexp_extract(ResourceId, 'i-([0-9]+)', 1) = '42'", {"ResourceId": "i-42"}, True),
    ("coalesce(Tags['a'], Tags['b'], 'c') = 'c'", {}, True),
    ("nullif(trim(Tags['a']), '') IS NULL", {"tag:a": "  "}, True),
    ("TRY_CAST(Tags['ttl'] AS INTEGER) >= 30", {"tag:ttl": "031"}, True),
    ("CAST(Tags['ttl'] AS INTEGER) >= 30", {"tag:ttl": "soon"}, None),
    ("CAST(Tags['share'] AS DECIMAL(10, 2)) = 0.25", {"tag:share": "0.251"}, True),
    ("Tags['expires']::date < DATE '2026-02-01'", {"tag:expires": "2026-01-31"}, True),
    ("year(CAST(Tags['expires'] AS DATE)) = 2026", {"tag:expires": "2026-01-31"}, True),
    ("ServiceName IS NOT DISTINCT FROM RegionId", {}, True),
    ("(ServiceName = 'a') IS NOT TRUE", {}, True),
    ("true", {}, True),
    ("starts_with(ServiceName, 'A') = true", {"ServiceName": "B"}, False),
    ("ServiceName = 'it''s'", {"ServiceName": "it's"}, True),
    ("ServiceName LIKE 'a' || '%'", {"ServiceName": "abc"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "charge", "expected"), MEANINGS)
def test_what_it_means(text: str, charge: dict[str, str | None], expected: object) -> None:
    assert holds(right(text), charge) is expected


def test_names_are_sorted_and_spelt_as_focus_does() -> None:
    condition = right(
        "tags['B'] = 'x' AND SERVICENAME = 'y' AND Environment = 'z' AND tags['b']='w'"
    )
    assert condition.columns == ("ServiceName", "environment", "tag:b")
    assert condition.place == PLACE


def test_the_same_text_gives_the_same_sql() -> None:
    text = "ServiceName IN ('a', 'b') AND NOT (RegionId LIKE 'us-%' OR Tags['x'] ~ 'y')"
    assert (
        right(text).sql
        == right(text).sql
        == (
            """("ServiceName" IN ('a', 'b')) AND (NOT (("RegionId" LIKE 'us-%') """
            """OR (REGEXP_MATCHES("tag:x", 'y'))))"""
        )
    )


REFUSED = [
    ("(SELECT 1) = 1", "R041"),
    ("ServiceName IN (SELECT name FROM t)", "R041"),
    ("EXISTS (SELECT 1)", "R041"),
    ("ServiceName = 'a'; DROP TABLE costs", "R041"),
    ("ServiceName = 'a' /* x */", "R041"),
    ("ServiceName = $1", "R041"),
    ("ServiceName = :name", "R041"),
    ("ServiceName = $$a$$", "R041"),
    ("ServiceName = e'a'", "R041"),
    ("t.ServiceName = 'a'", "R041"),
    ("ServiceName = ANY ('a')", "R043"),
    ("ServiceName GLOB 'a*'", "R041"),
    ("ServiceName SIMILAR TO 'a'", "R041"),
    ("ServiceName LIKE 'a' ESCAPE '!'", "R041"),
    ("ServiceName COLLATE nocase = 'a'", "R041"),
    ("ServiceName = 'a' 'b'", "R041"),
    ("Tags['a']['b'] = 'x'", "R041"),
    ("Tags[1] = 'x'", "R041"),
    ("SkuPriceDetails['a'] = 'x'", "R041"),
    ("SkuPriceDetails -> 'a' = 'x'", "R041"),
    ("ServiceName[1:2] = 'a'", "R041"),
    ("CASE ServiceName WHEN 'a' THEN true END", "R041"),
    ("CAST(Tags['a'] AS DOUBLE) > 1", "R041"),
    ("CAST(Tags['a'] AS INTEGER[]) IS NULL", "R041"),
    ("CAST(Tags['a'] AS DECIMAL(38, 2)) > 1", "R041"),
    ("CAST(Tags['a'] AS DECIMAL(30, 10)) > 1", "R041"),
    ("length(ServiceName) > 1e9", "R041"),
    ("length(ServiceName) > 0.1234567891", "R041"),
    ("length(ServiceName) + 1 > 2", "R041"),
    ("lower(DISTINCT ServiceName) = 'a'", "R041"),
    ("lower(ServiceName) OVER () = 'a'", "R041"),
    ("*", "R041"),
    ("read_csv('/etc/passwd') = 'a'", "R043"),
    ("getenv('HOME') = 'a'", "R043"),
    ("now() > DATE '2026-01-01'", "R043"),
    ("random() < 1", "R043"),
    ("columns(*) = 'a'", "R043"),
    ("lowr(ServiceName) = 'a'", "R043"),
    ("current_date > DATE '2026-01-01'", "R042"),
    ("Service = 'a'", "R042"),
    ("SubAccountId IN (1, 2)", "R044"),
    ("SubAccountId BETWEEN 1 AND 2", "R044"),
    ("ServiceName LIKE 5", "R044"),
    ("length(ServiceName) = '3'", "R044"),
    ("ServiceName IN ('a', NULL)", "R044"),
    ("Tags['a']::date > '2026-01-01'", "R044"),
    ("DATE '2026-02-30' = Tags['a']::date", "R044"),
    ("'a' AND true", "R045"),
    ("NOT ServiceName", "R045"),
    ("length(ServiceName)", "R045"),
    ("NULL", "R045"),
    ("CASE WHEN true THEN 'a' END", "R045"),
    ("ServiceName ~ '\\p{Foo}'", "R049"),
    ("ServiceName ~ 'a{2000}'", "R049"),
    ("regexp_extract(ServiceName, '(', 3) = 'a'", "R049"),
    ("ServiceName ~ RegionId", "R050"),
    ("regexp_matches(ServiceName, 'a', 'x')", "R050"),
    ("left(ServiceName, length(RegionId)) = 'a'", "R050"),
    ("left(ServiceName, 99999999999999999999) = 'a'", "R050"),
    ("lower(5) = 'a'", "R050"),
    ("concat() = 'a'", "R050"),
    ("", "R040"),
    ("ServiceName =", "R040"),
    ("ServiceName = 'a' AND", "R040"),
    ("ServiceName = \"a", "R040"),
    ("trim(both from ServiceName) = 'a'", "R040"),
    ("SELECT 1", "R040"),
    ("(((", "R040"),
    ("NOT " * 31 + "true", "R048"),
    ("ServiceName = '" + "a" * 20_000 + "'", "R048"),
    ("ServiceName IN (" + ", ".join(["'a'"] * 2_500) + ")", "R048"),
    ("ServiceName = 'a\x00'", "R006"),
    ("ServiceName = '\ud800'", "R006"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), REFUSED)
def test_what_is_refused(text: str, number: str) -> None:
    assert numbers(text) == [number]


def test_everything_wrong_is_reported_at_once_and_once() -> None:
    text = "Servce = 'a' OR Servce = 'a' OR SubAccountId = 1 OR getenv('x') = 'a'"
    assert numbers(text) == ["R042", "R044", "R043"]


def test_long_lists_and_chains_are_fine() -> None:
    ids = ", ".join(f"'{number:012}'" for number in range(1_000))
    assert holds(right(f"SubAccountId IN ({ids})"), {"SubAccountId": "000000000999"}) is True
    chain = " OR ".join(f"SubAccountId='{number}'" for number in range(200, 1_000))
    assert holds(right(chain), {"SubAccountId": "999"}) is True


def test_only_metrics_times_and_what_the_ledger_lacks_cannot_be_used() -> None:
    for column in focus.COLUMNS:
        condition, findings = read(f"{column.name} = 'x'")
        usable = column.name in focus.KEY_COLUMNS or column.name in focus.RENAMED
        assert (condition is not None) == usable, column.name
        assert usable or [finding.code.number for finding in findings] == ["R047"]


def test_what_rulebooks_ask_of_a_condition() -> None:
    assert is_always_true(right("TRUE"))
    assert is_always_true(right("(true)"))
    assert not is_always_true(right("ServiceName = 'a'"))
    assert only_value(right("cost_center = 'it''s'"), "cost_center") == "it's"
    assert only_value(right("'X' = cost_center"), "cost_center") == "X"
    assert only_value(right("cost_center <> 'X'"), "cost_center") == ""
    assert only_value(right("cost_center = 'X' AND RegionId = 'a'"), "cost_center") == ""
    condition = right("cost_center IN ('a', 'b') OR NOT environment = 'c' OR RegionId <> 'd'")
    assert set(compared_values(condition)) == {
        ("cost_center", "a"), ("cost_center", "b"), ("environment", "c"), ("RegionId", "d"),
    }  # fmt: skip


# Properties.


@given(st.text(max_size=60))
@example("a" * 40 + "(")
@example("'")
@example('"')
@example("[")
@example("$")
@example("{")
@example("::")
@example("\ufeff")
@settings(max_examples=examples(40), deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)


WORDS = st.sampled_from(
    [
        "ServiceName", "cost_center", "Tags", "x_Foo", "'a'", "'b%'", "''", "1", "-1", "2.5",
        "NULL", "true", "=", "<>", "<", "AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "~", "BETWEEN",
        "IS", "||", "(", ")", "[", "]", ",", "CASE", "WHEN", "THEN", "ELSE", "END", "CAST", "AS",
        "DATE", "INT", "::", "lower", "left", "regexp_extract", "coalesce", "SELECT", "FROM", "*",
        "+", "->", ".", ";", "ESCAPE", "ANY", "FILTER", "OVER", "DISTINCT", "INTERVAL", "EXISTS",
        "?", "$1", "--", "/*", "{",
    ]
)  # fmt: skip


@given(st.lists(WORDS, max_size=25).map(" ".join))
@settings(max_examples=examples(50), deadline=None)
def test_any_heap_of_words_is_read_or_refused_and_what_is_read_runs(text: str) -> None:
    condition, _ = read(text)
    if condition is not None:
        holds(condition, {"ServiceName": "a", "tag:a": "2026-01-31"})


TEXTS = st.sampled_from(["ServiceName", "Tags['t']", "'a'", "'2026-01-31'", "''", "cost_center"])
WHOLES = st.integers(-1_000_000 + 1, 999_999).map(str)


def calls(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def built(form: str, *arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(form.format, *arguments)

    return st.one_of(
        built("{}({})", st.sampled_from(["lower", "upper", "trim", "ltrim"]), texts),
        built("{}({}, {})", st.sampled_from(["concat", "coalesce", "nullif"]), texts, texts),
        built("{}({}, {})", st.sampled_from(["left", "right", "substring"]), texts, WHOLES),
        built("substring({}, {}, {})", texts, WHOLES, WHOLES),
        built("split_part({}, {}, {})", texts, texts, WHOLES),
        built("replace({}, {}, {})", texts, texts, texts),
        built("({} || {})", texts, texts),
        built("CAST(length({}) AS VARCHAR)", texts),
    )


PREDICATES = st.recursive(TEXTS, calls, max_leaves=6).flatmap(
    lambda text: st.sampled_from(
        [
            f"{text} = 'a'", f"{text} IN ('a', {text})", f"{text} LIKE {text}",
            f"length({text}) > 2", f"CAST(({text} || '') AS DATE) < DATE '2026-01-01'",
            f"CAST({text} AS DECIMAL) BETWEEN -1 AND 2.5", f"contains({text}, {text})",
            f"month(CAST(({text} || '') AS DATE)) = 1", f"{text} IS NULL",
        ]
    )
)  # fmt: skip


@given(PREDICATES, st.text(max_size=20))
@example("year(CAST(Tags['t'] AS DATE)) = 1", "infinity")
@example("CAST(Tags['t'] AS DECIMAL(38, 9)) > 0.123456789", "1" * 29)
@example("CAST(Tags['t'] AS DECIMAL(29, 0)) > 0.123456789", "9" * 29)
@example("CAST(Tags['t'] AS DECIMAL(29,0)) = CAST(Tags['t'] AS DECIMAL(38,9))", "9" * 29)
@example("CAST(Tags['t'] AS DECIMAL) > 1", "1e300")
@example("CAST(Tags['t'] AS INTEGER) > 1", "99999999999999999999")
@example("CAST(Tags['t'] AS DATE) > DATE '0001-01-01'", "99999-01-01")
@settings(max_examples=examples(25), deadline=None)
def test_what_is_read_runs_on_any_charge(text: str, value: str) -> None:
    value = value.encode("utf-8", "replace").decode().replace("\x00", "")
    holds(right(text), {"ServiceName": value, "tag:t": value, "cost_center": value})


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=40))
@example("'; DROP TABLE costs; --")
@example("\\' OR '1'='1")
@example("\\")
@example("%_")
@example("🦆")
@settings(max_examples=examples(25), deadline=None)
def test_a_text_stays_the_text_it_is(value: str) -> None:
    quoted = value.replace("'", "''")
    condition = right(f"ServiceName = '{quoted}'")
    assert holds(condition, {"ServiceName": value}) is True
    assert only_value(condition, "ServiceName") == value


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20))
@example('a"b')
@example("it's")
@example("a;b")
@settings(max_examples=examples(25), deadline=None)
def test_a_tag_key_is_one_name_whatever_stands_in_it(key: str) -> None:
    quoted = key.replace("'", "''")
    condition = right(f"Tags['{quoted}'] = 'x'")
    assert holds(condition, {condition.columns[0]: "x"}) is True
    assert len(condition.columns) == 1


PATTERNS = st.text("ab(){}[]*+?|^$.\\1bdwszZAQEpPLu,:<>=!-imP09é ", max_size=12)


@given(PATTERNS)
@example("[[:alpha:]]+")
@example("[[:foo:]]")
@example("(?i)a")
@example("(?P<n>a)(?P=n)")
@example("[\\b]")
@example("a{1000}")
@example("(a{30}){34}")
@example("(?-:a)")
@example("\\0")
@settings(max_examples=examples(40), deadline=None)
def test_a_pattern_that_is_right_runs_in_the_engine(pattern: str) -> None:
    if not wrong_pattern(pattern):
        quoted = pattern.replace("'", "''")
        holds(right(f"ServiceName ~ '{quoted}'"), {"ServiceName": "ab"})


def test_patterns_are_not_refused_without_need() -> None:
    for pattern in (
        "^us-(east|west)-[12]$",
        r"arn:aws:.*:\d{12}:",
        "(?i)prod",
        r"a\.b",
        "[^a-z]+?",
    ):
        assert wrong_pattern(pattern) == ""


def test_every_function_is_one_the_engine_has() -> None:
    rows = ENGINE.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    known = {name for (name,) in rows} | {"coalesce", "nullif"}
    assert set(FUNCTIONS) <= known
    assert all(re.fullmatch("[a-z_]+", name) for name in FUNCTIONS)
