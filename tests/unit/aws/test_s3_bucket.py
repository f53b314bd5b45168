"""Objects of S3 over HTTP: regions, checksums, broken lines, and what S3 says on bad days."""

from __future__ import annotations

import os
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apportion.aws.api_calls import ATTEMPTS
from apportion.aws.crc_checksums import Crc
from apportion.aws.s3_bucket import S3Bucket, open_bucket, region_of
from apportion.aws.s3_checksums import stated, taken
from apportion.model.aws.export import Checksum, PinnedObject, S3Location
from apportion.model.errors.base import (
    AwsBusyError,
    AwsCredentialsError,
    AwsDeniedError,
    AwsError,
    AwsUnreachableError,
)
from apportion.model.errors.exports import (
    NoBucketError,
    NoSpaceError,
    NotWhatS3HasError,
    ObjectChangedError,
)
from apportion.usecases.ingest.downloads import Download, Downloads, in_bytes
from s3_front import Answer, Fault, Front, ReceivedRequest, refused, serving

KEY = "exports/cur2/data/BILLING_PERIOD=2026-09/cur2-00001.csv.gz"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture(scope="module")
def server() -> Iterator[Front]:
    with serving() as front:
        yield front


class Setup:
    """A bucket with an object in it; our reader of it waits by writing down how long."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.name = f"bills-{os.urandom(6).hex()}"
        self.waited: list[float] = []
        front.faults.clear()
        front.always.clear()
        front.client().create_bucket(Bucket=self.name)
        self.bucket = S3Bucket(front.client(), self.name, sleep=self.waited.append)
        front.requests.clear()

    def put(self, content: bytes, **how: Any) -> PinnedObject:
        self.front.client().put_object(Bucket=self.name, Key=KEY, Body=content, **how)
        pin = self.bucket.head(KEY)
        assert pin is not None
        return pin


@pytest.fixture
def setup(server: Front) -> Setup:
    return Setup(server)


def unheard(_count: int) -> None:
    """Hear nothing."""


def test_a_file_arrives_whole_and_compared(setup: Setup, tmp_path: Path) -> None:
    content = os.urandom(700_000)
    pin = setup.put(content, ChecksumAlgorithm="SHA256")
    received: list[int] = []
    fetched = setup.bucket.fetch(pin, tmp_path / "a" / "file", received.append)
    assert (tmp_path / "a" / "file").read_bytes() == content
    assert fetched.checked_by == f"S3 {pin.checksum.kind if pin.checksum else ''}"
    assert sum(received) == len(content)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["file"]


def test_an_empty_object_is_a_file_too(setup: Setup, tmp_path: Path) -> None:
    setup.bucket.fetch(setup.put(b""), tmp_path / "file", unheard)
    assert (tmp_path / "file").read_bytes() == b""
    assert not [request for request in setup.front.requests if request.method == "GET"]


def test_what_lies_there_is_compared_before_it_counts(setup: Setup, tmp_path: Path) -> None:
    pin = setup.put(b"the bill")
    (tmp_path / "file").write_bytes(b"the b1ll")
    (tmp_path / "file.part").write_bytes(b"longer than the object")
    setup.bucket.fetch(pin, tmp_path / "file", unheard)
    assert (tmp_path / "file").read_bytes() == b"the bill"


@pytest.mark.parametrize("changed", [b"another", None])
def test_an_object_that_is_another_one_by_now(
    setup: Setup, tmp_path: Path, changed: bytes | None
) -> None:
    pin = setup.put(b"the bill")
    if changed is None:
        setup.front.client().delete_object(Bucket=setup.name, Key=KEY)
    else:
        setup.put(changed)
    with pytest.raises(ObjectChangedError, match="the export is being rewritten"):
        setup.bucket.fetch(pin, tmp_path / "file", unheard)
    assert not (tmp_path / "file").exists()


def test_a_line_that_always_breaks_ends_it_and_keeps_what_came(
    setup: Setup, tmp_path: Path
) -> None:
    pin = setup.put(b"the bill")

    def fault(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        return replace(real(), only=0) if request.method == "GET" else None

    setup.front.always.append(fault)
    with pytest.raises(AwsUnreachableError, match="No answer to s3:GetObject"):
        setup.bucket.fetch(pin, tmp_path / "file", unheard)
    assert len([request for request in setup.front.requests if request.method == "GET"]) == ATTEMPTS
    assert setup.waited == [2, 4, 8, 16]
    assert [path.name for path in tmp_path.iterdir()] == ["file.part"]


def test_a_manifest_that_is_cut_off_is_read_again(setup: Setup) -> None:
    setup.put(b"a text that is not long")

    def fault(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        return replace(real(), only=5) if request.method == "GET" else None

    setup.front.faults.append(fault)
    found = setup.bucket.read(KEY)
    assert found is not None
    assert found[1] == b"a text that is not long"
    assert setup.bucket.read("nothing") is None
    assert setup.bucket.head("nothing") is None


def test_folders_are_listed_page_by_page(setup: Setup) -> None:
    client = setup.front.client()
    for month in range(1, 6):
        client.put_object(Bucket=setup.name, Key=f"e/metadata/BILLING_PERIOD=2026-0{month}/x")
    client.put_object(Bucket=setup.name, Key="e/metadata/a file")

    paged = S3Bucket(_TwoAPage(client), setup.name)
    assert paged.folders("e/metadata") == [f"BILLING_PERIOD=2026-0{n}" for n in range(1, 6)]
    assert setup.bucket.folders("") == ["e"]
    assert setup.bucket.folders("nowhere") == []


class _TwoAPage:
    """A client that asks for two keys a page."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.meta = client.meta

    def list_objects_v2(self, **asked: Any) -> Any:
        return self._client.list_objects_v2(MaxKeys=2, **asked)


