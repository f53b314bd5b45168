"""Labels by days are those of a plain labelling day by day, in as few rows as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, product
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.core.rulebook.inputs.date_segments import rows_on
from apportion.core.rulebook.read import read_rulebook
from apportion.engines.duckdb import DuckDB
from apportion.ledger.tables import COLUMNS
from apportion.model.aws.accounts import AccountFact, AccountFacts
from apportion.model.focus import COST_COLUMNS
from apportion.model.inputs import Lookup, LookupRow, lookup_key
from apportion.model.relation import BillTables, Query, Relation, everything
from apportion.model.row import Row
from apportion.ports.engine import Engine
from apportion.usecases.allocate.label_keys import label, matched_costs
from apportion.usecases.context import RunContext
from apportion.usecases.runs.load_rules import Rules
from plain_ledger import PlainLedger
from soak import examples

RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from:
      - tag: Team
      - lookup: names.csv
      - lookup: services.csv
      - account_tag: team
    default: none
  site:
    from:
      - lookup: sites.csv
      - where: "team = 'b' AND ServiceName = 'S3'"
        value: south
    default: none
shared:
  - name: north
    where: "site = 'north' AND team <> 'a'"
    split: even
  - name: lab
    where: "SubAccountName = 'lab'"
    split: even
"""
LOOKUPS = {
    "names.csv": ("team", ("SubAccountName",)),
    "services.csv": ("team", ("ServiceName", "SubAccountId")),
    "sites.csv": ("site", ("SubAccountId",)),
}
ACCOUNTS, SERVICES, VALUES = ("1", "2"), ("S3", "EC2"), ("a", "b", "north")
RULES = {
    "team": ("tag:team", "lookup:names.csv", "lookup:services.csv", "account_tag:team"),
    "site": ("lookup:sites.csv", "where:line 15"),
    "": ("north", "lab"),
}
LABELS = ("SubAccountName", "team", "team_source", "site", "site_source", "Pool", "PoolMatches")
DAYS = [date(2026, 9, day) for day in range(1, 9)]


class Key(NamedTuple):
    """What describes some charges; `name` and `team` are None where the bill has none."""

    account: str
    name: str | None
    service: str
    team: str | None


KEYS = [Key(*each) for each in product(ACCOUNTS, (None, "own"), SERVICES, (None, "a"))]


@dataclass(frozen=True)
class Dated:
    """The lines of the lookups by file, and account facts."""

    lines: Mapping[str, Sequence[LookupRow]]
    facts: Sequence[AccountFact] = ()

    def rules(self) -> Rules:
        rulebook, findings = read_rulebook(RULEBOOK, name="rules.yaml")
        assert rulebook is not None, findings
        columns = ("SubAccountName", "account_tag:team") if self.facts else ()
        accounts = AccountFacts(columns, tuple(self.facts))
        return Rules(rulebook, RULEBOOK, self.lookups(), {}, (), accounts)

    def lookups(self) -> dict[str, Lookup]:
        return {
            lookup_key(dimension, file): Lookup(
                file, "", dimension, columns, tuple(self.lines.get(file, ()))
            )
            for file, (dimension, columns) in LOOKUPS.items()
        }

    def in_lookup(self, file: str, match: tuple[str | None, ...], day: date) -> str | None:
        lookup = self.lookups()[lookup_key(LOOKUPS[file][0], file)]
        return next((row.value for row in rows_on(lookup, day) if row.match == match), None)

    def fact(self, account: str, day: date) -> tuple[str | None, ...]:
        known = [fact for fact in self.facts if fact.account == account and fact.begins <= day]
        return known[-1].values if known else (None, None)


def labelled_plainly(key: Key, day: date, dated: Dated) -> tuple[dict[str, object], set[str]]:
    """The label of a key on a day, and the rules that match, whichever wins."""
    filled, account_team = dated.fact(key.account, day)
    name = key.name or filled
    teams = {
        "tag:team": key.team,
        "lookup:names.csv": dated.in_lookup("names.csv", (name,), day),
        "lookup:services.csv": dated.in_lookup("services.csv", (key.service, key.account), day),
        "account_tag:team": account_team,
    }
    team_source, team = first_value(teams)
    south = "south" if team == "b" and key.service == "S3" else None
    sites = {
        "lookup:sites.csv": dated.in_lookup("sites.csv", (key.account,), day),
        "where:line 15": south,
    }
    site_source, site = first_value(sites)
    pools = {
        "north": site == "north" and team != "a",
        "lab": name == "lab",
    }
    held = [pool for pool, holds in pools.items() if holds]
    values = (name, team, team_source, site, site_source, held[0] if held else None, len(held))
    found = [source for source, value in (teams | sites).items() if value]
    return dict(zip(LABELS, values, strict=True)), {*found, *held}


def first_value(sources: Mapping[str, str | None]) -> tuple[str, str]:
    return next(
        ((source, value) for source, value in sources.items() if value), ("default", "none")
    )


