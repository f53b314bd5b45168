"""However a bill is cut, named, ordered and restated: what is in force is what was delivered.

Or the run stopped, and then nothing changed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from apportion.core.billing.bill_identity import newest
from apportion.engines.duckdb import DuckDB
from apportion.model.delivery import Intent
from apportion.model.errors.base import FindingsError
from apportion.model.manifest import Manifest, RunKind
from apportion.sources.local_files import LocalFiles
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.ingest import ingest
from plain_ledger import PlainLedger
from stories import NOW, Line, bill_of, csv_bill

PERIOD = "2026-09"
WHOLE = [
    {
        "day": f"2026-09-{day:02}",
        "account": f"00000000001{account}",
        "service": service,
        "tags": f"Team={service[-1]}",
        "ResourceId": f"i-{number}",
        "cost": f"{10 * day + account}.{number}",
    }
    for day in (1, 2, 3)
    for account in (1, 2)
    for service in ("Amazon EC2", "Amazon S3")
    for number in (1, 2, 3)
]
#: The ways in which a bill comes in parts.
CUTS = ("account", "day", "service", "ResourceId", "half", "nothing")

few = settings(
    max_examples=300 if os.environ.get("APPORTION_SOAK") else 4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[list[Line], bool]]:
    """Deliveries in some order: parts of the bill, or all; each restated by some percent.

    Beside each stands whether to go on with it as a part where it is refused.
    """
    drawn: list[tuple[list[Line], bool]] = []
    for _ in range(draw(st.integers(1, 2))):
        cut = draw(st.sampled_from(CUTS))
        percent = draw(st.sampled_from([100, 100, 99, 103]))
        groups: dict[str, list[Line]] = {}
        for number, line in enumerate(WHOLE):
            key = {"half": str(number % 2), "nothing": ""}.get(cut) or line.get(cut, "")
            cost = Decimal(line["cost"]) * percent / 100
            groups.setdefault(key, []).append({**line, "cost": f"{cost:f}"})
        parts = draw(st.permutations(sorted(groups.values(), key=str)))
        drawn += [(part, draw(st.booleans())) for part in parts[:2]]
    return drawn


@example(deliveries=[(WHOLE[:18], True), (WHOLE[18:], True), (WHOLE, False)])
@example(deliveries=[(WHOLE[::2], False), (WHOLE[1::2], False)])
@given(deliveries=steps())
@few
def test_what_is_in_force_is_what_was_delivered(
    deliveries: Sequence[tuple[list[Line], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        context = RunContext(
            PlainLedger(Path(folder) / "ledger"), engine(), lambda: NOW, _quiet, "0"
        )
        delivered: dict[tuple[str, ...], Decimal] = {}
        for number, (lines, as_part) in enumerate(deliveries):
            path = Path(folder) / f"{number}.csv"
            path.write_bytes(csv_bill(bill_of(lines)))
            if taken_in(path, context, as_part=as_part):
                delivered |= {identity(line): Decimal(line["cost"]) for line in lines}
            (current,) = in_force(context) or [None]
            assert billed(current) == sum(delivered.values())


def taken_in(path: Path, context: RunContext, *, as_part: bool) -> bool:
    """Take a file in, as a part of what is in force where it may not replace that."""
    source = LocalFiles([path], scratch=path.parent / "scratch")
    try:
        ingest(source, context)
    except FindingsError:
        if not as_part:
            return False
    else:
        return True
    (current,) = in_force(context)
    try:
        ingest(source, context, intent=Intent(together_with=(current.run,)))
    except FindingsError:
        return False  # nearly all of it is there
    return True


def in_force(context: RunContext) -> list[Manifest]:
    return list(newest(context.ledger.runs(), RunKind.INGEST, PERIOD).values())


def billed(run: Manifest | None) -> Decimal:
    totals = [total for total in run.totals if total.stage == "ledger"] if run else []
    return sum((Decimal(total.amounts[0]) for total in totals), Decimal())


def identity(line: Line) -> tuple[str, ...]:
    return tuple(line[name] for name in ("day", "account", "service", "ResourceId"))


def _quiet(_step: str) -> None:
    pass


@cache
def engine() -> DuckDB:
    """One engine for all: every run makes its tables anew."""
    return DuckDB(Path(tempfile.gettempdir()) / "apportion-deliveries-spill", threads=2)
