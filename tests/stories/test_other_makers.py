"""Bills as other makers write them: right to the last digit, or refused with what to do."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import apportion
from apportion import FindingsError, OperationError, Question, Workspace
from apportion.model.findings.finding import Finding

LINE: Mapping[str, str] = {
    "BillingAccountId": "0012345678901",
    "SubAccountId": "000000000011",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "ChargePeriodStart": "2026-09-03T00:00:00Z",
    "ChargeCategory": "Usage",
    "ServiceName": "Virtual Machines",
    "ResourceId": "vm-1",
    "BilledCost": "1.5",
    "EffectiveCost": "1.25",
    "ListCost": "2",
    "ContractedCost": "1.75",
    "Tags": '{"CostCenter":"A"}',
}
RULES = """
apportion: 1
effective: 2015-01
currency: USD
cost: BilledCost
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
    default: unallocated
"""


def line(**changes: str) -> dict[str, str]:
    return {**LINE, **changes}


def without(columns: Sequence[str], row: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in columns}


def text(*rows: Mapping[str, str], separator: str = ",") -> str:
    """Write lines as CSV, with the columns of the first."""
    made = io.StringIO()
    writer = csv.DictWriter(made, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return started(tmp_path)


def started(folder: Path, rules: str = RULES) -> Workspace:
    (folder / "apportion.toml").write_text("")
    (folder / "rulebook").mkdir()
    (folder / "rulebook" / "2015-01.yaml").write_text(rules)
    return apportion.open_workspace(folder)


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a delivery's files."""
    bill = folder / "bill"
    for name, content in files.items():
        path = bill / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return bill


def taken(workspace: Workspace, bill: Path) -> dict[str, Decimal]:
    """Ingest, allocate and prove a bill; gives the ledger's sums of the cost columns."""
    workspace.ingest([bill])
    workspace.allocate()
    proof = workspace.prove()
    assert {row["difference"] for row in proof.rows} == {0}
    sums: dict[str, Decimal] = {}
    for row in proof.rows:
        column = str(row["column"])
        sums[column] = sums.get(column, Decimal()) + Decimal(str(row["allocated"]))
    return sums


def refused(workspace: Workspace, bill: Path) -> Finding:
    """Ingest what must be refused; gives the finding that fails, nothing being held."""
    with pytest.raises(FindingsError) as stopped:
        workspace.ingest([bill])
    assert not workspace.held().rows
    return next(each for each in stopped.value.findings if each.code.severity == "error")


def told(workspace: Workspace, bill: Path) -> dict[str, Finding]:
    """Ingest a bill that is accepted with findings; return them by code."""
    return {finding.code.number: finding for finding in workspace.ingest([bill]).findings}


def test_costs_that_a_bill_does_not_state_are_what_was_billed(
    tmp_path: Path, workspace: Workspace
) -> None:
    lacking = ["EffectiveCost", "ListCost", "ContractedCost"]
    bill = put(tmp_path, {"bill.csv": text(without(lacking, line(BilledCost="9.000000001")))})
    assert set(taken(workspace, bill).values()) == {Decimal("9.000000001")}


def test_a_file_without_a_cost_that_another_has_is_not_taken_as_free(
    tmp_path: Path, workspace: Workspace
) -> None:
    files = {"a.csv": text(line()), "b.csv": text(without(["EffectiveCost"], line()))}
    finding = refused(workspace, put(tmp_path, files))
    assert (finding.code.number, finding.subject) == ("B020", "EffectiveCost")
    assert finding.place.endswith("b.csv")
    assert finding.expected.endswith("a.csv")


def test_a_file_without_a_currency_is_not_taken_as_of_none(
    tmp_path: Path, workspace: Workspace
) -> None:
    files = {"a.csv": text(line()), "b.csv": text(without(["BillingCurrency"], line()))}
    assert refused(workspace, put(tmp_path, files)).code.number == "B020"


