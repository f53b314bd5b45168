"""The function that judges what is created, with AWS over HTTP: SNS, DynamoDB, tags, EC2."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from apportion.app.tag_function import Function
from apportion.aws.event_store import DynamoEventStore
from apportion.core.tags.policy.json import policy_json
from apportion.core.tags.policy.read import read_tag_policy
from apportion.lambdas import validate_tags
from apportion.lambdas.validate_tags import run
from apportion.model.errors.base import AwsDeniedError, AwsRefusedError
from apportion.usecases.tags.validate_event import validate
from moto_world import REGION, MotoWorld, serving
from queues import taken
from trail_events import ACCOUNT, ADA, event, hostile, run_instances

ROOT = Path(__file__).parents[4]
NOW = 1_795_400_000
POLICY = """
apportion: 1
environment: Environment
keys:
  CostCenter:
    {about: who pays, mandatory: always, aliases: [cost-center], values: [FIN-100, RET-200]}
  Environment: {about: where, mandatory: always, values: [prod, dev]}
  AllocationKey: {about: both, mandatory: always, values: {pattern: "[A-Z]+-[0-9]+-[a-z]+"}}
rules:
  - {tag: AllocationKey, equals: "{CostCenter}-{Environment}"}
"""
RIGHT = {"CostCenter": "FIN-100", "Environment": "prod", "AllocationKey": "FIN-100-prod"}
DEFAULTS = {ACCOUNT: {"CostCenter": "RET-200", "Environment": "dev"}}


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


def policy_text() -> str:
    policy, findings = read_tag_policy(POLICY, name="tags.yaml")
    assert policy is not None, findings
    return policy_json(policy)


@dataclass
class Company:
    """The function's table and topic, a queue that hears the topic, and what the function says."""

    world: MotoWorld
    name: str = field(default_factory=lambda: f"tags-{uuid4().hex[:8]}")
    logged: list[dict[str, object]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.client("dynamodb").create_table(
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        sqs, sns = self.world.client("sqs"), self.world.client("sns")
        self.queue = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        topic = sns.create_topic(Name=self.name)["TopicArn"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.name}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.environment = {
            "APPORTION_TABLE": self.name,
            "APPORTION_TOPIC": topic,
            "AWS_LAMBDA_FUNCTION_NAME": "apportion-validate-tags",
        }
        self.put_policy(policy_text())

    def put_policy(self, text: str) -> None:
        item = {"id": "policy", "policy": text, "defaults": json.dumps(DEFAULTS)}
        self.world.client("dynamodb").put_item(
            TableName=self.name, Item={key: {"S": value} for key, value in item.items()}
        )

    def function(self, act: str = "", **more: str) -> Function:
        finding = {**self.environment, "APPORTION_ACT": act, **more}
        return Function(finding, self.world.client, lambda clients, _role, _session: clients)

    def hears(self, event: object, act: str = "", *, now: int = NOW, **more: str) -> Any:
        return run(event, self.function(act, **more), now=lambda: now, log=self.logged.append)

    def lines(self) -> list[dict[str, object]]:
        found = [line for line in self.logged if "verdict" in line]
        self.logged.clear()
        return found

    def mail(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in taken(self.world.client("sqs"), self.queue)]

    def instance(self, tags: dict[str, str] | None = None) -> str:
        """Launch one for real, in moto."""
        ec2 = self.world.client("ec2")
        made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
        id_: str = made["Instances"][0]["InstanceId"]
        if tags:
            self.tag(id_, tags)
        return id_

    def tag(self, id_: str, tags: dict[str, str]) -> None:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.world.client("ec2").create_tags(Resources=[id_], Tags=pairs)

    def tags(self, id_: str) -> dict[str, str]:
        filters = [{"Name": "resource-id", "Values": [id_]}]
        result = self.world.client("ec2").describe_tags(Filters=filters)["Tags"]
        return {one["Key"]: one["Value"] for one in result}


@pytest.fixture
def company(world: MotoWorld) -> Company:
    return Company(world)


def test_what_is_created_well_is_reported_and_no_one_is_bothered(company: Company) -> None:
    id_ = company.instance(RIGHT)
    assert company.hears(run_instances(id_, tags=RIGHT), "notify,tag,quarantine") == {
        "resources": 1
    }
    (line,) = company.lines()
    assert (line["verdict"], line["added"], line["notified"]) == ("valid", {}, False)
    assert company.mail() == []
    assert company.tags(id_) == RIGHT


def test_report_mode_changes_nothing_and_notifies_no_one(company: Company) -> None:
    id_ = company.instance()
    company.hears(run_instances(id_, tags={"CostCenter": "NOPE"}))
    (line,) = company.lines()
    assert line["verdict"] == "invalid"
    assert line["creator"] == "ada@acme.example"
    assert line["problem"] == (
        "Environment missing; AllocationKey missing; CostCenter unknown value: NOPE"
    )
    assert (company.mail(), company.tags(id_)) == ([], {})


def test_tags_that_came_by_a_second_call_count(company: Company) -> None:
    """Most programs create a bucket first, and tag it then."""
    id_ = company.instance(RIGHT)
    company.hears(run_instances(id_, tags={}), "notify")
    (line,) = company.lines()
    assert (line["verdict"], company.mail()) == ("valid", [])


def test_the_creator_is_notified_what_to_set(company: Company) -> None:
    id_ = company.instance()
    company.hears(run_instances(id_, tags={}), "notify")
    (message,) = company.mail()
    assert message["Subject"] == f"Tags: a resource in {ACCOUNT} (ec2:RunInstances)"
    assert "ada@acme.example called ec2:RunInstances" in message["Message"]
    assert "please set: CostCenter (FIN-100, RET-200)" in message["Message"]
    result = {name: one["Value"] for name, one in message["MessageAttributes"].items()}
    assert result == {
        "owner": "ada@acme.example",
        "creator": "ada@acme.example",
        "account": ACCOUNT,
    }


def test_a_chat_room_gets_a_notification_of_its_own_form(company: Company) -> None:
    topic = company.environment["APPORTION_TOPIC"]
    company.hears(
        run_instances(company.instance(), tags={}),
        "notify",
        APPORTION_TOPIC="",
        APPORTION_CHAT_TOPIC=topic,
    )
    (message,) = company.mail()
    shown = json.loads(message["Message"])
    assert (shown["version"], shown["source"]) == ("1.0", "custom")
    assert "please set" in shown["content"]["description"]


def test_what_can_be_derived_is_set_and_nothing_is_overwritten(company: Company) -> None:
    id_ = company.instance({"cost-center": "fin-100", "Environment": "moon"})
    company.hears(run_instances(id_, tags={}), "tag,quarantine", APPORTION_CREATOR_TAG="CreatedBy")
    (line,) = company.lines()
    day = company.tags(id_).pop("apportion:quarantine")
    assert re.fullmatch(r"2026-\d\d-\d\d", day)
    assert company.tags(id_) == {
        "cost-center": "fin-100",  # as it was
        "CostCenter": "FIN-100",  # what that meant
        "Environment": "moon",  # as it was: nobody knows what it means
        "CreatedBy": "ada@acme.example",
        "apportion:quarantine": day,
    }
    assert line["verdict"] == "invalid"

    company.tag(id_, {"Environment": "prod", "AllocationKey": "FIN-100-prod"})
    company.world.client("ec2").delete_tags(Resources=[id_], Tags=[{"Key": "cost-center"}])
    wanted = {"resourcesSet": {"items": [{"resourceId": id_}]}}
    company.hears(event("ec2", "CreateTags", wanted), "tag,quarantine")
    (line,) = company.lines()
    assert (line["verdict"], line["removed"]) == ("valid", ["apportion:quarantine"])
    assert "apportion:quarantine" not in company.tags(id_)


def test_an_account_s_default_fills_what_is_missing_and_rules_make_the_rest(
    company: Company,
) -> None:
    id_ = company.instance()
    company.hears(run_instances(id_, tags={}), "tag,notify")
    assert company.tags(id_) == {
        "CostCenter": "RET-200",
        "Environment": "dev",
        "AllocationKey": "RET-200-dev",
    }
    (message,) = company.mail()
    assert "set for you: CostCenter = RET-200, Environment = dev" in message["Message"]
    assert "please set" not in message["Message"]


def test_an_event_that_comes_twice_is_dealt_with_once(company: Company) -> None:
    created = run_instances(company.instance(), tags={})
    for _ in range(3):
        company.hears(created, "notify")
    assert [line.get("reason") for line in company.lines()] == [None, "done before", "done before"]
    assert len(company.mail()) == 1


def test_a_change_of_its_own_is_left_aside(company: Company) -> None:
    id_ = company.instance()
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/validate/apportion-validate-tags"
    own = {"type": "AssumedRole", "arn": arn}
    wanted = {"resourcesSet": {"items": [{"resourceId": id_}]}}
    company.hears(event("ec2", "CreateTags", wanted, identity=own), "quarantine")
    (line,) = company.lines()
    assert line["reason"] == "the function's own call"
    assert company.tags(id_) == {}


class Refuses:
    """Tags of an account in which the role may not look."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def look(self, _arns: object) -> dict[str, Any]:
        raise self._error

    def tag(self, _arns: object, _tags: object) -> dict[str, str]:
        raise self._error

    untag = tag


def test_an_event_that_failed_is_done_when_it_comes_again(company: Company) -> None:
    denied = Refuses(AwsDeniedError("tag:GetResources", "role", "no", "*"))
    bench = company.function().bench(today=date(2026, 11, 23), now=NOW)
    broken = replace(bench, live=lambda _account, _region: denied)
    created = run_instances(company.instance(), tags={})
    with pytest.raises(AwsDeniedError):
        validate(created, broken, today=date(2026, 11, 23), now=NOW)
    (line,) = validate(created, bench, today=date(2026, 11, 23), now=NOW)
    assert line["verdict"] == "invalid"


def test_a_kind_that_the_api_does_not_know_is_judged_by_its_event(company: Company) -> None:
    unknown = Refuses(AwsRefusedError("tag:GetResources", "InvalidParameterException", "no"))
    bench = company.function().bench(today=date(2026, 11, 23), now=NOW)
    bench = replace(bench, live=lambda _account, _region: unknown)
    today = date(2026, 11, 23)
    created = run_instances("i-0123456789abcdef0", tags={"CostCenter": "FIN-100"})
    (line,) = validate(created, bench, today=today, now=NOW)
    assert line["problem"] == "Environment missing; AllocationKey missing"
    wanted = {"resourcesSet": {"items": [{"resourceId": "i-0123456789abcdef0"}]}}
    (line,) = validate(event("ec2", "CreateTags", wanted), bench, today=today, now=NOW)
    assert line["reason"] == "its tags cannot be read"


def test_two_at_once_do_it_once_and_a_dead_one_is_taken_over(company: Company) -> None:
    memory = DynamoEventStore(company.world.client("dynamodb"), table=company.name, lease=60)
    created = run_instances(company.instance(), tags={})
    assert memory.begin(created["detail"]["eventID"], NOW)
    with pytest.raises(BlockingIOError):
        company.hears(created)
    company.hears(created, now=NOW + 61)
    assert company.lines()[0]["verdict"] == "invalid"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"source": "acme.tags"}, "its source is not a service of AWS"),
        ({"source": "aws.ec2\n"}, "its source is not a service of AWS"),
        ({"source": ["aws.ec2"]}, "its source is not a service of AWS"),
        ({"detail-type": "AWS Service Event via CloudTrail"},
         "its detail-type is not AWS API Call via CloudTrail"),
        ({"account": "210987654321"}, "its account is not that of the call"),
        ({"account": None}, "it names no account"),
    ],
)  # fmt: skip
def test_what_is_not_cloudtrail_s_own_event_touches_nothing(
    company: Company, changed: dict[str, object], why: str
) -> None:
    id_ = company.instance()
    sent = {**run_instances(id_, tags={}), **changed}
    assert company.hears(sent, "notify,tag,quarantine") == {"resources": 0}
    (line,) = company.lines()
    assert (line["verdict"], line["reason"]) == ("none", why)
    assert (company.mail(), company.tags(id_)) == ([], {})
    # It is not remembered either, so the true event of the same id is still judged.
    company.hears(run_instances(id_, tags={}) | {"detail": sent["detail"]})
    assert company.lines()[0]["verdict"] == "invalid"


def test_a_record_without_its_envelope_touches_nothing(company: Company) -> None:
    id_ = company.instance()
    company.hears(run_instances(id_, tags={})["detail"], "tag")
    assert company.lines()[0]["reason"] == "not an event of CloudTrail"
    assert company.tags(id_) == {}


def test_events_of_another_account_are_taken_only_with_a_role_of_members(company: Company) -> None:
    created = run_instances(company.instance(), tags={})
    company.hears(created, APPORTION_ACCOUNT="210987654321")
    assert company.lines()[0]["reason"] == "it comes from another account"
    members = {"APPORTION_ACCOUNT": "210987654321", "APPORTION_MEMBER_ROLE": "tagger"}
    company.hears(created, **members)
    assert company.lines()[0]["verdict"] == "invalid"


def test_of_a_batch_only_what_failed_comes_again(company: Company) -> None:
    fine, busy = (run_instances(company.instance(), tags={}) for _ in "ab")
    memory = DynamoEventStore(company.world.client("dynamodb"), table=company.name)
    memory.begin(busy["detail"]["eventID"], NOW)
    bodies = {"1": json.dumps(fine), "2": json.dumps(busy), "3": "no json", "4": "[" * 9_999}
    records = [{"messageId": id_, "body": body} for id_, body in bodies.items()]
    answer = company.hears({"Records": records})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert sum(line["verdict"] == "invalid" for line in company.lines()) == 1


def test_a_hundred_hostile_events_break_nothing(company: Company) -> None:
    """Alone and in a batch: each is dealt with, and none comes back for ever."""
    events = hostile()
    assert len(events) > 100
    function = company.function("")
    for one in events[::6]:
        run(one, function, now=lambda: NOW, log=company.logged.append)
    records = [{"messageId": str(at), "body": json.dumps(one)} for at, one in enumerate(events)]
    answer = run({"Records": records}, function, now=lambda: NOW, log=company.logged.append)
    assert answer == {"batchItemFailures": []}
    for line in company.lines():
        assert json.dumps(line).isascii()


def test_without_a_policy_it_fails_and_reports_it(company: Company) -> None:
    company.put_policy("")
    created = run_instances("i-0123456789abcdef0", tags={})
    with pytest.raises(ValueError, match="item `policy`"):
        company.hears(created)
    records = [{"messageId": "1", "body": json.dumps(created)}]
    assert company.hears({"Records": records}) == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_root_and_services_are_not_notified(company: Company) -> None:
    for identity in ({"type": "Root"}, {"type": "AWSService", "invokedBy": "autoscaling"}):
        created = run_instances(company.instance(), tags={})
        created["detail"]["userIdentity"] = identity
        company.hears(created, "notify,tag", APPORTION_CREATOR_TAG="Owner")
        assert company.lines()[0]["creator"] == ""
    attributes = [set(one.get("MessageAttributes", {})) for one in company.mail()]
    assert attributes == [{"account"}] * 2


# The zip, as Lambda runs it.

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from apportion.lambdas import validate_tags
print(json.dumps(validate_tags.main(json.loads(sys.argv[2]))))
outside = {name.partition(".")[0] for name in sys.modules}
print(json.dumps(sorted(outside & {"duckdb", "pyarrow", "yaml", "sqlglot", "pydantic", "numpy"})))
"""


def test_the_zip_is_small_the_same_each_time_and_works(company: Company, tmp_path: Path) -> None:
    places = [tmp_path / at / "validate_tags.zip" for at in "ab"]
    program = [sys.executable, ROOT / "release" / "lambda_zip.py", *places]
    subprocess.run(program, check=True, capture_output=True)
    assert places[0].read_bytes() == places[1].read_bytes()
    assert places[0].stat().st_size < 100_000
    with zipfile.ZipFile(places[0]) as zipped:
        assert {name.partition("/")[0] for name in zipped.namelist()} == {"apportion"}
        zipped.extractall(tmp_path / "task")
    id_ = company.instance()
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            str(tmp_path / "task"),
            json.dumps(run_instances(id_, tags={})),
        ],
        env=company.world.environment() | company.environment | {"APPORTION_ACT": "tag"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *_, answer, outside = done.stdout.splitlines()
    assert (json.loads(answer), json.loads(outside)) == ({"resources": 1}, [])
    assert company.tags(id_)["CostCenter"] == "RET-200"
    metrics = json.loads(done.stdout.splitlines()[-3])
    assert metrics["ResourcesInvalid"] == 1


def test_its_environment_is_the_documented_one() -> None:
    stated = set(re.findall(r"^(APPORTION_\w+)", validate_tags.__doc__ or "", re.MULTILINE))
    sources = ("app/tag_function.py", "lambdas/validate_tags.py")
    text = "".join((ROOT / "src" / "apportion" / name).read_text("utf-8") for name in sources)
    assert set(re.findall(r'"(APPORTION_\w+)"', text)) == stated
    assert ADA["type"] == "AssumedRole"
