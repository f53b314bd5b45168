"""Loaded by a fork server before it forks, as the last: with a client, boto3 has read its files."""

from __future__ import annotations

import gc

import boto3

from moto_world import REGION, SECRET

for _service in ("s3", "glue"):
    boto3.client(
        _service,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key=SECRET,
    )

gc.freeze()  # what is there now is no garbage in any of them
