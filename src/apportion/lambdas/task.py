"""The work of the ingest function as an ECS task: `python -m apportion.lambdas.task`.

Fargate has a larger disk and no limit of fifteen minutes. A schedule starts it: every new month of
the export is ingested, allocated, proved and published. It ends with 1 on failure.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from apportion.app.exports import from_environment
from apportion.model.errors.base import ApportionError

from .event import request_of
from .ingest import run
from .logging import logger


def main(event: Mapping[str, Any] | None = None, _context: object = None) -> dict[str, Any]:
    """Ingest a month (`{"period": "2026-09"}`), or every month that is new."""
    request = request_of(event or {}, os.environ)
    assert request is not None  # an event that is not from S3 always has a request
    return run(request, os.environ, from_environment())


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(main()) + "\n")
    except ApportionError as error:
        logger.error(str(error))
        sys.exit(1)
