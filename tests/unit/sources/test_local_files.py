"""From a folder as it was downloaded to a delivery, or to what is wrong with it."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apportion.model.delivery import Delivery, Encoding, Format
from apportion.model.findings import bills
from apportion.model.findings.finding import Code, Finding, failing
from apportion.model.money import from_units
from apportion.sources import unzip
from apportion.sources.local_files import LocalFiles

HEADER = (
    "BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,BilledCost"
)
LINE = "001,0011,USD,2026-09-01T00:00:00Z,2026-09-02T00:00:00Z,"


def csv_of(*costs: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *(LINE + cost for cost in costs)]).encode() + b"\n"


def parquet_of(path: Path, cost: pa.Array, **columns: pa.Array) -> Path:
    count = len(cost)
    start = pa.array([datetime(2026, 9, 1, tzinfo=UTC)] * count, pa.timestamp("ms"))
    table = {
        "BillingAccountId": pa.array(["001"] * count),
        "BillingPeriodStart": start,
        "ChargePeriodStart": start,
        "BilledCost": cost,
        **columns,
    }
    pq.write_table(pa.table(table), path, write_page_checksum=True)
    return path


def deliver(*paths: Path) -> tuple[list[Delivery], list[Finding]]:
    return LocalFiles(paths, paths[0].parent / "scratch").deliver()


def billed(delivery: Delivery) -> Decimal:
    return from_units(sum(total.units[0] for total in delivery.stated))


def codes(findings: Sequence[Finding]) -> list[Code]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("name", "wanted", "lines", "costs"),
    [
        (
            "focus_sample_1.0_finops_foundation.csv",
            (Format.FOCUS, "1.0", "nothing"),
            1000,
            ("20.52022672899", "14.97651418586", "20.39090575119", "14.97626039326"),
        ),
        (
            "focus_1_2_aws_generated.csv.gz",
            (Format.FOCUS, "1.2", "gzip CRC-32"),
            2000,
            (
                *("40293.06455513489625", "40293.06455513489625"),
                *("57661.488525689682064", "55227.67437635729625"),
            ),
        ),
        (
            "nise_aws_legacy_cur_2026-09.csv.gz",
            (Format.CUR_LEGACY, "", "gzip CRC-32"),
            2784,
            ("2089.4499999768",) * 4,
        ),
    ],
)
def test_bills_of_other_makers(
    shared_data: Path,
    tmp_path: Path,
    name: str,
    wanted: tuple[Format, str, str],
    lines: int,
    costs: tuple[str, ...],
) -> None:
    (delivery,), findings = LocalFiles([shared_data / name], tmp_path).deliver()
    assert failing(findings) == []
    (file,) = delivery.files
    assert (delivery.format, delivery.version, file.checked_by) == wanted
    assert sum(total.lines for total in delivery.stated) == file.rows == lines
    sums = [
        from_units(sum(column)) for column in zip(*(t.units for t in delivery.stated), strict=True)
    ]
    assert sums == [Decimal(cost) for cost in costs]


def test_a_folder_of_one_bill(tmp_path: Path) -> None:
    folder = tmp_path / "bill"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.csv.gz").write_bytes(gzip.compress(csv_of("1.5")) + gzip.compress(b""))
    (folder / "deep" / "b.csv").write_bytes(b"\xef\xbb\xbf" + csv_of("2.5", "-1"))
    (folder / "README.md").write_text("words")
    (folder / ".hidden.csv").write_bytes(csv_of("100"))
    (delivery,), findings = deliver(folder, folder / "a.csv.gz")
    assert codes(findings) == [
        bills.LEFT_OUT,
        bills.CHARGES_LEFT_OUT,
        bills.NOTHING_TO_CHECK_BY,
    ]
    assert findings[0].found == "README.md"
    assert (findings[1].amount, findings[1].currency) == (100, "USD")
    assert [file.checked_by for file in delivery.files] == ["gzip CRC-32", "nothing"]
    assert [file.rows for file in delivery.files] == [1, 2]
    assert billed(delivery) == 3
    assert delivery.columns == dict.fromkeys(HEADER.split(","), "VARCHAR")
    assert "BilledCost" in delivery.mapping
    (total,) = delivery.stated
    assert (total.period, total.billing_account, total.sub_account) == ("2026-09", "001", "0011")


@pytest.mark.parametrize("given", ["nowhere", "empty", "words.txt"])
def test_nothing_to_deliver(tmp_path: Path, given: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.txt").write_text("words")
    deliveries, findings = deliver(tmp_path / given)
    assert deliveries == []
    assert codes(findings) == [bills.NOTHING_FOUND]


class TestManifests:
    def data_export(self, root: Path, period: str, *costs: str) -> Path:
        """Lay files out as Data Exports do: data/ and metadata/, chunks of the same name."""
        data = root / "data" / f"BILLING_PERIOD={period}"
        data.mkdir(parents=True)
        keys = []
        for number, cost in enumerate(costs):
            content = csv_of(cost).replace(b"2026-09", period.encode())
            (data / f"bill-{number:05}.csv.gz").write_bytes(gzip.compress(content))
            keys.append(f"s3://bucket/pre/fix/data/BILLING_PERIOD={period}/bill-{number:05}.csv.gz")
        metadata = root / "metadata" / f"BILLING_PERIOD={period}"
        metadata.mkdir(parents=True)
        manifest = metadata / "bill-Manifest.json"
        manifest.write_text(json.dumps({"dataFiles": keys}))
        return manifest

    def test_only_what_they_name_is_read(self, tmp_path: Path) -> None:
        root = tmp_path / "export"
        self.data_export(root, "2026-08", "1", "2")
        self.data_export(root, "2026-09", "4")
        stale = root / "data" / "BILLING_PERIOD=2026-09" / "bill-00001.csv.gz"
        stale.write_bytes(gzip.compress(csv_of("1000")))
        (delivery,), findings = deliver(root)
        assert codes(findings) == [bills.CHARGES_LEFT_OUT]
        assert findings[0].place == str(stale)
        assert findings[0].amount == 1000
        assert billed(delivery) == 7

    def test_a_missing_file_is_not_replaced_by_another_month(self, tmp_path: Path) -> None:
        root = tmp_path / "export"
        self.data_export(root, "2026-08", "1")
        self.data_export(root, "2026-09", "4")
        (root / "data" / "BILLING_PERIOD=2026-09" / "bill-00000.csv.gz").unlink()
        _, findings = deliver(root)
        assert codes(failing(findings)) == [bills.MISSING_FILE]
        assert "BILLING_PERIOD=2026-09" in findings[0].expected

    def test_two_exports_of_one_name_are_never_one(self, tmp_path: Path) -> None:
        """Of two payers, from buckets or prefixes that are not in the keys, side by side."""
        for payer, cost in (("one", "10"), ("two", "20")):
            self.data_export(tmp_path / "bills" / payer, "2026-09", cost)
        _, findings = deliver(tmp_path / "bills")
        assert codes(failing(findings)) == [bills.TWO_MANIFESTS]
        assert "two exports" in findings[0].remedy

    def test_a_copy_of_a_delivery_is_read_once(self, tmp_path: Path) -> None:
        for folder in ("one", "copy"):
            self.data_export(tmp_path / "bills" / folder, "2026-09", "10", "1")
        (delivery,), findings = deliver(tmp_path / "bills")
        assert codes(findings) == [bills.LEFT_OUT]
        assert billed(delivery) == 11

    def test_one_month_by_its_manifest(self, tmp_path: Path) -> None:
        root = tmp_path / "export"
        self.data_export(root, "2026-08", "1")
        manifest = self.data_export(root, "2026-09", "4")
        (delivery,), findings = deliver(manifest)
        assert not failing(findings)
        assert billed(delivery) == 4

    def test_files_that_were_flattened(self, tmp_path: Path) -> None:
        """aws s3 cp without the folders."""
        root = tmp_path / "flat"
        root.mkdir()
        (root / "bill-1.csv").write_bytes(csv_of("1"))
        content = {"reportKeys": ["a/20260901-20261001/some-id/bill-1.csv"]}
        (root / "bill-Manifest.json").write_text(json.dumps(content))
        (delivery,), findings = deliver(root)
        assert not failing(findings)
        assert billed(delivery) == 1

    def legacy(self, folder: Path, assembly: str, cost: str) -> dict[str, object]:
        month = folder / "20260901-20261001"
        (month / assembly).mkdir(parents=True)
        (month / assembly / "cur-1.csv").write_bytes(csv_of(cost))
        manifest: dict[str, object] = {
            "assemblyId": assembly,
            "billingPeriod": {"start": "20260901T000000.000Z"},
            "reportKeys": [f"pre/cur/20260901-20261001/{assembly}/cur-1.csv"],
        }
        (month / assembly / "cur-Manifest.json").write_text(json.dumps(manifest))
        return manifest

    def test_the_highest_manifest_of_a_legacy_report_holds(self, tmp_path: Path) -> None:
        root = tmp_path / "cur"
        self.legacy(root, "old", "1")
        newest = self.legacy(root, "new", "2")
        (root / "20260901-20261001" / "cur-Manifest.json").write_text(json.dumps(newest))
        (delivery,), findings = deliver(root)
        assert codes(findings) == [bills.LEFT_OUT, bills.NOTHING_TO_CHECK_BY]
        assert billed(delivery) == 2

    def test_a_manifest_replaces_only_those_below_it(self, tmp_path: Path) -> None:
        """Another payer's report of the same name lies one folder deeper."""
        for root, cost in ((tmp_path / "cur", "1"), (tmp_path / "cur" / "other" / "payer", "2")):
            manifest = self.legacy(root, "id-" + cost, cost)
            month = root / "20260901-20261001"
            (month / "cur-Manifest.json").write_text(json.dumps(manifest))
        _, findings = deliver(tmp_path / "cur")
        assert codes(failing(findings)) == [bills.TWO_MANIFESTS]

    def test_two_deliveries_of_a_month_are_never_added(self, tmp_path: Path) -> None:
        root = tmp_path / "cur"
        self.legacy(root, "old", "1")
        self.legacy(root, "new", "2")
        _, findings = deliver(root)
        assert codes(failing(findings)) == [bills.TWO_MANIFESTS]

    @pytest.mark.parametrize("content", ["{", '{"dataFiles": 3}', '{"reportKeys": [1]}'])
    def test_a_damaged_manifest(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "bill.csv").write_bytes(csv_of("1"))
        (tmp_path / "bill-Manifest.json").write_text(content)
        _, findings = deliver(tmp_path)
        assert codes(failing(findings)) == [bills.UNREADABLE_LIST]


