"""Bill exports in S3: fetch them into a ledger, list them, create them.

Nothing here needs a terminal: a Lambda function calls `fetch_and_ingest` with the address of the
manifest that has just arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from apportion.model.aws.export import S3Location, Taking
from apportion.model.aws.export_definition import WantedExport
from apportion.model.outcome import Outcome
from apportion.ports.bills import Bucket
from apportion.ports.progress import Say, ignore_step
from apportion.usecases.aws.exports import ExportPlan, apply, existing, plan

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client

#: Makes a client of boto3 for a service (`s3`, `bcm-data-exports`, `sts`) and a region, or "".
Clients = Callable[[str, str], "Client"]


class TakesExports(Protocol):
    """The part of `Workspace` that ingests exports."""

    def ingest_export(
        self,
        bucket: Bucket,
        place: S3Location,
        *,
        periods: Sequence[str] = (),
        taking: Taking | None = None,
    ) -> Outcome: ...


def fetch_and_ingest(
    workspace: TakesExports,
    location: str,
    *,
    periods: Sequence[str] = (),
    taking: Taking | None = None,
    clients: Clients | None = None,
    say: Say = ignore_step,
) -> Outcome:
    """Ingest the months of an export whose current delivery is not in the ledger.

    `location` is `s3://bucket/prefix/export`, or the address of one manifest of it, which is that
    one month. Without `periods`, all months count that the export has. A month whose delivery is
    in the ledger costs one small request. A month that cannot be ingested is a failing finding of
    the outcome, and the others are ingested. Without `clients`, they are made from the
    environment. Raises WrongUseError and AwsError.
    """
    from apportion.aws.s3_bucket import open_bucket

    place = S3Location.parse(location)
    bucket = open_bucket(clients or from_environment(), place.bucket, say=say)
    return workspace.ingest_export(bucket, place, periods=periods, taking=taking)


def from_environment(profile: str = "") -> Clients:
    """Make clients with the credentials of a profile, or of what the environment gives."""
    from apportion.aws.connect import client_of

    return lambda service, region: client_of(service, profile=profile, region=region)


def existing_exports(clients: Clients) -> Outcome:
    """List the account's exports."""
    from apportion.aws.data_exports import DataExports

    return existing(DataExports(clients))


def plan_export(wanted: WantedExport, clients: Clients, *, region: str = "") -> ExportPlan:
    """Compare a wanted export with the existing ones; nothing is changed.

    `region` is the bucket's; default: read from S3.
    """
    from apportion.aws.data_exports import REGION, DataExports
    from apportion.aws.s3_bucket import region_of

    exports = DataExports(clients)
    found = region or region_of(clients("s3", ""), wanted.place.bucket) or REGION
    return plan(exports, wanted, region=found)


def apply_export(planned: ExportPlan, clients: Clients) -> Outcome:
    """Send the calls of a plan."""
    from apportion.aws.data_exports import DataExports

    return apply(DataExports(clients), planned)
