"""Our evaluator and generated policies against an emulator of AWS that somebody else wrote.

`make ministack` installs it beside the environment; without it these tests are skipped. It has no
service control policies that bite, so the documents are attached to a user, where a Deny means the
same. Of EC2 it does not look at resources, so launches are not compared.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from apportion.core.tags.policy.read import read_tag_policy
from apportion.core.tags.scp.generate import control_policies
from apportion.core.tags.scp.iam_evaluator import FULL_ACCESS, Decision, Request, evaluate
from apportion.core.tags.scp.prove import tag_context
from apportion.model.tags.generated import TypeSpend
from programs import needed
from waiting import until_answers

PROGRAM = Path(__file__).parents[2] / ".venv-ministack" / "bin" / "ministack"
POLICY = """
apportion: 1
keys:
  CostCenter: {about: x, mandatory: always, values: [FIN-100, CX]}
  Project: {about: x, mandatory: always, values: {pattern: "[a-z]{3}[a-z-]*"}}
"""
TYPES = (
    "sqs:queue", "sns:topic", "dynamodb:table", "kms:key", "secretsmanager:secret",
    "ecr:repository", "kinesis:stream", "rds:cluster",
)  # fmt: skip
RIGHT = {"CostCenter": "CX", "Project": "checkout"}
NAMES = count(1)


class Emulator:
    """A running emulator with one user, whose policies a test chooses."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._root = self._client("iam", "test", "test")
        self._root.create_user(UserName="engineer")
        made = self._root.create_access_key(UserName="engineer")["AccessKey"]
        self._key = (made["AccessKeyId"], made["SecretAccessKey"])
        self._names: list[str] = []

    def attach(self, documents: list[dict[str, Any]]) -> None:
        for name in self._names:
            self._root.delete_user_policy(UserName="engineer", PolicyName=name)
        self._names = [f"p{number}" for number, _ in enumerate(documents)]
        for name, document in zip(self._names, documents, strict=True):
            self._root.put_user_policy(
                UserName="engineer", PolicyName=name, PolicyDocument=json.dumps(document)
            )

    def client(self, service: str) -> Any:
        return self._client(service, *self._key)

    def root(self, service: str) -> Any:
        return self._client(service, "test", "test")

    def _client(self, service: str, key: str, secret: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._endpoint,
            region_name="eu-west-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    program = needed("ministack")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GATEWAY_PORT": str(port), "AUTH": "true"}
    folder = tmp_path_factory.mktemp("ministack")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [program], env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        until_answers(f"http://127.0.0.1:{port}/_ministack/health", lambda: process.poll() is None)
        yield Emulator(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


def went(call: Callable[[], object]) -> bool:
    """Whether a call went through; anything but a refusal by policy counts as a failed test."""
    try:
        call()
    except ClientError as error:
        if "uthoriz" not in error.response["Error"]["Message"]:
            raise
        return False
    return True


def create(emulator: Emulator, action: str, tags: dict[str, str]) -> bool:
    client = emulator.client(action.partition(":")[0])
    name = f"name-{next(NAMES)}"
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    calls: dict[str, Callable[[], object]] = {
        "sqs:CreateQueue": lambda: client.create_queue(QueueName=name, tags=tags),
        "sns:CreateTopic": lambda: client.create_topic(Name=name, Tags=listed),
        "dynamodb:CreateTable": lambda: client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=listed,
        ),
        "kms:CreateKey": lambda: client.create_key(
            Tags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        ),
        "secretsmanager:CreateSecret": lambda: client.create_secret(
            Name=name, SecretString="x", Tags=listed
        ),
        "ecr:CreateRepository": lambda: client.create_repository(repositoryName=name, tags=listed),
        "kinesis:CreateStream": lambda: client.create_stream(
            StreamName=name, ShardCount=1, Tags=tags
        ),
        "rds:CreateDBCluster": lambda: client.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-mysql",
            MasterUsername="someone",
            MasterUserPassword="something-long",
            Tags=listed,
        ),
    }
    return went(calls[action])


CREATES = (
    "sqs:CreateQueue", "sns:CreateTopic", "dynamodb:CreateTable", "kms:CreateKey",
    "secretsmanager:CreateSecret", "ecr:CreateRepository", "kinesis:CreateStream",
    "rds:CreateDBCluster",
)  # fmt: skip