class TestChecksums:
    def test_they_are_compared(self, tmp_path: Path) -> None:
        folder = tmp_path / "bill"
        folder.mkdir()
        content = csv_of("1")
        (folder / "bill.csv").write_bytes(content)
        right = hashlib.sha256(content).hexdigest()
        (folder / "SHA256SUMS").write_text(f"{right} *bill.csv\n")
        (delivery,), findings = deliver(folder)
        assert findings == []
        assert delivery.files[0].checked_by == "manifest SHA-256"
        (folder / "bill.csv.sha256").write_text("0" * 64)
        deliveries, (finding,) = deliver(folder / "bill.csv")
        assert deliveries == []
        assert finding.code is bills.WRONG_CHECKSUM
        assert (finding.expected, finding.found) == ("0" * 64, right)

    def test_a_listed_file_must_be_there(self, tmp_path: Path) -> None:
        folder = tmp_path / "bill"
        folder.mkdir()
        (folder / "bill.csv").write_bytes(csv_of("1"))
        digest = hashlib.sha256(csv_of("1")).hexdigest()
        (folder / "SHA256SUMS").write_text(f"{digest}  bill.csv\n{digest}  other.csv\n")
        assert codes(deliver(folder)[1]) == [bills.MISSING_FILE]
        assert codes(deliver(folder / "bill.csv")[1]) == []

    def test_a_list_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "bill.csv").write_bytes(csv_of("1"))
        (tmp_path / "SHA256SUMS").write_text("words\n")
        assert codes(failing(deliver(tmp_path)[1])) == [bills.UNREADABLE_LIST]


