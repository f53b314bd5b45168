"""What AWS Billing does: it writes each month's bill to a bucket, with the tags that are active.

The bills are the demo's, generated here; `expected` is what the generator counted, in whole
numbers and not from the files.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from apportion.demo.bill import Form
from apportion.demo.generate import Generated, generate
from apportion.model.period import Period
from emulators.exports_in_s3 import ExportInS3

#: The tag keys of Larkmoor's resources, and how CUR 2.0 writes them.
TAG_KEYS = {
    "CostCenter": "user_cost_center",
    "costcenter": "user_costcenter",
    "Environment": "user_environment",
    "env": "user_env",
    "Project": "user_project",
    "Team": "user_team",
    "ManagedBy": "user_managed_by",
}
#: Maps do not survive a filter in DuckDB's SQL; their entries do. Account tags are never active.
_WRITTEN = """
COPY (
    SELECT bill.* REPLACE (
        payer.own AS bill_payer_account_id,
        account.own AS line_item_usage_account_id,
        map_from_entries(list_filter(
            map_entries(resource_tags),
            lambda entry: list_contains(getvariable('active'), entry.key)
        )) AS resource_tags,
        NULL::MAP(VARCHAR, VARCHAR) AS tags
    )
    FROM read_parquet($bill, hive_partitioning = false) AS bill
    INNER JOIN ids AS payer ON payer.demo = bill_payer_account_id
    INNER JOIN ids AS account ON account.demo = line_item_usage_account_id
) TO $written (FORMAT parquet, COMPRESSION snappy)
"""


@dataclass
class Billing:
    """`ids` are the accounts of this organisation by the demo's."""

    export: ExportInS3
    made: Generated
    ids: Mapping[str, str]
    scratch: Path
    deliveries: int = 0

    @classmethod
    def of(
        cls, export: ExportInS3, months: Sequence[Period], ids: Mapping[str, str], scratch: Path
    ) -> Billing:
        """Generate the bills of some months."""
        made = generate(scratch / "bills", months=months, forms=(Form.CUR_2,))
        return cls(export, made, ids, scratch)

    def expected(self, period: Period) -> Decimal:
        """Tell the month's EffectiveCost, exactly."""
        told = [total for total in self.made.totals if total.period == str(period)]
        return sum((Decimal(total.effective) for total in told), Decimal(0))

    def write(self, active: Collection[str]) -> None:
        """Write all months to the bucket, with the values of the active tag keys and no others."""
        self.deliveries += 1
        for bill in self.made.bills:
            (file,) = bill.files
            content = self._written(file, [TAG_KEYS[key] for key in active])
            self.export.deliver(
                str(bill.period), [content], execution=f"execution-{self.deliveries}"
            )

    def _written(self, bill: Path, active: Sequence[str]) -> bytes:
        written = self.scratch / "written.parquet"
        ids = self.scratch / "ids.json"
        rows = [{"demo": demo, "own": own} for demo, own in self.ids.items()]
        ids.write_text(json.dumps(rows), "utf-8")
        with duckdb.connect() as engine:
            engine.execute(
                "CREATE TABLE ids AS FROM read_json($ids, columns = {demo: VARCHAR, own: VARCHAR})",
                {"ids": str(ids)},
            )
            engine.execute("SET VARIABLE active = $active::VARCHAR[]", {"active": list(active)})
            engine.execute(_WRITTEN, {"bill": str(bill), "written": str(written)})
        return written.read_bytes()
