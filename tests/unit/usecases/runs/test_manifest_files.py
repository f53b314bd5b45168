"""Manifests as files: what is written can be read, and another file is an error."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from apportion.model.errors.base import UnreadableManifestError
from apportion.model.findings.dimensions import REJECTED
from apportion.model.findings.finding import Finding
from apportion.model.manifest import Input, Manifest, RunKind, Total
from apportion.usecases.runs.manifest_files import (
    check_manifest_file,
    read_manifests,
    write_manifests,
)

DELIVERY = Manifest(
    "aaa",
    RunKind.INGEST,
    "2026-09",
    "payer",
    "2026-10-01T00:00:00Z",
    "0.1.0",
    (Input("bill", "bill.csv", "ab" * 32, 7),),
    (Total("ledger", "9", "000000000042", "USD", 3, ("0.000000000000000001",) * 4),),
    {"costs": 1, "keys": 2},
)
ALLOCATION = Manifest(
    "bbb",
    RunKind.ALLOCATE,
    "2026-09",
    "",
    "2026-10-02T00:00:00Z",
    "0.1.0",
    (),
    (),
    {"allocations": 3},
    {"payer": "aaa"},
    {"cost": "EffectiveCost"},
    (
        Finding(REJECTED, "rulebook/2026-01.yaml:3:3", "team 'x'", amount=Decimal("-1E-18")),
        Finding(REJECTED, "rulebook/2026-01.yaml:3:3", "team 'y'"),
    ),
)


def test_an_allocation_is_written_with_the_deliveries_it_read(tmp_path: Path) -> None:
    other_month = Manifest(**{**vars(DELIVERY), "period": "2026-08"})
    written = write_manifests(tmp_path / "proofs", ALLOCATION, [DELIVERY, other_month])
    assert read_manifests(written) == [ALLOCATION, DELIVERY]
    assert write_manifests(tmp_path / "proofs", ALLOCATION, [DELIVERY]) == written
    assert [path.name for path in (tmp_path / "proofs").iterdir()] == ["2026-09-bbb.json"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"allocation": {}, "deliveries": []}', '{"allocation": 1}', "\x00"]
)
def test_what_is_no_manifest_is_reported(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, "utf-8")
    with pytest.raises(UnreadableManifestError, match="is not a manifest"):
        read_manifests(path)


def test_a_missing_and_a_changed_file_are_reported(tmp_path: Path) -> None:
    written = write_manifests(tmp_path, ALLOCATION, [DELIVERY])
    assert check_manifest_file(tmp_path, ALLOCATION, [DELIVERY]) == []
    written.write_text(written.read_text("utf-8").replace("0.1.0", "0.2.0"), "utf-8")
    (changed,) = check_manifest_file(tmp_path, ALLOCATION, [DELIVERY])
    written.unlink()
    (missing,) = check_manifest_file(tmp_path, ALLOCATION, [DELIVERY])
    assert {changed.code.number, missing.code.number} == {"P014"}
    assert (changed.found, missing.found) == ("other content", "none")
    assert missing.subject == f"{tmp_path.name}/2026-09-bbb.json"
