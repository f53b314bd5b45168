"""AWS Cost Categories: the definitions of a payer, as AWS returns them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from apportion.ports.progress import Say, ignore_step

from .actions import COST_CATEGORIES
from .api_calls import Calls, Client

_BUDGET = 1_000


class CostCategories:
    """Reads definitions from the service `ce`, one request each, as lists lack rules."""

    def __init__(
        self,
        client: Client,
        *,
        say: Say = ignore_step,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = Calls(client, COST_CATEGORIES, budget=_BUDGET, sleep=sleep)
        self._say = say

    def definitions(self) -> list[Mapping[str, Any]]:
        """Read all definitions, in the order in which AWS lists them."""
        self._say("reading cost categories from AWS")
        return [self._described(arn) for arn in self._arns()]

    def _arns(self) -> list[str]:
        arns: list[str] = []
        token: Mapping[str, object] = {}
        while True:
            answer = self._calls.send("list_cost_category_definitions", {**token})
            arns += [str(each["CostCategoryArn"]) for each in answer["CostCategoryReferences"]]
            if not answer.get("NextToken"):
                return arns
            token = {"NextToken": answer["NextToken"]}

    def _described(self, arn: str) -> Mapping[str, Any]:
        request = {"CostCategoryArn": arn}
        described = self._calls.send("describe_cost_category_definition", request)
        found: Mapping[str, Any] = described["CostCategory"]
        return found
