"""Manifests of exports read: the months, the files, and everything that a manifest must not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apportion.core.aws.export_manifest import (
    check_objects,
    chosen_months,
    month_of,
    months_of,
    read_delivery,
)
from apportion.model.aws.export import ExportDelivery, ExportMonth, PinnedObject, S3Location
from apportion.model.errors.base import NotAPlaceError
from apportion.model.findings.finding import Finding

EXPORT = S3Location("acme", "exports/cur2")
AT = datetime(2026, 10, 2, 4, 30, tzinfo=UTC)
MONTH = ExportMonth("2026-09", "exports/cur2/metadata/BILLING_PERIOD=2026-09/cur2-Manifest.json")
DATA = "s3://acme/exports/cur2/data/BILLING_PERIOD=2026-09"


def read(content: bytes, *, at: datetime = AT) -> tuple[ExportDelivery | None, list[Finding]]:
    return read_delivery(
        EXPORT, MONTH, PinnedObject(MONTH.manifest, "e", len(content), at), content
    )


def manifest(**said: Any) -> bytes:
    return json.dumps({"executionId": "e1", "dataFiles": [f"{DATA}/a.csv.gz"], **said}).encode()


def delivery_of(content: bytes, *, at: datetime = AT) -> ExportDelivery:
    delivery, findings = read(content, at=at)
    assert findings == []
    assert delivery is not None
    return delivery


@pytest.mark.parametrize(
    ("key", "export", "manifest_key"),
    [
        (MONTH.manifest, "exports/cur2", MONTH.manifest),
        (
            "focus/metadata/billing_period=2026-09/focus-Manifest.json",
            "focus",
            "focus/metadata/billing_period=2026-09/focus-Manifest.json",
        ),
        (
            "r/cur/20260901-20261001/cur-Manifest.json",
            "r/cur",
            "r/cur/20260901-20261001/cur-Manifest.json",
        ),
        (
            "r/cur/20260901-20261001/8f3a/cur-Manifest.json",
            "r/cur",
            "r/cur/20260901-20261001/cur-Manifest.json",
        ),
    ],
)
def test_the_address_of_a_manifest_means_a_month(key: str, export: str, manifest_key: str) -> None:
    found, month = month_of(S3Location("acme", key))
    assert (found.key, month) == (export, ExportMonth("2026-09", manifest_key))


@pytest.mark.parametrize("key", ["", "exports/cur2", "x-Manifest.json", "a/b/x-Manifest.json"])
def test_other_addresses_mean_no_month(key: str) -> None:
    assert month_of(S3Location("acme", key)) == (S3Location("acme", key), None)


def test_months_are_read_from_folders_of_both_layouts() -> None:
    folders = ["BILLING_PERIOD=2026-10", "billing_period=2026-09", "BILLING_PERIOD=2026-13", "x"]
    assert [month.period for month in months_of(EXPORT, folders)] == ["2026-09", "2026-10"]
    legacy = ["20260801-20260901", "20260901-20261001", "cost_and_usage_data_status"]
    assert [month.period for month in months_of(EXPORT, legacy)] == ["2026-08", "2026-09"]


def test_a_month_in_two_folders_is_refused() -> None:
    months = months_of(EXPORT, ["BILLING_PERIOD=2026-09", "billing_period=2026-09"])
    chosen, findings = chosen_months(EXPORT, months, ())
    assert (chosen, [each.code.number for each in findings]) == ([], ["E002"])


def test_months_that_are_missing_are_reported() -> None:
    months = months_of(EXPORT, ["BILLING_PERIOD=2025-12", "BILLING_PERIOD=2026-03"])
    _, (between,) = chosen_months(EXPORT, months, ())
    assert between.code.number == "E008"
    assert "no manifest of 2026-01, 2026-02" in str(between)
    assert chosen_months(EXPORT, [], ()) == ([], [])
    chosen, (missing,) = chosen_months(EXPORT, months, ("2026-03", "2026-02"))
    assert ([month.period for month in chosen], missing.code.number) == (["2026-03"], "E001")


@pytest.mark.parametrize(
    "named",
    [
        f"{DATA}/../../../../other/x.parquet",
        "s3://another/exports/cur2/data/BILLING_PERIOD=2026-09/x.parquet",
        "s3://acme/exports/cur/data/BILLING_PERIOD=2026-09/x.parquet",
        "s3://acme/exports/cur2/data/BILLING_PERIOD=2026-08/x.parquet",
        "s3://acme/exports/cur2/20260801-20260901/x.parquet",
        f"{DATA}//x.parquet",
        f"{DATA}/./x.parquet",
        f"{DATA}/..\\x.parquet",
        f"{DATA}/x\n.parquet",
        f"{DATA}/\u202ex.parquet",
        f"{DATA}/{'x' * 250}.parquet",
        f"{DATA}/x.parquet.part",
        "s3://acme/exports/cur2/SHA256SUMS",
        "s3://acme/exports/cur2",
        "s3:///exports/cur2/x.csv",
        "https://acme/exports/cur2/x.csv",
        "file:///etc/passwd.csv",
        "/etc/passwd.csv",
        "../../passwd.csv",
        "x.csv",
    ],
)
def test_names_that_lead_out_of_the_export_are_refused(named: str) -> None:
    delivery, findings = read(manifest(dataFiles=[f"{DATA}/good.parquet", named]))
    assert (delivery, [each.code.number for each in findings]) == (None, ["E003"])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x00not json", "something else"),
        (b"[" * 100_000, "something else"),
        (b"{}", "found none"),
        (b"null", "found none"),
        (manifest(dataFiles=[]), "an empty list"),
        (manifest(dataFiles=[1]), "found none"),
        (manifest(dataFiles=[""]), "found none"),
        (manifest(dataFiles={"a": 1}), "found none"),
        (manifest(billingPeriod={"start": "20260801T000000.000Z"}), "that of 2026-08"),
        (manifest(dataFiles=[f"{DATA}/A.csv", f"{DATA}/a.csv"]), "differ in case"),
    ],
)
def test_manifests_that_are_none(content: bytes, word: str) -> None:
    delivery, (finding,) = read(content)
    assert (delivery, finding.code.number) == (None, "E002")
    assert word in str(finding)


@pytest.mark.parametrize("start", ["20260901T000000.000Z", "2026-09-01T00:00:00.000Z", None])
def test_the_month_may_be_stated(start: str | None) -> None:
    assert delivery_of(manifest(billingPeriod={"start": start})).period == "2026-09"


def test_a_delivery_is_known_by_its_execution_and_its_manifest() -> None:
    one = delivery_of(manifest())
    assert one.delivery == delivery_of(manifest(), at=AT + timedelta(hours=1)).delivery
    assert one.delivery != delivery_of(manifest(executionId="e2")).delivery
    assert one.delivery != delivery_of(manifest(columns=[{"name": "x"}])).delivery


def test_without_an_execution_the_time_identifies_deliveries() -> None:
    nameless = manifest(executionId=None)
    later = delivery_of(nameless, at=AT + timedelta(hours=1))
    assert delivery_of(nameless).delivery != later.delivery


def test_files_are_no_newer_than_their_manifest() -> None:
    delivery = delivery_of(manifest(dataFiles=[f"{DATA}/{n}.csv" for n in "abc"]))
    a, b, c = delivery.files
    pins = {
        a: PinnedObject(a, "e", 1, AT),
        b: PinnedObject(b, "e", 1, AT + timedelta(seconds=1)),
        c: None,
    }
    assert [each.code.number for each in check_objects(delivery, pins)] == ["E005", "E004"]
    good = {key: PinnedObject(key, "e", 1, AT) for key in delivery.files}
    assert check_objects(delivery, good) == []


@pytest.mark.parametrize(
    "written", ["acme/x", "s3://", "s3://A/x", "s3://acme/a/../b", "s3://acme/a//b", "s3:/acme/x"]
)
def test_places_that_are_none(written: str) -> None:
    with pytest.raises(NotAPlaceError):
        S3Location.parse(written)


def test_places() -> None:
    assert S3Location.parse("s3://acme/exports/cur2/") == EXPORT
    assert (str(S3Location.parse("s3://acme")), EXPORT.name) == ("s3://acme/", "cur2")
