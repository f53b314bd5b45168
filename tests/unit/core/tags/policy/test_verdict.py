"""The one code that says of a resource whether its tags are valid."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.tags.policy.read import read_tag_policy
from apportion.core.tags.policy.verdict import Judge, in_export, is_written
from apportion.core.tags.resource_types import name_prefix, resource_type
from apportion.demo.tagging import cur_key
from apportion.model.tags.tag_policy import Fault, Tagged, Verdict

TODAY = date(2026, 11, 23)
POLICY = """
apportion: 1
keys:
  CostCenter: {about: x, mandatory: always, values: {of: {FIN-100: [finance 100], CX: []}}}
  Environment:
    about: x
    mandatory: {resource_types: ["ec2:instance", "rds:*"]}
    aliases: [env]
    values: {of: {prod: [production], dev: []}}
  Owner: {about: x, mandatory: {environments: [prod]}}
  Project: {about: x, values: {pattern: "[a-z]+(-[a-z]+)?", case: lower}}
  AllocationKey: {about: x}
rules:
  - {tag: AllocationKey, equals: "{CostCenter}-{Environment}"}
exemptions:
  - {owner: o, until: 2026-11-23, why: w, tags: [Owner], resources: "arn:aws:s3:::legacy-*"}
  - {owner: o, until: 2026-11-22, why: w, tags: [CostCenter], accounts: "111111111111"}
  - {owner: o, until: 2027-01-01, why: w, accounts: "222222222222"}
