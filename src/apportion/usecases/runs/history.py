"""What the ledger holds, and how it came to hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from apportion.core.billing.bill_identity import newest
from apportion.core.billing.retention import NUMBERS, expired
from apportion.model.errors.base import NothingThereError
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Manifest, RunKind
from apportion.model.money import EXACT
from apportion.model.outcome import Outcome
from apportion.model.row import Row
from apportion.usecases.context import RunContext

_LIST = (
    *("period", "bill", "format", "parts", "currency", "lines"),
    *(*COST_COLUMNS, "delivered", "allocated"),
)
_HISTORY = (
    *("at", "kind", "period", "bill", "run", "currency", "lines"),
    *(*COST_COLUMNS, "inputs", "expired"),
)


def held(context: RunContext) -> Outcome:
    """List every bill of every period, and whether its allocation is up to date.

    `parts` are the deliveries that were ingested together.
    """
    runs = context.ledger.runs()
    rows: list[Row] = []
    for period in sorted({run.period for run in runs}):
        allocation = newest(runs, RunKind.ALLOCATE, period).get("")
        for bill, delivered in sorted(newest(runs, RunKind.INGEST, period).items()):
            for currency, lines, amounts in sums(delivered, "ledger"):
                rows.append(
                    {
                        "period": period,
                        "bill": bill,
                        "format": delivered.details.get("format", ""),
                        "parts": 1 + len(delivered.together),
                        "currency": currency,
                        "lines": lines,
                        **amounts,
                        "delivered": delivered.at,
                        "allocated": _state(allocation, delivered),
                    }
                )
    return Outcome(_LIST, tuple(rows))


def history(context: RunContext, *, period: str = "") -> Outcome:
    """List every delivery, allocation, synchronisation, expiry and close, oldest first.

    `run` is what --as-of takes, unless its files were removed at `expired`. A period's
    history has neither synchronisations nor expiries, which are of none; the inputs of its
    allocations name the former.
    """
    recorded = context.ledger.runs()
    gone = expired(recorded)
    runs = [
        (number, run) for number, run in enumerate(recorded, start=1) if period in {"", run.period}
    ]
    if period and not runs:
        have = sorted({run.period for run in recorded} - {""})
        raise NothingThereError(f"period {period}", have)
    rows = [
        {
            "at": run.at,
            "kind": str(run.kind),
            "period": run.period,
            "bill": run.bill,
            "run": run.run,
            "currency": currency,
            "lines": lines,
            **amounts,
            "inputs": ", ".join(f"{file.name} {file.sha256[:12]}" for file in run.inputs),
            "expired": gone[number].at if number in gone else None,
        }
        for number, run in runs
        for currency, lines, amounts in _sums_of_run(run)
    ]
    return Outcome(_HISTORY, tuple(rows))


def sums(manifest: Manifest, stage: str) -> list[tuple[str, int, dict[str, Decimal]]]:
    """Add a stage of a run up by currency: currency, lines, amount of each cost column."""
    found: dict[str, tuple[int, dict[str, Decimal]]] = {}
    with localcontext(EXACT):
        for total in manifest.totals:
            if total.stage == stage:
                lines, amounts = found.get(total.currency, (0, dict.fromkeys(COST_COLUMNS, _ZERO)))
                added = {
                    column: amounts[column] + Decimal(amount)
                    for column, amount in zip(COST_COLUMNS, total.amounts, strict=True)
                }
                found[total.currency] = (lines + total.lines, added)
    return [(currency, *found[currency]) for currency in sorted(found)]


_ZERO = Decimal()


def _sums_of_run(run: Manifest) -> Sequence[tuple[str, int, Mapping[str, Decimal | None]]]:
    """What a run came to; of accounts, how many there were, of an expiry, how many runs."""
    if run.kind is RunKind.ACCOUNTS:
        return [("", int(run.details["accounts"]), dict.fromkeys(COST_COLUMNS))]
    if run.kind is RunKind.CLOSE:
        return [("", 0, dict.fromkeys(COST_COLUMNS))]
    if run.kind is RunKind.EXPIRE:
        return [("", len(run.details[NUMBERS].split(",")), dict.fromkeys(COST_COLUMNS))]
    return sums(run, _last_stage(run))


def _last_stage(run: Manifest) -> str:
    return "ledger" if run.kind is RunKind.INGEST else "allocated"


def _state(allocation: Manifest | None, delivered: Manifest) -> str:
    if allocation is None:
        return "not yet"
    if allocation.bills.get(delivered.bill) != delivered.run:
        return "before this delivery"
    return allocation.at


def periods(runs: Sequence[Manifest], kind: RunKind) -> list[str]:
    """List the periods that have a run of a kind, oldest first; raises if there are none.

    An allocation or proof of nothing would succeed without a result.
    """
    found = sorted({run.period for run in runs if run.kind is kind})
    if not found:
        what, first = _WHAT[kind]
        raise NothingThereError(what, [], f"Run `apportion {first}` first.")
    return found


_WHAT = {
    RunKind.ACCOUNTS: ("account", "aws accounts sync"),
    RunKind.INGEST: ("bill", "ingest"),
    RunKind.ALLOCATE: ("allocation", "allocate"),
}