class TestZip:
    def test_several_csvs_of_one_report(self, tmp_path: Path) -> None:
        path = tmp_path / "cur.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../../escape.csv", csv_of("1"))
            archive.writestr("part-2.csv", csv_of("2"))
            archive.writestr("read.me", "words")
        (delivery,), findings = deliver(path)
        assert [(finding.code, finding.found) for finding in findings] == [
            (bills.LEFT_OUT, "read.me")
        ]
        assert billed(delivery) == 3
        assert [file.checked_by for file in delivery.files] == ["zip CRC-32"] * 2
        assert len({file.sha256 for file in delivery.files}) == 1
        scratch = (tmp_path / "scratch").resolve()
        assert all(scratch in Path(file.path).resolve().parents for file in delivery.files)
        assert not list(tmp_path.rglob("escape.csv"))
        assert not (tmp_path.parent / "escape.csv").exists()

    def test_a_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bill.csv", bytes(unzip._SMALL + 1))
        assert codes(deliver(path)[1]) == [bills.UNPACKS_TOO_LARGE]
        assert not (tmp_path / "scratch").exists()

    def test_without_csv(self, tmp_path: Path) -> None:
        path = tmp_path / "words.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("words.txt", "words")
        assert codes(failing(deliver(path)[1])) == [bills.NOTHING_FOUND]


