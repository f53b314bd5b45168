"""A lost catalog of a ledger: made again from the tables, proved, and then put in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from apportion.ledger.iceberg import IcebergLedger
from apportion.ledger.repair import Repair
from apportion.model.outcome import Outcome
from apportion.ports.ledger import Ledger
from apportion.usecases.context import RunContext
from apportion.usecases.runs.repair import nothing_to_repair, prove_runs


def repair(folder: Path, context: Callable[[Ledger], RunContext], *, wait: float = 0) -> Outcome:
    """Make the catalog of a ledger again, if it needs one; rows are its runs.

    `context` go with the ledger that they are given. Raises NotRepairedError, with nothing changed,
    if the rebuilt catalog differs from the records.
    """
    with IcebergLedger(folder).lock(wait=wait):
        work = Repair(folder)
        if not work.needed():
            return nothing_to_repair(str(folder))
        ledger = work.make()
        more = work.unfinished(ledger.runs())
        proved = prove_runs(context(ledger), place=str(folder))
        damaged = work.take_place()
    words = [*proved.messages, f"The catalog of {folder} was made again."]
    if damaged:
        words.append(f"What was there before is {damaged}.")
    if more:
        words.append(
            f"There is also a record of {more.kind} {more.period} at {more.at}, which was killed "
            "before it counted, or whose metadata is lost: run it again."
        )
    return replace(proved, messages=tuple(words))
