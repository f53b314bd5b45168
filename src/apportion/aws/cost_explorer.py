"""AWS Cost Explorer: queries in, complete answers out. Implements `ports.bills.CostReports`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from apportion.model.aws.cost_query import CostAnswer, CostQuery, Spent
from apportion.model.errors.base import AwsRefusedError
from apportion.ports.progress import Say, ignore_step

from .actions import COST_REPORTS
from .api_calls import Calls, Client
from .cost_explorer_json import lines, names, period, written
from .errors import PagesChangedError
from .response_cache import ResponseCache

_TIMES_FROM_THE_START = 2


class CostExplorer:
    """Queries Cost Explorer through a boto3 client of the service `ce`.

    Pages are followed by hand, as boto3 has no paginator for them; requests go one by one, each
    page counts in the `budget`, and cached responses are taken from `answers`. `say` gets a message
    for each query that is sent.
    """

    def __init__(
        self,
        client: Client,
        *,
        budget: int,
        answers: ResponseCache | None = None,
        say: Say = ignore_step,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._calls = Calls(client, COST_REPORTS, budget=budget, sleep=sleep)
        self._answers = answers
        self._say = say
        self._kept = 0

    @property
    def spent(self) -> Spent:
        return Spent(self._calls.sent, self._kept)

    def query(self, query: CostQuery) -> CostAnswer:
        operation = "get_cost_and_usage"
        if query.resources:
            operation = "get_cost_and_usage_with_resources"
        by = " and ".join(map(str, query.by)) or "the whole"
        self._say(f"reading costs from Cost Explorer for {query.start} to {query.end} by {by}")
        pages = self._pages(operation, written(query))
        return CostAnswer(
            lines=tuple(line for page in pages for line in lines(query, page)),
            names=dict(pair for page in pages for pair in names(page)),
        )

    def tags(self, start: date, end: date, *, key: str = "") -> list[str]:
        self._say(f"reading from Cost Explorer: the {f'values of {key}' if key else 'tags in use'}")
        request: dict[str, object] = {"TimePeriod": period(start, end)}
        if key:
            request["TagKey"] = key
        pages = self._pages("get_tags", request)
        return sorted({str(tag) for page in pages for tag in page["Tags"]})

    def _pages(self, operation: str, request: Mapping[str, object]) -> list[Mapping[str, Any]]:
        kept = self._answers.find(operation, request) if self._answers else None
        if kept is not None:
            self._kept += 1
            return list(kept)
        pages = self._whole(operation, request)
        if self._answers:
            self._answers.keep(operation, request, pages)
        return pages

    def _whole(self, operation: str, request: Mapping[str, object]) -> list[Mapping[str, Any]]:
        """Read all pages; once more from the first where the token of a next one went bad."""
        failure = ""
        for _ in range(_TIMES_FROM_THE_START):
            try:
                return self._read(operation, request)
            except PagesChangedError as changed:
                failure = str(changed)
        raise AwsRefusedError(
            COST_REPORTS[operation],
            failure,
            "the pages of the response changed twice while they were read",
            "Try again in some minutes.",
        )

    def _read(self, operation: str, request: Mapping[str, object]) -> list[Mapping[str, Any]]:
        pages: list[Mapping[str, Any]] = []
        token: Mapping[str, object] = {}
        while True:
            answer = self._calls.send(operation, {**request, **token})
            pages.append(
                {k: answer[k] for k in answer if k not in {"ResponseMetadata", "NextPageToken"}}
            )
            if not answer.get("NextPageToken"):
                return pages
            token = {"NextPageToken": answer["NextPageToken"]}
