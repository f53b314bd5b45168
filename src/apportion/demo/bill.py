"""Write lines as a bill: CUR 2.0 or FOCUS 1.2 files with their manifest, by the SQL beside this.

A connection holds what lines refer to (streams, accounts, prices, tags); lines come chunk by chunk.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa

from apportion.model.timestamp import utc_text

from . import company
from .commitments import COMMITMENTS
from .deterministic_random import hashes
from .fleet import Fleet, Names
from .lines import LineKind, numbers
from .months import NOTES, DemoMonth
from .tagging import TagSet, cur_key

_IDENTITY = 30
_BUCKET = "larkmoor-billing"
_INVOICE = "EUINGB26-"


class Form(StrEnum):
    """In which form a bill is written."""

    CUR_2 = "cur-2.0"
    FOCUS = "focus-1.2"
    FOCUS_CSV = "focus-1.2-csv"

    @property
    def export(self) -> str:
        """The name of the export, which is that of its folder and begins that of its files."""
        return f"{company.NAME}-{_SHORT[self]}"

    @property
    def suffix(self) -> str:
        """What its files' names end with."""
        return ".csv.gz" if self is Form.FOCUS_CSV else ".snappy.parquet"


_SHORT = {Form.CUR_2: "cur2", Form.FOCUS: "focus", Form.FOCUS_CSV: "focus-csv"}
_QUERY = {Form.CUR_2: "cur.sql", Form.FOCUS: "focus.sql", Form.FOCUS_CSV: "focus.sql"}


@dataclass(frozen=True)
class Delivery:
    """Where one delivery of a month in one form lies."""

    form: Form
    month: DemoMonth
    root: Path

    @property
    def data(self) -> Path:
        """The folder of its files; a month delivered again has the layout that never overwrites."""
        folder = self.root / "data" / self._partition
        if self.month.made:
            return folder / f"{self.month.made:%Y%m%dT%H%M%SZ}-{self.execution}"
        return folder / f"20261009T061203Z-{self.execution}" if self.month.restated else folder

    @property
    def manifest(self) -> Path:
        """The file that names its files; written last."""
        return self.root / "metadata" / self._partition / f"{self.form.export}-Manifest.json"

    @property
    def execution(self) -> str:
        """AWS's name for one run of an export; here always the same for the same delivery."""
        identity = f"{self.form.export}/{self.month.period}/{self.month.restated}"
        if self.month.made:
            identity += f"/{self.month.made:%Y%m%dT%H%M%SZ}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, identity))

    def file(self, number: int) -> Path:
        """The file of a number, counted from 1."""
        return self.data / f"{self.form.export}-{number:05d}{self.form.suffix}"

    @property
    def _partition(self) -> str:
        return f"BILLING_PERIOD={self.month.period}"


