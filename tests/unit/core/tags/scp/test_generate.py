"""Generated service control policies: what they deny, what they spare, and that they fit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.tags.policy.read import read_tag_policy
from apportion.core.tags.policy.value_pattern import wrong_pattern
from apportion.core.tags.scp.create_actions import TagsCheckedOn, create_actions, tag_actions
from apportion.core.tags.scp.generate import CAUTIOUS, LIMIT, control_policies, enforced_keys
from apportion.core.tags.scp.iam_conditions import matches
from apportion.core.tags.scp.iam_evaluator import (
    FULL_ACCESS,
    Decision,
    Request,
    evaluate,
    evaluate_all,
)
from apportion.core.tags.scp.protection import misspellings
from apportion.core.tags.scp.prove import covered, create_requests, prove_documents, tag_context
from apportion.core.tags.scp.value_conditions import asked_values, glob_of
from apportion.model.tags.generated import ControlPolicies, Enforced, TypeSpend
from apportion.model.tags.tag_policy import TagPolicy

POLICY = """
apportion: 1
keys:
  CostCenter: {about: x, mandatory: always, values: [FIN-100, CX], aliases: [cc]}
  Environment: {about: x, values: [prod, dev]}
  Project: {about: x, mandatory: always, values: {pattern: "[a-z][a-z0-9-]{2,20}"}}
  AllocationKey: {about: x, mandatory: always}
