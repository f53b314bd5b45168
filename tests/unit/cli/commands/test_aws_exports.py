"""Exports from the command line, as a user types it: having them made, and taking them in."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.demo.bill import Form
from apportion.demo.generate import generate
from apportion.model.period import Period
from data_exports_fake import ACCOUNT, FakeDataExports
from data_exports_fake import serving as serving_exports
from s3_front import Front, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Front]:
    with serving() as front:
        yield front


class Typed:
    """A user at a prompt in a folder, with AWS behind."""

    def __init__(self, front: Front, fake: FakeDataExports, endpoint: str, folder: Path) -> None:
        self.front, self.fake, self.folder = front, fake, folder
        self._endpoint = endpoint
        self.bucket = f"acme-billing-{os.urandom(4).hex()}"
        front.client().create_bucket(
            Bucket=self.bucket,
            CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
        )
        front.requests.clear()
        self.code, self.out, self.err = 0, "", ""

    def __call__(self, *words: str) -> Typed:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        outside = Outside(client=self._client, folder=self.folder, environment={}, out=out, err=err)
        self.code = run(words, outside)
        out.seek(0)
        self.out, self.err = out.read(), " ".join(err.getvalue().split())
        return self

    def _client(self, service: str, _profile: str, region: str) -> Any:
        if service == "s3":
            return self.front.client(service, region)
        return boto3.client(
            service,
            endpoint_url=self._endpoint,
            region_name=region,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        )

    @property
    def place(self) -> str:
        return f"s3://{self.bucket}/exports/cur2"


@pytest.fixture
def typed(server: Front, tmp_path: Path) -> Iterator[Typed]:
    fake = FakeDataExports()
    with serving_exports(fake) as endpoint:
        yield Typed(server, fake, endpoint, tmp_path)


EXPORTS = ("aws", "exports")


def test_an_export_is_planned_as_data_and_nothing_is_called(typed: Typed) -> None:
    finding = typed(*EXPORTS, "plan", typed.place)
    assert finding.code == 0, finding.err
    planned = json.loads(finding.out)
    (call,) = planned["calls"]
    assert (call["service"], call["operation"]) == ("bcm-data-exports", "create_export")
    export = call["parameters"]["Export"]
    assert export["Name"] == "cur2"
    statement = export["DataQuery"]["QueryStatement"]
    assert statement.startswith("SELECT bill_payer_account_id, ")
    assert "*" not in statement
    assert export["DataQuery"]["TableConfigurations"]["COST_AND_USAGE_REPORT"] == {
        "TIME_GRANULARITY": "DAILY",
        "INCLUDE_RESOURCES": "TRUE",
        "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "FALSE",
        "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
        "INCLUDE_IAM_PRINCIPAL_DATA": "FALSE",
        "BILLING_VIEW_ARN": f"arn:aws:billing::{ACCOUNT}:billingview/primary",
    }
    assert export["DestinationConfigurations"]["S3Destination"] == {
        "S3Bucket": typed.bucket,
        "S3Prefix": "exports",
        "S3Region": "eu-west-1",
        "S3OutputConfigurations": {
            "OutputType": "CUSTOM",
            "Format": "PARQUET",
            "Compression": "PARQUET",
            "Overwrite": "OVERWRITE_REPORT",
        },
    }
    assert ACCOUNT in json.dumps(planned["bucket_policy_statement"])
    assert not [name for name, _ in typed.fake.calls if name == "CreateExport"]


def test_apply_requests_consent_then_makes_it_once(typed: Typed) -> None:
    finding = typed(*EXPORTS, "apply", typed.place)
    assert (finding.code, typed.fake.exports) == (2, {})
    assert "1 call would be made. Read them with `plan`, then repeat" in finding.err
    finding = typed(*EXPORTS, "apply", typed.place, "--yes")
    assert (finding.code, len(typed.fake.exports)) == (0, 1)
    assert "Created arn:aws:bcm-data-exports:us-east-1:111111111111:export/cur2-1" in finding.err
    finding = typed(*EXPORTS, "apply", typed.place, "--yes")
    assert (finding.code, len(typed.fake.exports)) == (0, 1)
    assert f"{typed.place} exists: nothing to do." in finding.err
    assert [name for name, _ in typed.fake.calls].count("CreateExport") == 1


@pytest.mark.parametrize(
    ("table", "properties"),
    [("focus-1.2", {"TIME_GRANULARITY": "HOURLY"}), ("focus-1.0", {})],
)
def test_focus_exports(typed: Typed, table: str, properties: dict[str, str]) -> None:
    words = (
        typed.place,
        "--table",
        table,
        "--granularity",
        "hourly",
        "--file-versioning",
        "create-new",
    )
    finding = typed(*EXPORTS, "apply", *words, "--csv", "--yes")
    assert finding.code == 0, finding.err
    (export,) = typed.fake.exports.values()
    assert list(export["DataQuery"]["TableConfigurations"].values()) == [properties]
    output = export["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"]
    assert (output["Compression"], output["Overwrite"]) == ("GZIP", "CREATE_NEW_REPORT")


def test_the_list_shows_where_exports_lie_and_which_are_ill(typed: Typed) -> None:
    assert "The account has no exports." in typed(*EXPORTS, "list").err
    for name in ("cur2", "focus", "old"):  # more than a page of the list
        typed(*EXPORTS, "apply", f"s3://{typed.bucket}/exports/{name}", "--yes")
    typed.fake.unhealthy["old"] = "INSUFFICIENT_PERMISSION"
    finding = typed(*EXPORTS, "list", "-o", "json")
    rows = json.loads(finding.out)
    assert [row["export"] for row in rows] == ["cur2", "focus", "old"]
    assert rows[0] == {
        "export": "cur2",
        "table": "COST_AND_USAGE_REPORT",
        "rewriting": "overwrite",
        "format": "PARQUET",
        "status": "HEALTHY",
        "refreshed": "2026-09-21T14:13:20Z",
        "place": typed.place,
    }
    assert (finding.code, "E009" in finding.err) == (0, True)
    assert "The bucket's policy must let AWS Billing write" in finding.err


def test_another_export_of_the_same_name_is_left_alone(typed: Typed) -> None:
    typed(*EXPORTS, "apply", typed.place, "--yes")
    finding = typed(*EXPORTS, "plan", typed.place, "--granularity", "hourly", "--split-cost")
    assert (finding.code, json.loads(finding.out)["calls"]) == (0, [])
    assert "E011" in finding.err
    assert "TIME_GRANULARITY, expected HOURLY, found DAILY" in finding.err
    assert "split_line_item_split_cost" in finding.err
    finding = typed(*EXPORTS, "apply", f"s3://{typed.bucket}/elsewhere/cur2", "--yes")
    assert (finding.code, "E010" in finding.err) == (1, True)
    assert len(typed.fake.exports) == 1


@pytest.mark.parametrize("action", ["bcm-data-exports:CreateExport", "cur:PutReportDefinition"])
def test_a_missing_permission_is_named(typed: Typed, action: str) -> None:
    typed.fake.denied.add(action)
    finding = typed(*EXPORTS, "apply", typed.place, "--yes")
    assert finding.code == 3
    assert f'{{"Effect": "Allow", "Action": "{action}", "Resource": ' in finding.err
    assert "AKIA" not in finding.err


@pytest.mark.parametrize(
    ("place", "word"),
    [
        ("exports/cur2", "like s3://bucket/prefix"),
        ("s3://acme-billing/exports/the bill", "letters, digits, - and _"),
        ("s3://acme-billing/cur2", "expected s3://bucket/prefix/name"),
        ("s3://acme-billing/a/../cur2", "like s3://bucket/prefix"),
    ],
)
def test_places_where_no_export_can_be(typed: Typed, place: str, word: str) -> None:
    finding = typed(*EXPORTS, "plan", place, "--region", "eu-west-1")
    assert (finding.code, word in finding.err) == (2, True), finding.err


def test_the_whole_life_of_a_bill_in_s3(typed: Typed) -> None:
    """Larkmoor's bill of a month: made into an export, ingested, allocated, proved."""
    month = Period(2026, 7)
    made = generate(typed.folder / "made", months=[month], forms=(Form.CUR_2,))
    (bill,) = made.bills
    client = typed.front.client()
    name, prefix = bill.root.name, "exports"
    content = json.loads(bill.manifest.read_text("utf-8"))
    content["dataFiles"] = [
        f"s3://{typed.bucket}/{prefix}/{name}/{path.relative_to(bill.root).as_posix()}"
        for path in bill.files
    ]
    for path in bill.files:
        key = f"{prefix}/{name}/{path.relative_to(bill.root).as_posix()}"
        client.put_object(Bucket=typed.bucket, Key=key, Body=path.read_bytes())
    client.put_object(
        Bucket=typed.bucket,
        Key=f"{prefix}/{name}/{bill.manifest.relative_to(bill.root).as_posix()}",
        Body=json.dumps(content).encode(),
    )
    typed("init")
    place = f"s3://{typed.bucket}/{prefix}/{name}"
    finding = typed("ingest", place, "-o", "json")
    assert finding.code == 0, finding.err
    (row,) = json.loads(finding.out)
    assert (row["period"], row["status"], row["lines"]) == ("2026-07", "recorded", made.lines)
    assert "1 month, 0 known already, 1 fetched (1 file, 3." in finding.err
    assert typed("ingest", place, "-o", "json").code == 0
    assert json.loads(typed.out)[0]["status"] == "unchanged"
    assert "1 month, 1 known already, 0 fetched." in typed.err
    assert typed("allocate", "--period", "2026-07").code == 0, typed.err
    assert "stated = ledger = derived = allocated to the last digit" in typed.err
    assert typed("prove", "--period", "2026-07").code == 0


def test_words_that_belong_elsewhere(typed: Typed) -> None:
    typed("init")
    assert "--period is for apportion ingest s3://" in typed("ingest", "x.csv", "-p", "2026-09").err
    assert typed.code == 2
    assert "expected" not in typed("ingest", typed.place, "x.csv").err
    assert (typed.code, "is for exports alone; found files" in typed.err) == (2, True)
    assert "A period is written" in typed("ingest", typed.place, "-p", "September").err
    assert typed.code == 2
    assert typed("ingest", typed.place, "--days", "3").code == 2
    assert "like s3://bucket/prefix" in typed("ingest", "s3:/x").err
    assert "contains no export" in typed("ingest", typed.place).err
    assert typed.code == 2


def test_a_bucket_that_is_not_there(typed: Typed) -> None:
    typed("init")
    finding = typed("ingest", "s3://nobody-has-this-bucket/exports/cur2")
    assert (finding.code, "There is no bucket 'nobody-has-this-bucket'" in finding.err) == (3, True)
