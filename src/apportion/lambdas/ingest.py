"""Ingest, allocate, prove and publish a month when a manifest of its export arrives.

Runs from the image. Events may come twice and in any order: a delivery that is in the ledger is
not ingested again, the same allocation is the same run, and a month that is published already
stays as it is. Of two invocations at the same time one fails at the ledger's head, and is retried.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
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
from apportion.model.settings import Settings
from apportion.ports.progress import Progress
from apportion.usecases.settings import read as read_settings

from .event import IngestRequest, request_of
from .logging import logger, metrics, once, response_of, traced


@logger.inject_lambda_context(log_event=False)
@traced
@metrics.log_metrics(capture_cold_start_metric=True)
def main(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle an S3 event from EventBridge, the location of a manifest, or a manual invocation.

    `{"period": "2026-09"}` ingests that month of the export in APPORTION_EXPORT, and `{}` every
    month that is new.
    """
    request = request_of(event, os.environ)
    if request is None:
        return {
            "done": "nothing",
            "because": "the event is not about a manifest of the export in APPORTION_EXPORT",
        }
    return once(request.key, lambda: run(request, os.environ, from_environment()), context)


def run(request: IngestRequest, environment: Mapping[str, str], clients: Clients) -> dict[str, Any]:
    """Ingest the requested months, allocate them and publish them."""
    # These bring DuckDB and pyarrow, which take seconds to import in a function.
    from apportion.app.exports import fetch_and_ingest  # noqa: PLC0415 - see above
    from apportion.app.s3_ledger import mirrored  # noqa: PLC0415 - see above
    from apportion.app.workspace import Workspace  # noqa: PLC0415 - see above

    settings = _settings(environment, clients)
    with mirrored(settings, clients, progress=Progress(logger.info)) as copy:
        workspace = Workspace(copy, say=logger.info)
        ingested = fetch_and_ingest(
            workspace, request.location, periods=request.periods, clients=clients, say=logger.info
        )
        if failing(list(ingested.findings)):
            raise FindingsError(ingested.findings)
        periods = sorted({str(row["period"]) for row in ingested.rows}) or list(request.periods)
        allocated = workspace.allocate(periods)
    published = _publish(settings, periods, environment, clients)
    metrics.add_metric(name="PeriodsProved", unit=MetricUnit.Count, value=len(periods))
    return response_of(("ingested", ingested), ("allocated", allocated), ("published", published))


def _settings(environment: Mapping[str, str], clients: Clients) -> Settings:
    """Read the settings, from S3 where APPORTION_SETTINGS is a location in S3."""
    from apportion.app.s3_ledger import fetch_settings  # noqa: PLC0415 - see above

    folder = Path(environment.get("APPORTION_WORK") or gettempdir()) / "apportion"
    folder.mkdir(parents=True, exist_ok=True)
    cache = {"APPORTION_CACHE": str(folder / "ledgers")}
    location = environment.get("APPORTION_SETTINGS", "")
    if not location.startswith("s3://"):
        return read_settings(folder, {**environment, **cache}, file=None)
    file = fetch_settings(location, folder / "config", clients)
    others = {name: text for name, text in environment.items() if name != "APPORTION_SETTINGS"}
    return read_settings(folder, {**others, **cache}, file=file)


def _publish(
    settings: Settings, periods: Sequence[str], environment: Mapping[str, str], clients: Clients
) -> Outcome | None:
    """Publish months to APPORTION_PUBLISH, from a ledger that is fetched and given back again.

    Only runs that the ledger in S3 holds are published, and it then holds the evidence of that:
    without it, `apportion ledger expire` would not keep them.
    """
    from apportion.app.publishing import open_lake  # noqa: PLC0415 - see above
    from apportion.app.s3_ledger import mirrored  # noqa: PLC0415 - see above
    from apportion.app.workspace import Workspace  # noqa: PLC0415 - see above

    location = environment.get("APPORTION_PUBLISH")
    if not location:
        return None
    database = environment.get("APPORTION_DATABASE") or "apportion"
    with mirrored(settings, clients, progress=Progress(logger.info)) as copy:
        lake = open_lake(location, database=database, clients=clients)
        return Workspace(copy, say=logger.info).publishing.publish(lake, periods)
