"""CloudTrail's records become calls, whatever they came in; and nothing in them breaks anything."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.core.tags.events.cloudtrail import Call, creators, read_calls
from apportion.core.tags.policy.read import read_tag_policy
from apportion.core.tags.policy.verdict import Judge
from apportion.core.tags.scp.generate import control_policies
from apportion.core.tags.scp.replay import Replayed, replay
from apportion.model.tags.generated import TypeSpend
from apportion.model.tags.tag_policy import TagPolicy
from cloudtrail_records import ENGINEER, TAGS, record
from soak import examples


def call(*arguments: Any, **more: Any) -> Call:
    calls, unread = read_calls(json.dumps(record(*arguments, **more)))
    assert unread == 0
    return calls[0]


@pytest.mark.parametrize(
    ("source", "name", "wanted", "action"),
    [
        ("ec2", "RunInstances",
         {"tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": TAGS}]}},
         "ec2:RunInstances"),
        ("lambda", "CreateFunction20150331", {"tags": {"CostCenter": "CX"}},
         "lambda:CreateFunction"),
        ("rds", "CreateDBInstance", {"tags": TAGS}, "rds:CreateDBInstance"),
        ("s3", "PutBucketTagging", {"Tagging": {"TagSet": {"Tag": {"Key": "CostCenter",
                                                                  "Value": "CX"}}}},
         "s3:PutBucketTagging"),
        ("kms", "CreateKey", {"tags": [{"tagKey": "CostCenter", "tagValue": "CX"}]},
         "kms:CreateKey"),
        ("elasticloadbalancing", "CreateLoadBalancer", {"tags": TAGS},
         "elasticloadbalancing:CreateLoadBalancer"),
        ("sqs", "CreateQueue", {"tags": {"CostCenter": "CX"}}, "sqs:CreateQueue"),
        ("cloudfront", "CreateDistributionWithTags2020_05_31",
         {"distributionConfigWithTags": {"tags": {"items": TAGS}}},
         "cloudfront:CreateDistributionWithTags"),
        ("ec2", "CreateTags", {"tagSet": {"items": TAGS}}, "ec2:CreateTags"),
        ("monitoring", "PutMetricAlarm", {"tags": TAGS}, "cloudwatch:PutMetricAlarm"),
    ],
)  # fmt: skip
def test_tags_and_actions_of_many_services(
    source: str, name: str, wanted: object, action: str
) -> None:
    found = call(source, name, wanted)
    assert (found.action, found.tags) == (action, (("CostCenter", "CX"),))


@pytest.mark.parametrize(
    ("identity", "creator"),
    [
        (ENGINEER, "ann@example.com"),
        ({"type": "IAMUser", "userName": "bob"}, "bob"),
        ({"type": "Root", "arn": "arn:aws:iam::1:root"}, "root"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/asg/i-0123456789abcdef0"}, ""),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/fn/awslambda_1"}, ""),
        ({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}, ""),
        ("nonsense", ""),
    ],
)
def test_the_creator_is_a_person_or_no_one(identity: object, creator: str) -> None:
    assert call("sqs", "CreateQueue", {}, userIdentity=identity).creator == creator


def test_what_was_made_is_found_in_the_answer() -> None:
    answered = {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}
    found = call("ec2", "RunInstances", {}, responseElements=answered)
    assert found.resources == ("i-0123456789abcdef0",)
    assert call("s3", "CreateBucket", {"bucketName": "lake"}).resources == ("lake",)


def test_creators_are_reported_by_what_they_made() -> None:
    made = call("s3", "CreateBucket", {"bucketName": "lake"})
    nobody = call("s3", "CreateBucket", {"bucketName": "x"}, userIdentity={})
    failed = call("s3", "CreateBucket", {"bucketName": "y"}, errorCode="AccessDenied")
    assert creators([made, nobody, failed]) == {"lake": "ann@example.com"}


def test_records_come_in_many_wrappings() -> None:
    one = record("sqs", "CreateQueue")
    for text in (
        json.dumps({"Records": [one, one]}),
        f"{json.dumps(one)}\n{json.dumps(one)}\n",
        json.dumps([{"detail-type": "AWS API Call via CloudTrail", "detail": one}] * 2),
        json.dumps({"Events": [{"CloudTrailEvent": json.dumps(one)}] * 2}),
    ):
        calls, unread = read_calls(text)
        assert ([each.action for each in calls], unread) == (["sqs:CreateQueue"] * 2, 0)


def test_what_is_no_record_is_counted() -> None:
    text = '{"Records": [1, null, {"eventName": "x"}, {"eventSource": 5, "eventName": []}]}'
    assert read_calls(text) == ([], 4)
    assert read_calls("not json\n{}") == ([], 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["Records", "detail", "tags", "key", "value", "items", "arn", "type"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=examples(30))
@given(JSON, JSON, JSON)
def test_hostile_records_break_nothing(asked: Any, answered: Any, identity: Any) -> None:
    text = json.dumps(
        record("sqs", "CreateQueue", asked, responseElements=answered, userIdentity=identity)
    )
    calls, unread = read_calls(text)
    assert len(calls) + unread == 1
    again(calls)


@given(JSON)
def test_any_json_is_read(tree: Any) -> None:
    calls, _ = read_calls(json.dumps(tree))
    again(calls)


def test_deep_nesting_is_no_harm() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    assert read_calls(deep)[0] == []
    tree: Any = {}
    for _ in range(200):
        tree = {"tags": [tree]}
    assert call("sqs", "CreateQueue", tree).tags == ()


def policy() -> TagPolicy:
    found, findings = read_tag_policy(
        "apportion: 1\nkeys: {CostCenter: {about: x, mandatory: always, values: [CX]}}", name="t"
    )
    assert found is not None, findings
    return found


def again(calls: list[Call]) -> tuple[list[Replayed], int]:
    found = policy()
    bill = [TypeSpend("sqs:queue", Decimal(1)), TypeSpend("ec2:instance", Decimal(1))]
    made = control_policies(found, bill)
    return replay(found, made.documents, calls, Judge(found, today=date(2026, 9, 1)))


@pytest.mark.parametrize(
    ("found", "denied"),
    [
        (call("sqs", "CreateQueue", {"tags": {"CostCenter": "CX"}}), False),
        (call("sqs", "CreateQueue", {}), True),
        (call("sqs", "CreateQueue", {"tags": {"CostCenter": "TBD"}}), True),
        (call("ec2", "RunInstances", {}), True),
        (call("ec2", "RunInstances",
              {"tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": TAGS}]}}),
         False),
        (call("sqs", "TagQueue", {"tags": {"costcenter": "CX"}}), True),
        (call("sqs", "CreateQueue", {}, userIdentity={
            "type": "AssumedRole",
            "arn": "arn:aws:sts::1:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling"}), False),
        (call("sqs", "CreateQueue", {}, userIdentity={
            "type": "AWSService", "invokedBy": "x.amazonaws.com"}), False),
    ],
)  # fmt: skip
def test_what_would_have_been_denied(found: Call, denied: bool) -> None:  # noqa: FBT001 - a case
    done, others = again([found])
    assert ([one.denied for one in done], others) == ([denied], 0)


def test_what_failed_then_or_made_nothing_is_left_aside() -> None:
    calls = [
        call("sqs", "CreateQueue", {}, errorCode="AccessDenied"),
        call("sqs", "SendMessage", {}),
    ]
    assert again(calls) == ([], 2)
