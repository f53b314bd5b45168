"""Validate the tags of new resources in CloudTrail events by the tag policy.

Runs from dist/lambda/validate_tags.zip, with the standard library and the runtime's boto3 alone.
Environment variables:

APPORTION_TABLE          the DynamoDB table of events and of the policy (key `id`, ttl `expiration`)
APPORTION_ACT            notify, tag, quarantine, separated by commas; empty: it only reports
APPORTION_TOPIC          the ARN of the SNS topic for e-mail
APPORTION_CHAT_TOPIC     the ARN of the SNS topic that Amazon Q Developer shows in Slack or Teams
APPORTION_CREATOR_TAG    the key of the tag with the creator of a resource
APPORTION_QUARANTINE_TAG the key that is set while mandatory tags are wrong [apportion:quarantine]
APPORTION_MEMBER_ROLE    the name of a role to assume in other accounts, if events come from many
APPORTION_ACCOUNT        the function's own account, where no role is assumed; without a role of
                         members, events of other accounts are ignored
APPORTION_LEASE          the seconds that an invocation has for an event it has started [120]
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from apportion.app.tag_function import Function
from apportion.aws.connect import client_of, in_role
from apportion.model.errors.base import ApportionError
from apportion.usecases.tags.validate_event import validate

Line = dict[str, object]


def main(event: object, _context: object = None) -> dict[str, Any]:
    """Handle an event of EventBridge, or a batch of them from SQS; returns failed items."""
    return run(event, function_of_environment(), now=lambda: int(time.time()))


def run(
    event: object,
    function: Function,
    *,
    now: Callable[[], int],
    log: Callable[[Line], None] | None = None,
) -> dict[str, Any]:
    """Handle the event. One that can never be read is logged and not retried.

    The failed messages of a batch are named, so that SQS sends them again; a failed single event
    raises.
    """
    write = log or _log
    records = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(records, list):
        lines = _one(event, function, now(), write)
        return {"resources": sum(bool(line.get("resource")) for line in lines)}
    failed = []
    for record in records:
        try:
            body = _body(record)
            _one(body, function, now(), write)
        except (ApportionError, BlockingIOError, ValueError) as error:
            write({"verdict": "none", "reason": f"{type(error).__name__}: {error}"})
            failed.append(str(record.get("messageId", "")) if isinstance(record, Mapping) else "")
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}


@cache
def function_of_environment() -> Function:
    """Make the function once for all invocations of a process."""
    return Function(
        dict(os.environ),
        lambda service, region: client_of(service, region=region),
        lambda clients, role, session: in_role(clients, role, session=session),
    )


def _one(event: object, function: Function, now: int, write: Callable[[Line], None]) -> list[Line]:
    today = datetime.fromtimestamp(now, UTC).date()
    bench = function.bench(today=today, now=now)
    lines = validate(event, bench, today=today, now=now)
    for line in lines:
        write(line)
    write(_metrics(lines, now))
    return lines


def _body(record: object) -> object:
    """Read a message; None for one that is no JSON."""
    body = record.get("body") if isinstance(record, Mapping) else None
    try:
        return json.loads(body) if isinstance(body, str) else body
    except (ValueError, RecursionError):
        return None


def _metrics(lines: list[Line], now: int) -> Line:
    """Count the verdicts, in CloudWatch's embedded metric format."""
    counts = {
        "ResourcesValid": sum(line["verdict"] == "valid" for line in lines),
        "ResourcesInvalid": sum(line["verdict"] == "invalid" for line in lines),
        "EventsIgnored": sum(line["verdict"] == "none" for line in lines),
        "TagsRefused": sum(bool(line.get("refused")) for line in lines),
    }
    metrics = [{"Name": name, "Unit": "Count"} for name in counts]
    written = {"Namespace": "Apportion", "Dimensions": [[]], "Metrics": metrics}
    return {"_aws": {"Timestamp": now * 1000, "CloudWatchMetrics": [written]}, **counts}


def _log(line: Line) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")
