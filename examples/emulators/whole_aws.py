"""All of AWS that Apportion calls, on this machine: moto's server behind a front that writes every
request down, with Cost Explorer and Data Exports beside it, which moto does not have.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from . import cost_explorer_fake, data_exports_fake, s3_front
from .cost_explorer_fake import FakeCostExplorer
from .data_exports_fake import FakeDataExports
from .s3_front import Front, ReceivedRequest

REGION = "eu-west-1"


@dataclass(frozen=True)
class WholeAws:
    """`environment` is all that a program needs to find this AWS and no other."""

    front: Front
    cost_explorer: FakeCostExplorer
    data_exports: FakeDataExports
    environment: dict[str, str]

    def client(self, service: str, region: str = REGION) -> Any:
        """Make a client for what happens in AWS by itself, or by other people."""
        found = self.environment
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=found["AWS_ENDPOINT_URL"],
            aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
        )

    def objects(self, bucket: str) -> dict[str, tuple[str, str]]:
        """List the objects of a bucket with their hash and when they were written."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        found = [each for page in pages for each in page.get("Contents", [])]
        return {each["Key"]: (each["ETag"], str(each["LastModified"])) for each in found}

    def downloads(self, since: int) -> list[ReceivedRequest]:
        """Files of a bill that were read after so many requests."""
        return [request for request in self.front.requests[since:] if request.of_data]


@contextmanager
def running(tag_keys: list[str]) -> Iterator[WholeAws]:
    """Run it on free ports. Resources carry `tag_keys`, none of which is in bills yet."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it tells of every request
    costs = FakeCostExplorer([], tag_keys={key: cost_explorer_fake.TagKey() for key in tag_keys})
    exports = FakeDataExports()
    with (
        s3_front.serving() as front,
        cost_explorer_fake.serving(costs) as at_costs,
        data_exports_fake.serving(exports) as at_exports,
    ):
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = own | {
            "AWS_ENDPOINT_URL": front.endpoint,
            "AWS_ENDPOINT_URL_COST_EXPLORER": at_costs,
            "AWS_ENDPOINT_URL_BCM_DATA_EXPORTS": at_exports,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        yield WholeAws(front, costs, exports, environment)
