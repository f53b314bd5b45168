"""Notify the recipients of a delivered report, each channel once.

A channel is claimed in the store before its message is sent. A message that may have been sent is a
finding and is not repeated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from apportion.model.errors.base import (
    AwsCredentialsError,
    AwsDeniedError,
    AwsError,
    AwsRefusedError,
)
from apportion.model.findings.delivered import MAYBE_SENT, NOT_SENT
from apportion.model.findings.finding import Finding
from apportion.ports.notifications import Notifier
from apportion.ports.objects import ObjectStore
from apportion.ports.progress import Progress

#: Errors after which it is certain that no message was sent.
_REFUSALS = (AwsCredentialsError, AwsDeniedError, AwsRefusedError)

#: The files that an e-mail carries or links to.
_FOR_PEOPLE = {"owners.csv", "services.csv", "report.xlsx"}


@dataclass(frozen=True)
class Notifications:
    """Channels, and how files reach the recipients: attached, or as links for `link_seconds`.

    `fresh` returns a name never used before; by it a process recognises its own claim.
    """

    notifiers: Sequence[Notifier] = ()
    attach: bool = False
    link_seconds: int = 0
    fresh: Callable[[], str] = lambda: uuid4().hex


def notify(
    store: ObjectStore,
    document: Mapping[str, Any],
    folder: str,
    notifications: Notifications,
    *,
    now: Callable[[], str],
    progress: Progress,
) -> tuple[list[Finding], list[tuple[str, str]]]:
    """Notify the channels that were not notified yet; returns the state of each by name."""
    findings: list[Finding] = []
    states: list[tuple[str, str]] = []
    for notifier in notifications.notifiers:
        marker = f"{folder}/sent/{notifier.name}.json"
        claim = {
            "channel": notifier.name,
            "state": "sending",
            "since": now(),
            "by": notifications.fresh(),
        }
        mark = _claim(store, marker, claim)
        if mark is None:
            sent = _state(store, marker) == "sent"
            findings += [] if sent else [_maybe_sent(document, marker, store)]
            states.append((notifier.name, "sent before" if sent else "unknown"))
            continue
        progress(f"sending {notifier.name}")
        try:
            number = notifier.send(*_message(store, document, folder, notifications))
        except _REFUSALS as error:
            store.write(marker, json_of({**claim, "state": "failed"}), instead_of=mark)
            findings.append(_not_sent(document, error))
            states.append((notifier.name, "not sent"))
        except AwsError:
            findings.append(_maybe_sent(document, marker, store))
            states.append((notifier.name, "unknown"))
        else:
            signed = {**claim, "state": "sent", "at": now(), "id": number}
            store.write(marker, json_of(signed), instead_of=mark)
            states.append((notifier.name, "sent"))
    return findings, states


def json_of(value: Mapping[str, Any]) -> bytes:
    """Write a document of a delivery as JSON."""
    return (json.dumps(value, indent=1) + "\n").encode()


def _claim(store: ObjectStore, marker: str, claim: Mapping[str, Any]) -> str | None:
    """Claim a message; None if another process has. A refused one may be claimed again."""
    mark = store.write(marker, json_of(claim), new=True)
    there = None if mark else store.read(marker)
    if there is None or _state_in(there.content) != "failed":
        return mark
    return store.write(marker, json_of(claim), instead_of=there.mark)


def _message(
    store: ObjectStore, document: Mapping[str, Any], folder: str, notifications: Notifications
) -> tuple[str, str, dict[str, bytes]]:
    """Write subject, text and attached files."""
    kept = store.read(f"{folder}/summary.txt")
    lines = [kept.content.decode() if kept else "", f"Files: {store.location(folder)}/"]
    names = [name for name in document["files"] if name in _FOR_PEOPLE]
    seconds = notifications.link_seconds
    if seconds:
        lines.append(f"\nFor {seconds // 3600} hours, or as long as the sender's credentials live:")
        lines += [f"{name}: {store.presign(f'{folder}/{name}', seconds)}" for name in names]
    files = {}
    if notifications.attach:
        read = ((name, store.read(f"{folder}/{name}")) for name in names)
        files = {name: each.content for name, each in read if each}
    return str(document["subject"]), "\n".join(lines) + "\n", files


def _state(store: ObjectStore, marker: str) -> str:
    kept = store.read(marker)
    return _state_in(kept.content) if kept else "unknown"


def _state_in(content: bytes) -> str:
    """Read the state of a message; unknown if it cannot be read, because it may have been sent."""
    try:
        return str(json.loads(content)["state"])
    except (ValueError, LookupError, TypeError):
        return "unknown"


def _maybe_sent(document: Mapping[str, Any], marker: str, store: ObjectStore) -> Finding:
    return Finding(
        MAYBE_SENT,
        f"{document['period']} delivery {document['delivery']}",
        "an e-mail that may have been sent",
        expected="a confirmation",
        found="none",
        remedy=f"Check whether it arrived. If not, delete {store.location(marker)} and "
        "deliver again.",
    )


def _not_sent(document: Mapping[str, Any], error: AwsError) -> Finding:
    return Finding(
        NOT_SENT,
        f"{document['period']} delivery {document['delivery']}",
        "the e-mail",
        found=str(error).rstrip("."),
        remedy="Correct it and deliver again: only the e-mail is sent, the files are delivered.",
    )
