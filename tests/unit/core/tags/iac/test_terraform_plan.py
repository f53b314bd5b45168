"""A plan is exact: Terraform's own, of the planted tree, and hand-written corners of its form."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.tags.iac.check import check_declared, plan_needed
from apportion.core.tags.iac.terraform_plan import is_plan, read_plan
from infra_gallery import GALLERY, judge
from moto_world import serving as moto_serving
from terraform_double.cloud import Cloud
from terraform_double.schema import schema_of, used_types
from terraform_double.serve import serving
from terraform_double.servicer import Servicer
from terraform_double.terraform import Terraform, program


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Terraform's plan of the planted tree, without the module that would be downloaded."""
    program()
    folder = tmp_path_factory.mktemp("planned")
    tree = Path(shutil.copytree(GALLERY / "planted", folder / "tree"))
    root = tree / "envs" / "prod"
    code = re.sub(r'module "vpc" \{.*?\n\}\n', "", (root / "main.tf").read_text(), flags=re.DOTALL)
    # The double knows one configuration of the provider at a time.
    code = re.sub(r'provider "aws" \{\n  alias.*?\n\}\n', "", code, flags=re.DOTALL)
    code = re.sub(r'resource "aws_s3_bucket" "bare" .*?\n\}\n', "", code, flags=re.DOTALL)
    (root / "main.tf").write_text(code)
    (root / "terraform.tfvars").write_text('extra_tags = { CostCenter = "CX", Owner = "me" }\n')
    with moto_serving() as moto:
        servicer = Servicer(schema_of(used_types(tree)), Cloud(moto))
        with serving(servicer, folder) as reattach:
            terraform = Terraform(root, reattach=reattach)
            terraform("init", "-input=false", "-no-color")
            return terraform.plan().content


def test_a_plan_of_terraform_s_shows_what_the_code_reported_and_more(planned: Any) -> None:
    assert is_plan(planned)
    found = check_declared(judge(), read_plan(planned, file="plan.json"))
    message = {(f.code.number, f.subject) for f in found}
    for code, subject in (
        ("T041", "aws_instance.no_center has no CostCenter"),
        ("T041", "aws_s3_bucket.spelt writes CostCenter as costcenter"),
        ("T041", "aws_s3_bucket.spelt has Environment = production"),
        ("T042", "aws_dynamodb_table.wrong_rule has AllocationKey = FIN-100-dev"),
        ("T041", 'module.queues.aws_sqs_queue.this["audit"] has CostCenter = AUDIT'),
        ("T041", "module.api.aws_ecs_service.this has no CostCenter"),
        ("T041", "aws_autoscaling_group.nodes has no Environment"),
        ("T043", "aws_autoscaling_group.nodes (instances) has no CostCenter"),
        ("T043", "aws_launch_template.nodes (volumes) has no Project"),
        ("T043", "module.worker.aws_ecs_service.this (tasks) has no CostCenter"),
    ):
        assert (code, subject) in message, subject
    # What the code could not tell, the plan does: these two are fine.
    for fine in ("aws_sqs_queue.later", "aws_instance.good", 'this["orders"]', "aws_kms_key"):
        assert [subject for _, subject in message if fine in subject] == []
    assert {f.place for f in found} == {"plan.json"}


def change(kind: str, after: Any, unknown: Any = None, *actions: str) -> dict[str, Any]:
    result = {
        "actions": list(actions) or ["create"],
        "after": after,
        "after_unknown": unknown or {},
    }
    return {"address": f"{kind}.x", "mode": "managed", "type": kind, "change": result}


def told(*changes: Any) -> list[str]:
    declared = read_plan({"resource_changes": list(changes)}, file="p")
    return [finding.subject for finding in check_declared(judge(), declared)]


GOOD = {"CostCenter": "CX", "Project": "atlas", "Environment": "prod"}