@pytest.fixture(scope="module")
def guarded(emulator: Emulator) -> tuple[Emulator, list[Any]]:
    """The user under the generated documents, and the documents."""
    policy, findings = read_tag_policy(POLICY, name="tags.yaml")
    assert policy is not None, findings
    made = control_policies(policy, [TypeSpend(kind, Decimal(1)) for kind in TYPES])
    assert set(made.types) == set(TYPES)
    documents: list[Any] = [FULL_ACCESS, *(json.loads(one.text) for one in made.documents)]
    emulator.attach(documents)
    return emulator, documents


@pytest.mark.parametrize("action", CREATES)
@pytest.mark.parametrize(
    "tags",
    [
        RIGHT,
        {},
        {"CostCenter": "CX"},
        {"Project": "checkout"},
        {**RIGHT, "CostCenter": "TBD"},
        {**RIGHT, "CostCenter": "cx"},
        {**RIGHT, "Project": "ab"},
        {**RIGHT, "Team": "heron"},
        {"costcenter": "CX", "Project": "checkout"},
        {**RIGHT, "cost-center": "CX"},
    ],
    ids=str,
)
def test_creation_is_decided_alike(
    guarded: tuple[Emulator, list[Any]], action: str, tags: dict[str, str]
) -> None:
    emulator, documents = guarded
    # Streams tell tags by resource, all others by request.
    resource = "arn:aws:kinesis:eu-west-1:000000000000:stream/x"
    own = evaluate(documents, Request(action, resource, context=tag_context(tags))).allowed
    assert create(emulator, action, tags) is own


def test_keeping_tags_is_decided_alike(guarded: tuple[Emulator, list[Any]]) -> None:
    emulator, documents = guarded
    queue = emulator.root("sqs").create_queue(QueueName=f"q-{next(NAMES)}", tags=RIGHT)["QueueUrl"]
    client = emulator.client("sqs")

    def ours(action: str, context: dict[str, tuple[str, ...]]) -> bool:
        return evaluate(documents, Request(action, "*", context=context)).allowed

    for keys in (["CostCenter"], ["Team"], ["costcenter"], ["Team", "Project"]):
        others = went(lambda keys=keys: client.untag_queue(QueueUrl=queue, TagKeys=keys))  # type: ignore[misc]  # bound at once
        assert others is ours("sqs:UntagQueue", {"aws:TagKeys": tuple(keys)}), keys
    for tags in ({"CostCenter": "FIN-100"}, {"CostCenter": "x"}, {"cost_center": "CX"}, {"a": "b"}):
        others = went(lambda tags=tags: client.tag_queue(QueueUrl=queue, Tags=tags))  # type: ignore[misc]  # bound at once
        assert others is ours("sqs:TagQueue", tag_context(tags)), tags


CONDITIONS: list[dict[str, Any]] = [
    {"Null": {"aws:RequestTag/A": "true"}},
    {"Null": {"aws:RequestTag/A": "true", "aws:RequestTag/B": "true"}},
    {"StringEquals": {"aws:RequestTag/A": ["x", "y"]}},
    {"StringNotEquals": {"aws:RequestTag/A": ["x", "y"]}},
    {"StringEqualsIgnoreCase": {"aws:RequestTag/A": "X"}},
    {"StringLike": {"aws:RequestTag/A": "x*"}},
    {"StringNotLike": {"aws:RequestTag/A": ["x?", "*z"]}},
    {"StringEqualsIfExists": {"aws:RequestTag/A": "x"}},
    {"ForAnyValue:StringEquals": {"aws:TagKeys": ["A", "C"]}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["A", "B"]}},
    {"ForAnyValue:StringLike": {"aws:TagKeys": ["cost*"]}},
    {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["A"]}},
    {"StringEquals": {"aws:RequestTag/A": "x"}, "Null": {"aws:RequestTag/B": "false"}},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
def test_conditions_are_decided_alike(emulator: Emulator, condition: dict[str, Any]) -> None:
    statement = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*", "Condition": condition}
    documents: list[Any] = [FULL_ACCESS, {"Version": "2012-10-17", "Statement": [statement]}]
    emulator.attach(documents)
    client = emulator.client("sqs")
    for tags in ({}, {"A": "x"}, {"A": "X"}, {"A": "xz", "B": "1"}, {"B": "1"}, {"cost": "1"}):
        name = f"q-{next(NAMES)}"
        others = went(lambda name=name, tags=tags: client.create_queue(QueueName=name, tags=tags))  # type: ignore[misc]  # bound at once
        request = Request("sqs:CreateQueue", "*", context=tag_context(tags))
        own = evaluate(documents, request).decision is not Decision.DENIED
        assert others is own, tags
