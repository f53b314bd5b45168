"""The functions, run as Lambda runs them, against AWS over HTTP."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import forked
import lambda_host
from apportion.app.workspace import Workspace
from apportion.lambdas import ingest
from apportion.lambdas.event import IngestRequest, request_of
from apportion.lambdas.report import run
from apportion.model.errors.base import NoSettingsError
from exports_in_s3 import ExportInS3
from moto_world import SECRET, MotoWorld, serving
from published_months import (
    LINES,
    ONCE,
    PERIOD,
    RULES,
    allocated,
    database,
    seen,
    store_of,
)
from stories import bill_of, parquet_bill

ROOT = Path(__file__).parents[2]
EXPORT = "s3://acme-billing/exports/focus"


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


@pytest.fixture
def bucket(world: MotoWorld) -> str:
    return world.bucket()


def test_a_manifest_s_arrival_ends_in_a_published_month(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    """Twice, out of order and again with a restated bill: every total is right, nothing doubles."""
    export = configured(world, bucket)
    export.deliver(PERIOD, [parquet_bill(bill_of(LINES))], execution="1")
    arrived = event(export, world)
    first, again, by_hand, strange = invoke(
        world, bucket, tmp_path, [arrived, arrived, {"period": PERIOD}, {"detail": other(bucket)}]
    )
    assert first["published"]["messages"] == [
        f"{PERIOD} is published, read back and equal to its proof."
    ]
    assert again == first, "the second event of a manifest is answered from memory"
    assert by_hand["published"]["messages"] == [
        f"{PERIOD} was published already; nothing was written."
    ]
    assert strange["done"] == "nothing"
    kept = store_of(world, bucket, "ledger")
    (note,) = [name for name in kept.names() if name.startswith("files/evidence/")]
    found = kept.read(note)
    assert found is not None
    assert json.loads(found.content)["how"] == "published", "an expiry keeps the run"
    assert seen(world, bucket, tmp_path / "seen") == ONCE

    export.deliver(PERIOD, [parquet_bill(bill_of(LINES * 2))], execution="2")
    cold = tmp_path / "another machine"
    restated, late = invoke(world, bucket, cold, [event(export, world), arrived])
    assert "is published" in restated["published"]["messages"][0]
    assert "errorType" not in late
    assert seen(world, bucket, tmp_path / "seen again") == 2 * ONCE


def test_without_settings_nothing_is_begun(world: MotoWorld, bucket: str, tmp_path: Path) -> None:
    environment = {
        "APPORTION_SETTINGS": f"s3://{bucket}/config/apportion.toml",
        "APPORTION_WORK": str(tmp_path),
    }
    wanted = IngestRequest(f"s3://{bucket}/exports/focus", (PERIOD,), "")
    with pytest.raises(NoSettingsError, match=f"s3://{bucket}/config"):
        ingest.run(wanted, environment, world.client)
    assert store_of(world, bucket, "ledger").names() == []


def test_only_manifests_of_our_export_count() -> None:
    environment = {"APPORTION_EXPORT": EXPORT}
    key = "exports/focus/metadata/BILLING_PERIOD=2026-09/focus-Manifest.json"
    own = {"bucket": {"name": "acme-billing"}, "object": {"key": key, "etag": "a"}}
    wanted = request_of({"detail": own}, environment)
    assert wanted is not None
    assert wanted.location == f"s3://acme-billing/{key}"
    changed = request_of({"detail": {**own, "object": {"key": key, "etag": "b"}}}, environment)
    assert changed is not None
    assert changed.key != wanted.key
    for bucket, name in [("other", key), ("acme-billing", key.replace("Manifest", "00001"))]:
        detail = {"bucket": {"name": bucket}, "object": {"key": name, "etag": "a"}}
        assert request_of({"detail": detail}, environment) is None
    record = {
        "s3": {"bucket": {"name": "acme-billing"}, "object": {"key": key.replace("=", "%3D")}}
    }
    direct = request_of({"Records": [record]}, environment)
    assert direct is not None
    assert direct.location == wanted.location


def test_the_schedule_s_report_is_delivered_once(
    world: MotoWorld, bucket: str, tmp_path: Path
) -> None:
    workspace = allocated(tmp_path)
    world.client("sesv2").create_email_identity(EmailIdentity="finops@acme.example")
    environment = {
        "APPORTION_REPORTS": f"s3://{bucket}/reports",
        "APPORTION_EMAIL_FROM": "finops@acme.example",
        "APPORTION_EMAIL_TO": "cfo@acme.example, cto@acme.example",
    }

    def clients(service: str, region: str) -> Any:
        return LedgerAthena(workspace) if service == "athena" else world.client(service, region)

    now = datetime(2026, 10, 5, 6, tzinfo=UTC)
    for _ in (1, 2):
        answer = run({"months_ago": 1}, environment, clients, now=now)
        assert answer["delivered"]["findings"] == 0
    names = store_of(world, bucket, "reports").names()
    assert len([name for name in names if "/sent/" in name]) == 1
    assert "latest.json" in names
    assert len([name for name in names if name.endswith("owners.csv")]) == 1


def test_the_zip_is_the_same_bytes_every_time_and_holds_all_that_the_report_needs(
    tmp_path: Path,
) -> None:
    script = runpy.run_path(str(ROOT / "release" / "lambda_zip.py"))
    for name in ("one.zip", "two.zip"):
        assert len(script["build"](tmp_path / name)) == 64
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as zipped:
        assert not [name for name in zipped.namelist() if name.endswith((".so", ".pyc"))]
        assert sum(entry.file_size for entry in zipped.infolist()) < 20e6
        zipped.extractall(tmp_path / "task")
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(tmp_path / "task")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == str(tmp_path / "task" / "apportion" / "lambdas" / "report.py"), (
        done.stderr
    )


def test_the_image_s_dockerfile_names_what_is_there() -> None:
    text = (ROOT / "docker" / "lambda" / "Dockerfile").read_text("utf-8")
    copied = [
        word for line in text.splitlines() if line.startswith("COPY") for word in line.split()
    ]
    named = [word for word in copied[1:] if not word.startswith("/") and word != "COPY"]
    assert len(named) > 3
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert "apportion.lambdas.ingest.main" in text


#: Imports the function from a folder, with nothing of what Lambda's runtime does not have.
LIGHT = """
import sys
class Runtime:
    heavy = {
        *("aws_xray_sdk", "duckdb", "filelock", "numpy", "pyarrow", "pydantic", "pyiceberg"),
        *("requests", "rich", "sqlalchemy", "typer", "yaml"),
    }
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.heavy:
            raise ImportError(name)
