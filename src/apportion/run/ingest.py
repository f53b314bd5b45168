"""Take a bill into the ledger: verify, split into keys and costs, compare totals, record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from apportion.core.bills.bills import holdings, name_bill, newest, overlaps, restated
from apportion.core.bills.charges import charge_queries
from apportion.core.bills.star import lines_query, months_query
from apportion.core.bills.twice import Alike, charges_query, charges_twice, worth_comparing
from apportion.core.bills.unreadable import json_queries, times_queries
from apportion.core.identity import run_id, sha256
from apportion.core.proof import compare, total
from apportion.core.templates import name, sql
from apportion.model.catalogue.deliveries import NO_JSON, SEVERAL_FORMATS, UNREADABLE_TIME
from apportion.model.charges import ChargeQueries, SplitCost
from apportion.model.delivery import Delivery, Encoding
from apportion.model.errors import KeyCollisionError
from apportion.model.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import Input, Kind, Manifest, Total
from apportion.model.money import from_units
from apportion.ports import Row, Source

from .damage import damage_of
from .describe import describe, open_known
from .plugs import Plugs
from .stop import record, stop_if_failing


@dataclass(frozen=True)
class Ingested:
    """What a delivery became: runs recorded now, and runs that stood with the same bytes."""

    recorded: tuple[Manifest, ...]
    unchanged: tuple[Manifest, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Work:
    """One delivery on its way into one bill."""

    delivery: Delivery
    queries: ChargeQueries
    bill: str
    inputs: tuple[Input, ...]
    decided_by: tuple[str, ...]
    details: Mapping[str, str]

    def run_of(self, period: str) -> str:
        return run_id(*self.decided_by, self.bill, period, inputs=self.inputs)

    def stated(self, period: str) -> list[Total]:
        return [
            total(
                "stated",
                (stated.billing_account, stated.sub_account, stated.currency),
                stated.lines,
                map(from_units, stated.units),
            )
            for stated in self.delivery.stated
            if stated.period == period
        ]


def ingest(
    source: Source,
    plugs: Plugs,
    *,
    bill: str | None = None,
    split_cost: SplitCost = SplitCost.PARENT,
    wait: float = 0,
    details: Mapping[str, str] = MappingProxyType({}),
) -> Ingested:
    """Make a delivery the current one of its bill and periods; the same bytes change nothing.

    `details` say where it comes from; they go into the record and decide nothing. Raises
    FindingsError, with nothing recorded, where bytes, columns or totals are not right.
    """
    plugs.say("verifying the files")
    deliveries, findings = source.deliver()
    stop_if_failing(findings)
    findings += _several_formats(deliveries)
    stop_if_failing(findings)
    if not deliveries:
        return Ingested((), (), tuple(findings))
    (delivery,) = deliveries
    queries, more = charge_queries(delivery, split_cost=split_cost)
    findings += more
    stop_if_failing(findings)
    with plugs.ledger.writing(wait=wait):
        work = _Work(
            delivery,
            queries,
            bill or "",
            _inputs(delivery),
            # The identity, too: bytes that are described in another way now are taken in again.
            (
                "ingest",
                delivery.format,
                sha256(delivery.mapping.encode()),
                queries.identity,
                split_cost,
            ),
            details,
        )
        return _take_in(work, plugs, findings)


def _take_in(work: _Work, plugs: Plugs, findings: list[Finding]) -> Ingested:
    delivery = work.delivery
    runs = plugs.ledger.runs()
    periods = sorted({stated.period for stated in delivery.stated})
    if not periods:  # files with a header alone
        return Ingested((), (), tuple(findings))
    bill, more = _bill_of(delivery, runs, periods, work.bill or None)
    findings += more
    stop_if_failing(findings)
    work = replace(work, bill=bill)
    unchanged, todo = [], []
    for period in periods:
        current = newest(runs, Kind.INGEST, period).get(bill)
        damage = damage_of([current], plugs) if current else []
        if current and current.run == work.run_of(period) and not damage:
            unchanged.append(_come_again(current, work, plugs))
        else:
            todo.append((period, current, damage))
    parts = _read(work, plugs) if todo else {}
    recorded = []
    for period, current, damage in todo:
        known = None if damage else current
        manifest = _take_in_period(work, period, known, parts[period], plugs)
        findings += damage + (restated(current, manifest) if current else [])
        findings += _no_json(work, period, plugs)
        recorded.append(manifest)
    return Ingested(tuple(recorded), tuple(unchanged), tuple(findings))


def _come_again(current: Manifest, work: _Work, plugs: Plugs) -> Manifest:
    """Write down that the same bytes came under another name, so that it is known next time."""
    details = {**current.details, **work.details}
    if details == current.details:
        return current
    return record(replace(current, at=plugs.now(), details=details), plugs)


def _read(work: _Work, plugs: Plugs) -> Mapping[str | None, list[Path]]:
    """Read every line once, and write what each period's days cost."""
    files = [file.path for file in work.delivery.files]
    plugs.say("reading the lines")
    stop_if_failing(_twice(work, plugs))
    plugs.engine.open_bill("bill", files, work.delivery.encoding)
    parts = _write_lines(work, plugs)
    plugs.engine.open_parquet("lines", [str(path) for files in parts.values() for path in files])
    stop_if_failing(_unreadable_times(work, plugs))
    return parts


