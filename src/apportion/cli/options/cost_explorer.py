"""Options of the commands that query Cost Explorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from apportion.cli.session import Session
from apportion.model.aws.cost_query import Access, By, Metric

DAYS = 30
MAX_REQUESTS = 100
CACHE_HOURS = 8

DaysOption = Annotated[
    int | None,
    typer.Option(metavar="N", help=f"Number of days before today, in UTC. Default: {DAYS}."),
]
ByOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="Group by service, account, tag:KEY, category:NAME, …; separated by commas.",
    ),
]
CostCenterOption = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Only this cost center. A message shows the cost that is left out."
    ),
]
TagKeyOption = Annotated[str, typer.Option(metavar="KEY", help="Tag key of the cost center.")]
MetricOption = Annotated[
    Metric,
    typer.Option(metavar="METRIC", help="UnblendedCost, NetAmortizedCost, …", case_sensitive=False),
]
ProfileOption = Annotated[
    str, typer.Option(metavar="NAME", help="Profile in the AWS configuration.")
]
MaxRequestsOption = Annotated[
    int,
    typer.Option(
        metavar="N", min=0, help="Send at most N requests. AWS charges 0.01 USD for each."
    ),
]
CacheHoursOption = Annotated[
    int,
    typer.Option(
        metavar="HOURS", min=0, help="Reuse a cached response for N hours; 0 uses no cache."
    ),
]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="Ignore cached responses.")]


def access(
    session: Session, profile: str, max_requests: int, cache_hours: int, *, no_cache: bool
) -> Access:
    """Put the options together with the place where this user's programs keep answers."""
    kept = _folder(session.outside.environment)
    return Access(profile, max_requests, str(kept) if kept else "", cache_hours, no_cache)


def days_before(
    session: Session, days: int | None, *, most: int | None = None
) -> tuple[date, date]:
    """Resolve the days of the query; raises CostQueryError."""
    from apportion.core.aws.cost_explorer.query_names import MOST_DAYS, last_days

    today = session.outside.now().date()
    return last_days(DAYS if days is None else days, today, most=most or MOST_DAYS)


def names(by: Sequence[str] | None, default: str) -> tuple[By, ...]:
    """Read what is grouped by; raises CostQueryError."""
    from apportion.core.aws.cost_explorer.query_names import by as read

    words = [word for each in by or [default] for word in each.split(",") if word.strip()]
    return tuple(read(word) for word in words)


def _folder(environment: Mapping[str, str]) -> Path | None:
    caches = environment.get("XDG_CACHE_HOME") or environment.get("LOCALAPPDATA")
    home = environment.get("HOME")
    if not caches and not home:
        return None
    root = Path(caches) if caches else Path(str(home)) / ".cache"
    return root / "apportion" / "cost-explorer"
