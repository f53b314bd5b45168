"""Invokes a Lambda function as Lambda does, as the program of a process, and prints its calls.

Its arguments are the function, `ingest` or `report`, and the events.

The environment is the function's. Each event is JSON. What comes out is one line of JSON: the
answers (or the error's class), the actions that were called, and what they were about.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from called_actions import listening


class Context:
    """What Lambda hands to a function beside the event."""

    function_name = "apportion"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:apportion"
    aws_request_id = "1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def main() -> None:
    name, *events = sys.argv[1:]
    answers: list[Any] = []
    with listening() as called:
        function = importlib.import_module(f"apportion.lambdas.{name}").main
        for event in events:
            try:
                answers.append(function(json.loads(event), Context()))
            except Exception as error:  # noqa: BLE001 - Lambda takes any for a failure
                answers.append(f"{type(error).__name__}: {error}")
    result = {"answers": answers, "actions": called.actions, "resources": sorted(called.resources)}
    sys.stdout.write("\n" + json.dumps(result) + "\n")
