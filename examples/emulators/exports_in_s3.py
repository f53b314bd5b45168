"""Deliveries of an export, written into a bucket as AWS Billing writes them: the manifest last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class ExportInS3:
    """An export. `partition` is spelt as CUR 2.0 does; FOCUS exports use small letters."""

    client: Any
    bucket: str
    key: str = "exports/focus"
    partition: str = "BILLING_PERIOD"

    @property
    def address(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]

    def manifest(self, period: str) -> str:
        return f"{self.key}/metadata/{self.partition}={period}/{self.name}-Manifest.json"

    def file(self, period: str, number: int, folder: str = "") -> str:
        at = f"{self.key}/data/{self.partition}={period}/{f'{folder}/' if folder else ''}"
        return f"{at}{self.name}-{number:05d}.snappy.parquet"

    def deliver(
        self, period: str, files: Sequence[bytes], *, execution: str, folder: str = ""
    ) -> list[str]:
        """Write files and then the manifest; with a folder, beside what was there before."""
        keys = self.write(period, files, folder=folder)
        self.announce(period, [f"s3://{self.bucket}/{key}" for key in keys], execution=execution)
        return keys

    def write(self, period: str, files: Sequence[bytes], *, folder: str = "") -> list[str]:
        keys = [self.file(period, n, folder) for n in range(1, len(files) + 1)]
        for key, content in zip(keys, files, strict=True):
            self.client.put_object(
                Bucket=self.bucket, Key=key, Body=content, ChecksumAlgorithm="SHA256"
            )
        return keys

    def announce(self, period: str, named: Sequence[str], *, execution: str) -> None:
        content = {
            "executionId": execution,
            "exportArn": "arn:aws:bcm-data-exports:us-east-1:000000000001:export/focus-1",
            "columns": [],
            "dataFiles": list(named),
            "additionalOutputFiles": [],
        }
        self.client.put_object(
            Bucket=self.bucket, Key=self.manifest(period), Body=json.dumps(content).encode()
        )
