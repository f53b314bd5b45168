"""What of a ledger's past may go: nothing that is current, recent, evidence, or stood upon."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apportion.core.billing.retention import NUMBERS, expired, kept, past
from apportion.model.manifest import Manifest, RunKind
from apportion.model.retention import EvidenceKind, Past, Policy, RetentionEvidence

EVER = "9999"  # since when what was current is kept: nothing is, by its age


def run(kind: RunKind, run_: str, day: int, **other: object) -> Manifest:
    """Write down a run of September, whose snapshots are called after the day."""
    table = {RunKind.INGEST: "costs", RunKind.ALLOCATE: "shares"}[kind]
    made = Manifest(
        run_, kind, "2026-09", "acme" if kind is RunKind.INGEST else "", f"2026-10-{day:02}", "0.1",
        (), (), {table: day},
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type] - fields by name


def delivery(run_: str, day: int, **other: object) -> Manifest:
    return run(RunKind.INGEST, run_, day, **other)


def allocation(run_: str, day: int, **bills: str) -> Manifest:
    return run(RunKind.ALLOCATE, run_, day, bills=bills)


def expiry(*numbers: int) -> Manifest:
    result = {NUMBERS: ",".join(map(str, numbers))}
    return replace(delivery("x", 30), kind=RunKind.EXPIRE, period="", bill="", snapshots={},
                   details=result)  # fmt: skip


def names(found: list[Past]) -> list[str]:
    return [each.run.run for each in found if not each.evidence]


#: Four deliveries, each allocated on its day.
DAILY = tuple(
    each
    for day, letter in enumerate("ABCD", start=1)
    for each in (delivery(letter, day), allocation(letter.lower(), day, acme=letter))
)


@pytest.mark.parametrize(
    ("newest", "going"),
    [(0, ["A", "a", "B", "b", "C", "c"]), (1, ["A", "a", "B", "b"]), (3, []), (9, [])],
)
def test_the_newest_superseded_stay(newest: int, going: list[str]) -> None:
    assert names(past(DAILY, Policy(newest, EVER), [])) == going


def test_what_was_current_since_then_stays() -> None:
    """C was replaced on the 4th, B on the 3rd: who looks at the 3rd at noon sees C."""
    found = past(DAILY, Policy(0, "2026-10-03T12"), [])
    assert names(found) == ["A", "a", "B", "b"]
    assert {each.run.run: each.replaced for each in found}["B"] == "2026-10-03"


def test_other_months_stay() -> None:
    assert names(past(DAILY, Policy(0, EVER, ("2026-08",)), [])) == []
    assert len(names(past(DAILY, Policy(0, EVER, ("2026-09",)), []))) == 6


def test_an_allocation_that_stays_keeps_what_it_read() -> None:
    """The newest allocation is of the second delivery; two more came and wait."""
    waiting = (*DAILY[:4], DAILY[4], DAILY[6])
    assert names(past(waiting, Policy(0, EVER), [])) == ["A", "a", "C"]


def test_many_allocations_of_one_delivery() -> None:
    runs = (delivery("A", 1), *(allocation(f"a{day}", day, acme="A") for day in range(1, 5)))
    assert names(past(runs, Policy(1, EVER), [])) == ["a1", "a2"]


def test_the_same_bytes_again_are_one_state() -> None:
    again = delivery("A", 2, snapshots=DAILY[0].snapshots)
    runs = (DAILY[0], again, delivery("B", 3), delivery("C", 4))
    assert [each.number for each in past(runs, Policy(1, EVER), [])] == [1, 2]
    assert names(past(runs[:2], Policy(0, EVER), [])) == [], "the newest state is current"


def test_a_bill_that_came_back_is_current_though_it_was_expired_before() -> None:
    runs = (*DAILY[:4], expiry(1, 2), delivery("A", 5), allocation("a", 5, acme="A"))
    assert expired(runs).keys() == {1, 2}
    assert [each.number for each in past(runs, Policy(0, EVER), [])] == [3, 4]
    assert kept(runs, [3, 4]) == {"costs": frozenset({5}), "shares": frozenset({5})}


def test_what_went_goes_once() -> None:
    runs = (*DAILY, expiry(1, 2, 3, 4))
    assert names(past(runs, Policy(0, EVER), [])) == ["C", "c"]
    assert names(past(runs, Policy(1, EVER), [])) == []


def evidence(
    run_: str, how: EvidenceKind, day: int, where: str = "s3://acme/x"
) -> RetentionEvidence:
    return RetentionEvidence(run_, "2026-09", how, where, f"2026-10-{day:02}")


@pytest.mark.parametrize("how", EvidenceKind)
def test_evidence_stays_with_what_it_stands_on_unless_it_is_requested(how: EvidenceKind) -> None:
    known = [evidence("b", how, 2)]
    found = past(DAILY, Policy(0, EVER), known)
    assert names(found) == ["A", "a", "C", "c"]
    assert [each.run.run for each in found if each.evidence] == ["b"]
    others = frozenset(EvidenceKind) - {how}
    assert names(past(DAILY, Policy(0, EVER, also=others), known)) == ["A", "a", "C", "c"]
    stays = how is EvidenceKind.CLOSED  # whatever is requested
    assert len(names(past(DAILY, Policy(0, EVER, also=frozenset({how})), known))) == 6 - 2 * stays


def test_of_publications_what_readers_see_is_evidence_and_of_deliveries_each() -> None:
    published = [
        evidence(name, EvidenceKind.PUBLISHED, day) for day, name in enumerate("ab", start=1)
    ]
    elsewhere = evidence("a", EvidenceKind.PUBLISHED, 1, "s3://acme/other")
    assert "a" in names(past(DAILY, Policy(0, EVER), published))
    assert "a" not in names(past(DAILY, Policy(0, EVER), [*published, elsewhere]))
    delivered = [
        evidence(name, EvidenceKind.DELIVERED, day) for day, name in enumerate("ab", start=1)
    ]
    assert names(past(DAILY, Policy(0, EVER), delivered)) == ["C", "c"]
