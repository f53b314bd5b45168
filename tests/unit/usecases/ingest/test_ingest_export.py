"""Exports in S3 are ingested over HTTP from moto's server, with and without faults."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apportion.app.exports import fetch_and_ingest
from apportion.app.workspace import Workspace
from apportion.model.aws.export import S3Location, Taking
from apportion.model.errors.base import AwsDeniedError
from apportion.model.errors.exports import DownloadsBusyError, NoExportError, NotWhatS3HasError
from apportion.model.findings.deliveries import EMPTY_MONTH
from apportion.model.outcome import Outcome
from apportion.usecases.ingest.downloads import Downloads
from apportion.usecases.ingest.ingest_export import TIMES, _Progress, _StoppedError
from export_files import charges, large
from exports_in_s3 import ExportInS3
from s3_front import Answer, Fault, Front, ReceivedRequest, refused, serving
from stories import reopened, total_of, workspace_in
from waiting import until

RULES = """
apportion: 1
effective: 2026-01
currency: USD
cost: EffectiveCost
dimensions:
  cost_center: {from: [{tag: CostCenter}], default: unallocated}
"""
CHUNK = 1 << 18  # what is written at once
SEPTEMBER, OCTOBER = "2026-09", "2026-10"


@pytest.fixture(scope="module")
def server() -> Iterator[Front]:
    with serving() as front:
        yield front


class Story:
    """A bucket of its own behind a front, and a workspace that takes its export in."""

    def __init__(self, front: Front, bucket: str, folder: Path) -> None:
        self.front, self.folder = front, folder
        self.workspace: Workspace = workspace_in(folder, RULES)
        front.client().create_bucket(Bucket=bucket)
        self.export = ExportInS3(front.client(), bucket)
        self.fresh()

    def fresh(self) -> None:
        self.front.requests.clear()
        self.front.faults.clear()
        self.front.always.clear()

    def take(self, address: str = "", *, periods: tuple[str, ...] = (), **how: Any) -> Outcome:
        return fetch_and_ingest(
            self.workspace,
            address or self.export.address,
            periods=periods,
            taking=Taking(**how),
            clients=self.front.client,
        )

    def status(self, outcome: Outcome) -> dict[str, str]:
        return {str(row["period"]): str(row["status"]) for row in outcome.rows}

    @property
    def downloads(self) -> list[Path]:
        """What is left in the folder of downloads, but for locks."""
        found = (self.folder / "ledger" / "downloads").rglob("*")
        return sorted(path for path in found if path.is_file() and path.suffix != ".lock")


@pytest.fixture
def story(server: Front, tmp_path: Path) -> Story:
    return Story(server, f"bills-{os.urandom(6).hex()}", tmp_path)


def billed(outcome: Outcome) -> list[object]:
    return [row["BilledCost"] for row in outcome.rows]


def codes(outcome: Outcome) -> list[str]:
    return [finding.code.number for finding in outcome.findings]


def test_an_export_appears_and_is_taken_in(story: Story) -> None:
    story.export.deliver(
        SEPTEMBER, [charges(SEPTEMBER, "1.5", "2"), charges(SEPTEMBER, "4")], execution="one"
    )
    story.export.deliver(OCTOBER, [charges(OCTOBER, "8")], execution="two")
    done = story.take()
    assert story.status(done) == {SEPTEMBER: "recorded", OCTOBER: "recorded"}
    assert billed(done) == [Decimal("7.5"), 8]
    assert codes(done) == []
    assert len(story.front.data()) == 3
    assert "2 months, 0 known already, 2 fetched (3 files, " in done.messages[0]
    assert story.downloads == []
    inputs = str(story.workspace.history().rows[0]["inputs"])
    assert f"{story.export.address}/data/BILLING_PERIOD={SEPTEMBER}/focus-00001" in inputs
    allocated = story.workspace.allocate()
    assert total_of(allocated.rows) == total_of(done.rows, "BilledCost")
    proved = story.workspace.prove()
    assert codes(proved) == []
    assert "is proved" in proved.messages[0]


def test_the_same_again_reads_no_file_at_all(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.take()
    story.fresh()
    done = story.take()
    assert story.status(done) == {SEPTEMBER: "unchanged"}
    assert story.front.data() == []
    assert [
        (request.method, request.query.count("list-type")) for request in story.front.requests
    ] == [
        ("HEAD", 0),  # the bucket's region
        ("GET", 1),  # is there `metadata`
        ("GET", 1),  # which months
        ("GET", 0),  # the manifest
    ]


def test_a_new_execution_with_the_same_bytes_is_fetched_once(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.take()
    story.workspace.allocate()
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="two")
    story.fresh()
    assert story.status(story.take()) == {SEPTEMBER: "unchanged"}
    assert len(story.front.data()) == 1
    assert story.status(story.take()) == {SEPTEMBER: "unchanged"}
    assert len(story.front.data()) == 1
    (manifest,) = (story.folder / "ledger" / "proofs").glob("*.json")
    assert codes(story.workspace.prove(manifest=manifest)) == []
    assert {row["allocated"] != "before this delivery" for row in story.workspace.held().rows} == {
        True
    }


def test_a_closed_month_that_changes_replaces_what_was_there(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1", "2")], execution="one")
    story.export.deliver(OCTOBER, [charges(OCTOBER, "5")], execution="october")
    story.take()
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1", "2", "0.25")], execution="two")
    story.fresh()
    done = story.take()
    assert story.status(done) == {SEPTEMBER: "recorded", OCTOBER: "unchanged"}
    assert len(story.front.data()) == 1
    assert "L001" in codes(done) or "RESTATED" in str(done.findings)
    assert billed(story.workspace.held()) == [Decimal("3.25"), 5]


def test_a_month_that_is_empty_now_stops_and_the_other_month_is_ingested(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1", "2.5")], execution="one")
    story.export.deliver(OCTOBER, [charges(OCTOBER, "5")], execution="october")
    (first, _october) = story.take().rows
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER)], execution="two")
    story.export.deliver(OCTOBER, [charges(OCTOBER, "5", "6")], execution="october two")
    done = story.take()
    assert story.status(done) == {OCTOBER: "recorded"}
    (finding,) = (each for each in done.findings if each.code is EMPTY_MONTH)
    assert (finding.amount, finding.currency) == (Decimal("3.5"), "USD")
    assert str(first["run"]) in finding.remedy
    assert billed(story.workspace.held()) == [Decimal("3.5"), 11]


def test_create_new_layout_takes_the_execution_that_the_manifest_names(story: Story) -> None:
    first, second = "2026-10-01T04:12:07.001Z-aaaa", "2026-10-02T04:12:07.001Z-bbbb"
    export = story.export = replace(story.export, partition="billing_period")
    export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="aaaa", folder=first)
    export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1", "2")], execution="bbbb", folder=second)
    done = story.take()
    assert billed(done) == [3]
    assert [second in request.path for request in story.front.data()] == [True]


def test_legacy_reports_lie_in_folders_of_their_own(story: Story) -> None:
    client, bucket = story.export.client, story.export.bucket
    key = "reports/cur/20260901-20261001"
    header = (
        "identity/LineItemId,bill/PayerAccountId,bill/BillingPeriodStartDate,"
        "lineItem/UsageAccountId,lineItem/UsageStartDate,lineItem/LineItemType,"
        "lineItem/ProductCode,lineItem/CurrencyCode,lineItem/UnblendedCost"
    )
    line = (
        "a1,000000000001,2026-09-01T00:00:00Z,000000000011,2026-09-02T00:00:00Z,Usage,"
        "AmazonEC2,USD,1.25"
    )
    data = f"{header}\n{line}\n".encode()
    client.put_object(Bucket=bucket, Key=f"{key}/assembly-1/cur-00001.csv", Body=data)
    manifest = {
        "assemblyId": "assembly-1",
        "bucket": bucket,
        "billingPeriod": {"start": "20260901T000000.000Z", "end": "20261001T000000.000Z"},
        "reportKeys": [f"{key}/assembly-1/cur-00001.csv"],
    }
    for at in (f"{key}/assembly-1", key):
        client.put_object(
            Bucket=bucket, Key=f"{at}/cur-Manifest.json", Body=json.dumps(manifest).encode()
        )
    done = story.take(f"s3://{bucket}/reports/cur")
    assert billed(done) == [Decimal("1.25")]
    again = story.take(f"s3://{bucket}/{key}/assembly-1/cur-Manifest.json")
    assert story.status(again) == {SEPTEMBER: "unchanged"}


def test_the_address_of_a_manifest_is_that_month_alone(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.export.deliver(OCTOBER, [charges(OCTOBER, "2")], execution="two")
    manifest = story.export.manifest(OCTOBER)
    done = story.take(f"s3://{story.export.bucket}/{manifest}")
    assert story.status(done) == {OCTOBER: "recorded"}
    assert not [request for request in story.front.requests if "list-type" in request.query]


def test_two_exports_under_one_prefix_are_never_mixed(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    assert story.status(story.take(f"s3://{story.export.bucket}/exports")) == {
        SEPTEMBER: "recorded"
    }
    other = replace(story.export, key="exports/focus-csv")
    other.deliver(SEPTEMBER, [charges(SEPTEMBER, "100")], execution="other")
    with pytest.raises(NoExportError, match=r"2 exports; name one of them: .*focus, .*focus-csv"):
        story.take(f"s3://{story.export.bucket}/exports")
    with pytest.raises(NoExportError, match="contains no export"):
        story.take(f"s3://{story.export.bucket}/elsewhere")
    assert story.status(story.take()) == {SEPTEMBER: "unchanged"}


def test_a_second_export_of_the_same_bill_is_reported(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.take()
    other = replace(story.export, key="exports/focus-2")
    other.deliver(SEPTEMBER, [charges(SEPTEMBER, "1", "0.5")], execution="other")
    done = story.take(other.address)
    assert "E013" in codes(done)
    assert f"expected {story.export.address}, found {other.address}" in str(done.findings[-1])
    assert billed(story.workspace.held()) == [Decimal("1.5")]


def test_a_month_that_is_not_there_is_reported_and_keeps_no_other_back(story: Story) -> None:
    story.export.deliver("2026-07", [charges("2026-07", "1")], execution="one")
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="two")
    done = story.take(periods=("2026-08", SEPTEMBER))
    assert (story.status(done), codes(done)) == ({SEPTEMBER: "recorded"}, ["E001"])
    assert "found manifests of 2026-07, 2026-09" in str(done.findings[0])
    assert codes(story.take()) == ["E008"]


def on(part: str, do: Callable[[], object]) -> Fault:
    """Do something before a file is read for the first time."""

    def fault(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        if not request.of_data or part not in request.path:
            return None
        do()
        return real()

    return fault


def test_an_export_that_is_rewritten_while_it_is_read_is_begun_again(story: Story) -> None:
    old = [charges(SEPTEMBER, "1"), charges(SEPTEMBER, "2")]
    new = [charges(SEPTEMBER, "10"), charges(SEPTEMBER, "20")]
    story.export.deliver(SEPTEMBER, old, execution="one")
    story.front.faults.append(
        on("00002", lambda: story.export.deliver(SEPTEMBER, new, execution="two"))
    )
    done = story.take()
    assert billed(done) == [30]
    assert codes(done) == []


def test_a_manifest_that_changes_after_the_last_file_counts_too(story: Story) -> None:
    files = [charges(SEPTEMBER, "1")]
    story.export.deliver(SEPTEMBER, files, execution="one", folder="t1-one")
    more = [charges(SEPTEMBER, "1", "2")]

    def rewrite() -> None:
        story.export.deliver(SEPTEMBER, more, execution="two", folder="t2-two")

    story.front.faults.append(on("t1-one", rewrite))
    assert billed(story.take()) == [3]


def test_an_export_that_never_stands_still_is_reported(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="0")
    costs = iter(range(2, 100))

    def rewrite() -> None:
        cost = str(next(costs))
        story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, cost)], execution=cost)

    story.front.faults += [on("00001", rewrite) for _ in range(TIMES)]
    done = story.take()
    assert (codes(done), done.rows) == (["E006"], ())
    assert story.workspace.held().rows == ()


def test_files_newer_than_their_manifest_are_not_mixed_with_old_ones(story: Story) -> None:
    story.export.deliver(
        SEPTEMBER, [charges(SEPTEMBER, "1"), charges(SEPTEMBER, "2")], execution="one"
    )
    time.sleep(1.1)  # S3 has times to the second
    story.export.write(SEPTEMBER, [charges(SEPTEMBER, "10")])
    done = story.take()
    assert (codes(done), done.rows) == (["E005"], ())
    assert story.front.data() == []
    story.export.deliver(
        SEPTEMBER, [charges(SEPTEMBER, "10"), charges(SEPTEMBER, "20")], execution="two"
    )
    assert billed(story.take()) == [30]


def test_a_file_that_is_not_there_leaves_nothing_half(story: Story) -> None:
    keys = story.export.deliver(
        SEPTEMBER, [charges(SEPTEMBER, "1"), charges(SEPTEMBER, "2")], execution="one"
    )
    story.export.client.delete_object(Bucket=story.export.bucket, Key=keys[1])
    story.export.deliver(OCTOBER, [charges(OCTOBER, "4")], execution="two")
    done = story.take()
    assert (codes(done), story.status(done)) == (["E004"], {OCTOBER: "recorded"})
    assert "focus-00002.snappy.parquet" in str(done.findings[0])
    assert [row["period"] for row in story.workspace.held().rows] == [OCTOBER]


def test_a_manifest_that_leads_out_of_its_export_fetches_nothing(story: Story) -> None:
    bucket = story.export.bucket
    outside = f"s3://{bucket}/exports/focus/data/BILLING_PERIOD=2026-09/../../../other/x.parquet"
    story.export.announce(SEPTEMBER, [outside], execution="hostile")
    assert codes(story.take()) == ["E003"]
    assert story.front.data() == []
    assert story.downloads == []


def test_files_of_another_month_do_not_replace_it(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(OCTOBER, "1")], execution="one")
    done = story.take()
    assert (codes(done), done.rows) == (["E007"], ())
    assert story.workspace.held().rows == ()


def broken(part: str, at: int) -> Fault:
    """Break the line after so many bytes of a file."""

    def fault(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        return replace(real(), only=at) if request.of_data and part in request.path else None

    return fault


def flipped(part: str) -> Fault:
    """Flip a bit of a file on its way."""

    def fault(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        if not request.of_data or part not in request.path:
            return None
        answer = real()
        body = bytearray(answer.body)
        body[len(body) // 2] ^= 4
        return replace(answer, body=bytes(body))

    return fault


def test_a_line_that_breaks_goes_on_where_it_broke(story: Story) -> None:
    content = charges(SEPTEMBER, "1", "2")
    story.export.deliver(SEPTEMBER, [content], execution="one")
    story.front.faults.append(broken("00001", 1000))
    assert story.status(story.take()) == {SEPTEMBER: "recorded"}
    first, second = story.front.data()
    assert second.headers["Range"].startswith("bytes=")
    assert second.headers["Range"] != "bytes=0-"
    assert second.headers["If-Match"] == first.headers["If-Match"]


def test_flipped_bits_are_fetched_again_and_never_taken_in(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.front.faults.append(flipped("00001"))
    assert story.status(story.take()) == {SEPTEMBER: "recorded"}
    assert len(story.front.data()) == 2


def test_a_bit_that_is_always_flipped_fails(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.front.always.append(flipped("00001"))
    with pytest.raises(NotWhatS3HasError, match="was damaged in two downloads: expected SHA256"):
        story.take()
    assert story.workspace.held().rows == ()
    assert story.downloads == []


def test_kept_files_can_be_ingested_as_a_folder(story: Story, tmp_path: Path) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.take(keep_files=True)
    names = {path.name for path in story.downloads if path.suffix != ".keep"}
    assert names == {"SHA256SUMS", "focus-00001.snappy.parquet", "focus-Manifest.json"}
    story.take()
    (folder, _mark) = sorted((story.folder / "ledger" / "downloads").glob("*-2026-09-*"))
    other = workspace_in(tmp_path / "other", RULES)
    done = other.ingest([folder])
    assert billed(done) == [1]
    assert done.findings == ()


def test_a_killed_download_is_resumed_and_left_nothing_half(story: Story) -> None:
    content = large(SEPTEMBER, "1")
    story.export.deliver(SEPTEMBER, [content, charges(SEPTEMBER, "1000")], execution="one")
    stuck, go_on = threading.Event(), threading.Event()

    def fault(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        if not request.of_data or "00001" not in request.path:
            return None
        stuck.set()
        return replace(real(), only=2 * CHUNK + 500, until=go_on)

    story.front.faults.append(fault)
    program = Path(__file__).parents[3] / "support" / "fetch_program.py"
    words = [str(story.folder), story.export.address, story.front.endpoint]
    paths = os.pathsep.join(path for path in sys.path if path)  # the emulators' folder among them
    with subprocess.Popen(
        [sys.executable, str(program), *words], env={**os.environ, "PYTHONPATH": paths}
    ) as running:
        assert stuck.wait()
        until(
            lambda: (
                {2 * CHUNK} == {p.stat().st_size for p in story.downloads if p.suffix == ".part"}
                and any(path.name == "focus-00002.snappy.parquet" for path in story.downloads)
            )
        )
        running.send_signal(signal.SIGKILL)
        running.wait()
    go_on.set()
    story.workspace = reopened(story.folder)
    assert story.workspace.held().rows == ()
    assert "focus-00001.snappy.parquet" not in {path.name for path in story.downloads}
    story.fresh()
    assert story.status(story.take()) == {SEPTEMBER: "recorded"}
    (rest,) = [request for request in story.front.data() if "00001" in request.path]
    assert rest.headers["Range"] == f"bytes={2 * CHUNK}-"
    assert not [request for request in story.front.data() if "00002" in request.path]
    assert story.downloads == []


def test_what_a_killed_run_left_behind_is_removed_by_the_next(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    story.take(keep_files=True)
    (mark,) = (story.folder / "ledger" / "downloads").glob("*.keep")
    mark.unlink()  # now it is as if the run had ended before it could tidy up
    assert len(story.downloads) == 3
    assert story.status(story.take()) == {SEPTEMBER: "unchanged"}
    assert story.downloads == []


def test_two_processes_do_not_fetch_the_same_export(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    folder = story.folder / "ledger" / "downloads"
    with (
        Downloads(folder, S3Location.parse(story.export.address)).held(wait=0),
        pytest.raises(DownloadsBusyError, match="Another process is downloading s3://"),
    ):
        story.take()


def test_access_denied_shows_what_on_what_and_the_line_to_add(story: Story) -> None:
    story.export.deliver(SEPTEMBER, [charges(SEPTEMBER, "1")], execution="one")
    caller = "arn:aws:sts::111111111111:assumed-role/reports/anna"

    def denied(request: ReceivedRequest, _: Callable[[], Answer]) -> Answer | None:
        stated = f"User: {caller} is not authorized to perform: s3:GetObject on resource: x"
        return refused(403, "AccessDenied", stated) if request.of_data else None

    story.front.always.append(denied)
    with pytest.raises(AwsDeniedError) as raised:
        story.take()
    folder = f"arn:aws:s3:::{story.export.bucket}/exports/focus/data/BILLING_PERIOD=2026-09/*"
    assert f"{caller} may not call s3:GetObject on {folder}." in str(raised.value)
    assert f'"Action": "s3:GetObject", "Resource": "{folder}"' in str(raised.value)
    assert story.workspace.held().rows == ()


def test_bytes_of_all_files_are_added_up_until_a_failure() -> None:
    shares: list[tuple[int, int]] = []
    progress = _Progress(200, lambda done, total: shares.append((done, total)))
    progress.add(50)
    progress.add(-20)  # fetched again
    assert shares == [(50, 200), (30, 200)]
    progress.stop()
    with pytest.raises(_StoppedError):
        progress.add(1)