rules: [{tag: AllocationKey, equals: "{CostCenter}-{Environment}"}]
enforce: {exempt_principals: ["arn:aws:iam::*:role/break-glass"]}
"""
BILL = [
    TypeSpend("ec2:instance", Decimal(1000)),
    TypeSpend("rds:db", Decimal(500)),
    TypeSpend("s3:bucket", Decimal(400)),
    TypeSpend("route53:hostedzone", Decimal(50)),
    TypeSpend("sqs:queue", Decimal(40)),
    TypeSpend("what:ever", Decimal(30)),
    TypeSpend("ec2:volume", Decimal(20)),
    TypeSpend("apigateway:restapis", Decimal(10)),
]
RIGHT = {"CostCenter": "CX", "Project": "checkout", "AllocationKey": "CX-prod"}


def policy(**enforce: object) -> TagPolicy:
    found, findings = read_tag_policy(POLICY, name="tags.yaml")
    assert found is not None, findings
    return replace(found, enforcement=replace(found.enforcement, **enforce))


def answer(made: ControlPolicies, requests: list[Request]) -> Decision:
    documents: list[Any] = [json.loads(document.text) for document in made.documents]
    return evaluate_all([FULL_ACCESS, *documents], requests).decision


def creating(name: str, tags: dict[str, str], found: TagPolicy, **how: Any) -> list[Request]:
    action = next(one for one in create_actions() if one.name == name)
    return create_requests(found, action, tags, **how)


@pytest.mark.parametrize(
    "action", ["ec2:RunInstances", "rds:CreateDBInstance", "sqs:CreateQueue", "ec2:CreateVolume"]
)
def test_creation_goes_with_all_tags_and_never_without_one(action: str) -> None:
    found = policy()
    made = control_policies(found, BILL)
    assert answer(made, creating(action, RIGHT, found)) is Decision.ALLOWED
    for key in RIGHT:
        without = {name: value for name, value in RIGHT.items() if name != key}
        assert answer(made, creating(action, without, found)) is Decision.DENIED
        wrong = {**RIGHT, key: "!!"}
        assert answer(made, creating(action, wrong, found)) is Decision.DENIED


def test_a_key_in_another_case_is_denied_though_iam_reads_it_as_the_same() -> None:
    found = policy()
    made = control_policies(found, BILL)
    tags = {"costcenter": "CX", "Project": "checkout", "AllocationKey": "CX-prod"}
    requests = creating("sqs:CreateQueue", tags, found)
    create = [d for d in made.documents if d.name.startswith("scp-create")]
    assert answer(replace(made, documents=tuple(create)), requests) is Decision.ALLOWED
    assert answer(made, requests) is Decision.DENIED


def test_of_a_launch_only_resources_in_the_policy_need_tags() -> None:
    for launched in (("instance",), ("instance", "volume")):
        found = policy(launched=launched)
        made = control_policies(found, BILL)
        only = creating("ec2:RunInstances", RIGHT, found, only=True)
        assert answer(made, only) is Decision.ALLOWED
    # The volumes of this launch carry nothing, and this policy wants them tagged.
    lean = creating("ec2:RunInstances", RIGHT, policy(), only=True)
    assert answer(made, lean) is Decision.DENIED


def test_parts_of_an_api_need_no_tags() -> None:
    made = control_policies(policy(), BILL)
    part = Request("apigateway:POST", "arn:aws:apigateway:eu-west-1::/restapis/a1/deployments")
    assert answer(made, [part]) is Decision.ALLOWED
    assert answer(made, [replace(part, resource="arn:aws:apigateway:eu-west-1::/restapis")]) is (
        Decision.DENIED
    )


def test_exempt_principals_are_spared() -> None:
    found = policy()
    made = control_policies(found, BILL)
    glass = "arn:aws:sts::123456789012:assumed-role/break-glass/me"
    assert answer(made, creating("sqs:CreateQueue", {}, found, principal=glass)) is Decision.ALLOWED


@pytest.mark.parametrize(
    ("action", "context", "expected"),
    [
        ("sqs:UntagQueue", {"aws:TagKeys": ("CostCenter",)}, Decision.DENIED),
        ("sqs:UntagQueue", {"aws:TagKeys": ("Other",)}, Decision.ALLOWED),
        ("sqs:UntagQueue", {"aws:TagKeys": ("costcenter",)}, Decision.ALLOWED),  # cleaning up
        ("ec2:DeleteTags", {"aws:TagKeys": ("CostCenter",)}, Decision.DENIED),
        ("sqs:TagQueue", tag_context({"CostCenter": "CX"}), Decision.ALLOWED),
        ("sqs:TagQueue", tag_context({"CostCenter": "cx"}), Decision.DENIED),
        ("sqs:TagQueue", tag_context({"Team": "cx"}), Decision.ALLOWED),
        ("sqs:TagQueue", tag_context({"cost-center": "CX"}), Decision.DENIED),
        ("sqs:TagQueue", tag_context({"CC": "CX"}), Decision.DENIED),
        ("sqs:TagQueue", tag_context({"COSTCENTER": "CX"}), Decision.DENIED),
        ("sqs:SendMessage", {}, Decision.ALLOWED),
    ],
)
def test_tags_are_protected(action: str, context: dict[str, Any], expected: Decision) -> None:
    made = control_policies(policy(), BILL)
    assert answer(made, [Request(action, "arn:aws:sqs:eu-west-1:1:q", context=context)]) is expected


def test_what_cannot_or_should_not_be_denied_is_reported_with_why() -> None:
    left = {one.type: one for one in control_policies(policy(), BILL).left}
    assert left["route53:hostedzone"].status is Enforced.NOT_ENFORCEABLE
    assert left["s3:bucket"].status is Enforced.LEFT_OUT
    assert "also: [s3:CreateBucket]" in left["s3:bucket"].why
    assert left["what:ever"].status is Enforced.UNKNOWN
    taken = control_policies(policy(also=("s3:CreateBucket",)), BILL)
    assert "s3:bucket" in taken.types


def test_types_are_packed_by_cost_and_what_has_no_room_is_reported() -> None:
    made = control_policies(policy(), BILL, limit=1_800)
    assert made.types[0] == "ec2:instance"
    assert [one for one in made.left if "are full" in one.why]
    assert all(document.size <= 1_800 for document in made.documents)
    more = control_policies(policy(), BILL, limit=1_800, most=2)
    assert set(made.types) < set(more.types)


def test_one_key_a_statement() -> None:
    for document in control_policies(policy(), BILL).documents:
        for statement in json.loads(document.text)["Statement"]:
            tags = re.findall(r"aws:RequestTag/(\w+)", json.dumps(statement["Condition"]))
            assert len(set(tags)) <= 1
            assert statement["Effect"] == "Deny"


def test_names_of_statements_are_their_own() -> None:
    for document in control_policies(policy(), BILL, most=2).documents:
        names = [one["Sid"] for one in json.loads(document.text)["Statement"]]
        assert len(names) == len(set(names))
        assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in names)


def test_the_proof_shows_the_enforced_cost() -> None:
    found = policy()
    proved = prove_documents(found, control_policies(found, BILL).documents, BILL)
    assert [one for one in proved if one.wrong] == []
    by_type = {one.type: one for one in proved}
    assert by_type["ec2:volume"].why.startswith("but not what a launch of instances makes")
    assert covered(proved) == (Decimal(1570), Decimal(2050))


def test_the_proof_sees_a_policy_that_is_wrong() -> None:
    found = policy()
    made = control_policies(found, BILL)
    # On every resource, a launch is denied for the image and the subnet, which carry no tags.
    text = made.documents[0].text.replace("arn:aws:ec2:*:*:instance/*", "*")
    wrong = prove_documents(found, [replace(made.documents[0], text=text)], BILL)
    assert "ec2:RunInstances is denied with right tags" in wrong[0].wrong
    weak = made.documents[0].text.replace("StringNotEquals", "StringEquals")
    assert prove_documents(found, [replace(made.documents[0], text=weak)], BILL)[0].wrong
    assert prove_documents(found, [], BILL)[0].status is Enforced.LEFT_OUT


def test_no_call_with_tags_by_resource_makes_a_wrong_document() -> None:
    """Statements join such calls; none may deny what another uses and cannot tag."""
    found = policy(keys=("CostCenter",))
    kinds = {
        one.type
        for one in create_actions()
        if one.checked_on is TagsCheckedOn.RESOURCE and one.type
    }
    bill = [TypeSpend(kind, Decimal(1)) for kind in sorted(kinds)]
    made = control_policies(found, bill, most=9)
    assert len(made.types) > 120
    assert max(document.size for document in made.documents) <= LIMIT
    wrong = [word for one in prove_documents(found, made.documents, bill) for word in one.wrong]
    assert wrong == []


def test_the_tables_hold_what_policies_rest_on() -> None:
    actions = {action.name: action for action in create_actions()}
    assert actions["ec2:RunInstances"].checked_on is TagsCheckedOn.RESOURCE
    assert "arn:aws:ec2:*::image/*" in actions["ec2:RunInstances"].beside
    assert actions["route53:CreateHostedZone"].checked_on is TagsCheckedOn.NONE
    assert set(CAUTIOUS) <= set(actions)
    assert sum(action.checked_on is not TagsCheckedOn.NONE for action in actions.values()) > 1500
    assert {"ec2:DeleteTags", "sqs:UntagQueue"} <= {a.name for a in tag_actions() if a.untags}


def test_the_keys_are_those_mandatory_everywhere_unless_named() -> None:
    assert enforced_keys(policy()) == ("CostCenter", "Project", "AllocationKey")
    assert enforced_keys(policy(keys=("CostCenter",))) == ("CostCenter",)


def test_values_are_listed_made_or_globs() -> None:
    found = policy()
    assert asked_values(found, "CostCenter") == (["FIN-100", "CX"], [])
    assert asked_values(found, "Project") == ([], ["???*"])
    assert asked_values(found, "AllocationKey")[0] == [
        "FIN-100-prod", "FIN-100-dev", "CX-prod", "CX-dev",
    ]  # fmt: skip


def test_signs_in_a_value_mean_themselves() -> None:
    text = POLICY.replace("[FIN-100, CX]", "['a@b', 'x=y']")
    found, _ = read_tag_policy(text, name="t")
    assert found is not None
    assert asked_values(found, "CostCenter")[0] == ["a@b", "x=y"]


@pytest.mark.parametrize(
    ("pattern", "glob"),
    [
        ("CC-[0-9]{4}", "CC-????"),
        ("[a-z]+", "?*"),
        ("a{2,3}b?", "aa*"),
        (r"a\.b\d", "a.b?"),
        ("(ab)c", "*c"),
        ("a|b", "*"),
        (".*", "*"),
        ("[a-z][a-z0-9-]{2,20}", "???*"),
    ],
)
def test_a_pattern_becomes_a_glob_that_allows_no_less(pattern: str, glob: str) -> None:
    assert glob_of(pattern) == glob


@given(
    st.from_regex(r"[ab]?(\[ab\]|a|b|\.)([*+?]|\{1,2\}|\{2\})?(b|\(ab\)|c)?", fullmatch=True),
    st.data(),
)
def test_whatever_matches_a_pattern_matches_its_glob(pattern: str, data: Any) -> None:
    if wrong_pattern(pattern):
        return
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assert matches(text, glob_of(pattern))


def test_other_spellings_of_a_key() -> None:
    assert misspellings(policy(), "CostCenter") == (
        "cost-center",
        "cost_center",
        "cost center",
        "cc",
    )
    assert misspellings(policy(), "Project") == ()


def test_without_a_mandatory_key_there_is_nothing_to_deny() -> None:
    found, _ = read_tag_policy("apportion: 1\nkeys: {A: {about: x}}", name="t")
    assert found is not None
    assert control_policies(found, BILL).documents == ()
    assert evaluate([FULL_ACCESS], Request("a:B", "x")).allowed
