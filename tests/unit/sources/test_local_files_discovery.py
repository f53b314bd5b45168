"""Whatever lies in a folder or a zip is read, or a finding names it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apportion.model.delivery import Delivery
from apportion.model.findings import bills
from apportion.model.findings.finding import Code, Finding, failing
from apportion.model.money import from_units
from apportion.sources.local_files import LocalFiles

HEADER = (
    "BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,BilledCost"
)
LINE = "001,0011,USD,2026-09-01T00:00:00Z,2026-09-02T00:00:00Z,"
APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(60)


def csv_of(*costs: str) -> bytes:
    return "\n".join([HEADER, *(LINE + cost for cost in costs)]).encode() + b"\n"


def parquet_of(cost: str) -> bytes:
    made = io.BytesIO()
    values = dict(zip(HEADER.split(","), (LINE + cost).split(","), strict=True))
    pq.write_table(pa.table({name: [value] for name, value in values.items()}), made)
    return made.getvalue()


def zip_of(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds a bill of 1."""
    made = tmp_path / "bill"
    made.mkdir()
    (made / "a.csv").write_bytes(csv_of("1"))
    return made


def deliver(*paths: Path) -> tuple[list[Delivery], list[Finding]]:
    deliveries, findings = LocalFiles(paths, paths[0].parent / "scratch").deliver()
    return deliveries, [each for each in findings if each.code is not bills.NOTHING_TO_CHECK_BY]


def billed(deliveries: Sequence[Delivery]) -> Decimal:
    return from_units(sum(total.units[0] for each in deliveries for total in each.stated))


def only(findings: Sequence[Finding], code: Code) -> Finding:
    (finding,) = findings
    assert finding.code is code
    return finding


class TestLinks:
    def test_a_linked_folder_is_read(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "b.csv").write_bytes(csv_of("2"))
        (folder / "part2").symlink_to(tmp_path / "other")
        deliveries, findings = deliver(folder)
        assert (billed(deliveries), findings) == (3, [])

    def test_a_folder_that_a_hidden_link_leads_to_as_well_is_read(self, folder: Path) -> None:
        (folder / "deep").mkdir()
        (folder / "deep" / "b.csv").write_bytes(csv_of("2"))
        (folder / "_again").symlink_to("deep")
        deliveries, findings = deliver(folder)
        assert billed(deliveries) == 3
        assert only(findings, bills.LEFT_OUT).found == "_again (read already)"

    def test_a_cycle_is_read_once(self, folder: Path) -> None:
        (folder / "deep").mkdir()
        (folder / "deep" / "up").symlink_to(folder)
        deliveries, findings = deliver(folder)
        assert billed(deliveries) == 1
        assert only(findings, bills.LEFT_OUT).found == "deep/up (read already)"

    def test_two_links_to_a_file_are_one_file(self, folder: Path) -> None:
        (folder / "z.csv").symlink_to("a.csv")
        (folder / "_z.csv").symlink_to("a.csv")
        deliveries, findings = deliver(folder)
        assert (billed(deliveries), findings) == (1, [])

    @pytest.mark.parametrize("name", ["b.csv", "part2", "b-Manifest.json"])
    def test_a_link_to_nothing_stops(self, folder: Path, name: str) -> None:
        (folder / name).symlink_to("nowhere")
        finding = only(failing(deliver(folder)[1]), bills.UNREADABLE_FILE)
        assert finding.place == str(folder / name)
        assert "nowhere, which does not exist" in finding.found

    def test_a_link_to_itself_stops(self, folder: Path) -> None:
        (folder / "b.csv").symlink_to("b.csv")
        assert "back to itself" in only(deliver(folder)[1], bills.UNREADABLE_FILE).found

    def test_a_link_to_nothing_that_is_given_reports_it(self, folder: Path) -> None:
        (folder / "b.csv").symlink_to("nowhere")
        only(deliver(folder / "b.csv")[1], bills.UNREADABLE_FILE)


class TestUnreadable:
    def test_a_pipe_stops(self, folder: Path) -> None:
        os.mkfifo(folder / "b.csv")
        assert "pipe" in only(deliver(folder)[1], bills.UNREADABLE_FILE).found

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    @pytest.mark.parametrize("name", ["part2", "b.csv"])
    def test_a_missing_permission_stops(self, folder: Path, name: str) -> None:
        path = folder / name
        path.mkdir() if name == "part2" else path.write_bytes(csv_of("2"))
        path.chmod(0)
        try:
            finding = only(deliver(folder)[1], bills.UNREADABLE_FILE)
        finally:
            path.chmod(0o700)
        assert (finding.place, finding.found) == (str(path), "no permission to read it")