def test_a_file_without_tags_is_reported(tmp_path: Path, workspace: Workspace) -> None:
    other = without(["Tags"], line(ResourceId="vm-2"))
    bill = put(tmp_path, {"a.csv": text(line()), "b.csv": text(other)})
    assert told(workspace, bill)["B021"].subject == "no column Tags"


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_header_alone_is_nothing_to_take_in(
    tmp_path: Path, workspace: Workspace, name: str
) -> None:
    content = text(line()).splitlines()[0].encode()
    if name == "a.parquet":
        made = io.BytesIO()
        pq.write_table(pa.table({column: pa.array([], pa.string()) for column in LINE}), made)
        content = made.getvalue()
    assert "B022" in told(workspace, put(tmp_path, {name: content}))
    assert not workspace.held().rows


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_times_of_every_unit_and_zone(
    tmp_path: Path, workspace: Workspace, unit: str, zone: str | None
) -> None:
    """pandas writes nanoseconds with a zone, Spark microseconds, AWS milliseconds without one."""
    moments = {
        "BillingPeriodStart": datetime(2026, 9, 1, tzinfo=UTC),
        "ChargePeriodStart": datetime(2026, 9, 3, tzinfo=UTC),
    }
    columns = {name: pa.array([value]) for name, value in LINE.items()}
    for name, moment in moments.items():
        told_as = moment if zone else moment.replace(tzinfo=None)
        columns[name] = pa.array([told_as], pa.timestamp(unit, zone))
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made)
    assert taken(workspace, put(tmp_path, {"a.parquet": made.getvalue()}))["BilledCost"] == 1.5
    (row,) = workspace.report(Question("2026-09", granularity=apportion.Granularity.DAY)).rows
    assert str(row["day"]) == "2026-09-03"


def test_the_other_datasets_of_focus_are_left_out(tmp_path: Path, workspace: Workspace) -> None:
    commitment = "ContractCommitmentId,ContractCommitmentType,ContractCommitmentCost\nc,Spend,99\n"
    bill = put(tmp_path, {"cost_and_usage.csv": text(line()), "commitment.csv": commitment})
    assert taken(workspace, bill)["BilledCost"] == 1.5
    assert told(workspace, bill)["B023"].subject == "FOCUS Contract Commitment"


