"""Costs from Cost Explorer, without a ledger.

The two functions replace the scripts that many teams begin with, and report what such a script
leaves out. The command line is `apportion cost-explorer`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from apportion.core.aws.cost_explorer.query_names import by_tag, last_days
from apportion.core.aws.cost_explorer.query_names import metric as metric_of
from apportion.core.aws.cost_explorer.rows import classic_rows
from apportion.core.aws.iam_policies import policy
from apportion.ledger.fsync import write_whole
from apportion.model.aws.cost_center import CostCenterCosts
from apportion.model.aws.cost_query import Access
from apportion.model.iam.roles import Role
from apportion.ports.bills import CostReports
from apportion.ports.progress import Say, ignore_step
from apportion.reports.csv import CsvReport
from apportion.usecases.aws.cost_explorer import cost_center as ask_cost_center
from apportion.usecases.fail_on_findings import stop_if_failing

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client


class CostRequest(TypedDict, total=False):
    """Options of both functions; see `allocate_costs`."""

    days: int
    metric: str
    tag_key: str
    by: str
    client: Client | None
    today: date | None


def allocate_costs(
    cost_center: str,
    *,
    days: int = 30,
    metric: str = "UnblendedCost",
    tag_key: str = "CostCenter",
    by: str = "Project",
    client: Client | None = None,
    today: date | None = None,
) -> CostCenterCosts:
    """Return a cost centre's daily cost by project, and the cost that this leaves out.

    Four queries: the cost centre by `by` (a tag key, or `category:NAME`); what carries no tag
    `tag_key`; the other cost centres; the whole. They are compared day by day, and a difference is
    a finding in the result. `client` is boto3's of the service `ce`; without one, it is made from
    the environment. Today (in UTC) is not counted: its cost is not known yet. At most a hundred
    requests are sent, each for one cent. Raises AwsError.
    """
    return ask_cost_center(
        connect(Access(), client=client),
        cost_center,
        tag_key=tag_key,
        by=by_tag(by),
        metric=metric_of(metric),
        days=last_days(days, today or datetime.now(UTC).date()),
    )


def export_to_csv(
    cost_center: str, filename: str | Path, **asked: Unpack[CostRequest]
) -> CostCenterCosts:
    """Write the result of `allocate_costs` as `Date,Project,Cost`, every digit; returns it.

    The file is there whole or not at all, and no text in it is a formula to a spreadsheet. Raises
    FindingsError, with nothing written, where the parts of the bill are not the whole.
    """
    costs = allocate_costs(cost_center, **asked)
    stop_if_failing(costs.findings)
    columns, rows = classic_rows(costs)
    path = Path(filename)
    write_whole(path, CsvReport().write(rows, columns), draft=path.with_name(f".{path.name}.part"))
    return costs


def connect(
    access: Access,
    *,
    client: Client | None = None,
    say: Say = ignore_step,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> CostReports:
    """Reach Cost Explorer. Without boto3 this raises NoBoto3Error, and nothing earlier does."""
    # boto3 is an extra, and takes a quarter of a second to import.
    from apportion.aws.connect import cost_explorer_client
    from apportion.aws.cost_explorer import CostExplorer
    from apportion.aws.response_cache import ResponseCache

    whose = ""
    if client is None:
        client, whose = cost_explorer_client(access.profile)
    answers = (
        ResponseCache(
            Path(access.kept),
            identity=whose,
            keep=timedelta(hours=access.hours),
            now=now,
            refresh=access.fresh,
        )
        if access.kept and access.hours
        else None
    )
    return CostExplorer(client, budget=access.budget, answers=answers, say=say)


def cost_explorer_policy() -> dict[str, object]:
    """The IAM policy of these calls: three actions, all read-only."""
    return policy(Role.REPORT_READER, {})
