"""Report notifications: e-mail through SES, and an SNS topic; see `ports.notifications`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from .actions import MAIL, NOTIFY
from .api_calls import Calls, Client

#: SNS takes 256 kB, and a subject of 100 characters of ASCII without line breaks.
_MAX_TEXT, _MAX_SUBJECT = 200_000, 99


class EmailNotifier:
    """One e-mail through SES to all recipients. The sender must be verified in SES."""

    def __init__(
        self,
        client: Client,
        *,
        sender: str,
        recipients: Sequence[str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = Calls(client, MAIL, budget=sys.maxsize, sleep=sleep, once=True)
        self._sender = sender
        self._recipients = list(recipients)

    @property
    def name(self) -> str:
        return f"email-{_short(self._sender, *sorted(self._recipients))}"

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
                "Destination": {"ToAddresses": self._recipients},
                "Content": {"Simple": simple},
            },
        )
        return str(answer["MessageId"])


class TopicNotifier:
    """A message to the subscribers of an SNS topic. It has no attachments."""

    def __init__(
        self, client: Client, *, arn: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._calls = Calls(
            client, NOTIFY, budget=sys.maxsize, sleep=sleep, once=True, resource=arn
        )
        self._arn = arn

    @property
    def name(self) -> str:
        return f"topic-{_short(self._arn)}"

    def send(self, subject: str, text: str, files: Mapping[str, bytes]) -> str:  # noqa: ARG002 - a topic has no attachments
        plain = subject.encode("ascii", "replace").decode()[:_MAX_SUBJECT]
        request = {"TopicArn": self._arn, "Subject": plain, "Message": text[:_MAX_TEXT]}
        return str(self._calls.send("publish", request)["MessageId"])


def _short(*parts: str) -> str:
    """Make a name of recipients that does not contain their addresses."""
    return sha256("\n".join(parts).encode()).hexdigest()[:12]
