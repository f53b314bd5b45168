"""Reading a queue as its consumer does: what was received is deleted, and does not come again."""

from __future__ import annotations

from typing import Any


def taken(sqs: Any, queue: str) -> list[str]:
    """Take all messages that are there; gives their bodies.

    A message that was received and not deleted comes back after its visibility timeout, and would
    be counted twice by whoever is slower than that.
    """
    bodies: list[str] = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return bodies