automated: {tag: CreatedBy, values: Terraform}
"""


def judge() -> Judge:
    policy, findings = read_tag_policy(POLICY, name="tags.yaml")
    assert policy is not None, findings
    return Judge(policy, today=TODAY)


JUDGE = judge()


def verdict(tags: dict[str, str], **known: str) -> Verdict:
    return JUDGE.verdict(Tagged(tuple(tags.items()), **known))


def problems(tags: dict[str, str], **known: str) -> list[tuple[str, str, str, str]]:
    found = verdict(tags, **known).problems
    return [(p.key, p.fault.value, p.found, p.meant) for p in found]


GOOD = {"CostCenter": "CX", "Environment": "dev"}


def test_a_good_resource_is_valid() -> None:
    assert verdict(GOOD) == Verdict(())
    assert verdict({**GOOD, "AllocationKey": "CX-dev", "Project": "checkout", "x": "y"}).valid


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"Environment": "dev"}, ("CostCenter", "missing", "", "")),
        ({**GOOD, "CostCenter": " "}, ("CostCenter", "missing", "", "")),
        ({"costcenter": "CX", "Environment": "dev"},
         ("CostCenter", "key spelt otherwise", "costcenter", "CX")),
        ({**GOOD, "CostCenter": "TBD"}, ("CostCenter", "unknown value", "TBD", "")),
        ({**GOOD, "CostCenter": "Finance 100"},
         ("CostCenter", "value spelt otherwise", "Finance 100", "FIN-100")),
        ({**GOOD, "CostCenter": "cx"}, ("CostCenter", "value spelt otherwise", "cx", "CX")),
        ({"CostCenter": "CX", "env": "dev"}, ("Environment", "key spelt otherwise", "env", "dev")),
        ({**GOOD, "AllocationKey": "CX-prod"},
         ("AllocationKey", "rule broken", "CX-prod", "CX-dev")),
        ({**GOOD, "Project": "Check-Out"},
         ("Project", "value spelt otherwise", "Check-Out", "check-out")),
        ({**GOOD, "Project": "c2"}, ("Project", "unknown value", "c2", "")),
        ({**GOOD, "CostCenter": "C" * 257}, ("CostCenter", "unknown value", "C" * 257, "")),
        ({**GOOD, "Environment": "prod"}, ("Owner", "missing", "", "")),
    ],
)  # fmt: skip
def test_what_is_wrong(tags: dict[str, str], wanted: tuple[str, str, str, str]) -> None:
    assert problems(tags) == [wanted]


def test_a_key_that_is_written_right_wins_over_another_spelling() -> None:
    assert problems({**GOOD, "costcenter": "TBD"}) == []


def test_a_duty_on_some_types_is_none_on_others() -> None:
    known = {"environment": "dev"}
    assert problems({"CostCenter": "CX"}, resource_type="s3:bucket", **known) == []
    assert problems({"CostCenter": "CX"}, resource_type="rds:db", **known)[0][0] == "Environment"
    assert problems({"CostCenter": "CX"})[0][0] == "Environment"  # what it is, is not known


def test_what_is_not_known_does_not_excuse() -> None:
    assert [p[0] for p in problems({"CostCenter": "CX"})] == ["Environment", "Owner"]
    assert [p[0] for p in problems({"CostCenter": "CX"}, environment="dev")] == ["Environment"]


def test_exemptions_hold_to_their_last_day_and_for_what_they_name() -> None:
    bucket = {"environment": "prod", "resource_type": "s3:bucket"}
    assert verdict({"CostCenter": "CX"}, resource="arn:aws:s3:::legacy-logs", **bucket) == Verdict(
        (), ("Owner",)
    )
    assert not verdict({"CostCenter": "CX"}, resource="arn:aws:s3:::new", **bucket).valid
    assert not verdict({}, account="111111111111", **bucket).valid  # over since yesterday
    assert verdict({}, account="222222222222").valid


def test_what_may_be_left_out_can_be_wrong_and_is_compliant_all_the_same() -> None:
    found = verdict({**GOOD, "Project": "!"})
    assert (found.valid, found.compliant) == (False, True)
    assert found.problem("Project") is not None


def test_what_code_made_is_reported() -> None:
    assert JUDGE.made_by_code((("user_created_by", "terraform"),))
    assert not JUDGE.made_by_code((("CreatedBy", "me"),))


@pytest.mark.parametrize("key", ["CostCenter", "Environment", "AllocationKey", "env", "team-name"])
def test_a_key_as_the_export_writes_it_is_written_right(key: str) -> None:
    assert cur_key(key) == f"user_{in_export(key)}"
    for written in (key, cur_key(key), f"user:{key}", f"resourceTags/user:{key}"):
        assert is_written(written, key)
    assert is_written(f"resource_tags_{cur_key(key)}", key)


def test_another_spelling_is_none_even_in_an_export() -> None:
    assert not is_written("user_costcenter", "CostCenter")
    assert not is_written("cost_center", "CostCenter")  # as a resource has it: another key
    assert problems({"user_costcenter": "CX", "user_environment": "dev"})[0][1] == Fault.KEY_SPELT


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=6))
def test_any_tags_are_judged(tags: dict[str, str]) -> None:
    found = verdict(tags)
    assert found.valid == (not found.problems)
    assert len({p.key for p in found.problems}) == len(found.problems)


@given(st.permutations(list({**GOOD, "env": "prod", "cost-center": "x", "Project": "a"}.items())))
def test_the_order_of_tags_makes_no_difference(pairs: list[tuple[str, str]]) -> None:
    assert JUDGE.verdict(Tagged(tuple(pairs))) == JUDGE.verdict(Tagged(tuple(sorted(pairs))))


def test_no_value_can_stall_a_judge() -> None:
    # A pattern that goes back over what it has read would not end with these.
    for value in ("a" * 256 + "!", "a-" * 128, "-" * 256, "a" * 100_000):
        verdict({**GOOD, "Project": value})


def test_it_needs_nothing_but_the_standard_library() -> None:
    """The function in AWS is a small zip: the judge and the policy's JSON come alone."""
    script = (
        "import sys, apportion.core.tags.policy.verdict, apportion.core.tags.policy.json\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    others = set(done.stdout.split()) - set(sys.stdlib_module_names)
    assert others & {"yaml", "duckdb", "sqlglot", "boto3", "pyarrow", "numpy"} == set()


@pytest.mark.parametrize(
    ("resource", "code", "kind", "prefix"),
    [
        ("i-0123456789abcdef0", "AmazonEC2", "ec2:instance", ""),
        ("vol-0123456789abcdef0", "AmazonEC2", "ec2:volume", ""),
        ("lake-prod-973-3465a4cf", "AmazonS3", "s3:bucket", "lake-prod"),
        ("arn:aws:s3:::lake-prod", "AmazonS3", "s3:bucket", "lake-prod"),
        ("arn:aws:rds:eu-west-1:1:db:checkout-staging-264", "", "rds:db", "checkout-staging"),
        ("arn:aws:sqs:eu-west-1:1:checkout-7", "", "sqs:queue", "checkout"),
        ("arn:aws:ec2:eu-west-1:1:vpc-endpoint/vpce-103838a6aa75a49d1", "", "ec2:vpc-endpoint", ""),
        ("arn:aws:wafv2:eu-west-1:1:regional/webacl/shop-prod-1/f1", "", "wafv2:webacl",
         "shop-prod"),
        ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop-9/69a", "",
         "elasticloadbalancing:loadbalancer", "shop"),
        ("arn:aws:logs:eu-west-1:1:log-group:/shop-prod-220", "", "logs:log-group", "shop-prod"),
        ("something", "AmazonEC2", "", "something"),
        ("", "", "", ""),
    ],
)  # fmt: skip
def test_ids_show_types_and_how_names_begin(
    resource: str, code: str, kind: str, prefix: str
) -> None:
    assert (resource_type(resource, code), name_prefix(resource)) == (kind, prefix)