def answering(status: int, code: str, message: str = "", *, method: str = "GET") -> Fault:
    def fault(request: ReceivedRequest, _: Callable[[], Answer]) -> Answer | None:
        return refused(status, code, message) if request.method == method else None

    return fault


def test_throttling_is_waited_for_and_then_forgotten(setup: Setup) -> None:
    setup.put(b"the bill")
    setup.front.faults += [answering(503, "SlowDown"), answering(500, "InternalError")]
    assert setup.bucket.read(KEY) is not None
    assert setup.waited == [1, 2]


def test_throttling_without_end_is_bounded(setup: Setup) -> None:
    setup.front.always.append(answering(503, "SlowDown", "Please reduce your request rate."))
    with pytest.raises(AwsBusyError, match=r"s3:GetObject failed 6 times.*reduce your request"):
        setup.bucket.read(KEY)


@pytest.mark.parametrize(
    ("status", "code", "error", "word"),
    [
        (400, "ExpiredToken", AwsCredentialsError, "have expired. Sign in again"),
        (403, "RequestTimeTooSkewed", AwsCredentialsError, "Set this machine's clock"),
        (403, "InvalidAccessKeyId", AwsCredentialsError, "does not accept the credentials"),
        (403, "SignatureDoesNotMatch", AwsCredentialsError, "does not accept the credentials"),
        (403, "AccessDenied", AwsDeniedError, '"Action": "s3:GetObject", "Resource": "arn:aws:s3'),
    ],
)
def test_refusals_show_what_to_do(
    setup: Setup, status: int, code: str, error: type[AwsError], word: str
) -> None:
    setup.front.always.append(answering(status, code))
    with pytest.raises(error) as raised:
        setup.bucket.read(KEY)
    assert word in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_key_that_may_not_be_used_is_named_as_the_permission(setup: Setup) -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/1234"
    stated = (
        "User: arn:aws:iam::1:user/anna is not authorized to perform: kms:Decrypt on resource: "
        f"{key} because no identity-based policy allows the kms:Decrypt action"
    )
    setup.front.always.append(answering(403, "AccessDenied", stated))
    with pytest.raises(AwsDeniedError) as raised:
        setup.bucket.read(KEY)
    assert f'{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{key}"}}' in str(
        raised.value
    )


def test_a_listing_that_is_denied_names_the_bucket(setup: Setup) -> None:
    setup.front.always.append(answering(403, "AccessDenied"))
    with pytest.raises(AwsDeniedError) as raised:
        setup.bucket.folders("exports")
    line = (
        f'{{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::{setup.name}"}}'
    )
    assert line in str(raised.value)


def test_a_look_that_is_denied_names_the_folder(setup: Setup) -> None:
    setup.front.always.append(answering(403, "AccessDenied", method="HEAD"))
    with pytest.raises(AwsDeniedError) as raised:
        setup.bucket.head(KEY)
    folder = KEY.rpartition("/")[0]
    assert f"may not call s3:GetObject on arn:aws:s3:::{setup.name}/{folder}/*" in str(raised.value)


def test_a_head_request_refused_without_a_reason_is_repeated_as_get(setup: Setup) -> None:
    pin = setup.put(b"the bill")
    setup.front.always += [
        answering(400, "400", method="HEAD"),
        answering(400, "ExpiredToken", "The provided token has expired."),
    ]
    with pytest.raises(AwsCredentialsError, match="credentials have expired"):
        setup.bucket.head(pin.key)


def test_a_bucket_in_another_region_is_found_and_used(setup: Setup) -> None:
    setup.front.client().put_object(Bucket=setup.name, Key="a/b", Body=b"here")

    def elsewhere(request: ReceivedRequest, real: Callable[[], Answer]) -> Answer | None:
        region = {"x-amz-bucket-region": "ap-southeast-2"}
        if request.region != "ap-southeast-2":
            return refused(301, "PermanentRedirect", **region)
        answer = real()
        return replace(answer, headers={**answer.headers, **region})

    setup.front.always.append(elsewhere)
    received: list[str] = []
    bucket = open_bucket(setup.front.client, setup.name, say=received.append)
    setup.front.requests.clear()
    assert bucket.folders("") == ["a"]
    assert [request.region for request in setup.front.requests] == ["ap-southeast-2"]
    assert received == [f"s3://{setup.name} is in ap-southeast-2"]


