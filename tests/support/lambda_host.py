"""Runs a function's entry point as Lambda does: a process with an environment, events one by one.

Its argument is the module; it reads a JSON list of events from stdin, and writes what each came to
as one JSON line with the mark `answer`.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass


@dataclass
class Context:
    """The context that Lambda gives a function."""

    function_name: str = "ingest"
    memory_limit_in_mb: int = 3008
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:ingest"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def main() -> None:
    function = importlib.import_module(sys.argv[1])
    for event in json.load(sys.stdin):
        try:
            answer = function.main(event, Context())
        except Exception as error:  # noqa: BLE001 - as Lambda does
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        sys.stdout.write(json.dumps({"answer": answer}) + "\n")