def bill(engine: Engine) -> BillTables:
    """Every key costs 1 on the first day, 2 on the second, 4 on the third and so on."""
    keys = (
        {
            "KeyId": at,
            "BillingAccountId": "9",
            "BillingCurrency": "USD",
            "SubAccountId": key.account,
            "SubAccountName": key.name,
            "ServiceName": key.service,
            "ChargeCategory": "Usage",
            "Tags": f'{{"Team": "{key.team}"}}' if key.team else None,
        }
        for at, key in enumerate(KEYS)
    )
    costs = (
        {"KeyId": key, "ChargeDay": day, "Lines": 1, **dict.fromkeys(COST_COLUMNS, cost_on(day))}
        for key in range(len(KEYS))
        for day in DAYS
    )
    whole = dict.fromkeys(COST_COLUMNS, sum(map(cost_on, DAYS)))
    days = {"FirstDay": DAYS[0], "LastDay": DAYS[-1], "Lines": len(DAYS)}
    months = ({"KeyId": key, **days, **whole} for key in range(len(KEYS)))
    return BillTables(
        loaded(engine, "keys", keys),
        loaded(engine, "costs", costs),
        loaded(engine, "months", months),
    )


def loaded(engine: Engine, table: str, rows: Iterable[Mapping[str, object]]) -> Relation:
    columns = COLUMNS[table]
    return engine.load(table, columns, [[row.get(column) for column in columns] for row in rows])


@pytest.fixture(scope="module")
def bills(context: RunContext) -> BillTables:
    return bill(context.engine)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    folder = tmp_path_factory.mktemp("engine")
    ledger, engine = PlainLedger(folder / "ledger"), DuckDB(folder, threads=1)
    return RunContext(ledger, engine, lambda: "", lambda _step: None, "0")


def lines_of(file: str) -> st.SearchStrategy[list[LookupRow]]:
    names = {"SubAccountName": ("lab", "own"), "ServiceName": SERVICES, "SubAccountId": ACCOUNTS}
    match = st.tuples(*(st.sampled_from(names[column]) for column in LOOKUPS[file][1]))
    begins = st.sampled_from([date.min, date(2026, 8, 31), *DAYS])
    ends = st.sampled_from([*DAYS, date(2026, 9, 10), date.max])
    line = st.builds(LookupRow, match, st.sampled_from(VALUES), begins, ends, st.just(2))
    return st.lists(line.filter(lambda row: row.valid_from <= row.valid_to), max_size=5)


def facts() -> st.SearchStrategy[list[AccountFact]]:
    begins = st.sampled_from([date.min, *DAYS])
    values = st.tuples(st.sampled_from((None, "lab", "own")), st.sampled_from((None, "a", "b")))
    fact = st.builds(AccountFact, st.sampled_from(ACCOUNTS), begins, values, st.just(date.min))
    unique = st.lists(fact, max_size=5, unique_by=lambda fact: (fact.account, fact.begins))
    return unique.map(lambda rows: sorted(rows, key=lambda fact: (fact.account, fact.begins)))


LINES = st.fixed_dictionaries({file: lines_of(file) for file in LOOKUPS})
EVERY_DAY = Dated(
    {"sites.csv": [LookupRow(("1",), VALUES[day.day % 3], day, day, 2) for day in DAYS]}
)


@settings(max_examples=examples(6), deadline=None)
@given(st.builds(Dated, LINES, facts()))
@example(Dated({}))
@example(EVERY_DAY)
def test_labels_and_their_cost_are_those_of_a_labelling_day_by_day(
    context: RunContext, bills: BillTables, dated: Dated
) -> None:
    rules = dated.rules()
    labels = label(rules, bills, context)
    rows = context.engine.rows(
        Query.of(f"SELECT * FROM {labels.costs.joined} ORDER BY ALL", labels.costs.joined)
    )
    labelled = [[row for row in rows if row["KeyId"] == at] for at in range(len(KEYS))]
    matched: Counter[object] = Counter()
    for key, found in zip(KEYS, labelled, strict=True):
        plain = {day: labelled_plainly(key, day, dated) for day in DAYS}
        assert dict(by_day(found)) == {day: label for day, (label, _rules) in plain.items()}
        for day, (_label, matching) in plain.items():
            matched.update(dict.fromkeys(matching, cost_on(day)))
    assert_merged(labelled)
    matches = context.engine.rows(matched_costs(rules, labels, bills, context))
    assert {rule_of(row): row["#cost"] for row in matches} == matched


def test_a_change_cuts_only_the_keys_that_it_matches(
    context: RunContext, bills: BillTables
) -> None:
    labels = label(EVERY_DAY.rules(), bills, context)
    rows = context.engine.rows(everything(labels.costs.labelled))
    counted = Counter(KEYS[int(str(row["KeyId"]))].account for row in rows)
    keys = len(KEYS) // len(ACCOUNTS)
    assert counted == {"1": keys * len(DAYS), "2": keys}


def by_day(rows: Iterable[Row]) -> Iterator[tuple[date, dict[str, object]]]:
    """The label of each day; the cost of a row is that of its days."""
    for row in rows:
        days = [day for day in DAYS if row["FirstDay"] <= day <= row["LastDay"]]
        assert all(row[column] == sum(map(cost_on, days)) for column in COST_COLUMNS)
        yield from ((day, {column: row[column] for column in LABELS}) for day in days)


def assert_merged(labelled: Iterable[Sequence[Row]]) -> None:
    """The days of a key leave out none and overlap nowhere, and neighbours differ."""
    for rows in labelled:
        assert (rows[0]["FirstDay"], rows[-1]["LastDay"]) == (DAYS[0], DAYS[-1])
        for row, following in pairwise(rows):
            assert following["FirstDay"] - row["LastDay"] == timedelta(days=1)
            assert any(row[column] != following[column] for column in LABELS)


def cost_on(day: date) -> int:
    return 2 ** DAYS.index(day)


def rule_of(row: Row) -> object:
    """The source or pool of a row of the cost that rules match."""
    return RULES[str(row["#dimension"])][int(str(row["#at"]))]