@pytest.mark.parametrize(
    ("content", "code", "shows"),
    [
        (text(line()).encode("utf-16"), "B011", "UTF-16"),
        (text(line(), line(ServiceName="Zürich")).encode("latin-1"), "B011", "0xFC in line 3"),
        (text(line(), separator=";"), "B013", "one column, 'BillingAccountId;"),
        ("sep=,\n" + text(line()), "B013", "1 lines above"),
        ("Cost export of Acme\n\n" + text(line()), "B013", "2 lines above"),
        (text(line(BilledCost="1,5")), "B017", "'1,5'"),
        (text(line(), line(BilledCost="NaN")), "B017", "'NaN'"),
        (text(line(BilledCost="$1.50")), "B017", "'$1.50'"),
        (text(line(BillingPeriodStart="09/01/2026")), "B018", "'09/01/2026'"),
        (text(line(BillingPeriodStart="2026-02-30T00:00:00Z")), "B018", "'2026-02-30"),
        (text(line()).replace("\n", ",\n", 2).replace(",\n", "\n", 1), "B012", "14"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "bytes",
)
def test_damage_by_spreadsheets_is_refused_with_what_was_found(
    tmp_path: Path, workspace: Workspace, content: str | bytes, code: str, shows: str
) -> None:
    finding = refused(workspace, put(tmp_path, {"bill.csv": content}))
    assert finding.code.number == code
    assert shows in finding.found
    assert finding.remedy


def test_account_ids_that_a_spreadsheet_rewrote_are_reported(
    tmp_path: Path, workspace: Workspace
) -> None:
    rows = [line(SubAccountId="1.23457E+11"), line(SubAccountId="000000000011")]
    finding = told(workspace, put(tmp_path, {"bill.csv": text(*rows)}))["B024"]
    assert finding.found == "1.23457E+11"


@pytest.mark.parametrize(
    "written",
    [
        "2026-09-03T00:00Z",  # Azure's first FOCUS 1.0, and Oracle's
        "2026-09-03T00:00:00.0000000Z",
        "2026-09-03 00:00:00 UTC",  # BigQuery's CSV
        "2026-09-03",
    ],
)
def test_times_as_clouds_write_them(tmp_path: Path, workspace: Workspace, written: str) -> None:
    row = line(ChargePeriodStart=written, BillingPeriodStart=written.replace("-03", "-01"))
    taken(workspace, put(tmp_path, {"bill.csv": text(row)}))
    (told_row,) = workspace.report(Question("2026-09", granularity=apportion.Granularity.DAY)).rows
    assert str(told_row["day"]) == "2026-09-03"


@pytest.mark.parametrize("written", ["\t2026-09-11T00:00:00Z", " 2026-09-11"])
def test_a_day_after_a_blank_is_read_whole(
    tmp_path: Path, workspace: Workspace, written: str
) -> None:
    taken(workspace, put(tmp_path, {"bill.csv": text(line(ChargePeriodStart=written))}))
    (row,) = workspace.report(Question("2026-09", granularity=apportion.Granularity.DAY)).rows
    assert str(row["day"]) == "2026-09-11"


@pytest.mark.parametrize("written", ["infinity", "epoch", "09/03/2026", "20260903", "2026-02-30"])
def test_what_is_no_day_is_shown(tmp_path: Path, workspace: Workspace, written: str) -> None:
    rows = [line(), line(ChargePeriodStart=written)]
    finding = refused(workspace, put(tmp_path, {"bill.csv": text(*rows)}))
    assert finding.code.number == "L005"
    assert finding.subject == "ChargePeriodStart of 1 lines"
    assert finding.found == repr(written)


MONTH = [line(ResourceId=f"vm-{n}", BilledCost=f"{n}.25") for n in range(30)]
AGAIN = {
    "the month so far, each day": {"09-10.csv": text(*MONTH[:10]), "09-30.csv": text(*MONTH)},
    "one table in two forms": {
        "a.csv": text(*MONTH),
        "a.csv.gz": gzip.compress(text(*MONTH).encode()),
    },
    "final beside open": {
        "open.csv": text(*({**row, "InvoiceId": ""} for row in MONTH)),
        "final.csv": text(*({**row, "InvoiceId": "7"} for row in MONTH)),
    },
    "in another order, with more columns": {
        "a.csv": text(*MONTH),
        "b.csv": text(*({"x_Id": str(n), **row} for n, row in enumerate(reversed(MONTH)))),
    },
}


@pytest.mark.parametrize("files", AGAIN.values(), ids=AGAIN)
def test_two_exports_of_a_month_never_count_twice(
    tmp_path: Path, workspace: Workspace, files: Mapping[str, str | bytes]
) -> None:
    finding = refused(workspace, put(tmp_path, files))
    assert finding.code.number == "L006"
    assert "latest export" in finding.remedy


def test_parts_of_one_export_count_together(tmp_path: Path, workspace: Workspace) -> None:
    free = [{**row, "BilledCost": "0", "EffectiveCost": "0"} for row in MONTH]
    parts = {"1.csv": text(*free, *MONTH[:12]), "2.csv": text(*free, *MONTH[12:])}
    august = {"BillingPeriodStart": "2026-08-01T00:00:00Z"}
    parts["8.csv"] = text(*({**row, **august} for row in MONTH))
    assert taken(workspace, put(tmp_path, parts))["BilledCost"] == 2 * sum(
        Decimal(row["BilledCost"]) for row in MONTH
    )


def azure(run: str, *files: str, submitted: str) -> str:
    """Write the manifest of one run of an export of Azure's Cost Management."""
    folder = f"exports/focus/20260901-20260930/{run}"
    return json.dumps(
        {
            "manifestVersion": "2024-04-01",
            "exportConfig": {"exportName": "focus", "type": "FocusCost", "dataVersion": "1.0"},
            "runInfo": {"runId": run, "submittedTime": submitted},
            "blobs": [{"blobName": f"{folder}/{file}", "byteCount": 1} for file in files],
        }
    )


def test_of_azures_runs_of_a_month_the_newest_counts(tmp_path: Path, workspace: Workspace) -> None:
    month = "focus/20260901-20260930"
    bill = put(
        tmp_path,
        {
            f"{month}/b/manifest.json": azure("b", "1.csv", submitted="2026-09-10T01:00:00Z"),
            f"{month}/b/1.csv": text(*MONTH[:10]),
            f"{month}/a/manifest.json": azure("a", "1.csv", "2.csv", submitted="2026-09-30T01:00Z"),
            f"{month}/a/1.csv": text(*MONTH[:20]),
            f"{month}/a/2.csv": text(*MONTH[20:]),
        },
    )
    whole = sum(Decimal(row["BilledCost"]) for row in MONTH)
    assert taken(workspace, bill)["BilledCost"] == whole


def test_a_file_that_azures_manifest_names_must_be_there(
    tmp_path: Path, workspace: Workspace
) -> None:
    manifest = azure("a", "1.csv", "2.csv", submitted="2026-09-30T01:00:00Z")
    bill = put(tmp_path, {"a/manifest.json": manifest, "a/1.csv": text(*MONTH)})
    finding = refused(workspace, bill)
    assert (finding.code.number, finding.subject) == ("B004", "2.csv")


def test_oracles_compartments_own_what_they_hold(tmp_path: Path) -> None:
    """Oracle's reports have names of FOCUS 0.5, and compartments where others have accounts."""
    rules = RULES.replace("tag: CostCenter", "column: x_oci_CompartmentName")
    rules += "  region:\n    from: [{column: RegionId}]\n    default: none\n"
    workspace = started(tmp_path, rules)
    oracle = {"Provider": "Oracle", "InvoiceIssuer": "Oracle", "Region": "eu-frankfurt-1"}
    rows = [
        {
            **line(BilledCost=str(number)),
            **oracle,
            "oci_ReferenceNumber": f"V2.{number}",
            "oci_CompartmentName": "web" if number % 2 else "data",
        }
        for number in range(1, 9)
    ]
    taken(workspace, put(tmp_path, {"0001.csv": text(*rows)}))
    question = Question("2026-09", by=("cost_center", "region"))
    told_rows = workspace.report(question).rows
    assert {(row["cost_center"], row["region"], row["total"]) for row in told_rows} == {
        ("web", "eu-frankfurt-1", 16),
        ("data", "eu-frankfurt-1", 20),
    }


def rewrite(path: Path, select: str) -> None:
    """Write other lines into a file of the ledger, of the very size that it had."""
    size, copy = path.stat().st_size, path.with_suffix(".copy")
    path.rename(copy)
    for pad in range(size):
        noted = f"KV_METADATA {{pad: '{'x' * pad}'}}"
        duckdb.execute(
            f"COPY (SELECT {select} FROM read_parquet('{copy}')) TO '{path}' "
            f"(FORMAT parquet, COMPRESSION zstd, {noted})"
        ).fetchall()
        if path.stat().st_size == size:
            copy.unlink()
            return
    raise AssertionError(size)


@pytest.mark.parametrize(
    ("table", "granularity"),
    [("costs", apportion.Granularity.DAY), ("months", apportion.Granularity.MONTH)],
)
def test_a_changed_ledger_is_not_reported_from(
    tmp_path: Path, workspace: Workspace, table: str, granularity: apportion.Granularity
) -> None:
    taken(workspace, put(tmp_path, {"bill.csv": text(*MONTH)}))
    for path in (tmp_path / "ledger" / "warehouse" / "apportion" / table).rglob("*.parquet"):
        rewrite(path, '* REPLACE (1::DECIMAL(38, 18) AS "BilledCost")')

    again = apportion.open_workspace(tmp_path)
    with pytest.raises(OperationError, match="expected sha256"):
        again.report(Question("2026-09", granularity=granularity))
    if table == "months":
        with pytest.raises(OperationError, match="expected sha256"):
            again.explain_owner("A", "2026-09")
    with pytest.raises(OperationError, match="expected sha256"):
        again.prove()


def test_a_delivery_without_an_allocation_is_reported_wherever_the_old_one_is(
    tmp_path: Path, workspace: Workspace
) -> None:
    taken(workspace, put(tmp_path, {"bill.csv": text(*MONTH[:29])}))
    assert not workspace.report(Question("2026-09")).findings
    workspace.ingest([put(tmp_path, {"bill.csv": text(*MONTH)})])
    wanted = [workspace.report(Question("2026-09")), workspace.prove()]
    assert [[each.code.number for each in outcome.findings] for outcome in wanted] == [["L007"]] * 2
    (finding,) = wanted[0].findings
    assert finding.remedy == "Run `apportion allocate --period 2026-09`."
    first = next(row["run"] for row in workspace.history().rows if row["kind"] == "allocate")
    assert not workspace.report(Question("2026-09", as_of=str(first))).findings


def test_an_owner_who_is_misspelt_is_reported(tmp_path: Path, workspace: Workspace) -> None:
    taken(workspace, put(tmp_path, {"bill.csv": text(*MONTH)}))
    nobody = workspace.report(Question("2026-09", owners=("a",)))
    assert not nobody.rows
    assert nobody.messages[0] == "There is no owner a in 2026-09. Did you mean A?"
    assert len(workspace.report(Question("2026-09", owners=("A",))).messages) == 1


def test_tags_that_are_no_json_are_reported_and_the_cost_is_kept(
    tmp_path: Path, workspace: Workspace
) -> None:
    rows = [line(ResourceId=tags, Tags=tags) for tags in ("CostCenter=A", "{'CostCenter': 'A'")]
    bill = put(tmp_path, {"bill.csv": text(line(), *rows)})
    finding = told(workspace, bill)["L008"]
    assert finding.subject == "Tags of 2 lines"
    assert finding.found == "'CostCenter=A', \"{'CostCenter': 'A'\""
    assert taken(workspace, bill)["BilledCost"] == 4.5


def test_azures_tags_without_braces_are_tags(tmp_path: Path, workspace: Workspace) -> None:
    row = line(Tags='"CostCenter": "A","env": "prod"')
    taken(workspace, put(tmp_path, {"bill.csv": text(row)}))
    assert [paid["cost_center"] for paid in workspace.report(Question("2026-09")).rows] == ["A"]


@pytest.mark.parametrize(
    ("in_file", "in_bill"),
    [
        ("11", "000000000011"),
        ('="000000000011"', "000000000011"),
        ("1A2B-c3", "1a2b-C3"),
    ],
)
def test_a_lookup_that_misses_by_its_spelling_alone_is_reported(
    tmp_path: Path, in_file: str, in_bill: str
) -> None:
    workspace = started(tmp_path, RULES.replace("tag: CostCenter", "lookup: accounts.csv"))
    quoted = in_file.replace('"', '""')
    (tmp_path / "accounts.csv").write_text(f'SubAccountId,cost_center\n"{quoted}",A\n')
    workspace.ingest([put(tmp_path, {"bill.csv": text(line(SubAccountId=in_bill))})])
    found = {each.code.number: each for each in workspace.allocate().findings}
    assert (found["D008"].place, found["D008"].found) == ("accounts.csv:2", in_bill)


def test_a_share_of_no_one_is_reported(tmp_path: Path) -> None:
    """Without a list of values a misspelt owner would quietly take a share."""
    split = "{fixed: {FIN-100: 50, FIN-1O0: 50}}"
    pool = f"shared: [{{name: p, where: \"ResourceId = 'vm-1'\", split: {split}}}]"
    workspace = started(tmp_path, f"{RULES}{pool}\n")
    rows = [line(), line(ResourceId="vm-2", Tags='{"CostCenter":"FIN-100"}')]
    workspace.ingest([put(tmp_path, {"bill.csv": text(*rows)})])
    found = {each.code.number: each for each in workspace.allocate().findings}
    assert found["S013"].subject == "cost_center FIN-1O0"
    assert found["S013"].remedy.startswith("Did you mean FIN-100?")
    assert found["S013"].amount == Decimal("0.75")
