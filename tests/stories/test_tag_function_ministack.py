"""The whole way in an emulator: an event in the queue, the zip run as Lambda, tags on a resource.

`make ministack` installs it beside the environment; without it this test is skipped.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from apportion.core.tags.policy.json import policy_json
from apportion.core.tags.policy.read import read_tag_policy
from programs import needed
from trail_events import event
from waiting import until, until_answers

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / ".venv-ministack" / "bin" / "ministack"
REGION, ACCOUNT = "eu-central-1", "000000000000"
POLICY = """
apportion: 1
keys:
  CostCenter: {about: who pays, mandatory: always, values: [FIN-100, RET-200]}
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = needed("ministack")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("ministack")
    environment = {**os.environ, "GATEWAY_PORT": str(port), "LAMBDA_EXECUTOR": "local"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [program], env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        until_answers(f"http://127.0.0.1:{port}/_ministack/health", lambda: process.poll() is None)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def test_what_the_queue_brings_is_judged_and_tagged(endpoint: str, tmp_path: Path) -> None:
    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    queue = _prepared(client, tmp_path)
    made = client("sqs").create_queue(QueueName="jobs", tags={"Project": "x"})["QueueUrl"]
    result = event("sqs", "CreateQueue", {"queueName": "jobs"}, {"queueUrl": made})
    result["account"] = result["detail"]["recipientAccountId"] = ACCOUNT
    client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(result))
    client("sqs").send_message(QueueUrl=queue, MessageBody="no event")

    def tags() -> dict[str, str]:
        result: dict[str, str] = client("sqs").list_queue_tags(QueueUrl=made).get("Tags", {})
        return result

    until(lambda: "CostCenter" in tags())
    assert tags() == {"Project": "x", "CostCenter": "RET-200"}


def _prepared(client: Any, folder: Path) -> str:
    place = folder / "validate_tags.zip"
    program = [sys.executable, ROOT / "release" / "lambda_zip.py", place]
    subprocess.run(program, check=True, capture_output=True)
    policy, findings = read_tag_policy(POLICY, name="tags.yaml")
    assert policy is not None, findings
    client("dynamodb").create_table(
        TableName="events",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    defaults = json.dumps({ACCOUNT: {"CostCenter": "RET-200"}})
    item = {"id": "policy", "policy": policy_json(policy), "defaults": defaults}
    client("dynamodb").put_item(
        TableName="events", Item={key: {"S": value} for key, value in item.items()}
    )
    trust = {"Version": "2012-10-17", "Statement": []}
    role = client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(trust))
    client("lambda").create_function(
        FunctionName="validate",
        Runtime="python3.11",
        Role=role["Role"]["Arn"],
        Handler="apportion.lambdas.validate_tags.main",
        Code={"ZipFile": place.read_bytes()},
        Timeout=900,
        Environment={"Variables": {"APPORTION_TABLE": "events", "APPORTION_ACT": "tag"}},
    )
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    wanted = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    client("lambda").create_event_source_mapping(
        EventSourceArn=wanted["Attributes"]["QueueArn"],
        FunctionName="validate",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return str(queue)
