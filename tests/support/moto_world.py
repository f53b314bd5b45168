"""AWS as moto's server has it, over HTTP: clients for a test, and an environment for a program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

import moto_server

REGION = "eu-central-1"
SECRET = "secret-that-nobody-may-print"


@dataclass(frozen=True)
class MotoWorld:
    """One server; tests keep apart by the names of what they make."""

    endpoint: str

    def client(self, service: str, region: str = "") -> Any:
        """Make a client as `wiring` is given one."""
        return boto3.client(
            service,
            region_name=region or REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key=SECRET,
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        )

    def bucket(self) -> str:
        """Make a bucket that no other test has."""
        name = f"lake-{uuid4().hex[:12]}"
        where = {"LocationConstraint": REGION}
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
        return name

    def bucket_like(self, other: str) -> str:
        """Make a bucket with all objects of another one, without a request for each."""
        name, s3 = self.bucket(), s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        for key in s3.get_bucket(other).keys.values():
            s3.copy_object(key, name, key.name)
        return name

    def environment(self) -> dict[str, str]:
        """Give the environment in which a program finds this AWS."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return own | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextmanager
def serving() -> Iterator[MotoWorld]:
    """Run a server for as long as it is needed, on a port that is free."""
    with moto_server.serving() as port:
        yield MotoWorld(f"http://127.0.0.1:{port}")
