"""Where a delivery belongs: into which bill, and in place of, beside or together with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apportion.core.billing.bill_identity import (
    Holdings,
    ambiguous,
    belongs_to,
    holdings,
    name_bill,
    newest,
    overlap,
    payers,
    shared,
)
from apportion.core.billing.retention import expired
from apportion.model.delivery import Delivery, Intent
from apportion.model.findings.deliveries import NOT_TOGETHER
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Manifest, RunKind
from apportion.usecases.fail_on_findings import stop_if_failing


@dataclass(frozen=True)
class Place:
    """Where a period of a delivery goes.

    `current` is the delivery of the bill that is in force, `part` the one that it is read together
    with, `beside` are those of other bills that have a payer in common with it. `damage` is what is
    wrong with the files of `current`.
    """

    period: str
    bill: str
    current: Manifest | None
    part: Manifest | None
    beside: tuple[Manifest, ...]
    damage: tuple[Finding, ...] = ()

    @property
    def readable(self) -> Manifest | None:
        """The delivery in force, if its files are what was recorded."""
        return None if self.damage else self.current


def find_places(
    delivery: Delivery, runs: Sequence[Manifest], intent: Intent
) -> tuple[str, list[Place]]:
    """Find the bill that a delivery belongs to, and its place in each of its periods.

    Raises FindingsError where it belongs nowhere, or to several.
    """
    accounts: dict[str, frozenset[tuple[str, str]]] = {}
    for stated in delivery.stated:
        own = accounts.get(stated.period, frozenset())
        accounts[stated.period] = own | {(stated.billing_account, stated.sub_account)}
    parts, findings = _parts(runs, accounts, intent)
    stop_if_failing(findings)
    held = {period: holdings(runs, period) for period in accounts}
    bill = _bill(accounts, held, parts, intent)
    places = [
        _place(period, bill, accounts[period], runs, held[period], parts.get(period))
        for period in sorted(accounts)
    ]
    stop_if_failing(_unasked(places, accounts, held, intent))
    return bill, places


def _bill(
    accounts: Mapping[str, frozenset[tuple[str, str]]],
    held: Mapping[str, Holdings],
    parts: Mapping[str, Manifest],
    intent: Intent,
) -> str:
    if parts:
        return next(iter(parts.values())).bill
    if intent.bill:
        return intent.bill
    everywhere = frozenset().union(*accounts.values())
    known = {bill: own for period in sorted(held) for bill, own in held[period].items()}
    found = belongs_to(everywhere, known)
    if len(found) > 1:
        stop_if_failing([ambiguous(f"{min(accounts)} to {max(accounts)}", found)])
    return found[0] if found else name_bill(payers(everywhere))


def _place(
    period: str,
    bill: str,
    accounts: frozenset[tuple[str, str]],
    runs: Sequence[Manifest],
    held: Holdings,
    part: Manifest | None,
) -> Place:
    in_force = newest(runs, RunKind.INGEST, period)
    beside = tuple(in_force[other] for other in shared(bill, accounts, held))
    return Place(period, bill, in_force.get(bill), part, beside)


def _unasked(
    places: Sequence[Place],
    accounts: Mapping[str, frozenset[tuple[str, str]]],
    held: Mapping[str, Holdings],
    intent: Intent,
) -> list[Finding]:
    """Refuse to begin a new bill beside one with the same payer unless it was named."""
    if intent.bill or intent.replace or intent.together_with:
        return []
    return [
        overlap(
            f"{place.period} bill {place.bill}",
            other.bill,
            accounts[place.period],
            held[place.period][other.bill],
        )
        for place in places
        for other in place.beside
        if place.current is None
    ]


def _parts(
    runs: Sequence[Manifest],
    accounts: Mapping[str, frozenset[tuple[str, str]]],
    intent: Intent,
) -> tuple[dict[str, Manifest], list[Finding]]:
    """Find the deliveries that this one is read together with, by period."""
    parts: dict[str, Manifest] = {}
    findings: list[Finding] = []
    gone = expired(runs)
    for wanted in intent.together_with:
        found = [
            run
            for number, run in enumerate(runs, start=1)
            if run.kind is RunKind.INGEST and run.run.startswith(wanted) and number not in gone
        ]
        if not found:
            findings.append(_not_together(wanted, "no delivery", runs, accounts))
        elif found[-1].period not in accounts:
            findings.append(
                _not_together(wanted, f"a delivery of {found[-1].period}", runs, accounts)
            )
        else:
            parts[found[-1].period] = found[-1]
    if len({part.bill for part in parts.values()}) > 1:
        found_bills = ", ".join(f"bill {part.bill}" for part in parts.values())
        findings.append(_not_together(intent.together_with[0], found_bills, runs, accounts))
    return parts, findings


def check_part(place: Place, run: str) -> bool:
    """Whether both parts were ingested together before; raises if the part is not in force."""
    part, current = place.part, place.current
    if part is None or current is None or current.run == part.run:
        return False
    if part.run in current.together and current.run == run:
        return True
    finding = Finding(
        NOT_TOGETHER,
        f"{place.period} bill {place.bill}",
        f"run {part.run}",
        expected="the current delivery",
        found=f"run {current.run} of {current.at}, which "
        + ("holds it already" if part.run in current.together else "took its place"),
        remedy=f"Nothing was ingested. Ingest with --together-with {current.run}.",
    )
    stop_if_failing([finding])
    return False


def _not_together(
    wanted: str,
    found: str,
    runs: Sequence[Manifest],
    accounts: Mapping[str, frozenset[tuple[str, str]]],
) -> Finding:
    there = [
        f"{run.run} ({period} bill {bill})"
        for period in sorted(accounts)
        for bill, run in sorted(newest(runs, RunKind.INGEST, period).items())
    ]
    return Finding(
        NOT_TOGETHER,
        ", ".join(sorted(accounts)),
        f"run {wanted}",
        expected=f"a delivery of one bill that is in force: {', '.join(there) or 'there is none'}",
        found=found,
        remedy="Nothing was ingested. `apportion ledger history` lists the runs.",
    )
