"""Data sources: who and where one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .cloud import ACCOUNT, Cloud

Values = dict[str, Any]


def look_up(name: str, wanted: Values, cloud: Cloud) -> Values:
    """Answer a data source; one that is not known here fails the test that uses it."""
    return _ANSWERS[name](wanted, cloud)


def _identity(_asked: Values, _cloud: Cloud) -> Values:
    caller = f"arn:aws:iam::{ACCOUNT}:user/test"
    return {"account_id": ACCOUNT, "arn": caller, "user_id": "AIDATEST", "id": ACCOUNT}


def _region(_asked: Values, cloud: Cloud) -> Values:
    return {"name": cloud.region, "region": cloud.region, "id": cloud.region}


def _partition(_asked: Values, _cloud: Cloud) -> Values:
    return {"partition": "aws", "dns_suffix": "amazonaws.com", "id": "aws"}


_ANSWERS: Mapping[str, Callable[[Values, Cloud], Values]] = {
    "aws_caller_identity": _identity,
    "aws_region": _region,
    "aws_partition": _partition,
}
