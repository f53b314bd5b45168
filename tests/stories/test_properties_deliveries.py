"""However a bill is cut, named, stored, linked, ordered and restated: all of it is in force.

Or the run stopped, and then nothing changed.
"""

from __future__ import annotations

import gzip
import tempfile
import zipfile
from collections.abc import Callable, Sequence
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
from soak import SOAK
from stories import NOW, Line, bill_of, csv_bill, parquet_bill

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
    max_examples=300 if SOAK else 4,
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


def one_file(lines: list[Line], folder: Path, name: str) -> None:
    (folder / f"{name}.csv").write_bytes(csv_bill(bill_of(lines)))


def as_parquet(lines: list[Line], folder: Path, name: str) -> None:
    (folder / f"{name}.parquet").write_bytes(parquet_bill(bill_of(lines)))


def as_gzip(lines: list[Line], folder: Path, name: str) -> None:
    (folder / f"{name}.csv.gz").write_bytes(gzip.compress(csv_bill(bill_of(lines))))


def in_a_zip(lines: list[Line], folder: Path, name: str) -> None:
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
        archive.writestr(f"{name}.csv", csv_bill(bill_of(lines)))


def under_two_names(lines: list[Line], folder: Path, name: str) -> None:
    one_file(lines, folder, name)
    one_file(lines, folder, f"copy of {name}")


def by_a_link(lines: list[Line], folder: Path, name: str) -> None:
    elsewhere = folder.parent / f"linked {folder.name}"
    elsewhere.mkdir()
    one_file(lines, elsewhere, "real")
    (folder / f"{name}.csv").symlink_to(elsewhere / "real.csv")


def in_a_linked_folder(lines: list[Line], folder: Path, name: str) -> None:
    elsewhere = folder.parent / f"linked {folder.name}"
    elsewhere.mkdir()
    chunks(lines, elsewhere, name)
    (folder / name).symlink_to(elsewhere, target_is_directory=True)


def chunks(lines: list[Line], folder: Path, name: str) -> None:
    """Of three lines each, the last first, in a folder of two."""
    for number, first in enumerate(range(0, len(lines), 3)):
        below = folder / f"{name}-{number % 2}"
        below.mkdir(exist_ok=True)
        one_file(lines[first : first + 3], below, f"{99 - number}")


LAYOUTS: Sequence[Callable[[list[Line], Path, str], None]] = (
    *(one_file, as_parquet, as_gzip, in_a_zip),
    *(under_two_names, by_a_link, in_a_linked_folder, chunks),
)
#: Names of files; an ending in the middle, blanks and patterns mean nothing.
NAMES = ("bill", "Bill.parquet", "part-00001 (1)", "*", "2026-08", "ä [x]", "-v")
Layout = tuple[int, str]  # an index into LAYOUTS, so that a failing example is legible


@example(deliveries=[(WHOLE[:18], True), (WHOLE[18:], True), (WHOLE, False)], layouts=[(0, "a")])
@example(deliveries=[(WHOLE[::2], False), (WHOLE[1::2], False)], layouts=[(7, "a")])
@example(
    deliveries=[(WHOLE[start:12:4], True) for start in range(4)] * 2,
    layouts=list(zip(range(8), (*NAMES, "b"), strict=True)),
)
@given(
    deliveries=steps(),
    layouts=st.lists(
        st.tuples(st.integers(0, len(LAYOUTS) - 1), st.sampled_from(NAMES)), min_size=1, max_size=4
    ),
)
@few
def test_what_is_in_force_is_what_was_delivered(
    deliveries: Sequence[tuple[list[Line], bool]], layouts: Sequence[Layout]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        context = RunContext(
            PlainLedger(Path(folder) / "ledger"), engine(), lambda: NOW, _quiet, "0"
        )
        delivered: dict[tuple[str, ...], Decimal] = {}
        for number, (lines, as_part) in enumerate(deliveries):
            path = Path(folder) / f"{number}"
            path.mkdir()
            layout, name = layouts[number % len(layouts)]
            LAYOUTS[layout](lines, path, name)
            if taken_in(path, context, as_part=as_part):
                delivered |= {identity(line): Decimal(line["cost"]) for line in lines}
            (current,) = in_force(context) or [None]
            assert billed(current) == sum(delivered.values())


def taken_in(folder: Path, context: RunContext, *, as_part: bool) -> bool:
    """Take a delivery in, as a part of what is in force where it may not replace that."""
    source = LocalFiles([folder], scratch=folder.parent / "scratch")
    try:
        ingest(source, context)
    except FindingsError:
        if not as_part or not in_force(context):
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
