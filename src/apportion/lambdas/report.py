"""Deliver the report of a published month by a schedule, once, with queries in Athena.

Runs from the image, or from dist/lambda/report.zip: nothing here needs DuckDB or pyarrow.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from apportion.app.publishing import (
    Clients,
    Questions,
    Readers,
    deliver_published,
    forms,
    open_athena,
    open_notifications,
    open_store,
)
from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import failing
from apportion.model.period import Period
from apportion.ports.progress import Progress

from .logging import clients_of_environment, logger, metrics, response_of, traced


@logger.inject_lambda_context(log_event=False)
@traced
@metrics.log_metrics(capture_cold_start_metric=True)
def main(event: Mapping[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Deliver the report of `{"period": "2026-09"}`, `{"months_ago": 1}`, or the newest month.

    A second event for the same report delivers and sends nothing, because the report has an id.
    """
    return run(event, os.environ, clients_of_environment(), now=datetime.now(UTC))


def run(
    event: Mapping[str, Any], environment: Mapping[str, str], clients: Clients, *, now: datetime
) -> dict[str, Any]:
    """Deliver the report, and return what was sent."""
    questions = Questions(
        database=environment.get("APPORTION_DATABASE") or "apportion",
        workgroup=environment.get("APPORTION_WORKGROUP") or "apportion",
    )
    readers = Readers(
        emails=_addresses(environment.get("APPORTION_EMAIL_TO", "")),
        sender=environment.get("APPORTION_EMAIL_FROM", ""),
        topic=environment.get("APPORTION_TOPIC", ""),
        attach=True,
    )
    outcome = deliver_published(
        open_athena(questions, clients=clients),
        open_store(environment["APPORTION_REPORTS"], clients=clients),
        forms(("csv", "json", "xlsx")),
        _period(event, now),
        open_notifications(readers, clients=clients),
        now=now,
        progress=Progress(logger.info),
    )
    sent = sum(row["status"] == "sent" for row in outcome.rows)
    metrics.add_metric(name="ReportsSent", unit=MetricUnit.Count, value=sent)
    if failing(list(outcome.findings)):
        raise FindingsError(outcome.findings)
    return response_of(("delivered", outcome))


def _period(event: Mapping[str, Any], now: datetime) -> str:
    if event.get("period"):
        return str(Period.parse(str(event["period"])))
    if event.get("months_ago") is None:
        return ""
    months = now.year * 12 + now.month - 1 - int(event["months_ago"])
    return str(Period(months // 12, months % 12 + 1))


def _addresses(setting: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in setting.split(",") if each.strip())
