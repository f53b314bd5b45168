"""What accounts were and when: days begin and end where something was seen to change."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from apportion.core.aws.account_history import holding, synchronised
from apportion.core.rulebook.inputs.account_facts import (
    account_facts,
    fact_segments,
    facts_on,
    read_facts,
    synced_on,
    with_gaps,
    write_facts,
)
from apportion.core.rulebook.inputs.date_segments import Days
from apportion.model.aws.accounts import Account, AccountFacts, DateRange

LAB = Account("111111111111", "lab", "Research", (("CostCenter", "FIN-100"),), "ACTIVE")
SHOP = Account("222222222222", "shop", "Root", (), "ACTIVE")
JUNE = date(2026, 6, 15)
JULY = date(2026, 7, 10)


def days(stretches: tuple[DateRange, ...]) -> list[tuple[str, str, date, date]]:
    return [(s.account.id[0], s.account.name, s.valid_from, s.valid_to) for s in stretches]


def test_the_first_look_holds_for_all_the_past() -> None:
    history, changes = synchronised((), [SHOP, LAB], on=JUNE)
    assert days(history) == [
        ("1", "lab", date.min, date.max),
        ("2", "shop", date.min, date.max),
    ]
    assert [change.status for change in changes] == ["new", "new"]


def test_the_same_again_changes_nothing() -> None:
    history, _ = synchronised((), [SHOP, LAB], on=JUNE)
    assert synchronised(history, [LAB, SHOP], on=JULY) == (history, [])


def test_a_renamed_account_stays_what_it_was() -> None:
    history, _ = synchronised((), [LAB], on=JUNE)
    history, (change,) = synchronised(history, [replace(LAB, name="labs")], on=JULY)
    assert days(history) == [
        ("1", "lab", date.min, date(2026, 7, 9)),
        ("1", "labs", JULY, date.max),
    ]
    assert history[1].synced == JULY
    assert (change.status, change.what) == ("changed", "name lab → labs")


def test_every_change_is_reported_in_words() -> None:
    history, _ = synchronised((), [LAB], on=JUNE)
    moved = Account(LAB.id, "lab", "Retail", (("CostCenter", "CX"), ("Team", "a")), "SUSPENDED")
    _, (change,) = synchronised(history, [moved], on=JULY)
    assert change.what == (
        "unit Research → Retail; state ACTIVE → SUSPENDED; tag CostCenter FIN-100 → CX; "
        "tag Team none → a"
    )


def test_an_account_that_is_gone_ends_and_may_come_back() -> None:
    history, _ = synchronised((), [LAB, SHOP], on=JUNE)
    history, (change,) = synchronised(history, [SHOP], on=JULY)
    assert change.status == "closed"
    assert days(history)[0] == ("1", "lab", date.min, date(2026, 7, 9))
    assert synchronised(history, [SHOP], on=date(2026, 7, 20)) == (history, [])
    assert holding(history, date(2026, 8, 1))[0].account == LAB, "what was last is still told"
    back, (change,) = synchronised(history, [LAB, SHOP], on=date(2026, 9, 1))
    assert change.status == "back"
    assert days(back)[1] == ("1", "lab", date(2026, 9, 1), date.max)


def test_two_changes_of_one_day_are_the_last_one() -> None:
    history, _ = synchronised((), [LAB], on=JUNE)
    history, _ = synchronised(history, [replace(LAB, name="a")], on=JULY)
    history, _ = synchronised(history, [replace(LAB, name="b")], on=JULY)
    assert [row[1] for row in days(history)] == ["lab", "b"]
    history, _ = synchronised(history, [LAB], on=JULY)
    assert days(history) == [("1", "lab", date.min, date.max)], "as if nothing had been"


def test_a_day_that_is_given_corrects_what_was_known() -> None:
    history, _ = synchronised((), [LAB], on=JUNE, since=date(2026, 1, 1))
    assert days(history) == [("1", "lab", date(2026, 1, 1), date.max)]
    history, _ = synchronised(history, [replace(LAB, name="labs")], on=JULY)
    renamed = [replace(LAB, name="labs")]
    history, (change,) = synchronised(history, renamed, on=JULY, since=date(2026, 5, 1))
    assert days(history) == [
        ("1", "lab", date(2026, 1, 1), date(2026, 4, 30)),
        ("1", "labs", date(2026, 5, 1), date.max),
    ]
    assert change.status == "corrected"


def test_an_account_from_another_organisation_keeps_its_past_there() -> None:
    there, _ = synchronised((), [LAB], on=JUNE)
    there, _ = synchronised(there, [SHOP], on=JULY)
    here, _ = synchronised((), [replace(LAB, name="labs")], on=JULY, elsewhere={LAB.id})
    facts = account_facts(
        [*there, *here], columns=COLUMNS, accounts={LAB.id}, until=JULY, versions={}
    )
    assert [(row.begins, row.values[0]) for row in facts.rows] == [
        (date.min, "lab"),
        (JULY, "labs"),
    ]


def test_a_clock_that_went_back_takes_nothing_out() -> None:
    history, _ = synchronised((), [LAB], on=JUNE)
    history, _ = synchronised(history, [replace(LAB, name="labs")], on=JULY)
    history, _ = synchronised(history, [replace(LAB, name="laboratory")], on=JUNE)
    assert [row[1:3] for row in days(history)] == [("lab", date.min), ("laboratory", JULY)]


NAMES = st.sampled_from(["lab", "labs", "shop"])
LOOKS = st.lists(st.tuples(st.integers(0, 60), st.lists(NAMES, max_size=2)), max_size=8)


@given(LOOKS)
def test_each_day_has_one_truth_and_the_last_look_is_it(looks: list[tuple[int, list[str]]]) -> None:
    """Whatever is seen on whatever days, stretches never overlap, and the newest look holds."""
    history: tuple[DateRange, ...] = ()
    for day, names in sorted(looks, key=lambda look: look[0]):
        on = JUNE + timedelta(days=day)
        seen = [replace(LAB, id=str(at), name=name) for at, name in enumerate(names)]
        history, _ = synchronised(history, seen, on=on)
        open_now = [s.account for s in history if s.valid_to == date.max]
        assert sorted(open_now, key=lambda account: account.id) == seen
        for before, after in itertools.pairwise(history):
            if before.account.id == after.account.id:
                assert before.valid_to < after.valid_from


COLUMNS = ("SubAccountName", "account_tag:costcenter")


def facts_of(*looks: tuple[date, Account], until: date = date(2026, 9, 30)) -> AccountFacts:
    history: tuple[DateRange, ...] = ()
    for on, account in looks:
        history, _ = synchronised(history, [account], on=on)
    accounts = {account.id for _, account in looks}
    return account_facts(history, columns=COLUMNS, accounts=accounts, until=until, versions={})


def test_rules_see_only_what_they_look_at_until_the_month_s_end() -> None:
    moved = replace(LAB, unit="Elsewhere")
    tagged = replace(moved, tags=(("cost-center", "CX"),))
    facts = facts_of((JUNE, LAB), (JULY, moved), (date(2026, 9, 10), tagged))
    assert [row.values for row in facts.rows] == [("lab", "FIN-100"), ("lab", "CX")]
    days = Days(date(2026, 9, 1), date(2026, 9, 30))
    assert [segment.days.first for _id, segment in fact_segments(facts, days)] == [
        days.first,
        date(2026, 9, 10),
    ]
    assert [row.values[1] for row in facts_on(facts, date(2026, 9, 9))] == ["FIN-100"]
    assert facts_of((JUNE, LAB), (JULY, moved), (date(2026, 10, 1), tagged)) == facts_of(
        (JUNE, LAB)
    )


def test_days_between_two_stretches_are_days_of_nothing() -> None:
    """As in a lookup; another organisation that knows the days fills them."""
    august = date(2026, 8, 1)
    first = DateRange(LAB, date.min, date(2026, 6, 30), JUNE)
    again = DateRange(replace(LAB, name="labs"), august, date.max, august)
    elsewhere = DateRange(replace(LAB, name="away"), date(2026, 7, 1), date(2026, 7, 31), JULY)

    def names(*histories: list[DateRange]) -> list[str | None]:
        facts = account_facts(
            with_gaps(histories), columns=COLUMNS, accounts={LAB.id}, until=date.max, versions={}
        )
        return [facts_on(facts, day)[0].values[0] for day in (JUNE, JULY, august)]

    assert names([first, again]) == ["lab", None, "labs"]
    assert names([again, first], [elsewhere]) == ["lab", "away", "labs"]
    assert names([first]) == ["lab", "lab", "lab"], "what it was last holds on"


def test_accounts_of_no_charge_do_not_matter() -> None:
    history, _ = synchronised((), [LAB, SHOP], on=JUNE)
    facts = account_facts(
        history, columns=COLUMNS, accounts={SHOP.id}, until=JULY, versions={"o-1": "abc"}
    )
    assert [row.account for row in facts.rows] == [SHOP.id]
    none = account_facts(history, columns=COLUMNS, accounts={"3"}, until=JULY, versions={})
    assert none == AccountFacts()


def test_it_is_known_when_a_value_was_seen_first() -> None:
    facts = facts_of((JUNE, LAB), (JULY, replace(LAB, name="labs")))
    result = {
        column: synced_on(facts, column, account=LAB.id, day=date(2026, 9, 1)) for column in COLUMNS
    }
    assert result == {"SubAccountName": JULY, "account_tag:costcenter": JUNE}
    assert synced_on(facts, COLUMNS[0], account="3", day=JULY) is None


def test_facts_are_written_and_read() -> None:
    facts = facts_of((JUNE, LAB), (JULY, replace(LAB, name='"labs"\nß')))
    assert read_facts(write_facts(facts)) == facts


def test_the_spelling_of_the_rulebook_wins_as_for_tags_of_charges() -> None:
    tags = (("CostCenter", "A"), ("Cost-Center", "B"), ("cost_center", " "))
    history = [DateRange(replace(LAB, tags=tags), date.min, date.max, JUNE)]

    def value(written: str) -> str | None:
        column = "account_tag:costcenter"
        facts = account_facts(
            history,
            columns=[column],
            accounts={LAB.id},
            until=JULY,
            versions={},
            spellings={column: written},
        )
        return facts.rows[0].values[0]

    assert value("CostCenter") == "A"
    assert value("Cost-Center") == "B"
    assert value("cost_center") in {"A", "B"}, "an empty tag is none"
