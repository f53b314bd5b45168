"""Writes down every call that boto3 makes, by the IAM actions that AWS checks for it.

boto3 logs each request before it is sent: the log has all clients of the process,
whoever made them, and nothing of them is changed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

#: The account of moto's server.
ACCOUNT = "123456789012"

_LOG = "botocore.endpoint"

#: Where an operation needs other actions than the one of its own name (Service Authorization
#: Reference). That of CreateExport is in the guide of Data Exports.
_OTHERWISE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("s3", "HeadBucket"): ("s3:ListBucket",),
    ("s3", "ListObjectsV2"): ("s3:ListBucket",),
    ("s3", "HeadObject"): ("s3:GetObject",),
    ("s3", "DeleteObjects"): ("s3:DeleteObject",),
    ("bcm-data-exports", "CreateExport"): (
        "bcm-data-exports:CreateExport",
        "cur:PutReportDefinition",
    ),
    # IAM names the tagging API otherwise, and Resource Explorer's list by its search.
    ("resource-explorer-2", "ListResources"): ("resource-explorer-2:Search",),
    ("tagging", "GetResources"): ("tag:GetResources",),
    ("tagging", "TagResources"): ("tag:TagResources",),
    ("tagging", "UntagResources"): ("tag:UntagResources",),
    # Everybody may ask who they are, and a trust policy lets somebody in.
    ("sts", "GetCallerIdentity"): (),
    ("sts", "AssumeRole"): (),
}


@dataclass(eq=False)
class Called(logging.Handler):
    """`actions` in the order in which they were first called, `resources` what they were about.

    Resources are those of services whose requests name them: S3, Glue, DynamoDB, Athena, SNS.
    """

    actions: dict[str, int] = field(default_factory=dict)
    resources: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        if not (record.args and str(record.msg).startswith("Making request for ")):
            return
        operation, request = record.args  # type: ignore[misc] - botocore's own
        service = operation.service_model
        prefix = service.signing_name
        for action in _OTHERWISE.get((prefix, operation.name), (f"{prefix}:{operation.name}",)):
            self.actions[action] = self.actions.get(action, 0) + 1
            for arn in _resources(prefix, request):
                self.resources.add((action, arn))


@contextmanager
def listening(called: Called | None = None) -> Iterator[Called]:
    """Hear all calls that are made for the while."""
    log, called = logging.getLogger(_LOG), called or Called()
    before, passed_on = log.level, log.propagate
    log.addHandler(called)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    try:
        yield called
    finally:
        log.removeHandler(called)
        log.setLevel(before)
        log.propagate = passed_on


def allows(policy: Mapping[str, Any], action: str, arn: str) -> bool:
    """Tell whether a policy allows an action on a resource."""
    return any(
        action in _listed(statement["Action"])
        and any(fnmatchcase(arn, pattern) for pattern in _listed(statement["Resource"]))
        for statement in policy["Statement"]
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _resources(service: str, request: Mapping[str, Any]) -> list[str]:
    """Read what a request is about; all of it must be allowed."""
    if service == "s3":
        # A server of ours has bucket and key in the path; keys to delete stand in the body.
        place = "arn:aws:s3:::" + unquote(urlsplit(request["url"]).path)[1:].rstrip("/")
        if urlsplit(request["url"]).query.startswith("delete"):
            tree = ET.fromstring(request["body"])
            return [f"{place}/{key.text}" for key in tree.iter() if key.tag.endswith("}Key")]
        return [place]
    body = request["body"]
    wanted = body if isinstance(body, dict) else json.loads(body or b"{}")
    here = f"arn:aws:{service}:{request['context']['client_region']}:{ACCOUNT}"
    if service == "glue":
        return _in_the_catalog(here, wanted)
    if "TableName" in wanted:
        return [f"{here}:table/{wanted['TableName']}"]
    if "WorkGroup" in wanted:
        return [f"{here}:workgroup/{wanted['WorkGroup']}"]
    return [wanted["TopicArn"]] if "TopicArn" in wanted else []


def _in_the_catalog(here: str, wanted: Mapping[str, Any]) -> list[str]:
    """Glue asks for the catalog, the database and the table of every call."""
    if "DatabaseName" not in wanted:
        name = wanted.get("Name") or wanted["DatabaseInput"]["Name"]
        return [f"{here}:catalog", f"{here}:database/{name}"]
    database = wanted["DatabaseName"]
    table = wanted.get("Name") or wanted["TableInput"]["Name"]
    return [f"{here}:catalog", f"{here}:database/{database}", f"{here}:table/{database}/{table}"]
