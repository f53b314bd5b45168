"""A Cost Explorer over a small bill, served over HTTP as AWS serves it (JSON 1.1).

It filters, groups, pages and refuses as the API reference says. What a test wants to go wrong it
puts into `faults` (answered once each, in order), `denied` or `spoiled`.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from botocore.config import Config

METRICS = {
    *("AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost", "UnblendedCost"),
    *("NormalizedUsageAmount", "UsageQuantity"),
}
CALLER = "arn:aws:sts::111111111111:assumed-role/reports/anna"


@dataclass(frozen=True)
class Cost:
    """One line of the bill. Metrics without an amount of their own are the unblended cost."""

    day: date
    amount: str
    tags: Mapping[str, str] = field(default_factory=dict)
    account: str = "111111111111"
    service: str = "Amazon Elastic Compute Cloud - Compute"
    resource: str = "NoResourceId"
    metrics: Mapping[str, str] = field(default_factory=dict)

    def value(self, kind: str, key: str) -> str | None:
        """Give a dimension's or tag's value; None where there is no such tag."""
        if kind in {"TAG", "Tags"}:
            return self.tags.get(key)
        dimensions = {
            "LINKED_ACCOUNT": self.account,
            "SERVICE": self.service,
            "RESOURCE_ID": self.resource,
        }
        return dimensions[key]


class RefusedError(Exception):
    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class TagKey:
    """A key among the cost allocation tags. A `refusal` is what activating it meets."""

    status: str = "Inactive"
    kind: str = "UserDefined"
    refusal: str = ""


THROTTLED = RefusedError("LimitExceededException", "Rate exceeded")
EXPIRED = RefusedError(
    "ExpiredTokenException", "The security token included in the request is expired"
)


@dataclass
class FakeCostExplorer:
    """`calls` are the actions that were asked for, with what was asked, refused ones included."""

    costs: Sequence[Cost]
    page: int = 1000
    estimated_from: date = date.max
    names: Mapping[str, str] = field(default_factory=dict)
    faults: list[RefusedError] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    spoiled: int = 0  # how many tokens will not be known any more
    opted_in: bool = True  # to costs of single resources
    lost: Decimal = Decimal(0)  # what answers without groups and filter have more than the costs
    tag_keys: dict[str, TagKey] = field(default_factory=dict)
    backfills: list[dict[str, str]] = field(default_factory=list)  # the newest first
    categories: list[dict[str, Any]] = field(default_factory=list)
    now: datetime = datetime(2026, 9, 3, 8, tzinfo=UTC)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list, repr=False)
    _tokens: dict[str, tuple[str, int]] = field(default_factory=dict, repr=False)

    def answer(self, action: str, asked: dict[str, Any]) -> Mapping[str, Any]:
        self.calls.append((action, asked))
        if self.faults:
            raise self.faults.pop(0)
        if action in self.denied:
            raise RefusedError(
                "AccessDeniedException",
                f"User: {CALLER} is not authorized to perform: ce:{action} on resource: "
                f"arn:aws:ce:us-east-1:111111111111:/{action} because no identity-based policy "
                f"allows the ce:{action} action",
            )
        other = {
            "GetTags": self._tags,
            "ListCostAllocationTags": self._tag_keys,
            "UpdateCostAllocationTagsStatus": self._update_tag_keys,
            "StartCostAllocationTagBackfill": self._start_backfill,
            "ListCostAllocationTagBackfillHistory": self._backfill_history,
            "ListCostCategoryDefinitions": self._list_categories,
            "DescribeCostCategoryDefinition": self._describe_category,
        }
        if action in other:
            return other[action](asked)
        if action == "GetCostAndUsageWithResources":
            self._check_resources(asked)
        return self._costs(asked)

    def _check_resources(self, asked: Mapping[str, Any]) -> None:
        if not self.opted_in:
            raise RefusedError("DataUnavailableException", "Data is not available")
        if "RESOURCE_ID" not in json.dumps([asked.get("GroupBy"), asked["Filter"]]):
            raise RefusedError("ValidationException", "Group or filter by RESOURCE_ID")

    def _costs(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        groups = asked.get("GroupBy") or []
        if len(groups) > 2:
            raise RefusedError("ValidationException", "Group Definition value count: at most 2")
        if not asked.get("Metrics") or set(asked["Metrics"]) - METRICS:
            raise RefusedError("ValidationException", "Metrics")
        results = [self._result(start, end, asked) for start, end in _steps(asked)]
        flat = [(at, g) for at, day in enumerate(results) for g in (day["Groups"] or [None])]
        shown, token = self._paged(flat, asked)
        page: list[dict[str, Any]] = []
        for at, group in shown:
            if not page or page[-1]["TimePeriod"] != results[at]["TimePeriod"]:
                page.append({**results[at], "Groups": []})
            if group:
                page[-1]["Groups"].append(group)
        about = [
            {"Value": account, "Attributes": {"description": name}}
            for account, name in self.names.items()
        ]
        answer: dict[str, Any] = {"ResultsByTime": page, "DimensionValueAttributes": []}
        if any(group["Key"] == "LINKED_ACCOUNT" for group in groups):
            answer["DimensionValueAttributes"] = about
        return {**answer, **token}

    def _result(self, start: date, end: date, asked: Mapping[str, Any]) -> dict[str, Any]:
        groups, metrics = asked.get("GroupBy") or [], asked["Metrics"]
        sums: dict[tuple[str, ...], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for cost in self.costs:
            if start <= cost.day < end and matches(cost, asked.get("Filter")):
                keys = tuple(_key(cost, group["Type"], group["Key"]) for group in groups)
                for metric in metrics:
                    sums[keys][metric] += Decimal(cost.metrics.get(metric, cost.amount))
        if not groups and not asked.get("Filter") and sums:
            for metric in metrics:
                sums[()][metric] += self.lost
        return {
            "TimePeriod": {"Start": str(start), "End": str(end)},
            "Estimated": start >= self.estimated_from,
            "Total": {} if groups else _money(sums[()], metrics),
            "Groups": [
                {"Keys": list(keys), "Metrics": _money(sums[keys], metrics)}
                for keys in sorted(sums)
            ]
            if groups
            else [],
        }

    def _tags(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        (start, end), key = _period(asked), asked.get("TagKey")
        seen = [cost.tags for cost in self.costs if start <= cost.day < end]
        found = {tags.get(key, "") for tags in seen} if key else {k for tags in seen for k in tags}
        shown, token = self._paged(sorted(found), asked)
        return {"Tags": shown, "ReturnSize": len(shown), "TotalSize": len(found), **token}

    def _tag_keys(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if not 1 <= asked.get("MaxResults", 100) <= 1000:
            raise RefusedError("ValidationException", "MaxResults")
        rows = [
            {"TagKey": key, "Type": tag.kind, "Status": tag.status}
            for key, tag in sorted(self.tag_keys.items())
        ]
        shown, token = self._paged(rows, asked, "NextToken")
        return {"CostAllocationTags": shown, **token}

    def _update_tag_keys(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change what can be changed; the rest is told in an answer that says success."""
        entries = asked["CostAllocationTagsStatus"]
        if not 1 <= len(entries) <= 20:
            raise RefusedError("ValidationException", "Member must have length at most 20")
        errors = []
        for entry in entries:
            tag = self.tag_keys.get(entry["TagKey"], TagKey(refusal="TagKeysNotFoundException"))
            if tag.refusal:
                error = {"Code": tag.refusal, "Message": "Tag keys not found"}
                errors.append({"TagKey": entry["TagKey"], **error})
            else:
                tag.status = entry["Status"]
        return {"Errors": errors}

    def _start_backfill(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        since = datetime.fromisoformat(asked["BackfillFrom"])
        if since.day != 1 or (self.now.year - since.year) * 12 + self.now.month - since.month > 12:
            raise RefusedError("ValidationException", "BackfillFrom")
        for backfill in self.backfills:
            requested = datetime.fromisoformat(backfill["RequestedAt"])
            running = backfill["BackfillStatus"] == "PROCESSING"
            if running or self.now - requested < timedelta(hours=24):
                message = "You already have a backfill, or had one in the last 24 hours"
                raise RefusedError("BackfillLimitExceededException", message)
        backfill = {
            "BackfillFrom": asked["BackfillFrom"],
            "RequestedAt": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "BackfillStatus": "PROCESSING",
        }
        self.backfills.insert(0, backfill)
        return {"BackfillRequest": backfill}

    def _backfill_history(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        shown, token = self._paged(self.backfills, asked, "NextToken")
        return {"BackfillRequests": shown, **token}

    def _list_categories(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = [
            {"CostCategoryArn": each["CostCategoryArn"], "Name": each["Name"]}
            for each in self.categories
        ]
        shown, token = self._paged(rows, asked, "NextToken")
        return {"CostCategoryReferences": shown, **token}

    def _describe_category(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        for each in self.categories:
            if each["CostCategoryArn"] == asked["CostCategoryArn"]:
                return {"CostCategory": each}
        raise RefusedError("ResourceNotFoundException", "No Cost Categories found")

    def _paged(
        self, rows: list[Any], asked: Mapping[str, Any], name_of_token: str = "NextPageToken"
    ) -> tuple[list[Any], dict[str, str]]:
        request = json.dumps(
            {name: asked[name] for name in asked if name != name_of_token}, sort_keys=True
        )
        first = 0
        if name_of_token in asked:
            known, first = self._tokens.get(asked[name_of_token], ("", 0))
            if not known or self.spoiled:
                self.spoiled = max(self.spoiled - 1, 0)
                raise RefusedError("InvalidNextTokenException", "The token is not valid")
            if known != request:
                raise RefusedError("RequestChangedException", "Your request parameters changed")
        if first + self.page >= len(rows):
            return rows[first:], {}
        token = f"page-{len(self._tokens)}"
        self._tokens[token] = request, first + self.page
        return rows[first : first + self.page], {name_of_token: token}


def matches(cost: Cost, where: Mapping[str, Any] | None) -> bool:
    """Tell whether a Cost Explorer expression lets a cost through."""
    if not where:
        return True
    ((word, inner),) = where.items()
    if word == "And":
        return all(matches(cost, each) for each in inner)
    if word == "Or":
        return any(matches(cost, each) for each in inner)
    if word == "Not":
        return not matches(cost, inner)
    if set(inner.get("MatchOptions", ())) - {"EQUALS", "CASE_SENSITIVE", "ABSENT"}:
        raise RefusedError("ValidationException", "MatchOptions")
    value = cost.value(word, inner["Key"])
    if "ABSENT" in inner.get("MatchOptions", ()):
        return value is None
    return value in inner["Values"]


def _key(cost: Cost, kind: str, key: str) -> str:
    value = cost.value(kind, key) or ""
    return f"{key}${value}" if kind == "TAG" else value


def _money(sums: Mapping[str, Decimal], metrics: Sequence[str]) -> dict[str, dict[str, str]]:
    return {
        metric: {"Amount": f"{sums.get(metric, Decimal(0)):f}", "Unit": "USD"} for metric in metrics
    }


def _period(asked: Mapping[str, Any]) -> tuple[date, date]:
    start, end = (date.fromisoformat(asked["TimePeriod"][name]) for name in ("Start", "End"))
    if start >= end:
        raise RefusedError("ValidationException", "Start date should be before end date")
    return start, end


def _steps(asked: Mapping[str, Any]) -> Iterator[tuple[date, date]]:
    start, end = _period(asked)
    while start < end:
        step = start + timedelta(days=1)
        if asked["Granularity"] == "MONTHLY":
            step = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield start, min(step, end)
        start = step


@contextmanager
def serving(fake: FakeCostExplorer) -> Iterator[str]:
    """Serve on a free port of this machine; gives the endpoint's address."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            action = self.headers["X-Amz-Target"].removeprefix("AWSInsightsIndexService.")
            try:
                status, answer = 200, fake.answer(action, asked)
            except RefusedError as refused:
                status = refused.status
                answer = {"__type": refused.code, "message": refused.message}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the test's output is the test's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def client_of(endpoint: str, *, secret: str = "secret") -> Any:
    """Make boto3's client, as a program would that injects its own."""
    return boto3.client(
        "ce",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="AKIATEST",
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )
