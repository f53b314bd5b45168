"""Recognises CloudTrail's own events, as EventBridge delivers them.

Whoever may put events on a bus, or messages into a queue, writes any `detail`. `source` with `aws.`
is kept for AWS: EventBridge refuses it from everybody else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_CALLS = "AWS API Call via CloudTrail"
_SOURCE = re.compile(r"aws\.[a-z0-9.-]{1,100}")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def refusal(event: object, *, account: str) -> str:
    """The reason to ignore an event; empty if it is CloudTrail's and for this function.

    `account` is the only one whose events are meant, empty where those of several come together.
    """
    if not isinstance(event, Mapping) or not isinstance(event.get("detail"), Mapping):
        return "not an event of CloudTrail"
    if event.get("detail-type") != _CALLS:
        return f"its detail-type is not {_CALLS}"
    if not _matches(_SOURCE, event.get("source")):
        return "its source is not a service of AWS"
    return _foreign(event.get("account"), event["detail"].get("recipientAccountId"), account)


def _foreign(sender: object, called: object, own: str) -> str:
    """The reason why the account of an event does not match."""
    if not _matches(_ACCOUNT, sender):
        return "it names no account"
    if sender != called:
        return "its account is not that of the call"
    return "it comes from another account" if own and sender != own else ""


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))
