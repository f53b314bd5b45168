"""Data Exports of AWS Billing: existing exports, their possible columns, and new ones.

Implements `ports.bills.Exports`. The service has one endpoint, in us-east-1.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from apportion.model.aws.export_definition import Call, Export
from apportion.model.timestamp import utc_text

from .actions import DATA_EXPORTS, IDENTITY
from .api_calls import Calls, Client

SERVICE = "bcm-data-exports"
REGION = "us-east-1"


class DataExports:
    """Uses boto3 clients of the services `bcm-data-exports` and `sts`."""

    def __init__(
        self,
        clients: Callable[[str, str], Client],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        client = clients(SERVICE, REGION)
        self._calls = Calls(client, DATA_EXPORTS, budget=sys.maxsize, sleep=sleep)
        self._clients = clients
        self._sleep = sleep

    def list_exports(self) -> list[Export]:
        arns: list[str] = []
        token: dict[str, object] = {}
        while True:
            answer = self._calls.send("list_exports", token)
            arns += [str(each["ExportArn"]) for each in answer.get("Exports", ())]
            if not answer.get("NextToken"):
                break
            token = {"NextToken": answer["NextToken"]}
        found = [self._calls.send("get_export", {"ExportArn": arn}) for arn in arns]
        return sorted(map(_export, found), key=lambda export: str(export.definition["Name"]))

    def columns(self, table: str, properties: Mapping[str, str]) -> list[str]:
        request = {"TableName": table, "TableProperties": dict(properties)}
        answer = self._calls.send("get_table", request)
        return [str(column["Name"]) for column in answer.get("Schema", ())]

    def identity(self) -> tuple[str, str]:
        client = self._clients("sts", REGION)
        calls = Calls(client, IDENTITY, budget=sys.maxsize, sleep=self._sleep)
        answer = calls.send("get_caller_identity", {})
        return str(answer["Account"]), str(answer["Arn"]).split(":")[1]

    def create(self, call: Call) -> str:
        return str(self._calls.send(call.operation, call.parameters)["ExportArn"])


def _export(answer: Mapping[str, Any]) -> Export:
    definition: Mapping[str, Any] = answer["Export"]
    status: Mapping[str, Any] = answer.get("ExportStatus", {})
    refreshed = status.get("LastRefreshedAt")
    return Export(
        arn=str(definition.get("ExportArn", "")),
        definition=definition,
        status=str(status.get("StatusCode", "")),
        reason=str(status.get("StatusReason", "")),
        refreshed=utc_text(refreshed) if isinstance(refreshed, datetime) else "",
    )
