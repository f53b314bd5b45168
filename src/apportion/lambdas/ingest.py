"""A manifest of an export has arrived: its month is taken in, allocated, proved and published.

Runs from the image. Events may come twice and in any order: a month whose delivery is in the
ledger is not taken in again, the same allocation is the same run, and what is published already
stays as it is. Of two invocations at once one fails at the ledger's head, and is tried again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from apportion.app.exports import from_environment
from apportion.app.publishing import Clients
from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import failing
from apportion.model.outcome import Outcome
from apportion.usecases.settings import read as read_settings

from .event import IngestRequest, asked_for
from .logging import logger, metrics, once, told, traced


@logger.inject_lambda_context(log_event=False)
@traced
@metrics.log_metrics(capture_cold_start_metric=True)
def main(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an event of S3 by EventBridge, a manifest's address, or a call by hand.

    `{"period": "2026-09"}` takes in that month of the export that APPORTION_EXPORT names, and
    `{}` every month that is new.
    """
    asked = asked_for(event, os.environ)
    if asked is None:
        return {"done": "nothing", "because": "the event is not of a manifest of our export"}
    return once(asked.key, lambda: run(asked, os.environ, from_environment()), context)


def run(asked: IngestRequest, environment: Mapping[str, str], clients: Clients) -> dict[str, Any]:
    """Take in what was asked for, allocate it and publish it."""
    # These bring DuckDB and pyarrow, which take seconds to import in a function.
    from apportion.app.exports import fetch_and_ingest  # noqa: PLC0415 - as said above
    from apportion.app.publishing import open_lake  # noqa: PLC0415 - as said above
    from apportion.app.s3_ledger import fetch_settings, mirrored  # noqa: PLC0415 - as said above
    from apportion.app.workspace import Workspace  # noqa: PLC0415 - as said above

    folder = Path(environment.get("APPORTION_WORK") or gettempdir()) / "apportion"
    folder.mkdir(parents=True, exist_ok=True)
    place = environment.get("APPORTION_SETTINGS", "")
    file = fetch_settings(place, folder / "config", clients) if place.startswith("s3://") else None
    own = {name: value for name, value in environment.items() if name != "APPORTION_SETTINGS"}
    own |= {"APPORTION_CACHE": str(folder / "ledgers")}
    settings = read_settings(
        folder, own if file else {**own, "APPORTION_SETTINGS": place}, file=file
    )
    with mirrored(settings, clients, say=logger.info) as ours:
        workspace = Workspace(ours, say=logger.info)
        taken = fetch_and_ingest(
            workspace, asked.location, periods=asked.periods, clients=clients, say=logger.info
        )
        _stop_if_failing(taken)
        periods = sorted({str(row["period"]) for row in taken.rows}) or list(asked.periods)
        allocated = workspace.allocate(periods)
    published = None
    if lake := environment.get("APPORTION_PUBLISH"):
        database = environment.get("APPORTION_DATABASE") or "apportion"
        published = workspace.publishing.publish(
            open_lake(lake, database=database, clients=clients), periods
        )
    metrics.add_metric(name="PeriodsProved", unit=MetricUnit.Count, value=len(periods))
    return told(("ingested", taken), ("allocated", allocated), ("published", published))


def _stop_if_failing(outcome: Outcome) -> None:
    if failing(list(outcome.findings)):
        raise FindingsError(outcome.findings)