class Writer:
    """Writes lines of one fleet; use it as a context manager."""

    def __init__(
        self, fleet: Fleet, names: Names, *, accounts: Sequence[company.Account], seed: int
    ) -> None:
        self._seed = seed
        self._engine = duckdb.connect()
        self._engine.execute("SET enable_progress_bar = false")
        self._load("streams", _streams(fleet))
        self._load("accounts", _rows(accounts))
        self._load("meters", _rows(company.meters()))
        self._load("projects", _named(names.projects))
        self._load("tag_sets", _tag_sets(list(names.tag_sets.sets)))
        self._load("commitments", _commitments())
        self._load("notes", pa.table({"number": range(len(NOTES)), "text": list(NOTES)}))
        self._load(
            "kinds",
            pa.table({"number": list(map(int, LineKind)), "kind_name": [k.name for k in LineKind]}),
        )
        self._engine.execute(_sql("items.sql"), {"seed": str(seed)}).fetchall()
        self._columns: dict[Form, list[dict[str, str]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def write(self, lines: pa.Table, deliveries: Sequence[Delivery], *, number: int) -> None:
        """Write a chunk of lines as one file of each delivery."""
        identity = hashes(
            self._seed,
            _IDENTITY,
            *(numbers(lines, column) for column in ("item", "kind", "start", "commitment", "note")),
        )
        self._engine.register("lines", lines.append_column("identity", pa.array(identity)))
        self._load("spans", _spans(lines))
        self._engine.execute(_sql("described.sql")).fetchall()
        for delivery in deliveries:
            self._copy(delivery, delivery.file(number))
        self._engine.unregister("lines")

    def finish(self, delivery: Delivery, files_written: int) -> None:
        """Write the manifest: the delivery is complete."""
        partition = delivery.data.relative_to(delivery.root).as_posix()
        address = f"s3://{_BUCKET}/exports/{delivery.form.export}/{partition}"
        named = [f"{address}/{delivery.file(n + 1).name}" for n in range(files_written)]
        content = {
            "executionId": delivery.execution,
            "exportArn": f"arn:aws:bcm-data-exports:us-east-1:{company.accounts()[0].account_id}"
            f":export/{delivery.form.export}-{delivery.execution[:8]}",
            "billingPeriod": {
                "start": _stamp(delivery.month.period.first_day.isoformat()),
                "end": _stamp(delivery.month.period.next.first_day.isoformat()),
            },
            "columns": self._columns[delivery.form],
            "dataFiles": named,
            "additionalOutputFiles": [],
        }
        delivery.manifest.parent.mkdir(parents=True, exist_ok=True)
        delivery.manifest.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    def _copy(self, delivery: Delivery, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        query = _sql(_QUERY[delivery.form])
        options = "FORMAT parquet, COMPRESSION snappy"
        if delivery.form is Form.FOCUS_CSV:
            query = f"WITH focus AS ({query}) {_sql('focus_csv.sql')}"
            options = "FORMAT csv, HEADER, COMPRESSION gzip"
        values = {**_bill(delivery.month), "path": str(path)}
        self._engine.execute(f"COPY ({query}) TO $path ({options})", values).fetchall()
        if delivery.form not in self._columns:
            described = self._engine.execute(f"DESCRIBE {query}", _bill(delivery.month))
            self._columns[delivery.form] = [
                {"name": row[0], "type": row[1].lower()} for row in described.fetchall()
            ]

    def _load(self, name: str, table: pa.Table) -> None:
        self._engine.register("arriving", table)
        self._engine.execute(f"CREATE OR REPLACE TABLE {name} AS FROM arriving").fetchall()
        self._engine.unregister("arriving")


def _bill(month: DemoMonth) -> dict[str, object]:
    """What all lines of a bill have in common; a month that is running has no invoice yet."""
    period = month.period
    serial = period.year * 12 + period.month
    payer = company.accounts()[0]
    return {
        "payer_id": payer.account_id,
        "payer_name": payer.account_name,
        "period_start": datetime.combine(period.first_day, datetime.min.time()),
        "period_end": datetime.combine(period.next.first_day, datetime.min.time()),
        "invoice": "" if month.made else f"{_INVOICE}{serial * 101 % 10**7:07d}",
        "marketplace_invoice": "" if month.made else f"{_INVOICE}{serial * 101 % 10**7 + 7:07d}",
    }


def _streams(fleet: Fleet) -> pa.Table:
    return pa.table(
        {
            "item": np.arange(len(fleet), dtype=np.int32),
            "account": fleet.account,
            "meter": fleet.meter,
            "resource": fleet.resource,
            "project": fleet.project,
            "tag_set": fleet.tag_set,
            "parent": fleet.parent,
        }
    )


def _rows(rows: Sequence[company.Account] | Sequence[company.Meter]) -> pa.Table:
    columns = {name: [getattr(row, name) for row in rows] for name in vars(rows[0])}
    return pa.table({"number": range(len(rows)), **columns})


def _named(names: Mapping[str, int]) -> pa.Table:
    return pa.table({"number": list(names.values()), "name": list(names)})


def _tag_sets(sets: Sequence[TagSet]) -> pa.Table:
    of_text = pa.map_(pa.string(), pa.string())
    snake = [[(cur_key(key), value) for key, value in tags] for tags in sets]
    return pa.table(
        {
            "number": range(len(sets)),
            "tags_cur": pa.array(snake, of_text),
            "tags_focus": pa.array(list(map(list, sets)), of_text),
        }
    )


def _commitments() -> pa.Table:
    rows = COMMITMENTS
    return pa.table(
        {
            "number": range(len(rows)),
            "is_plan": [one.is_plan for one in rows],
            "arn": [one.arn for one in rows],
            "offering": [one.offering for one in rows],
            "payment": [one.payment for one in rows],
            "term": [one.term for one in rows],
            "upfront": [one.upfront for one in rows],
            "upfront_hourly": [one.upfront_hourly for one in rows],
            "starts_text": [_stamp(one.start.isoformat()) for one in rows],
            "ends_text": [_stamp(one.end.isoformat()) for one in rows],
            "units_text": [str(one.count) for one in rows],
        }
    )


def _spans(lines: pa.Table) -> pa.Table:
    """Each pair of start and end once, as times and as CUR's text."""
    pairs = lines.select(["start", "end"]).group_by(["start", "end"]).aggregate([])
    starts, ends = (np.asarray(pairs.column(name)) for name in ("start", "end"))
    times = pa.timestamp("ms")
    return pa.table(
        {
            "start_second": starts,
            "end_second": ends,
            "starts": pa.array(starts * 1000, times),
            "ends": pa.array(ends * 1000, times),
            "time_interval": [
                f"{_moment(int(start))}/{_moment(int(end))}"
                for start, end in zip(starts, ends, strict=True)
            ],
        }
    )


def _moment(second: int) -> str:
    return utc_text(datetime.fromtimestamp(second, UTC))


def _stamp(day: str) -> str:
    return f"{day}T00:00:00.000Z"


def _sql(name: str) -> str:
    return files(__package__).joinpath("sql", name).read_text(encoding="utf-8")