def test_the_region_is_reported_even_where_the_bucket_may_not_be_listed(setup: Setup) -> None:
    def denied(request: ReceivedRequest, _: Callable[[], Answer]) -> Answer | None:
        region = {"x-amz-bucket-region": "eu-central-1"}
        return refused(403, "AccessDenied", **region) if request.method == "HEAD" else None

    setup.front.always.append(denied)
    assert region_of(setup.front.client(), setup.name) == "eu-central-1"


def test_a_bucket_that_is_not_there(setup: Setup) -> None:
    with pytest.raises(NoBucketError, match="There is no bucket 'never-made-it'"):
        open_bucket(setup.front.client, "never-made-it")


@pytest.mark.parametrize(
    ("kind", "of_nine"),
    [  # the catalogue of CRC algorithms gives these for 123456789
        ("CRC64NVME", "ae8b14860a799888"),
        ("CRC32C", "e3069283"),
        ("CRC32", "cbf43926"),
    ],
)
def test_checksums_are_those_of_the_catalogue(tmp_path: Path, kind: str, of_nine: str) -> None:
    (tmp_path / "file").write_bytes(b"123456789")
    _, found = taken(tmp_path / "file", kind)
    assert found == Checksum(kind, b64encode(bytes.fromhex(of_nine)).decode())


@pytest.mark.parametrize("kind", ["CRC64NVME", "CRC32C"])
@pytest.mark.parametrize("length", [0, 4095, 4096, 100_003, (1 << 22) + 4096 + 17])
def test_checksums_do_not_depend_on_how_bytes_are_cut(kind: str, length: int) -> None:
    content = os.urandom(length)
    whole, bytewise, parts = Crc(kind), Crc(kind), Crc(kind)
    whole.update(content)
    head = content[:20_000]
    for start in range(0, len(head), 1000):  # less than a block, so byte by byte
        bytewise.update(head[start : start + 1000])
    bytewise.update(content[20_000:])
    for start in range(0, length, 65_537):
        parts.update(content[start : start + 65_537])
    assert whole.digest() == bytewise.digest() == parts.digest()


def test_crc_by_blocks_agrees_with_pythons_own() -> None:
    """The CRC-32 of zlib has another polynomial, and the same arithmetic."""
    content = os.urandom(300_000)
    own = Crc("CRC32C")
    own._polynomial = 0xEDB88320
    own.update(content)
    assert own.digest() == zlib.crc32(content).to_bytes(4, "big")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"ETag": '"x"', "ChecksumCRC64NVME": "rosUhgp5mIg="}, "CRC64NVME rosUhgp5mIg="),
        ({"ETag": '"x"', "ChecksumSHA256": "a=", "ChecksumCRC32": "b="}, "SHA256 a="),
        ({"ETag": '"x"', "ChecksumSHA256": "a=-3"}, "None"),
        ({"ETag": '"x"', "ChecksumCRC32": "a=", "ChecksumType": "COMPOSITE"}, "None"),
        ({"ETag": '"d41d8cd98f00b204e9800998ecf8427e"'}, "MD5 1B2M2Y8AsgTpgAmY7PhCfg=="),
        ({"ETag": '"d41d8cd98f00b204e9800998ecf8427e-7"'}, "None"),
        (
            {"ETag": '"d41d8cd98f00b204e9800998ecf8427e"', "ServerSideEncryption": "aws:kms"},
            "None",
        ),
    ],
)
def test_which_checksum_s3_states(answer: dict[str, str], expected: str) -> None:
    assert str(stated(answer)) == expected


def test_a_checksum_that_is_never_met(setup: Setup, tmp_path: Path) -> None:
    pin = replace(setup.put(b"the bill"), checksum=Checksum("CRC64NVME", "AAAAAAAAAAA="))
    with pytest.raises(NotWhatS3HasError, match="expected CRC64NVME AAAAAAAAAAA=, found CRC64"):
        setup.bucket.fetch(pin, tmp_path / "file", unheard)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_too_small_is_reported_before(setup: Setup, tmp_path: Path) -> None:
    pin = replace(setup.put(b"the bill"), size=10**16)
    downloads = Downloads(tmp_path, S3Location(setup.name, "exports/cur2"))
    with pytest.raises(NoSpaceError, match=r"10,000\.0 TB needed"):
        downloads.check_room(Download(tmp_path / "none", {}), [pin])


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (3_450_000, "3.4 MB"),
        (10**9, "1.0 GB"),
    ],
)
def test_sizes_as_people_write_them(count: int, text: str) -> None:
    assert in_bytes(count) == text