class TestText:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (csv_of("1") + "Zürich".encode("latin-1"), bills.NOT_TEXT),
            (csv_of("1") + b"\0", bills.NOT_TEXT),
            (csv_of("1") + b'"cut off', bills.QUOTES),
            (b"", bills.NOT_TEXT),
            (csv_of("1", "2,3"), bills.WRONG_WIDTH),
            (csv_of("1") + b"1,2\n", bills.WRONG_WIDTH),
            (b"a,b\n1,2\n", bills.UNKNOWN_FORMAT),
            (b"PAR1" + csv_of("1"), bills.WRONG_ENDING),
        ],
    )
    def test_what_is_no_billing_csv(self, tmp_path: Path, content: bytes, code: Code) -> None:
        path = tmp_path / "bill.csv"
        path.write_bytes(content)
        deliveries, findings = deliver(path)
        assert deliveries == []
        assert codes(findings) == [code]

    @pytest.mark.parametrize("tail", [b"garbage", b"\x1f\x8bgarbage"])
    def test_bytes_after_a_gzip(self, tmp_path: Path, tail: bytes) -> None:
        path = tmp_path / "bill.csv.gz"
        path.write_bytes(gzip.compress(csv_of("1")) + tail)
        assert codes(deliver(path)[1]) == [bills.DAMAGED]

    def test_gzip_of_several_members(self, tmp_path: Path) -> None:
        path = tmp_path / "bill.csv.gz"
        one, two = csv_of("1", "2")[:90], csv_of("1", "2")[90:]
        path.write_bytes(gzip.compress(one) + gzip.compress(two))
        (delivery,), findings = deliver(path)
        assert findings == []
        assert billed(delivery) == 3

    def test_quotes_commas_and_newlines_in_values(self, tmp_path: Path) -> None:
        path = tmp_path / "bill.csv.gz"
        content = csv_of('1,"a ""b"",\nc"', "2,d", header=HEADER + ",ChargeDescription")
        path.write_bytes(gzip.compress(content))
        (delivery,), findings = deliver(path)
        assert findings == []
        assert (billed(delivery), delivery.files[0].rows) == (3, 2)


