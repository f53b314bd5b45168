"""Bills of a few lines, written as real files and read by the queries in a real engine."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apportion.core.billing.charge_queries import charge_queries
from apportion.core.billing.describe_line import LineDescriber
from apportion.core.billing.mapping import BillMapping
from apportion.core.billing.split_cost_rows import charges
from apportion.engines.duckdb import DuckDB
from apportion.model.charges import ChargeQueries, SplitCost
from apportion.model.delivery import BillFile, Delivery, Encoding, Format, LinePlace, ReadLimit
from apportion.model.findings.finding import Finding
from apportion.model.focus import COST_COLUMNS
from apportion.model.relation import Query, Relation
from apportion.sources.mapping_files import mapping_text
from apportion.sources.raw_lines import read_lines as raw_lines

ENGINE = DuckDB(Path(tempfile.gettempdir()) / "apportion-tests")
MAP = pa.map_(pa.string(), pa.string())


def utc(*parts: int) -> datetime:
    """Write a time as CUR 2.0 does: UTC, without saying so."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]  # ints


HOUR = utc(2026, 9, 1, 7)

#: A line of CUR 2.0 and the types AWS writes; lines of a story say what differs.
LINE: Mapping[str, Any] = {
    "identity_line_item_id": "a",
    "identity_time_interval": "2026-09-01T07:00:00Z/2026-09-01T08:00:00Z",
    "bill_bill_type": "Anniversary",
    "bill_billing_entity": "AWS",
    "bill_billing_period_start_date": utc(2026, 9, 1),
    "bill_invoice_id": "INV-1",
    "bill_invoicing_entity": "Amazon Web Services EMEA SARL",
    "bill_payer_account_id": "000000000001",
    "bill_payer_account_name": "payer",
    "cost_category": None,
    "line_item_availability_zone": "eu-west-1a",
    "line_item_currency_code": "USD",
    "line_item_legal_entity": "Amazon Web Services EMEA SARL",
    "line_item_line_item_description": "a thing",
    "line_item_line_item_type": "Usage",
    "line_item_operation": "RunInstances",
    "line_item_product_code": "AmazonEC2",
    "line_item_resource_id": "i-1",
    "line_item_unblended_cost": 0.0,
    "line_item_usage_account_id": "000000000011",
    "line_item_usage_account_name": "prod",
    "line_item_usage_amount": 1.0,
    "line_item_usage_start_date": HOUR,
    "line_item_usage_type": "BoxUsage:m5.large",
    "pricing_public_on_demand_cost": 0.0,
    "pricing_rate_code": "SKU1.OFFER.RATE",
    "pricing_unit": "Hrs",
    "product": {"product_name": "Amazon Elastic Compute Cloud"},
    "product_region_code": "eu-west-1",
    "reservation_effective_cost": 0.0,
    "reservation_reservation_a_r_n": "",
    "reservation_unused_amortized_upfront_fee_for_billing_period": 0.0,
    "reservation_unused_recurring_fee": 0.0,
    "resource_tags": {"user_project": "lake"},
    "savings_plan_end_time": "",
    "savings_plan_savings_plan_a_r_n": "",
    "savings_plan_savings_plan_effective_cost": 0.0,
    "savings_plan_start_time": "",
    "savings_plan_total_commitment_to_date": 0.0,
    "savings_plan_used_commitment": 0.0,
}

SPLIT: Mapping[str, Any] = {
    "split_line_item_parent_resource_id": "",
    "split_line_item_split_cost": 0.0,
    "split_line_item_unused_cost": 0.0,
    "split_line_item_public_on_demand_split_cost": 0.0,
    "split_line_item_public_on_demand_unused_cost": 0.0,
}


@dataclass(frozen=True)
class Charge:
    """One line as it was read."""

    period: str
    day: date
    described: Mapping[str, str | None]
    costs: tuple[Decimal, ...]  # BilledCost, EffectiveCost, ListCost, ContractedCost
    quantity: Decimal

    def __getitem__(self, column: str) -> str | None:
        return self.described[column]


@dataclass(frozen=True)
class Reading:
    """What came of a bill."""

    charges: tuple[Charge, ...]
    queries: ChargeQueries
    findings: tuple[Finding, ...]

    @property
    def totals(self) -> tuple[Decimal, ...]:
        return tuple(
            sum((charge.costs[n] for charge in self.charges), Decimal())
            for n in range(len(COST_COLUMNS))
        )

    @property
    def codes(self) -> set[str]:
        return {finding.code.number for finding in self.findings}


def cur_line(**different: Any) -> dict[str, Any]:
    """Make a line of CUR 2.0."""
    return {**LINE, **different}


