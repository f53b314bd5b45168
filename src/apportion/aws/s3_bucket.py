"""Reads objects of one bucket: small ones at once, large ones into files, just as they were pinned.

Implements `ports.bills.Bucket`. A file appears under its name when all its bytes are there and
compared; the part of it that is there, whatever ended the download, is where the next one goes on.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError

from apportion.model.aws.export import Fetched, PinnedObject
from apportion.model.errors.base import AwsBusyError, AwsError, AwsUnreachableError
from apportion.model.errors.exports import NoBucketError, NotWhatS3HasError, ObjectChangedError
from apportion.ports.progress import Say, ignore_step

from .actions import BILLS_IN_S3
from .api_calls import ATTEMPTS, Calls, Client
from .errors import code_of, refusal
from .s3_checksums import stated, taken

_NOT_THERE = {"404", "NoSuchKey"}
_CHANGED = {"404", "412", "416", "InvalidRange", "NoSuchKey", "PreconditionFailed"}
_WORDLESS = ("400", "403")
_CHUNK = 1 << 18
_LONGEST_TEXT = 64 << 20
_LONGEST_PAUSE = 20


class S3Bucket:
    """A bucket through a client of the service `s3` for its region; safe to use from threads."""

    def __init__(
        self, client: Client, bucket: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._sleep = sleep

    def folders(self, prefix: str) -> list[str]:
        names: list[str] = []
        token: dict[str, str] = {}
        start = f"{prefix}/" if prefix else ""
        calls = self._calls()
        while True:
            request = {"Bucket": self._bucket, "Prefix": start, "Delimiter": "/", **token}
            answer = calls.send("list_objects_v2", request)
            found = [str(each["Prefix"]) for each in answer.get("CommonPrefixes", ())]
            names += [name.removeprefix(start).removesuffix("/") for name in found]
            if not answer.get("IsTruncated"):
                return sorted(names)
            token = {"ContinuationToken": str(answer["NextContinuationToken"])}

    def read(self, key: str) -> tuple[PinnedObject, bytes] | None:
        last: Exception | None = None
        for attempt in range(ATTEMPTS):
            try:
                answer = self._calls(key).send("get_object", self._named(key))
                content = answer["Body"].read(_LONGEST_TEXT)
                if len(content) < min(int(answer["ContentLength"]), _LONGEST_TEXT):
                    raise IncompleteReadError(
                        actual_bytes=len(content), expected_bytes=answer["ContentLength"]
                    )
            except ClientError as error:
                if code_of(error) in _NOT_THERE:
                    return None
                raise
            except BotoCoreError as error:  # the answer broke off
                last = error
                self._sleep(min(1 << attempt, _LONGEST_PAUSE))
            else:
                return _pin(key, {**answer, "ContentLength": len(content)}), content
        raise AwsUnreachableError(BILLS_IN_S3["get_object"], str(last))

    def head(self, key: str) -> PinnedObject | None:
        request = {**self._named(key), "ChecksumMode": "ENABLED"}
        try:
            return _pin(key, self._calls(key, *_WORDLESS).send("head_object", request))
        except ClientError as error:
            if code_of(error) in _NOT_THERE:
                return None
            raise self._in_words(key, error) from None

    def fetch(self, pin: PinnedObject, to: Path, progress: Callable[[int], None]) -> Fetched:
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_name(f"{to.name}.part")
        kind = pin.checksum.kind if pin.checksum else ""
        found = None
        for _ in range(2):
            if to.exists():
                to.replace(part)  # of a run that was ended: compared like any other
            self._bring(pin, part, progress)
            sha256, found = taken(part, kind)
            if found == pin.checksum:
                part.replace(to)
                return Fetched(sha256, f"S3 {kind}" if kind else "")
            part.unlink()
            progress(-pin.size)
        address = f"s3://{self._bucket}/{pin.key}"
        raise NotWhatS3HasError(address, str(pin.checksum), str(found))

    def _bring(self, pin: PinnedObject, part: Path, progress: Callable[[int], None]) -> None:
        """Fetch the rest of an object, however often the connection breaks."""
        have = part.stat().st_size if part.exists() else 0
        if have > pin.size:
            part.unlink()
            have = 0
        progress(have)
        broken = 0
        with part.open("ab") as file:
            while have < pin.size:
                try:
                    for chunk in self._rest(pin, have):
                        broken = 0
                        file.write(chunk)
                        have += len(chunk)
                        progress(len(chunk))
                except BotoCoreError as error:
                    broken += 1
                    if broken == ATTEMPTS:
                        raise AwsUnreachableError("s3:GetObject", str(error)) from None
                    if broken > 1:  # the first time, the line itself may have been the trouble
                        self._sleep(min(1 << broken - 1, _LONGEST_PAUSE))
                else:
                    if have != pin.size:
                        raise AwsBusyError("s3:GetObject", 1, f"{have} of {pin.size} bytes arrived")
            file.flush()
            os.fsync(file.fileno())

    def _rest(self, pin: PinnedObject, have: int) -> Iterator[bytes]:
        """Request the bytes from `have` on, of the pinned object only."""
        request = {**self._named(pin.key), "IfMatch": pin.etag}
        if have:
            request["Range"] = f"bytes={have}-"
        address = f"s3://{self._bucket}/{pin.key}"
        try:
            answer = self._calls(pin.key).send("get_object", request)
        except ClientError:
            raise ObjectChangedError(address) from None
        found = (str(answer["ETag"]), _version(answer), int(answer["ContentLength"]))
        if found != (pin.etag, pin.version, pin.size - have):
            raise ObjectChangedError(address)
        chunks: Iterator[bytes] = answer["Body"].iter_chunks(_CHUNK)
        return chunks

    def _in_words(self, key: str, error: ClientError) -> AwsError:
        """Find why a HEAD request was refused: S3 gives a reason only for a GET."""
        calls = self._calls(key)
        try:
            calls.send("get_object", {**self._named(key), "Range": "bytes=0-0"})["Body"].close()
        except AwsError as reason:
            return reason
        except ClientError:
            pass  # the object changed meanwhile, which explains nothing
        return refusal(BILLS_IN_S3["head_object"], error, calls.resource)

    def _calls(self, key: str = "", *through: str) -> Calls:
        """Make the sender of one task: threads do not wait for each other's throttling."""
        end = f"/{key.rpartition('/')[0]}/*".replace("//", "/") if key else ""
        return Calls(
            self._client,
            BILLS_IN_S3,
            budget=sys.maxsize,
            sleep=self._sleep,
            through={*_CHANGED, *through},
            resource=f"arn:{_partition(self._client)}:s3:::{self._bucket}{end}",
        )

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": key}


