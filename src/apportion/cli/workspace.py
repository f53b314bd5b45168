"""What the commands ask of the program: `app.Workspace` fits it, and so does a test's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from apportion.model.aws.cost_query import Access, By
from apportion.model.aws.export import S3Location, Taking
from apportion.model.charges import SplitCost
from apportion.model.outcome import Explanation, Outcome, RulesInForce
from apportion.model.question import Question
from apportion.model.settings import Settings
from apportion.ports.bills import Bucket, CostReports

if TYPE_CHECKING:
    from apportion.app.accounts import Accounts
    from apportion.app.cost_categories import CostCategories
    from apportion.app.publishing import Publishing
    from apportion.app.retention import Expiry
    from apportion.app.tags import Tags
    from apportion.aws.api_calls import Client

#: Makes a workspace from settings and a listener for the steps of its work.
Open = Callable[[Settings, Callable[[str], None]], "Workspace"]

#: Reaches Cost Explorer, with a listener for the steps of the work, and the clock.
Connect = Callable[[Access, Callable[[str], None], Callable[[], datetime]], CostReports]

#: Makes a client of boto3 for a service with the credentials of a profile, in a region; both may
#: be "", which is the environment's.
Clients = Callable[[str, str, str], "Client"]


class Workspace(Protocol):
    """Everything one can do with a ledger and its rulebooks; described in `app`."""

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        bill: str | None = None,
        replace: bool = False,
        together_with: Sequence[str] = (),
        split_cost: SplitCost = SplitCost.PARENT,
        wait: float = 0,
    ) -> Outcome: ...

    def ingest_export(
        self,
        bucket: Bucket,
        place: S3Location,
        *,
        periods: Sequence[str] = (),
        taking: Taking | None = None,
    ) -> Outcome: ...

    def ingest_costs(
        self,
        reports: CostReports,
        *,
        by: Sequence[By],
        payer: str,
        days: tuple[date, date],
        bill: str = "cost-explorer",
        replace: bool = False,
        wait: float = 0,
    ) -> Outcome: ...

    def allocate(self, periods: Sequence[str] = (), *, wait: float = 0) -> Outcome: ...

    def prove(
        self,
        periods: Sequence[str] = (),
        *,
        manifest: Path | None = None,
        as_of: str = "",
        by_account: bool = False,
    ) -> Outcome: ...

    def report(self, question: Question) -> Outcome: ...

    def review(self, period: str, *, as_of: str = "") -> Sequence[tuple[str, Outcome]]: ...

    def explain_owner(self, owner: str, period: str, *, as_of: str = "") -> Explanation: ...

    def explain_pool(self, pool: str, period: str, *, as_of: str = "") -> Explanation: ...

    def explain_resource(self, resource: str, period: str, *, as_of: str = "") -> Explanation: ...

    def workbook(self, period: str, *, as_of: str = "") -> bytes: ...

    def focus(
        self, period: str, *, folder: Path, version: str = "1.4", as_of: str = ""
    ) -> Outcome: ...

    def compare(self, before: str, after: str = "") -> tuple[Outcome, tuple[str, ...]]: ...

    def write_review(self, period: str, *, folder: Path, as_of: str = "") -> Outcome: ...

    def check_rules(self) -> Outcome: ...

    def rules_in_force(self, period: str) -> RulesInForce: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def cost_categories(self) -> CostCategories: ...

    @property
    def tags(self) -> Tags: ...

    @property
    def publishing(self) -> Publishing: ...

    @property
    def expiry(self) -> Expiry: ...

    def repair(self, *, wait: float = 0) -> Outcome: ...

    def held(self) -> Outcome: ...

    def history(self, period: str = "") -> Outcome: ...


def open_real(settings: Settings, say: Callable[[str], None]) -> Workspace:
    """Open the workspace that the settings describe."""
    from apportion.app.workspace import Workspace as Real

    return Real(settings, say=say)


def connect_real(
    access: Access, say: Callable[[str], None], now: Callable[[], datetime]
) -> CostReports:
    """Reach AWS."""
    from apportion.app.cost_explorer import connect

    return connect(access, say=say, now=now)


def client_real(service: str, profile: str, region: str) -> Client:
    """Make a client of AWS."""
    from apportion.aws.connect import client_of

    return client_of(service, profile=profile, region=region)