def write_parquet(
    path: Path, lines: Sequence[Mapping[str, Any]], types: Mapping[str, pa.DataType] | None = None
) -> Path:
    """Write lines; dicts become maps unless `types` says otherwise."""
    columns = {}
    for name in _names(lines):
        values = [line.get(name) for line in lines]
        kind = (types or {}).get(name)
        if kind is None and any(isinstance(value, dict) for value in values):
            kind = MAP
        if kind is not None and pa.types.is_map(kind):
            values = [list(one.items()) if isinstance(one, dict) else one for one in values]
        columns[name] = pa.array(values, kind)
    pq.write_table(pa.table(columns), path)
    return path


def write_csv(path: Path, lines: Sequence[Mapping[str, str]]) -> Path:
    """Write lines as text, compressed if the name says so."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _names(lines))
    writer.writeheader()
    writer.writerows(lines)
    written = text.getvalue().encode()
    path.write_bytes(gzip.compress(written) if path.suffix == ".gz" else written)
    return path


def read(path: Path, format_: Format, *, split_cost: SplitCost = SplitCost.PARENT) -> Reading:
    """Read a bill as it is read when it is ingested, line by line.

    Every line is described by the second implementation, too, which must agree.
    """
    delivery = deliver(ENGINE, path, format_)
    queries, findings = charge_queries(delivery, split_cost=split_cost)
    measured = [f"{sql} AS {_name(column)}" for column, sql in queries.measure]
    described = [f"{sql} AS {_name(column)}" for column, sql in queries.describe]
    rows = ENGINE.rows(
        Query(
            f"SELECT {queries.period} AS period, {queries.day} AS day, "
            f"{', '.join([*measured, *described])} FROM {charges(queries, Relation('bill'))}"
        )
    )
    described_alike(delivery, rows)
    return Reading(tuple(_charge(row, queries) for row in rows), queries, tuple(findings))


def described_alike(delivery: Delivery, rows: Sequence[Mapping[str, object]]) -> int:
    """Describe the lines of a file without the engine: each must be a row; count the texts."""
    describer = LineDescriber(BillMapping.of(delivery))
    places = [LinePlace(0, row) for row in range(len(rows))]
    limit = ReadLimit(lines=len(rows), decoded=len(rows))
    lines = raw_lines(delivery, places, describer.raw_columns, limit)
    assert len(lines) == len(rows)
    left, compared = list(rows), 0
    for line in lines:
        texts = describer.describe(line.values, implied=True).texts
        alike = [row for row in left if all(row[column] == texts[column] for column in texts)]
        assert alike, f"{line.name} is {texts}, and is none of {left}"
        left.remove(alike[0])
        compared += len(texts)
    return compared


def findings_of(
    path: Path, format_: Format, *, split_cost: SplitCost = SplitCost.PARENT
) -> list[Finding]:
    """Ask for the queries only, as is done where a finding fails."""
    delivery = deliver(ENGINE, path, format_)
    return charge_queries(delivery, split_cost=split_cost)[1]


def read_lines(
    folder: Path, lines: Iterable[Mapping[str, Any]], *, split_cost: SplitCost = SplitCost.PARENT
) -> Reading:
    """Read lines of CUR 2.0."""
    path = write_parquet(folder / "bill.parquet", list(lines))
    return read(path, Format.CUR_2, split_cost=split_cost)


def deliver(engine: DuckDB, path: Path, format_: Format) -> Delivery:
    """Make the delivery of one file, its columns as the engine sees them."""
    encoding = Encoding.PARQUET if path.suffix == ".parquet" else Encoding.CSV
    engine.open_bill("bill", [str(path)], encoding)
    columns = {
        str(row["column_name"]): str(row["column_type"])
        for row in engine.rows(Query("DESCRIBE SELECT * FROM bill"))
        if not str(row["column_name"]).startswith("#")
    }
    return Delivery(
        format=format_,
        version="",
        encoding=encoding,
        files=(BillFile(path.name, str(path), "", 0, 0, "nothing"),),
        columns=columns,
        mapping=mapping_text(format_.value),
        stated=(),
    )


def _names(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for line in lines for name in line))


def _charge(row: Mapping[str, object], queries: ChargeQueries) -> Charge:
    assert isinstance(row["day"], date)
    return Charge(
        str(row["period"]),
        row["day"],
        {column: row[column] for column, _ in queries.describe},  # type: ignore[misc]  # texts
        tuple(Decimal(str(row[column])) for column in COST_COLUMNS),
        Decimal(str(row["ConsumedQuantity"])),
    )


def _name(column: str) -> str:
    return f'"{column}"'