class TestOtherNames:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("b.csv.bz2", bz2.compress(csv_of("2"))),
            ("b.csv.zst", b"\x28\xb5\x2f\xfd" + bytes(40)),
            ("b.gz", gzip.compress(csv_of("2"), mtime=0)),
            ("b.parq", parquet_of("2")),
            ("b.csv (1)", csv_of("2")),
            ("b.txt", csv_of("2")),
            ("part-00000", csv_of("2").replace(b",", b"\t")),
            ("b.json", b'[{"BilledCost": 2}]'),
            ("b.xlsx", zip_of(sheet=b"2")),
            (".b.csv.bz2", bz2.compress(csv_of("2"))),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_may_hold_charges_stops(self, folder: Path, name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)
        finding = only(deliver(folder)[1], bills.MAYBE_CHARGES)
        assert finding.place == str(folder / name)
        assert finding.remedy

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("README.md", b"BilledCost, ChargePeriodStart and others"),
            ("_SUCCESS", b""),
            ("._a.csv", APPLE_DOUBLE),
            (".notes.csv", b"a,b\n1,2\n"),
            ("settings.json", b'{"a": 1}'),
            ("other-manifest.json", b'{"files": ["x"]}'),
        ],
    )
    def test_what_holds_none_is_named(self, folder: Path, name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)
        deliveries, findings = deliver(folder)
        assert billed(deliveries) == 1
        assert only(findings, bills.LEFT_OUT).found == name

    def test_an_empty_folder_is_named(self, folder: Path) -> None:
        (folder / "account=2").mkdir()
        assert only(deliver(folder)[1], bills.LEFT_OUT).found == "account=2 (empty folder)"

    def test_of_two_folders_each_must_hold_a_bill(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        finding = failing(deliver(folder, tmp_path / "other")[1])[0]
        assert (finding.code, finding.place) == (bills.NOTHING_FOUND, str(tmp_path / "other"))

    @pytest.mark.parametrize("name", [".b.csv", "_b.csv", ".git/b.csv"])
    def test_hidden_charges_are_reported_with_their_money(self, folder: Path, name: str) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(csv_of("40", "2"))
        deliveries, findings = deliver(folder)
        assert billed(deliveries) == 1
        finding = only(findings, bills.CHARGES_LEFT_OUT)
        assert (finding.found, finding.amount, finding.currency) == ("2 lines", 42, "USD")

    def test_hidden_charges_that_cannot_be_read_are_reported(self, folder: Path) -> None:
        (folder / ".b.csv").write_bytes(csv_of("40") + b'"cut off')
        assert "cannot be read" in only(deliver(folder)[1], bills.CHARGES_LEFT_OUT).found

    def test_a_hidden_file_that_is_given_is_read(self, folder: Path) -> None:
        (folder / ".b.csv").write_bytes(csv_of("2"))
        deliveries, findings = deliver(folder, folder / ".b.csv")
        assert (billed(deliveries), findings) == (3, [])


class TestManifests:
    def manifest(self, folder: Path, *names: str, **more: object) -> Path:
        path = folder / "bill-Manifest.json"
        path.write_text(json.dumps({"reportKeys": names, **more}))
        return path

    def test_one_that_names_nothing_stops(self, folder: Path) -> None:
        self.manifest(folder)
        finding = failing(deliver(folder)[1])[0]
        assert (finding.code, finding.found) == (bills.UNREADABLE_LIST, "an empty list")

    def test_what_none_names_is_reported_with_its_money(self, folder: Path) -> None:
        self.manifest(folder, "x/a.csv")
        (folder / "b.csv").write_bytes(csv_of("2"))
        deliveries, findings = deliver(folder)
        assert billed(deliveries) == 1
        finding = only(findings, bills.CHARGES_LEFT_OUT)
        assert (finding.place, finding.amount) == (str(folder / "b.csv"), 2)

    def test_what_another_manifest_names_is_no_matter(self, folder: Path) -> None:
        given = self.manifest(folder, "x/a.csv", billingPeriod={"start": "20260901"})
        (folder / "next").mkdir()
        (folder / "next" / "b.csv").write_bytes(csv_of("2"))
        self.manifest(folder / "next", "x/b.csv", billingPeriod={"start": "20261001"})
        deliveries, findings = deliver(given)
        assert billed(deliveries) == 1
        assert only(findings, bills.LEFT_OUT).found == "b.csv"


class TestZip:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("b.csv.gz", gzip.compress(csv_of("2"), mtime=0)),
            ("deep/b.CSV", csv_of("2")),
            ("_b.csv", csv_of("2")),
            ("__MACOSX/b.csv", csv_of("2")),
        ],
    )
    def test_what_is_read(self, tmp_path: Path, name: str, content: bytes) -> None:
        path = tmp_path / "bill.zip"
        path.write_bytes(zip_of(**{"a.csv": csv_of("1"), "deep/": b"", name: content}))
        deliveries, findings = deliver(path)
        assert (billed(deliveries), findings) == (3, [])

    def test_parquet_in_a_zip_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "bill.zip"
        path.write_bytes(zip_of(**{"a.parquet": parquet_of("1"), "b.parquet": parquet_of("2")}))
        deliveries, findings = deliver(path)
        assert (billed(deliveries), findings) == (3, [])

    def test_what_macos_adds_is_no_damage(self, tmp_path: Path) -> None:
        path = tmp_path / "bill.zip"
        path.write_bytes(zip_of(**{"a.csv": csv_of("1"), "__MACOSX/._a.csv": APPLE_DOUBLE}))
        deliveries, findings = deliver(path)
        assert billed(deliveries) == 1
        assert only(findings, bills.LEFT_OUT).found == "__MACOSX/._a.csv"

    @pytest.mark.parametrize(
        ("name", "make"),
        [
            ("b.zip", lambda: zip_of(**{"b.csv": csv_of("2")})),
            ("b.csv.bz2", lambda: bz2.compress(csv_of("2"))),
            ("b.txt", lambda: csv_of("2")),
        ],
    )
    def test_what_may_hold_charges_stops(
        self, tmp_path: Path, name: str, make: Callable[[], bytes]
    ) -> None:
        path = tmp_path / "bill.zip"
        path.write_bytes(zip_of(**{"a.csv": csv_of("1"), name: make()}))
        finding = only(deliver(path)[1], bills.MAYBE_CHARGES)
        assert finding.place == f"{path}: {name}"
