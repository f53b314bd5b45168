"""Objects in S3 on bad days: answers that break off, throttling, writers at the same time."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

import s3_front
from apportion.aws.s3_store import ElsewhereError, S3Store
from apportion.model.errors.base import (
    AwsBusyError,
    AwsDeniedError,
    AwsUnreachableError,
    NotAPlaceError,
)
from moto_world import MotoWorld, serving


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


@pytest.fixture
def store(world: MotoWorld) -> S3Store:
    return S3Store(world.client("s3"), f"s3://{world.bucket()}/some/prefix/")


def test_what_is_written_is_read(store: S3Store, tmp_path: Path) -> None:
    mark = store.write("a/b", b"one")
    kept = store.read("a/b")
    assert kept is not None
    assert (kept.content, kept.mark) == (b"one", mark)
    assert store.read("a") is None
    (tmp_path / "file").write_bytes(b"two")
    store.write("c", tmp_path / "file")
    assert store.fetch("c", tmp_path / "new" / "file")
    assert (tmp_path / "new" / "file").read_bytes() == b"two"
    assert not store.fetch("d", tmp_path / "none")
    assert store.names() == ["a/b", "c"]
    assert store.location("c").endswith("/some/prefix/c")
    assert store.name_of(store.location("c")) == "c"


def test_conditions_let_one_writer_through(store: S3Store) -> None:
    first = store.write("head", b"1", new=True)
    assert first
    assert store.write("head", b"2", new=True) is None
    second = store.write("head", b"3", instead_of=first)
    assert second
    assert store.write("head", b"4", instead_of=first) is None
    kept = store.read("head")
    assert kept is not None
    assert kept.content == b"3"


def test_an_address_elsewhere_is_refused(store: S3Store) -> None:
    with pytest.raises(ElsewhereError):
        store.name_of("s3://other/some/prefix/x")


@pytest.mark.parametrize("place", ["acme/x", "s3://", "s3://Acme/x", "s3://acme/../x", "s3://a"])
def test_what_is_no_place(place: str) -> None:
    with pytest.raises(NotAPlaceError, match="s3://bucket/prefix"):
        S3Store(Flaky([]), place)


def test_a_file_is_sent_whole_after_it_was_throttled(tmp_path: Path) -> None:
    client = Flaky([_error("SlowDown", 503), _error("InternalError", 500)])
    (tmp_path / "file").write_bytes(b"all of it")
    S3Store(client, "s3://acme", sleep=lambda _: None).write("x", tmp_path / "file")
    assert client.bodies == [b"all of it"] * 3
    assert client.sums == {base64.b64encode(hashlib.sha256(b"all of it").digest()).decode()}


def test_an_answer_that_breaks_off_is_requested_again(tmp_path: Path) -> None:
    client = Flaky([], broken=2)
    store = S3Store(client, "s3://acme", sleep=lambda _: None)
    assert store.fetch("x", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"content"
    with pytest.raises(AwsUnreachableError, match="s3:GetObject"):
        S3Store(Flaky([], broken=99), "s3://acme", sleep=lambda _: None).read("x")


def test_a_write_whose_answer_was_lost_is_known_again(tmp_path: Path) -> None:
    """S3 took it and answered with an error; sent again, it is refused for the sake of itself."""
    with s3_front.serving() as front:
        client = front.client()
        client.create_bucket(Bucket="acme")
        store = S3Store(client, "s3://acme/ledger", sleep=lambda _: None)
        front.faults.append(s3_front.answer_lost("PUT", "/head.json"))
        first = store.write("head.json", b"1", new=True)
        assert first
        front.faults.append(s3_front.answer_lost("PUT", "/head.json"))
        (tmp_path / "two").write_bytes(b"2")
        second = store.write("head.json", tmp_path / "two", instead_of=first)
        kept = store.read("head.json")
        assert kept is not None
        assert (kept.content, kept.mark) == (b"2", second)

        assert store.write("head.json", b"3", instead_of=first) is None, "others' content stands"
        assert second
        broken: list[s3_front.Fault] = [_fails] * 5
        front.faults += [s3_front.answer_lost("PUT", "/head.json"), *broken]
        assert store.write("head.json", b"4", instead_of=second), "six errors, and it stands there"
        front.faults += [*broken, _fails]
        with pytest.raises(AwsBusyError):
            store.write("head.json", b"5", new=True)


def test_bounded_tries_and_plain_refusals() -> None:
    busy = S3Store(Flaky([_error("SlowDown", 503)] * 9), "s3://acme", sleep=lambda _: None)
    with pytest.raises(AwsBusyError, match="s3:PutObject failed 6 times"):
        busy.write("x", b"")
    denied = S3Store(Flaky([_error("AccessDenied", 403)]), "s3://acme/lake")
    with pytest.raises(AwsDeniedError, match=r"arn:aws:s3:::acme/lake/\*"):
        denied.write("x", b"")


def _fails(wanted: s3_front.ReceivedRequest, _real: object) -> s3_front.Answer | None:
    return s3_front.refused(500, "InternalError") if wanted.method == "PUT" else None


class Flaky:
    """S3 that fails so often, and whose answers break off so often."""

    def __init__(self, errors: list[ClientError], *, broken: int = 0) -> None:
        self._errors = errors
        self._broken = broken
        self.bodies: list[bytes] = []
        self.sums: set[str] = set()

    def put_object(self, **asked: Any) -> dict[str, str]:
        body = asked["Body"]
        self.bodies.append(body if isinstance(body, bytes) else body.read())
        self.sums.add(asked["ChecksumSHA256"])
        if self._errors:
            raise self._errors.pop(0)
        return {"ETag": "x"}

    def get_object(self, **_: Any) -> dict[str, Any]:
        if self._broken:
            self._broken -= 1
            return {"ETag": "x", "Body": Breaking()}
        return {"ETag": "x", "Body": BytesIO(b"content")}


class Breaking:
    """A body that ends in the middle."""

    def __init__(self) -> None:
        self._parts = [b"cont"]

    def read(self, _size: int) -> bytes:
        if self._parts:
            return self._parts.pop()
        raise ReadTimeoutError(endpoint_url="https://acme")


def _error(code: str, status: int) -> ClientError:
    stated = {
        "Error": {"Code": code, "Message": "x"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(stated, "PutObject")