@pytest.mark.parametrize(
    ("changes", "subjects"),
    [
        ([change("aws_sqs_queue", {"tags_all": GOOD})], []),
        ([change("aws_sqs_queue", {"tags": {}, "tags_all": GOOD})], []),
        ([change("aws_sqs_queue", {"tags_all": None})],
         [f"aws_sqs_queue.x has no {key}" for key in GOOD]),
        ([change("aws_sqs_queue", {"tags_all": None}, None, "delete")], []),
        ([change("aws_sqs_queue", {"tags_all": {**GOOD, "CostCenter": None}},
                 {"tags_all": {"CostCenter": True}})], []),
        ([change("aws_sqs_queue", {}, {"tags_all": True})], []),
        ([change("aws_sqs_queue", {"tags": {"CostCenter": "TBD"}}, {"tags_all": True})],
         ["aws_sqs_queue.x has CostCenter = TBD"]),
        ([change("aws_iam_role_policy_attachment", {"role": "r"})], []),
        ([change("aws_ecs_service", {"tags_all": GOOD, "propagate_tags": "SERVICE"})], []),
        ([change("aws_autoscaling_group", {"tag": [
            {"key": k, "value": v, "propagate_at_launch": True} for k, v in GOOD.items()]})], []),
        ([change("aws_autoscaling_group", {"launch_template": [{}], "tag": [
            {"key": k, "value": v, "propagate_at_launch": False} for k, v in GOOD.items()]})], []),
        ([change("aws_instance", {"tags_all": GOOD, "root_block_device": [{"tags_all": GOOD}]})],
         []),
        ([change("aws_instance", {"tags_all": GOOD, "volume_tags": {"Project": "a"}})],
         ["aws_instance.x (volumes) has no CostCenter",
          "aws_instance.x (volumes) has no Environment"]),
    ],
)  # fmt: skip
def test_corners_of_plans(changes: list[Any], subjects: list[str]) -> None:
    assert told(*changes) == subjects


LISTED = [{"key": key, "value": value} for key, value in GOOD.items()]
MISSING = [f"has no {key}" for key in GOOD]


@pytest.mark.parametrize(
    ("after", "later", "written", "wanted"),
    [
        ({"tags": LISTED}, {}, True, []),
        ({"tags": LISTED[1:]}, {}, True, MISSING[:1]),
        ({"tags": [{"key": "CostCenter", "value": None}, *LISTED[1:]]}, {}, True, MISSING[:1]),
        ({"tags": [{"key": "CostCenter", "value": None}, *LISTED[1:]]},
         {"tags": [{"value": True}, {}, {}]}, True, ["a plan shows"]),
        ({}, {"tags": True}, True, ["a plan shows"]),
        # The provider computes what the code leaves out, and computes no tags.
        ({}, {"tags": True}, False, MISSING),
    ],
)  # fmt: skip
def test_lists_of_tags_in_plans(after: Any, later: Any, *, written: bool, wanted: Any) -> None:
    expressions = {"tags": {}} if written else {"bucket_name": {}}
    resource = {"address": "awscc_s3_bucket.x", "expressions": expressions}
    inner = {"module_calls": {"m": {"module": {"resources": [resource]}}}}
    one = {**change("awscc_s3_bucket", after, later), "address": "module.m[0].awscc_s3_bucket.x[1]"}
    tree = {"resource_changes": [one], "configuration": {"root_module": inner}}
    declared = read_plan(tree, file="p")
    stated = [f.subject.partition(" ")[2] for f in check_declared(judge(), declared)]
    assert stated + ["a plan shows" for _ in plan_needed(judge(), declared)] == wanted


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("aws_sqs_queue", {"tags_all": {**GOOD, "CostCenter": None}}),
        ("aws_sqs_queue", {"tags": {**GOOD, "CostCenter": None}}),
        ("aws_autoscaling_group", {"launch_template": [{}], "tag": [
            {"key": k, "value": None if k == "CostCenter" else v} for k, v in GOOD.items()]}),
    ],
)  # fmt: skip
def test_a_tag_that_is_null_in_a_plan_is_no_tag(kind: str, after: Any) -> None:
    assert told(change(kind, after)) == [f"{kind}.x has no CostCenter"]


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["tags", "tags_all", "tag", "key", "change", "after", "type", "mode"]),
        inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON, max_size=4), JSON, JSON)
def test_a_plan_of_any_form_breaks_nothing(changes: list[Any], after: Any, unknown: Any) -> None:
    kinds = ("aws_instance", "aws_autoscaling_group", "aws_launch_template", "aws_ecs_service")
    changes += [change(kind, after, unknown) for kind in kinds]
    check_declared(judge(), read_plan({"resource_changes": changes}, file="p"))