def _write_lines(work: _Work, plugs: Plugs) -> Mapping[str | None, list[Path]]:
    """Write the lines by period, which need not be asked of every line where there is only one."""
    folder = plugs.ledger.staging("costs")
    period = _only_period(work, plugs)
    if period is None:
        lines = lines_query(work.queries, work.bill)
        return plugs.engine.write_parts(lines, "Period", folder)
    lines = lines_query(work.queries, work.bill, period=period)
    return {period: plugs.engine.write(lines, folder)}


def _only_period(work: _Work, plugs: Plugs) -> str | None:
    """Find the one period that all lines have. A CSV would have to be read once more for it."""
    if work.delivery.encoding is not Encoding.PARQUET:
        return None
    periods = [
        row["Period"] for row in plugs.engine.rows(sql("bill_periods", period=work.queries.period))
    ]
    return str(periods[0]) if len(periods) == 1 and periods[0] is not None else None


def _twice(work: _Work, plugs: Plugs) -> list[Finding]:
    """Compare the first charges of files that no manifest names as parts of one delivery."""
    files = worth_comparing(work.delivery.files)
    views = []
    for number, file in enumerate(files):
        view = f"file {number}"
        plugs.engine.open_bill(view, [file.path], work.delivery.encoding)
        columns = plugs.engine.rows(f"DESCRIBE {name(view)}")
        views.append((view, [str(column["column_name"]) for column in columns]))
    if not views:
        return []
    pairs = plugs.engine.rows(charges_query(work.delivery, work.queries, views))
    return charges_twice(
        files,
        [
            Alike(*(int(str(pair[part])) for part in ("one", "other", "alike", "fewer")))
            for pair in pairs
        ],
    )


def _take_in_period(
    work: _Work, period: str, current: Manifest | None, staged: Sequence[Path], plugs: Plugs
) -> Manifest:
    """Prove a period's files, and only then make them the ledger's.

    Without `current` nothing of an earlier delivery stays, not even the descriptions of its keys.
    """
    known = open_known(current, plugs)
    costs = _moved(staged, plugs.ledger.staging("costs"))
    months = _add_up(work, period, costs, plugs)
    new = describe(work.delivery, work.queries, work.bill, plugs)
    plugs.say(f"proving {period}")
    totals = [*work.stated(period), *_ledger_totals([*known, *map(str, new)], plugs)]
    stop_if_failing(compare(period, totals, stages=("stated", "ledger")))
    partition = {"period": period, "bill": work.bill}
    snapshots = {"keys": current.snapshots["keys"]} if current else {}
    if new:
        put = plugs.ledger.append if current else plugs.ledger.replace
        snapshots["keys"] = put("keys", **partition, files=new)
    for table, files in (("costs", costs), ("months", months)):
        snapshots[table] = plugs.ledger.replace(table, **partition, files=files)
    manifest = Manifest(
        run=work.run_of(period),
        kind=Kind.INGEST,
        period=period,
        bill=work.bill,
        at=plugs.now(),
        version=plugs.version,
        inputs=work.inputs,
        totals=tuple(totals),
        snapshots=snapshots,
        details={
            **work.details,
            "format": f"{work.delivery.format} {work.delivery.version}".strip(),
        },
    )
    return record(manifest, plugs)


def _moved(files: Sequence[Path], folder: Path) -> list[Path]:
    """Move files of one period into a folder of their own."""
    return [file.rename(folder / file.name) for file in files]


