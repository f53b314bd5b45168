"""Loaded by a fork server before it forks: boto3 has read its files when a client is made."""

from __future__ import annotations

import boto3

from moto_world import REGION, SECRET

for _service in ("s3", "glue"):
    boto3.client(
        _service,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key=SECRET,
    )
