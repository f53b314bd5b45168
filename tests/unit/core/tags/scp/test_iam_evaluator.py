"""IAM policies are evaluated as its user guide says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.tags.scp.iam_conditions import UnknownOperatorError, matches
from apportion.core.tags.scp.iam_evaluator import (
    FULL_ACCESS,
    Decision,
    Request,
    evaluate,
    evaluate_all,
)

CENTER = "aws:RequestTag/CostCenter"
KEYS = "aws:TagKeys"


def denied(condition: dict[str, Any], context: dict[str, tuple[str, ...]]) -> bool:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    request = Request("sqs:CreateQueue", "arn:aws:sqs:eu-west-1:1:q", context=context)
    answer = evaluate([FULL_ACCESS, {"Statement": statement}], request)
    return answer.decision is Decision.DENIED


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"Null": {CENTER: "true"}}, {}, True),
        ({"Null": {CENTER: "true"}}, {CENTER: ("x",)}, False),
        ({"Null": {CENTER: "false"}}, {CENTER: ("x",)}, True),
        ({"Null": {CENTER: True}}, {}, True),
        # All keys under one operator, and all operators, have to hold.
        ({"Null": {CENTER: "true", "aws:RequestTag/Owner": "true"}}, {CENTER: ("x",)}, False),
        ({"StringEquals": {CENTER: "CX"}}, {CENTER: ("CX",)}, True),
        ({"StringEquals": {CENTER: "CX"}}, {CENTER: ("cx",)}, False),
        ({"StringEquals": {CENTER: ["A", "CX"]}}, {CENTER: ("CX",)}, True),
        ({"StringEquals": {CENTER: "CX"}}, {}, False),
        # Keys of conditions, tag keys among them, are compared without case.
        ({"StringEquals": {"aws:requesttag/costcenter": "CX"}}, {CENTER: ("CX",)}, True),
        ({"StringEquals": {CENTER: "C*"}}, {CENTER: ("CX",)}, False),
        ({"StringEqualsIfExists": {CENTER: "CX"}}, {}, True),
        # Negated operators hold for a key that is absent.
        ({"StringNotEquals": {CENTER: ["A", "B"]}}, {}, True),
        ({"StringNotEquals": {CENTER: ["A", "B"]}}, {CENTER: ("B",)}, False),
        ({"StringNotEquals": {CENTER: ["A", "B"]}}, {CENTER: ("C",)}, True),
        ({"StringEqualsIgnoreCase": {CENTER: "cx"}}, {CENTER: ("CX",)}, True),
        ({"StringNotEqualsIgnoreCase": {CENTER: "cx"}}, {CENTER: ("CX",)}, False),
        ({"StringLike": {CENTER: "CC-????-dev"}}, {CENTER: ("CC-1234-dev",)}, True),
        ({"StringLike": {CENTER: "CC-????-dev"}}, {CENTER: ("CC-12-dev",)}, False),
        ({"StringNotLike": {CENTER: "CC-*"}}, {}, True),
        ({"StringLike": {CENTER: "a${*}b"}}, {CENTER: ("a*b",)}, True),
        ({"StringLike": {CENTER: "a${*}b"}}, {CENTER: ("axb",)}, False),
        ({"StringEquals": {CENTER: "a${$}b"}}, {CENTER: ("a$b",)}, True),
        # Sets.
        ({"ForAnyValue:StringEquals": {KEYS: ["CostCenter"]}}, {KEYS: ("a", "CostCenter")}, True),
        ({"ForAnyValue:StringEquals": {KEYS: ["CostCenter"]}}, {KEYS: ("a",)}, False),
        ({"ForAnyValue:StringEquals": {KEYS: ["CostCenter"]}}, {}, False),
        ({"ForAnyValue:StringNotEquals": {KEYS: ["a"]}}, {}, False),
        ({"ForAnyValue:StringNotEquals": {KEYS: ["a"]}}, {KEYS: ("a", "b")}, True),
        ({"ForAllValues:StringEquals": {KEYS: ["a", "b"]}}, {KEYS: ("a", "b")}, True),
        ({"ForAllValues:StringEquals": {KEYS: ["a"]}}, {KEYS: ("a", "b")}, False),
        ({"ForAllValues:StringEquals": {KEYS: ["a"]}}, {}, True),
        ({"ForAllValues:StringNotEquals": {KEYS: "CostCenter"}}, {KEYS: ("costcenter",)}, True),
        # Who asks.
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/eng*"}}, {}, True),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/eng*"}}, {}, False),
        ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}, {}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam:*"}}, {}, False),  # a star stays in its part
        # Other types.
        ({"Bool": {"aws:ViaAWSService": "true"}}, {"aws:ViaAWSService": ("true",)}, True),
        ({"BoolIfExists": {"aws:ViaAWSService": "false"}}, {}, True),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, {"s3:max-keys": ("9.5",)}, True),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, {"s3:max-keys": ("many",)}, False),
        ({"NumericNotEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": ("10.0",)}, False),
        ({"DateGreaterThan": {"t": "2026-01-01T00:00:00Z"}}, {"t": ("2026-02-01T00:00Z",)}, True),
        ({"DateLessThanEquals": {"t": "1767225600"}}, {"t": ("2026-01-01T00:00:00Z",)}, True),
        ({"DateEquals": {"t": "2026"}}, {"t": ("not a time",)}, False),
        ({"IpAddress": {"ip": "10.0.0.0/8"}}, {"ip": ("10.1.2.3",)}, True),
        ({"NotIpAddress": {"ip": "10.0.0.0/8"}}, {"ip": ("10.1.2.3",)}, False),
        ({"IpAddress": {"ip": "10.0.0.0/8"}}, {"ip": ("elsewhere",)}, False),
        ({"BinaryEquals": {"b": "QQ=="}}, {"b": ("QQ==",)}, True),
        # Variables.
        ({"StringEquals": {CENTER: "${aws:PrincipalTag/Team}"}},
         {CENTER: ("a",), "aws:PrincipalTag/Team": ("a",)}, True),
        ({"StringEquals": {CENTER: "${aws:PrincipalTag/Team}"}}, {CENTER: ("a",)}, False),
        ({"StringEquals": {CENTER: "${aws:PrincipalTag/Team, 'a'}"}}, {CENTER: ("a",)}, True),
        ({"StringLike": {CENTER: "${aws:PrincipalTag/Team}"}},
         {CENTER: ("ab",), "aws:PrincipalTag/Team": ("*",)}, False),
        ({}, {}, True),
    ],
)  # fmt: skip
def test_conditions(condition: dict[str, Any], context: dict[str, Any], *, holds: bool) -> None:
    assert denied(condition, context) is holds


@pytest.mark.parametrize("operator", ["StringFoo", "stringequals", "ForSome:StringEquals", ""])
def test_an_operator_that_iam_does_not_have_is_reported(operator: str) -> None:
    with pytest.raises(UnknownOperatorError):
        denied({operator: {CENTER: "x"}}, {CENTER: ("x",)})


def decided(statement: dict[str, Any], action: str, resource: str) -> Decision:
    return evaluate([{"Statement": [statement]}], Request(action, resource)).decision


@pytest.mark.parametrize(
    ("element", "action", "named"),
    [
        ({"Action": "sqs:*"}, "SQS:createqueue", True),
        ({"Action": ["s3:*", "sqs:Create????e"]}, "sqs:CreateQueue", True),
        ({"Action": "sqs:Create"}, "sqs:CreateQueue", False),
        ({"NotAction": "sqs:*"}, "sqs:CreateQueue", False),
        ({"NotAction": ["s3:*"]}, "sqs:CreateQueue", True),
        ({}, "sqs:CreateQueue", False),
    ],
)
def test_actions(element: dict[str, Any], action: str, *, named: bool) -> None:
    statement = {"Effect": "Allow", "Resource": "*", **element}
    assert (decided(statement, action, "x") is Decision.ALLOWED) is named


@pytest.mark.parametrize(
    ("element", "resource", "named"),
    [
        ({"Resource": "arn:aws:ec2:*:*:instance/*"}, "arn:aws:ec2:eu-west-1:1:instance/i-1", True),
        ({"Resource": "arn:aws:ec2:*:*:instance/*"}, "arn:aws:ec2:eu-west-1:1:volume/v", False),
        ({"NotResource": "arn:aws:s3:::x"}, "arn:aws:s3:::y", True),
        ({"NotResource": ["arn:aws:s3:::x"]}, "arn:aws:s3:::x", False),
    ],
)
def test_resources(element: dict[str, Any], resource: str, *, named: bool) -> None:
    statement = {"Effect": "Allow", "Action": "*", **element}
    assert (decided(statement, "a:B", resource) is Decision.ALLOWED) is named


def test_a_deny_wins_and_is_named_and_without_an_allow_nothing_goes() -> None:
    deny = {"Statement": {"Sid": "No", "Effect": "Deny", "Action": "a:*", "Resource": "*"}}
    answer = evaluate([FULL_ACCESS, deny], Request("a:B", "x"))
    assert (answer.decision, answer.by, answer.allowed) == (Decision.DENIED, ("No",), False)
    assert evaluate([deny], Request("c:D", "x")).decision is Decision.NOT_ALLOWED
    assert evaluate_all([FULL_ACCESS, deny], [Request("c:D", "x"), Request("a:B", "y")]).by == (
        "No",
    )
    assert evaluate_all([FULL_ACCESS, deny], [Request("c:D", "x")]).allowed


@given(st.text(max_size=30))
def test_a_text_without_signs_matches_itself_alone(text: str) -> None:
    glob = text.replace("*", "").replace("?", "")
    assert matches(glob, glob)
    assert not matches(f"{glob}x", glob)
    assert matches(text, "*")


@given(st.text(alphabet="ab*?", max_size=12), st.text(alphabet="ab", max_size=12))
def test_globs_agree_with_a_plain_recursion(glob: str, text: str) -> None:
    def plain(g: str, t: str) -> bool:
        if not g:
            return not t
        if g[0] == "*":
            return plain(g[1:], t) or (bool(t) and plain(g, t[1:]))
        return bool(t) and g[0] in ("?", t[0]) and plain(g[1:], t[1:])

    assert matches(text, glob) is plain(glob, text)
