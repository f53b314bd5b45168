"""Messages about tags to topics of SNS: plain ones for mail, and those that chat rooms show.

Attributes say owner, creator and account, so that a subscription can filter by them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping

from .actions import TELL
from .api_calls import Calls, Client

#: SNS takes 256 kB, and a subject of 100 characters of ASCII without line breaks.
_LONGEST, _LONGEST_SUBJECT, _LONGEST_ATTRIBUTE = 60_000, 99, 256


class Notices:
    """Two topics, of which either may be empty: `topic` for mail, `chat` for Slack or Teams.

    Amazon Q Developer (once AWS Chatbot) shows what comes to `chat`: its custom notifications.
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
            arn: Calls(client, TELL, budget=sys.maxsize, sleep=sleep, once=True, resource=arn)
            for arn in (topic, chat)
            if arn
        }
        self._chat = chat

    def send(self, subject: str, text: str, about: Mapping[str, str]) -> None:
        """Tell all topics. Whatever the texts hold, they are texts to SNS."""
        plain = "".join(c if " " <= c <= "~" else "?" for c in subject)[:_LONGEST_SUBJECT]
        attributes = {
            name: {"DataType": "String", "StringValue": value[:_LONGEST_ATTRIBUTE]}
            for name, value in about.items()
            if value
        }
        for arn, calls in self._topics.items():
            said = text[:_LONGEST]
            if arn == self._chat:
                shown = {
                    "textType": "client-markdown",
                    "title": subject,
                    "description": said[:8000],
                }
                said = json.dumps({"version": "1.0", "source": "custom", "content": shown})
            asked: dict[str, object] = {"TopicArn": arn, "Message": said, "Subject": plain}
            calls.send("publish", {**asked, "MessageAttributes": attributes})
