"""AWS Organizations: every account with its name, its unit by names, and its tags.

The service answers the management account of an organisation and delegated administrators.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from apportion.model.aws.accounts import Account, Organization
from apportion.ports.progress import Say, ignore_step

from .actions import ORGANIZATION
from .api_calls import Calls, Client

_UNIT = "ORGANIZATIONAL_UNIT"
#: AWS gives the root this name, and it cannot be changed.
ROOT_NAME = "Root"
#: Three questions an account and two a unit: enough for the largest organisation there is, 10,000
#: accounts, and an end for what goes round in circles.
_BUDGET = 100_000


class Organizations:
    """Sends one request after another: the service throttles at a few requests a second."""

    def __init__(
        self,
        client: Client,
        *,
        say: Say = ignore_step,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = Calls(client, ORGANIZATION, budget=_BUDGET, sleep=sleep)
        self._say = say
        self._units: dict[str, tuple[str, ...]] = {}

    def look(self) -> Organization:
        """Read all accounts, or raise: half an organisation would close the other half."""
        self._say("reading accounts from AWS Organizations")
        described = self._calls.send("describe_organization", {})
        accounts = list(self._pages("list_accounts", {}, "Accounts"))
        found = []
        for at, account in enumerate(accounts):
            if not at % 100:
                self._say(f"reading units and tags of accounts, {at} of {len(accounts)}")
            found.append(self._account(account))
        found.sort(key=lambda account: account.id)
        return Organization(str(described["Organization"]["Id"]), tuple(found))

    def _account(self, item: Mapping[str, Any]) -> Account:
        id_ = str(item["Id"])
        tags = self._pages("list_tags_for_resource", {"ResourceId": id_}, "Tags")
        return Account(
            id=id_,
            name=str(item.get("Name") or ""),
            unit="/".join(self._above(id_)) or ROOT_NAME,
            tags=tuple(sorted((str(tag["Key"]), str(tag["Value"])) for tag in tags)),
            # `Status` is the older name of `State`, without the closing states.
            state=str(item.get("State") or item.get("Status") or ""),
        )

    def _above(self, child: str) -> tuple[str, ...]:
        """Name the units above an account or unit, from the top."""
        (parent,) = self._pages("list_parents", {"ChildId": child}, "Parents")
        return self._unit(str(parent["Id"])) if parent["Type"] == _UNIT else ()

    def _unit(self, id_: str) -> tuple[str, ...]:
        """Name a unit and its parents; each is read once."""
        if id_ not in self._units:
            request = {"OrganizationalUnitId": id_}
            described = self._calls.send("describe_organizational_unit", request)
            own = str(described["OrganizationalUnit"]["Name"])
            self._units[id_] = (*self._above(id_), own)
        return self._units[id_]

    def _pages(
        self, operation: str, request: Mapping[str, object], field: str
    ) -> Iterator[Mapping[str, Any]]:
        """Follow the pages; one may be empty and not be the last."""
        token: Mapping[str, object] = {}
        while True:
            answer = self._calls.send(operation, {**request, **token})
            yield from answer.get(field) or ()
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}