sys.meta_path.insert(0, Runtime())
sys.path.insert(0, sys.argv[1])
import apportion.lambdas.report
import apportion.aws.athena, apportion.aws.s3_store
import apportion.aws.notifications, apportion.aws.connect
print(apportion.lambdas.report.__file__)
"""


def configured(world: MotoWorld, bucket: str) -> ExportInS3:
    """Put settings and a rulebook into a bucket, make the table of events, and name an export."""
    store = store_of(world, bucket, "config")
    store.write("apportion.toml", f'ledger = "s3://{bucket}/ledger"\n'.encode())
    store.write("rulebook/2026-01.yaml", RULES.encode())
    world.client("dynamodb").create_table(
        TableName=database(bucket),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return ExportInS3(world.client("s3"), bucket)


def invoke(
    world: MotoWorld, bucket: str, work: Path, events: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Run the function in a process of its own; what it logs holds no secret."""
    work.mkdir(parents=True, exist_ok=True)
    environment = world.environment() | {
        "APPORTION_SETTINGS": f"s3://{bucket}/config/apportion.toml",
        "APPORTION_EXPORT": f"s3://{bucket}/exports/focus",
        "APPORTION_PUBLISH": f"s3://{bucket}/lake",
        "APPORTION_DATABASE": database(bucket),
        "APPORTION_TABLE": database(bucket),
        "APPORTION_WORK": str(work),
    }
    done = forked.run(
        lambda_host.main,
        "apportion.lambdas.ingest",
        folder=work,
        environment=environment,
        entered=json.dumps(events),
    )
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [line["answer"] for line in lines if "answer" in line]


def event(export: ExportInS3, world: MotoWorld) -> dict[str, Any]:
    """Tell of the manifest's arrival, as S3 does through EventBridge."""
    key = export.manifest(PERIOD)
    etag = world.client("s3").head_object(Bucket=export.bucket, Key=key)["ETag"].strip('"')
    detail = {"bucket": {"name": export.bucket}, "object": {"key": key, "etag": etag}}
    return {"detail-type": "Object Created", "source": "aws.s3", "detail": detail}


def other(bucket: str) -> dict[str, Any]:
    return {"bucket": {"name": bucket}, "object": {"key": "exports/focus/data/x", "etag": "x"}}


class LedgerAthena:
    """An Athena client whose SQL a ledger answers, which is the same SQL."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._asked = ""

    def start_query_execution(self, **asked: Any) -> Mapping[str, Any]:
        self._asked = asked["QueryString"]
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, **_: Any) -> Mapping[str, Any]:
        return {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}

    def get_query_results(self, **_: Any) -> Mapping[str, Any]:
        outcome = self._workspace.publishing.query(self._asked)
        head = [{"VarCharValue": name.lower()} for name in outcome.columns]
        rows = [
            [{} if row[c] is None else {"VarCharValue": str(row[c])} for c in outcome.columns]
            for row in outcome.rows
        ]
        info = [
            {"Name": name.lower(), "Type": kind(row.get(name) for row in outcome.rows)}
            for name in outcome.columns
        ]
        return {
            "ResultSet": {
                "Rows": [{"Data": cells} for cells in (head, *rows)],
                "ResultSetMetadata": {"ColumnInfo": info},
            }
        }


def kind(values: Iterator[object]) -> str:
    """Name the type of a column as Athena does."""
    for value in values:
        match value:
            case Decimal():
                return "decimal"
            case date():
                return "date"
            case int():
                return "bigint"
    return "varchar"
