"""Tags in accounts and regions, read in a role of each account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apportion.model.errors.tag_fixes import NotOurAccountError

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client
    from apportion.aws.live_tags import Explorer, LiveTags

#: Makes a client of boto3 for a service and a region.
Clients = Callable[[str, str], "Client"]


class AccountReach:
    """The accounts that can be reached: the own one, or any in which a role may be taken.

    `role_name` is taken in every account, `role_arn` in its own. Without them the credentials act
    by themselves. Each role is taken once.
    """

    def __init__(self, clients: Clients, *, role_name: str = "", role_arn: str = "") -> None:
        self._clients = clients
        self._role_name = role_name
        self._role_arn = role_arn
        self._acting: dict[str, Clients] = {}
        self._live: dict[tuple[str, str], LiveTags] = {}
        self._who: tuple[str, str] | None = None

    @property
    def own(self) -> str:
        """The account in which one acts where none is named."""
        return self._role_arn.split(":")[4] if self._role_arn else self._identity()[0]

    def live(self, account: str, region: str) -> LiveTags:
        """Reach tags; raises AwsError, and NotOurAccountError without a role for the account."""
        from apportion.aws.live_tags import LiveTags

        if (account, region) not in self._live:
            client = self._act(account)("resourcegroupstaggingapi", region)
            self._live[account, region] = LiveTags(client)
        return self._live[account, region]

    def explorer(self, view: str) -> Explorer:
        """Reach Resource Explorer by the ARN of a view, which contains its region."""
        from apportion.aws.live_tags import Explorer

        region = view.split(":")[3] if view.count(":") > 4 else ""
        return Explorer(self._clients("resource-explorer-2", region), view=view)

    def _act(self, account: str) -> Clients:
        if account not in self._acting:
            self._acting[account] = self._entered(account)
        return self._acting[account]

    def _entered(self, account: str) -> Clients:
        from apportion.aws.connect import in_role

        if self._role_name:
            partition = self._identity()[1]
            role = f"arn:{partition}:iam::{account}:role/{self._role_name}"
            return in_role(self._clients, role)
        if account != self.own:
            raise NotOurAccountError(account, self.own)
        return in_role(self._clients, self._role_arn)

    def _identity(self) -> tuple[str, str]:
        if self._who is None:
            from apportion.aws.actions import IDENTITY
            from apportion.aws.api_calls import ATTEMPTS, Calls

            calls = Calls(self._clients("sts", ""), IDENTITY, budget=ATTEMPTS)
            identity = calls.send("get_caller_identity", {})
            self._who = str(identity["Account"]), str(identity["Arn"]).split(":")[1]
        return self._who
