"""What an event of CloudTrail created, whose tags it changed, and who did it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.core.tags.events.callers import caller_of
from apportion.core.tags.events.created_resources import (
    MOST,
    arn_of,
    known_events,
    read_event,
    source_of_table,
)
from apportion.model.tags.events import CallerKind, ResourceChange
from soak import examples
from trail_events import ACCOUNT, ADA, REGION, event, hostile, run_instances

HERE = f"{REGION}:{ACCOUNT}"


@pytest.mark.parametrize(
    ("source", "name", "wanted", "answered", "arn", "kind"),
    [
        (
            "lambda",
            "CreateFunction20150331",
            {},
            {"functionArn": f"arn:aws:lambda:{HERE}:function:f"},
            f"arn:aws:lambda:{HERE}:function:f",
            "lambda:function",
        ),
        (
            "s3",
            "CreateBucket",
            {"bucketName": "acme-logs"},
            None,
            "arn:aws:s3:::acme-logs",
            "s3:bucket",
        ),
        (
            "rds",
            "CreateDBInstance",
            {},
            {"dBInstanceArn": f"arn:aws:rds:{HERE}:db:shop"},
            f"arn:aws:rds:{HERE}:db:shop",
            "rds:db",
        ),
        (
            "elasticloadbalancing",
            "CreateLoadBalancer",
            {},
            {
                "loadBalancers": [
                    {"loadBalancerArn": f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/x/1"}
                ]
            },
            f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/x/1",
            "elasticloadbalancing:loadbalancer",
        ),
        (
            "elasticloadbalancing",
            "CreateLoadBalancer",
            {"loadBalancerName": "old"},
            {"dNSName": "old.example"},
            f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/old",
            "elasticloadbalancing:loadbalancer",
        ),
        (
            "dynamodb",
            "CreateTable",
            {},
            {"tableDescription": {"tableArn": f"arn:aws:dynamodb:{HERE}:table/t"}},
            f"arn:aws:dynamodb:{HERE}:table/t",
            "dynamodb:table",
        ),
        (
            "ec2",
            "CreateVolume",
            {},
            {"volumeId": "vol-0123456789abcdef0"},
            f"arn:aws:ec2:{HERE}:volume/vol-0123456789abcdef0",
            "ec2:volume",
        ),
        (
            "ec2",
            "CreateNatGateway",
            {},
            {"CreateNatGatewayResponse": {"natGateway": {"natGatewayId": "nat-0123456789abcdef0"}}},
            f"arn:aws:ec2:{HERE}:natgateway/nat-0123456789abcdef0",
            "ec2:natgateway",
        ),
        (
            "sqs",
            "CreateQueue",
            {"queueName": "q"},
            {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"},
            f"arn:aws:sqs:{HERE}:q",
            "sqs:queue",
        ),
        (
            "logs",
            "CreateLogGroup",
            {"logGroupName": "/aws/lambda/f"},
            None,
            f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f",
            "logs:log-group",
        ),
        (
            "kms",
            "CreateKey",
            {},
            {"keyMetadata": {"arn": f"arn:aws:kms:{HERE}:key/1"}},
            f"arn:aws:kms:{HERE}:key/1",
            "kms:key",
        ),
        (
            "route53",
            "CreateHostedZone",
            {},
            {"hostedZone": {"id": "/hostedzone/Z1"}},
            "arn:aws:route53:::hostedzone/Z1",
            "route53:hostedzone",
        ),
    ],
)
def test_what_was_created_is_found(
    source: str, name: str, wanted: object, answered: object, arn: str, kind: str
) -> None:
    (found,) = read_event(event(source, name, wanted, answered)).touched
    assert (found.arn, found.type, found.deed) == (arn, kind, ResourceChange.CREATED)
    assert (found.account, found.region) == (ACCOUNT, REGION)


def test_a_launch_names_every_instance_and_only_tags_of_instances_count() -> None:
    ids = ("i-0123456789abcdef0", "i-0123456789abcdef1")
    result = read_event(run_instances(*ids, tags={"CostCenter": "FIN-100"}))
    assert [one.arn.rpartition("/")[2] for one in result.touched] == list(ids)
    assert {one.tags for one in result.touched} == {(("CostCenter", "FIN-100"),)}
    volumes = read_event(run_instances(*ids, tags={"CostCenter": "FIN-100"}, word="volume"))
    assert {one.tags for one in volumes.touched} == {()}


@pytest.mark.parametrize(
    ("source", "name", "wanted", "arn"),
    [
        (
            "ec2",
            "CreateTags",
            {
                "resourcesSet": {"items": [{"resourceId": "i-0123456789abcdef0"}]},
                "tagSet": {"items": [{"key": "a", "value": "arn:aws:s3:::not-this"}]},
            },
            f"arn:aws:ec2:{HERE}:instance/i-0123456789abcdef0",
        ),
        (
            "ec2",
            "DeleteTags",
            {"resourcesSet": {"items": [{"resourceId": "vol-0123456789abcdef0"}]}},
            f"arn:aws:ec2:{HERE}:volume/vol-0123456789abcdef0",
        ),
        (
            "s3",
            "PutBucketTagging",
            {"bucketName": "acme-logs", "Tagging": {}},
            "arn:aws:s3:::acme-logs",
        ),
        (
            "lambda",
            "TagResource20170331v2",
            {"resource": f"arn:aws:lambda:{HERE}:function:f", "tags": {}},
            f"arn:aws:lambda:{HERE}:function:f",
        ),
        (
            "rds",
            "AddTagsToResource",
            {"resourceName": f"arn:aws:rds:{HERE}:db:x", "tags": []},
            f"arn:aws:rds:{HERE}:db:x",
        ),
        ("sqs", "UntagQueue", {"queueUrl": f"https://sqs/{ACCOUNT}/q"}, f"arn:aws:sqs:{HERE}:q"),
        (
            "tagging",
            "TagResources",
            {"resourceARNList": [f"arn:aws:sns:{HERE}:t"]},
            f"arn:aws:sns:{HERE}:t",
        ),
    ],
)
def test_whose_tags_changed_is_found(source: str, name: str, wanted: object, arn: str) -> None:
    (found,) = read_event(event(source, name, wanted)).touched
    assert (found.arn, found.deed) == (arn, ResourceChange.TAGS_CHANGED)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"errorCode": "AccessDenied"}, "the call failed"),
        ({"readOnly": True}, "the call read"),
        ({"eventName": "StopInstances"}, "not a call that creates something with tags"),
        ({"recipientAccountId": "12"}, "no account"),
        ({"awsRegion": "eu-west-1/../"}, "no region"),
        ({"responseElements": None}, "the resource is not named where it should be"),
    ],
)
def test_what_touches_nothing_shows_why(changed: dict[str, object], why: str) -> None:
    fine = run_instances("i-0123456789abcdef0", tags={})
    result = read_event({**fine, "detail": {**fine["detail"], **changed}})
    assert (result.touched, result.why) == ((), why)


@pytest.mark.parametrize(
    ("identity", "kind", "creator"),
    [
        (ADA, CallerKind.PERSON, "ada@acme.example"),
        (
            {"type": "IAMUser", "userName": "bob", "arn": "arn:aws:iam::1:user/bob"},
            CallerKind.PERSON,
            "bob",
        ),
        ({"type": "Root", "arn": "arn:aws:iam::1:root"}, CallerKind.ROOT, ""),
        ({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}, CallerKind.SERVICE, ""),
        (
            {
                "type": "AssumedRole",
                "arn": "arn:aws:sts::1:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
            },
            CallerKind.SERVICE,
            "",
        ),
        (
            {
                "type": "AssumedRole",
                "arn": "arn:aws:sts::1:assumed-role/ci-deploy/i-0123456789abcdef0",
            },
            CallerKind.ROLE,
            "ci-deploy",
        ),
        (
            {
                "type": "AssumedRole",
                "arn": "arn:aws:sts::1:assumed-role/x/y",
                "sessionContext": {"sessionIssuer": {"userName": "ci-deploy"}},
            },
            CallerKind.ROLE,
            "ci-deploy",
        ),
        (
            {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/eng/eve@acme.example"},
            CallerKind.PERSON,
            "eve@acme.example",
        ),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, CallerKind.PERSON, "u-1"),
        ({}, CallerKind.UNKNOWN, ""),
        ([], CallerKind.UNKNOWN, ""),
        ({"type": "AssumedRole", "arn": "x:assumed-role/"}, CallerKind.ROLE, ""),
    ],
)
def test_who_called(identity: object, kind: CallerKind, creator: str) -> None:
    caller = caller_of(identity)
    assert (caller.kind, caller.creator) == (kind, creator)


def test_more_than_a_hundred_hostile_events_name_nothing_that_is_no_arn() -> None:
    events = hostile()
    assert len(events) > 100
    for one in events:
        result = read_event(one)
        assert len(result.id) <= 64
        assert len(result.touched) <= MOST
        for touched in result.touched:
            assert re.fullmatch(r"arn:aws:[\w-]+:[\w-]*:\d*:[^\x00-\x1f]+", touched.arn)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["tags", "Tag", "key", "value", "items", "instancesSet", "instanceId"])
            | st.text(max_size=8),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=examples(30), deadline=None)
@given(
    field=st.sampled_from([*event("ec2", "RunInstances", {})["detail"], "errorCode"]), value=_JSON
)
def test_no_value_of_any_field_breaks_it(field: str, value: object) -> None:
    fine = run_instances("i-0123456789abcdef0", tags={"CostCenter": "FIN-100"})
    read_event({"detail": {**fine["detail"], field: value}})


def test_the_table_is_of_a_known_version_and_makes_arns() -> None:
    assert re.fullmatch(r"From AWS's service models by botocore [\d.]+; .*", source_of_table())
    assert len(known_events()) > 1_000
    for places in known_events().values():
        for place in places:
            assert re.fullmatch(r"(arn:\{partition\}:\S+)?\{[!?][\w.\[\]-]+\}", place), place
            place[: place.index("{!" if "{!" in place else "{?")].format(
                partition="aws", region="x", account="1"
            )


@pytest.mark.parametrize(
    ("resource", "code", "arn"),
    [
        ("i-0123456789abcdef0", "", f"arn:aws:ec2:{HERE}:instance/i-0123456789abcdef0"),
        ("acme-logs", "AmazonS3", "arn:aws:s3:::acme-logs"),
        ("arn:aws:sns:eu-west-1:1:t", "", ""),
        (f"arn:aws:sns:{HERE}:t", "", f"arn:aws:sns:{HERE}:t"),
        ("shop", "AmazonRDS", ""),
    ],
)
def test_what_bills_name_gets_its_arn(resource: str, code: str, arn: str) -> None:
    assert arn_of(resource, account=ACCOUNT, region=REGION, service_code=code) == arn