def open_bucket(
    clients: Callable[[str, str], Client],
    bucket: str,
    *,
    say: Say = ignore_step,
    sleep: Callable[[float], None] = time.sleep,
) -> S3Bucket:
    """Reach a bucket in whatever region it is; raises NoBucketError where there is none."""
    client = clients("s3", "")
    region = region_of(client, bucket, sleep=sleep)
    if region and region != _region(client):
        say(f"s3://{bucket} is in {region}")
        client = clients("s3", region)
    return S3Bucket(client, bucket, sleep=sleep)


def region_of(client: Client, bucket: str, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """Read the region of a bucket, which S3 returns even with a refusal; "" if it does not."""
    refusals = {"301", "400", "403", "404", "PermanentRedirect"}
    calls = Calls(client, BILLS_IN_S3, budget=sys.maxsize, sleep=sleep, through=refusals)
    try:
        answer = calls.send("head_bucket", {"Bucket": bucket})
    except ClientError as error:
        if code_of(error) == "404":
            raise NoBucketError(bucket) from None
        answer = cast("Mapping[str, Any]", error.response)
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return str(headers.get("x-amz-bucket-region", ""))


def _pin(key: str, answer: Mapping[str, Any]) -> PinnedObject:
    written: datetime = answer["LastModified"]
    return PinnedObject(
        key=key,
        etag=str(answer["ETag"]),
        size=int(answer["ContentLength"]),
        written=written.astimezone(UTC),
        version=_version(answer),
        checksum=stated(answer),
    )


def _version(answer: Mapping[str, Any]) -> str:
    return str(answer.get("VersionId") or "")


def _region(client: Client) -> str:
    return str(cast("Any", client).meta.region_name)


def _partition(client: Client) -> str:
    return str(cast("Any", client).meta.partition)
