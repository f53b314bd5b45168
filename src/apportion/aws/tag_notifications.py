"""Notifications about tags to SNS topics: plain text for e-mail, and messages for chat channels.

Attributes hold owner, creator and account, so that a subscription can filter by them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping

from .actions import NOTIFY
from .api_calls import Calls, Client

#: SNS takes 256 kB, and a subject of 100 characters of ASCII without line breaks.
_MAX_TEXT, _MAX_SUBJECT, _MAX_ATTRIBUTE = 60_000, 99, 256


class TagNotifier:
    """Two topics, either of which may be empty: `topic` for e-mail, `chat` for Slack or Teams.

    Amazon Q Developer (formerly AWS Chatbot) shows the messages of `chat` as custom notifications.
    """

    def __init__(
        self,
        client: Client,
        *,
        topic: str,
        chat: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._topics = {
            arn: Calls(client, NOTIFY, budget=sys.maxsize, sleep=sleep, once=True, resource=arn)
            for arn in (topic, chat)
            if arn
        }
        self._chat = chat

    def send(self, subject: str, text: str, about: Mapping[str, str]) -> None:
        """Publish to all topics. SNS treats the texts as plain texts."""
        plain = "".join(c if " " <= c <= "~" else "?" for c in subject)[:_MAX_SUBJECT]
        attributes = {
            name: {"DataType": "String", "StringValue": value[:_MAX_ATTRIBUTE]}
            for name, value in about.items()
            if value
        }
        for arn, calls in self._topics.items():
            message = text[:_MAX_TEXT]
            if arn == self._chat:
                shown = {
                    "textType": "client-markdown",
                    "title": subject,
                    "description": message[:8000],
                }
                message = json.dumps({"version": "1.0", "source": "custom", "content": shown})
            request: dict[str, object] = {"TopicArn": arn, "Message": message, "Subject": plain}
            calls.send("publish", {**request, "MessageAttributes": attributes})
