"""Report notifications: e-mail by SES, and a topic of SNS; see `ports.notifications`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from .actions import MAIL, TELL
from .api_calls import Calls, Client

#: SNS takes 256 kB, and a subject of 100 characters of ASCII without line breaks.
_LONGEST, _LONGEST_SUBJECT = 200_000, 99


class Mail:
    """Letters by SES to some readers, in one message. The sender must be verified there."""

    def __init__(
        self,
        client: Client,
        *,
        sender: str,
        readers: Sequence[str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = Calls(client, MAIL, budget=sys.maxsize, sleep=sleep, once=True)
        self._sender = sender
        self._readers = list(readers)

    @property
    def name(self) -> str:
        return f"email-{_short(self._sender, *sorted(self._readers))}"

    def send(self, subject: str, text: str, files: Mapping[str, bytes]) -> str:
        simple: dict[str, object] = {
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        }
        if files:
            simple["Attachments"] = [
                {"FileName": name, "RawContent": content, "ContentDisposition": "ATTACHMENT"}
                for name, content in files.items()
            ]
        answer = self._calls.send(
            "send_email",
            {
                "FromEmailAddress": self._sender,
                "Destination": {"ToAddresses": self._readers},
                "Content": {"Simple": simple},
            },
        )
        return str(answer["MessageId"])


class Topic:
    """A message to all that have subscribed to a topic of SNS. It carries no files."""

    def __init__(
        self, client: Client, *, arn: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._calls = Calls(client, TELL, budget=sys.maxsize, sleep=sleep, once=True, resource=arn)
        self._arn = arn

    @property
    def name(self) -> str:
        return f"topic-{_short(self._arn)}"

    def send(self, subject: str, text: str, files: Mapping[str, bytes]) -> str:  # noqa: ARG002 - a topic carries none
        plain = subject.encode("ascii", "replace").decode()[:_LONGEST_SUBJECT]
        said = {"TopicArn": self._arn, "Subject": plain, "Message": text[:_LONGEST]}
        return str(self._calls.send("publish", said)["MessageId"])


def _short(*parts: str) -> str:
    """Tell recipients apart without writing their addresses into names."""
    return sha256("\n".join(parts).encode()).hexdigest()[:12]
