"""What was kept comes back byte for byte, or not at all."""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apportion.ledger.inputs import Inputs
from apportion.model.errors.base import LedgerDamagedError, NothingThereError
from soak import examples


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    numbers = count()
    return Inputs(tmp_path / "inputs", new_name=lambda: f"draft-{next(numbers)}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(15))
@given(content=st.binary())
@example(content=b"")
@example(content=b"\r\n\x00\xff")
def test_kept_bytes_come_back(inputs: Inputs, content: bytes) -> None:
    digest = inputs.keep(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert inputs.keep(content) == digest
    assert inputs.kept(digest) == content


def test_one_file_for_equal_contents_and_no_drafts(inputs: Inputs, tmp_path: Path) -> None:
    for _ in range(3):
        digest = inputs.keep(b"apportion: 1\n")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [tmp_path / "inputs" / digest[:2] / digest]


def test_a_changed_file_is_reported_and_can_be_kept_again(inputs: Inputs, tmp_path: Path) -> None:
    digest = inputs.keep(b"45")
    path = tmp_path / "inputs" / digest[:2] / digest
    path.write_bytes(b"54")
    with pytest.raises(LedgerDamagedError, match=f"{path}.*expected sha256 {digest}"):
        inputs.kept(digest)
    inputs.keep(b"45")
    assert inputs.kept(digest) == b"45"
    path.unlink()
    with pytest.raises(LedgerDamagedError, match="found nothing"):
        inputs.kept(digest)


@pytest.mark.parametrize("digest", ["", "../../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_what_is_no_digest_reaches_no_file(inputs: Inputs, digest: str) -> None:
    with pytest.raises(NothingThereError):
        inputs.kept(digest)
