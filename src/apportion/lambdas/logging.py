"""Structured logs, metrics, traces and responses of functions; work that is done once per event.

Logs hold steps and counts. Events, environment, e-mail addresses and links are not logged.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from apportion.app.publishing import Clients
from apportion.model.outcome import Outcome

_SERVICE = "apportion"

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", _SERVICE))
metrics = Metrics(
    namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Apportion"), service=_SERVICE
)

#: An entry point.
Function = Callable[..., Any]


def traced(function: Function) -> Function:
    """Trace invocations where POWERTOOLS_TRACE_DISABLED is `false`.

    Otherwise the X-Ray SDK, which tracing needs and neither zip nor image has, is not imported.
    """
    if os.environ.get("POWERTOOLS_TRACE_DISABLED", "true").lower() != "false":
        return function
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - see above

    return Tracer(service=_SERVICE).capture_lambda_handler(function, capture_response=False)


def response_of(*outcomes: tuple[str, Outcome | None]) -> dict[str, Any]:
    """Make the response of an invocation: messages and counts, no rows."""
    response: dict[str, Any] = {}
    for name, outcome in outcomes:
        if outcome is not None:
            response[name] = {
                "rows": len(outcome.rows),
                "findings": len(outcome.findings),
                "messages": list(outcome.messages),
            }
            logger.info(name, extra=response[name])
    return response


def once(
    key: str, work: Callable[[], dict[str, Any]], context: LambdaContext | None
) -> dict[str, Any]:
    """Do work once for each key; APPORTION_TABLE keeps its response for a day.

    Without a key or a table the work is done every time: a repeat only takes longer.
    """
    table = os.environ.get("APPORTION_TABLE", "")
    if not key or not table:
        return work()
    from aws_lambda_powertools.utilities.idempotency import (  # noqa: PLC0415 - needs boto3's table
        DynamoDBPersistenceLayer,
        IdempotencyConfig,
        idempotent_function,
    )

    config = IdempotencyConfig(expires_after_seconds=24 * 3600)
    if context is not None:
        config.register_lambda_context(context)

    def handle(*, request: str) -> dict[str, Any]:
        logger.info("started", extra={"request": request})
        return work()

    handle = idempotent_function(
        handle,
        data_keyword_argument="request",
        persistence_store=DynamoDBPersistenceLayer(table_name=table),
        config=config,
        key_prefix=_SERVICE,
    )
    response: dict[str, Any] = handle(request=sha256(key.encode()).hexdigest())
    return response


def clients_of_environment() -> Clients:
    """Make clients with the role of the function."""
    from apportion.aws.connect import client_of  # noqa: PLC0415 - boto3 is an extra

    return lambda service, region: client_of(service, region=region)
