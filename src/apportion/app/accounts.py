"""Accounts of an organisation: where they are read from, and the ledger that keeps them.

`Workspace.accounts` is one of these. The command line is `apportion aws accounts`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.model.aws.accounts import Organization
from apportion.model.outcome import Outcome
from apportion.ports.progress import Say, ignore_step
from apportion.usecases.aws.accounts import import_file, listed, synchronise
from apportion.usecases.context import RunContext

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client


class Accounts:
    """Accounts of a workspace; adapters are made when first needed."""

    def __init__(self, context: Callable[[], RunContext]) -> None:
        self._context = context

    def sync(self, seen: Organization, *, since: date | None = None, wait: float = 0) -> Outcome:
        """Record changes of an organisation; they hold from `since` on."""
        return synchronise(
            seen, self._context(), source="AWS Organizations", since=since, wait=wait
        )

    def import_file(
        self, path: Path, *, organization: str, since: date | None = None, wait: float = 0
    ) -> Outcome:
        """Import accounts from a CSV or JSON file; a file with days is their whole history."""
        return import_file(path, self._context(), organization=organization, since=since, wait=wait)

    def listed(self, *, day: date | None = None, all_days: bool = False) -> Outcome:
        """List accounts as they were on a day, or every period of each."""
        return listed(self._context(), day=day, all_days=all_days)


def look_at_organization(
    clients: Callable[[str, str], Client],
    *,
    role: str = "",
    say: Say = ignore_step,
) -> Organization:
    """Read every account from AWS Organizations, in a role where one is named. Raises AwsError."""
    from apportion.aws.connect import in_role
    from apportion.aws.organization import Organizations

    return Organizations(in_role(clients, role)("organizations", ""), say=say).look()
