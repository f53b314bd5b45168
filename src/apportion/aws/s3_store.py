"""Objects of one bucket below one prefix: read, written whole, removed by name."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO

from botocore.exceptions import BotoCoreError, ClientError

from apportion.model.aws.export import S3Location
from apportion.model.errors.base import (
    AwsBusyError,
    AwsDeniedError,
    AwsError,
    AwsRefusedError,
    AwsUnreachableError,
)
from apportion.ports.objects import StoredObject

from .actions import OBJECTS
from .api_calls import ATTEMPTS, Calls, Client
from .errors import code_of

_NOT_THERE = {"NoSuchKey", "404"}
_NOT_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_CHUNK = 1 << 20
#: How many objects one request may remove.
_AT_ONCE = 1000


class ElsewhereError(Exception):
    """An address that is not below the place of a store; the message is the address."""


class S3Store:
    """`ports.objects.ObjectStore` in S3. Names are relative to the prefix.

    Every content is sent with its sha256, which S3 verifies before it takes it. Two writers under a
    condition need contents that differ: by them each knows its own again.
    """

    def __init__(
        self,
        client: Client,
        place: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parsed = S3Location.parse(place)
        self.bucket, self.prefix = parsed.bucket, parsed.key
        self._client = client
        self._calls = Calls(
            client,
            OBJECTS,
            budget=sys.maxsize,
            sleep=sleep,
            through=_NOT_THERE | _NOT_TAKEN,
            resource=f"arn:aws:s3:::{self.bucket}/{self._key('*')}",
        )

    def location(self, name: str) -> str:
        return f"s3://{self.bucket}/{self._key(name)}"

    def read(self, name: str) -> StoredObject | None:
        content = BytesIO()
        mark = self._copy(name, content)
        return None if mark is None else StoredObject(content.getvalue(), mark)

    def fetch(self, name: str, path: Path) -> bool:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            return self._copy(name, file) is not None

    def _copy(self, name: str, to: IO[bytes]) -> str | None:
        """Copy an object, from its start again where the answer breaks off; return its mark."""
        failure = ""
        for _ in range(ATTEMPTS):
            try:
                answer = self._calls.send("get_object", self._named(name))
            except ClientError as error:
                _check_absent(error)
                return None
            to.seek(0)
            to.truncate()
            try:
                shutil.copyfileobj(answer["Body"], to, _CHUNK)
            except BotoCoreError as error:
                failure = str(error)
            else:
                return str(answer["ETag"])
        raise AwsUnreachableError(OBJECTS["get_object"], failure)

    def write(
        self, name: str, content: bytes | Path, *, new: bool = False, instead_of: str = ""
    ) -> str | None:
        """See the port. After a lost response, the object is read before the write is judged.

        S3 may have taken a write that it answered with an error, or not at all. Sent again under a
        condition, it is refused for the sake of itself.
        """
        condition = {"IfNoneMatch": "*"} if new else {"IfMatch": instead_of} if instead_of else {}
        before = self._calls.sent
        try:
            return self._put(name, content, condition)
        except (AwsBusyError, AwsUnreachableError):
            if condition and (mark := self._mark_of(name, content)):
                return mark
            raise
        except ClientError as error:
            if not (code_of(error) in _NOT_TAKEN | _NOT_THERE and condition):
                raise AwsRefusedError(OBJECTS["put_object"], code_of(error), str(error)) from None
            again = self._calls.sent - before > 1
            return self._mark_of(name, content) if again else None

    def _put(self, name: str, content: bytes | Path, condition: Mapping[str, str]) -> str:
        body, digest = _digested(content)
        parameters = {**self._named(name), "ChecksumSHA256": digest, **condition}
        if isinstance(body, bytes):
            return str(self._calls.send("put_object", {**parameters, "Body": body})["ETag"])
        with body.open("rb") as file:
            return str(self._calls.send("put_object", {**parameters, "Body": file})["ETag"])

    def _mark_of(self, name: str, content: bytes | Path) -> str | None:
        """Read the mark of an object if it has exactly this content, which was sent before."""
        there = self.read(name)
        sent = content if isinstance(content, bytes) else content.read_bytes()
        return there.mark if there is not None and there.content == sent else None

    def remove(self, names: Sequence[str]) -> None:
        for start in range(0, len(names), _AT_ONCE):
            objects = [{"Key": self._key(name)} for name in names[start : start + _AT_ONCE]]
            request = {"Bucket": self.bucket, "Delete": {"Objects": objects, "Quiet": True}}
            answer = self._calls.send("delete_objects", request)
            for error in answer.get("Errors", ())[:1]:
                raise self._not_removed(error)

    def _not_removed(self, error: Mapping[str, str]) -> AwsError:
        """Raise an error for the first object that S3 did not remove."""
        action, failure = OBJECTS["delete_objects"], error.get("Message", "")
        if error.get("Code") == "AccessDenied":
            return AwsDeniedError(action, "The caller", failure, self._calls.resource)
        where = f"s3://{self.bucket}/{error.get('Key', '')}"
        return AwsRefusedError(action, str(error.get("Code")), f"{where}: {failure}")

    def names(self, below: str = "") -> list[str]:
        found: list[str] = []
        start = f"{self.prefix}/" if self.prefix else ""
        token: dict[str, str] = {}
        while True:
            request = {"Bucket": self.bucket, "Prefix": f"{start}{below}", **token}
            answer = self._calls.send("list_objects_v2", request)
            found += [str(each["Key"])[len(start) :] for each in answer.get("Contents", ())]
            if not answer.get("IsTruncated"):
                return found
            token = {"ContinuationToken": str(answer["NextContinuationToken"])}

    def presign(self, name: str, seconds: int) -> str:
        sign = self._client.generate_presigned_url
        return str(sign("get_object", Params=self._named(name), ExpiresIn=seconds))

    def name_of(self, location: str) -> str:
        """Find an object's name by its location; raises ElsewhereError outside the prefix."""
        start = self.location("")
        if not location.startswith(start):
            raise ElsewhereError(location)
        return location[len(start) :]

    def _named(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self._key(name)}

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name


def _check_absent(error: ClientError) -> None:
    if code_of(error) not in _NOT_THERE:
        raise AwsRefusedError(OBJECTS["get_object"], code_of(error), str(error)) from None


def _digested(content: bytes | Path) -> tuple[bytes | Path, str]:
    if isinstance(content, bytes):
        digest = hashlib.sha256(content).digest()
    else:
        with content.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    return content, base64.b64encode(digest).decode()