def _add_up(work: _Work, period: str, costs: Sequence[Path], plugs: Plugs) -> list[Path]:
    """Read the written costs back, and write what each key cost in the period."""
    plugs.engine.open_parquet("costs", [str(path) for path in costs])
    months = plugs.engine.write(months_query(period, work.bill), plugs.ledger.staging("months"))
    plugs.engine.open_parquet("months", [str(path) for path in months])
    return months


def _ledger_totals(keys: Sequence[str], plugs: Plugs) -> list[Total]:
    """Read the written files back and add them up; every key must have one description."""
    plugs.engine.open_parquet("keys", keys)
    collisions = _count(plugs, sql("collisions"))
    if collisions:
        raise KeyCollisionError(collisions)
    return [
        ledger_total("ledger", row)
        for row in plugs.engine.rows(sql("ledger_totals", costs="months"))
    ]


def ledger_total(stage: str, row: Row) -> Total:
    """Make a total from a row of a totals query."""
    account = (
        str(row["BillingAccountId"]),
        str(row["SubAccountId"]),
        str(row["BillingCurrency"]),
    )
    amounts = (Decimal(str(row[column])) for column in COST_COLUMNS)
    return total(stage, account, int(str(row["Lines"])), amounts)


def _bill_of(
    delivery: Delivery, runs: Sequence[Manifest], periods: Sequence[str], named: str | None
) -> tuple[str, list[Finding]]:
    """Find the bill that a delivery belongs to, and what speaks against it."""
    accounts = {
        period: frozenset(s.billing_account for s in delivery.stated if s.period == period)
        for period in periods
    }
    held = {period: holdings(runs, period) for period in periods}
    everywhere = frozenset().union(*accounts.values())
    at_once = {bill: known for period in periods for bill, known in held[period].items()}
    bill = named or name_bill(everywhere, at_once)
    findings = [
        finding
        for period in periods
        for finding in overlaps(period, bill, accounts[period], held[period], named=bool(named))
    ]
    return bill, findings


def _several_formats(deliveries: Sequence[Delivery]) -> list[Finding]:
    if len(deliveries) < 2:
        return []
    found = [f"{d.format} ({d.encoding}, {d.files[0].name})" for d in deliveries]
    return [
        Finding(
            SEVERAL_FORMATS,
            deliveries[0].files[0].name,
            "the delivery",
            expected="files of one format",
            found=", ".join(found),
            remedy="Ingest one of them; the others would count the same charges again.",
        )
    ]


def _unreadable_times(work: _Work, plugs: Plugs) -> list[Finding]:
    """Tell which texts are no times, in another pass where there are any."""
    (row,) = plugs.engine.rows(sql("unreadable_times"))
    if not row["Lines"]:
        return []
    return [
        Finding(
            UNREADABLE_TIME,
            f"{work.delivery.files[0].name}" + (" and others" if work.delivery.files[1:] else ""),
            f"{column} of {times['Lines']:,} lines",
            expected="a date and time like 2024-09-01T00:00:00Z",
            found=", ".join(map(repr, _texts(times["Texts"]))) or "nothing",
            remedy="Nothing was taken in. Dates are written with the year first; export the file "
            "again.",
        )
        for column, query in times_queries(work.delivery, work.queries)
        for times in plugs.engine.rows(query)
        if times["Lines"]
    ]


def _no_json(work: _Work, period: str, plugs: Plugs) -> list[Finding]:
    """Tell which tags could not be read; `keys` and `months` are those of the period."""
    return [
        Finding(
            NO_JSON,
            f"{period} bill {work.bill}",
            f"{column} of {texts['Lines']:,} lines",
            expected='JSON like {"CostCenter": "FIN-100"}',
            found=", ".join(map(repr, _texts(texts["Texts"]))),
            remedy="These charges count in full, without what stands there. Export the column as "
            "JSON.",
            amount=Decimal(str(texts["Cost"])),
            currency=str(texts["Currency"] or ""),
        )
        for column, query in json_queries(work.delivery)
        for texts in plugs.engine.rows(query)
    ]


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []


def _inputs(delivery: Delivery) -> tuple[Input, ...]:
    return tuple(Input("bill", file.name, file.sha256, file.size) for file in delivery.files)


def _count(plugs: Plugs, query: str) -> int:
    (row,) = plugs.engine.rows(query)
    return int(str(row["n"]))