class TestColumns:
    def test_types_that_differ_name_both_files(self, tmp_path: Path) -> None:
        parquet_of(tmp_path / "a.parquet", pa.array([1.0]))
        parquet_of(tmp_path / "b.parquet", pa.array([Decimal("1.00")]))
        _, findings = deliver(tmp_path)
        (finding,) = failing(findings)
        assert finding.code is bills.TYPES_DIFFER
        assert "b.parquet" in finding.place
        assert finding.expected.startswith("DOUBLE as in ")
        assert finding.found == "DECIMAL(3,2)"

    @pytest.mark.parametrize(
        ("one", "other", "united"),
        [
            (pa.array([1]), pa.array([1.5]), "DOUBLE"),
            (pa.array([1], pa.int32()), pa.array([1]), "BIGINT"),
            (pa.array([Decimal("1.5")]), pa.array([Decimal("10.25")]), "DECIMAL(4,2)"),
            (pa.array([1]), pa.array([Decimal("10.25")]), "DECIMAL(21,2)"),
        ],
    )
    def test_chunks_whose_amounts_have_two_types_are_read_together(
        self, tmp_path: Path, one: pa.Array, other: pa.Array, united: str
    ) -> None:
        paths = [parquet_of(tmp_path / "a.parquet", one), parquet_of(tmp_path / "b.parquet", other)]
        (delivery,), findings = deliver(tmp_path)
        assert failing(findings) == []
        assert delivery.columns["BilledCost"] == united
        read = duckdb.read_parquet([str(path) for path in paths], union_by_name=True)
        assert str(dict(zip(read.columns, read.types, strict=True))["BilledCost"]) == united
        assert billed(delivery) == sum(Decimal(str(array[0].as_py())) for array in (one, other))

    def test_ids_of_two_types_are_refused_with_a_remedy_that_loses_nothing(
        self, tmp_path: Path
    ) -> None:
        for name, ids in (("a", pa.array([1])), ("b", pa.array([1.0]))):
            parquet_of(tmp_path / f"{name}.parquet", pa.array([1.0]), SubAccountId=ids)
        (finding,) = failing(deliver(tmp_path)[1])
        assert finding.code is bills.TYPES_DIFFER
        assert "together" in finding.remedy

    def test_columns_are_united_by_name(self, tmp_path: Path) -> None:
        parquet_of(tmp_path / "a.parquet", pa.array([1.0]), x_Team=pa.nulls(1))
        parquet_of(
            tmp_path / "b.parquet",
            pa.array([2.0]),
            x_team=pa.array(["lake"]),
            Tags=pa.array([[("k", "v")]], pa.map_(pa.string(), pa.string())),
        )
        (delivery,), findings = deliver(tmp_path)
        assert codes(findings) == [bills.FILE_LACKS]
        assert delivery.columns["x_Team"] == "VARCHAR"
        assert delivery.columns["Tags"] == "MAP(VARCHAR, VARCHAR)"
        assert billed(delivery) == 3

    def test_the_same_file_twice(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(csv_of("1"))
        (tmp_path / "copy of a.csv").write_bytes(csv_of("1"))
        _, findings = deliver(tmp_path)
        assert codes(failing(findings)) == [bills.SAME_FILE_TWICE]

    def test_a_name_twice(self, tmp_path: Path) -> None:
        path = tmp_path / "bill.csv"
        path.write_bytes(csv_of("1,a,b", header=HEADER + ",ServiceName,SERVICENAME"))
        (delivery,), findings = deliver(path)
        assert codes(findings) == [bills.COLUMN_TWICE, bills.NOTHING_TO_CHECK_BY]
        assert "SERVICENAME_1" in delivery.columns
        path.write_bytes(csv_of("1,2", header=HEADER + ",billedcost"))
        assert codes(failing(deliver(path)[1])) == [bills.COST_COLUMN_TWICE]

    def test_formats_are_delivered_apart(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(csv_of("1"))
        parquet_of(tmp_path / "b.parquet", pa.array([2.0]))
        deliveries, findings = deliver(tmp_path)
        assert not failing(findings)
        assert {(d.format, d.encoding) for d in deliveries} == {
            (Format.FOCUS, Encoding.CSV),
            (Format.FOCUS, Encoding.PARQUET),
        }

    def test_a_name_that_would_mean_other_files(self, tmp_path: Path) -> None:
        (tmp_path / "bill1.csv").write_bytes(csv_of("100"))
        path = tmp_path / "bill[1].csv"
        path.write_bytes(csv_of("1"))
        (delivery,), _ = deliver(path)
        (file,) = delivery.files
        assert file.name == str(path)
        read = duckdb.execute("SELECT SUM(BilledCost) FROM read_csv($path)", {"path": file.path})
        assert read.fetchall() == [(1,)]


class TestValues:
    @pytest.mark.parametrize("cost", ["NaN", "None", "null", "inf", "12,5", "1e400", "twelve"])
    def test_what_is_no_amount(self, tmp_path: Path, cost: str) -> None:
        path = tmp_path / "bill.csv"
        path.write_bytes(csv_of("1", f'"{cost}"', "NULL", ""))
        deliveries, (finding,) = deliver(path)
        assert deliveries == []
        assert finding.code is bills.NOT_AN_AMOUNT
        assert finding.place == f"{path}:3"
        assert finding.found == repr(cost)

    def test_nan_in_parquet(self, tmp_path: Path) -> None:
        path = parquet_of(tmp_path / "a.parquet", pa.array([1.0, None, float("nan")]))
        assert [(f.code, f.place) for f in deliver(path)[1]] == [
            (bills.NOT_AN_AMOUNT, f"{path} row 3")
        ]

    @pytest.mark.parametrize("period", ["soon", "2026-13-01"])
    def test_what_is_no_period(self, tmp_path: Path, period: str) -> None:
        path = tmp_path / "bill.csv"
        path.write_bytes(csv_of("1", "2").replace(b"2026-09-01T00:00:00Z", period.encode()))
        deliveries, (finding,) = deliver(path)
        assert deliveries == []
        assert finding.code is bills.NOT_A_PERIOD
        assert finding.place == f"{path}:2"
        assert finding.found == f"'{period}' on 2 lines"

    def test_a_line_without_a_period_belongs_to_the_month_of_its_day(self, tmp_path: Path) -> None:
        path = tmp_path / "bill.csv"
        content = csv_of("1", "2").replace(b"2026-09-01T00:00:00Z", b"", 1)
        path.write_bytes(content.replace(b"2026-09-02", b"2026-07-31", 1))
        (delivery,), _ = deliver(path)
        assert [(total.period, total.lines) for total in delivery.stated] == [
            ("2026-07", 1),
            ("2026-09", 1),
        ]

    def test_rounding_is_reported(self, tmp_path: Path) -> None:
        path = tmp_path / "bill.csv.gz"
        path.write_bytes(gzip.compress(csv_of("0.1234567890123456789", "1")))
        (delivery,), findings = deliver(path)
        assert codes(findings) == [bills.ROUNDED]
        assert findings[0].found == "1, changed by 0.0000000000000000001 in all"
        assert billed(delivery) == Decimal("1.123456789012345679")


def test_every_byte_is_counted_twice_and_a_zip_once_for_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(csv_of("1.00"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr("one.csv", csv_of("2.00", "3.00"))
        packed.writestr("two.csv", csv_of("4.00", "5.00", "6.00"))
    paths = [tmp_path / "a.csv", tmp_path / "b.zip"]
    shares: list[tuple[int, int]] = []
    source = LocalFiles(paths, tmp_path / "scratch", advance=lambda *share: shares.append(share))
    (delivery,), _ = source.deliver()
    assert len(delivery.files) == 3
    total = 2 * sum(path.stat().st_size for path in paths)
    assert {whole for _, whole in shares} == {total}
    assert total - 1 <= shares[-1][0] <= total, "the bytes of a zip are divided by its files"
