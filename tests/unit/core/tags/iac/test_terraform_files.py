"""Every file that Terraform or OpenTofu reads is judged, and every form that tags have in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.tags.iac.check import check_declared, plan_needed
from apportion.core.tags.iac.terraform_code import read_terraform
from apportion.core.tags.iac.terraform_files import roots, views
from apportion.sources.terraform import expand
from infra_gallery import judge


def named(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Wrong tags by resource, and those that only a plan shows, without the other parser."""
    found = read_terraform(texts, "", {})
    assert found.findings == ()
    stated: dict[str, list[str]] = {one.name: [] for one in found.declared}
    for finding in check_declared(judge(), found.declared):
        stated[finding.subject.split()[0]].append(finding.subject.partition(" ")[2])
    for one in plan_needed(judge(), found.declared):
        stated[one.name].append("a plan shows")
    return stated


RIGHT = """provider "aws" {
  default_tags {
    tags = { Project = "atlas", Environment = "prod" }
  }
}
"""
#: The default tags of RIGHT leave CostCenter to each resource.
KEYS = ("CostCenter", "Project", "Environment")
LACKS = ["has no CostCenter"]


def queue(tags: str, more: str = "") -> str:
    return f'{RIGHT}resource "aws_sqs_queue" "q" {{\n  tags = {tags}\n}}\n{more}'


@pytest.mark.parametrize("name", ["extra.tf.json", "extra.tofu.json"])
def test_json_is_code_with_its_own_lines(name: str) -> None:
    text = """{
  "//": "a comment",
  "resource": {
    "aws_s3_bucket": {"logs": [{"tags": {"Name": "logs"}}]},
    "aws_sqs_queue": {
      "good": {"tags": {"CostCenter": "CX"}},
      "local": {"tags": "${local.tags}"},
      "template": {"tags": {"CostCenter": "C${local.x}"}},
      "later": {"tags": "${merge(var.later, {})}"}
    }
  },
  "locals": [{"tags": {"CostCenter": "CX"}}, {"x": "X"}],
  "variable": {"later": {"type": "map(string)"}}
}"""
    texts = {"main.tf": RIGHT, name: text}
    assert named(texts) == {
        "aws_s3_bucket.logs": LACKS,
        "aws_sqs_queue.good": [],
        "aws_sqs_queue.local": [],
        "aws_sqs_queue.template": [],
        "aws_sqs_queue.later": ["a plan shows"],
    }
    (finding,) = check_declared(judge(), read_terraform(texts, "", {}).declared)
    assert finding.place == f"{name}:4"


def test_a_whole_root_in_json_has_its_modules_and_providers() -> None:
    main = """{
  "provider": {"aws": [
    {"region": "eu-west-1"},
    {"alias": "tagged", "default_tags": {"tags": {"CostCenter": "CX", "Project": "atlas",
      "Environment": "prod"}}}
  ]},
  "module": {
    "plain": {"source": "./queue"},
    "handed": {"source": "./queue", "providers": {"aws": "aws.tagged"}}
  },
  "resource": {
    "aws_sqs_queue": {"own": {"provider": "aws.tagged"}},
    "aws_autoscaling_group": {"g": {"tag": [
      {"key": "CostCenter", "value": "CX", "propagate_at_launch": true},
      {"key": "Project", "value": "atlas", "propagate_at_launch": true},
      {"key": "Environment", "value": "prod", "propagate_at_launch": false}
    ]}}
  }
}"""
    module = '{"resource": {"aws_sqs_queue": {"q": {"name": "q"}}}}'
    texts = {"main.tf.json": main, "queue/main.tf.json": module}
    assert roots(texts) == [""]
    assert named(texts) == {
        "aws_sqs_queue.own": [],
        "aws_autoscaling_group.g": ["(instances) has no Environment"],
        "module.plain.aws_sqs_queue.q": [f"has no {key}" for key in KEYS],
        "module.handed.aws_sqs_queue.q": [],
    }


NOT_JSON = ("", "[1]", '{"a": }', '{"a": 1,}', '{"a": 1} b', '{"a": [1, ]}', '{"a"', '{"a": "',
            "{" + '"a":{' * 99, "\x00", "{a: 1}")  # fmt: skip


@pytest.mark.parametrize("text", NOT_JSON)
def test_what_is_no_json_is_reported(text: str) -> None:
    found = read_terraform({"x.tf.json": text, "main.tf": RIGHT}, "", {})
    assert [finding.code.number for finding in found.findings] == ["T040"]
    assert found.findings[0].place.startswith("x.tf.json:")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["resource", "aws_sqs_queue", "q", "tags", "dynamic"]),
                        inner, max_size=3), max_leaves=12))  # fmt: skip
def test_json_of_any_form_breaks_nothing(tree: object) -> None:
    found = read_terraform({"x.tf.json": json.dumps(tree, indent=1), "main.tf": RIGHT}, "", {})
    check_declared(judge(), found.declared)


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, ["a plan shows"]),
        ({"terraform.tfvars": 'cc = "CX"'}, []),
        ({"terraform.tfvars.json": '{"cc": "CX"}'}, []),
        ({"a.auto.tfvars.json": '{"cc": "CX"}'}, []),
        ({"terraform.tfvars": 'cc = "CX"', "terraform.tfvars.json": '{"cc": "TBD"}'},
         ["has CostCenter = TBD"]),
        ({"terraform.tfvars.json": '{"cc": "TBD"}', "a.auto.tfvars": 'cc = "CX"'}, []),
        ({"b.auto.tfvars.json": '{"cc": "TBD"}', "a.auto.tfvars": 'cc = "CX"'},
         ["has CostCenter = TBD"]),
        ({"a.auto.tfvars.json": '{"cc": "TBD"}', "b.auto.tfvars": 'cc = "CX"'}, []),
        ({"terraform.tfvars.json": '{"cc": "${x}"}'}, ["has CostCenter = ${x}"]),
        ({"terraform.tfvars.json": '{"cc": null}'}, LACKS),
        ({"prod.tfvars": 'cc = "CX"', "not-terraform.tfvars": 'cc = "CX"'}, ["a plan shows"]),
    ],
)  # fmt: skip
def test_values_come_from_the_files_that_terraform_reads(
    files: dict[str, str], wanted: list[str]
) -> None:
    texts = {"main.tf": queue("{ CostCenter = var.cc }", 'variable "cc" {}\n'), **files}
    assert named(texts) == {"aws_sqs_queue.q": wanted}


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ("{ CostCenter = null }", LACKS),
        ("{ CostCenter = var.none }", LACKS),
        ('merge({ CostCenter = "CX" }, { CostCenter = null })', LACKS),
        ('merge({ CostCenter = null }, { CostCenter = "CX" })', []),
        ("null", LACKS),
        ('{ CostCenter = var.given ? "CX" : null }', ["a plan shows"]),
        # The provider leaves out what is null, so a default tag stands.
        ('{ CostCenter = "CX", Project = null }', []),
    ],
)
def test_a_tag_that_is_null_is_no_tag(tags: str, wanted: list[str]) -> None:
    more = 'variable "none" {\n  default = null\n}\nvariable "given" {}\n'
    assert named({"main.tf": queue(tags, more)}) == {"aws_sqs_queue.q": wanted}


@pytest.mark.parametrize(
    "provider",
    [
        "default_tags {\n    tags = var.tags\n  }",
        "default_tags {\n    tags = { for key in local.keys : key => var.cc }\n  }",
        'default_tags {\n tags = { CostCenter = var.cc, Project = "x", Environment = "dev" }\n }',
        "default_tags {\n    tags = merge(var.tags, {})\n  }",
        'dynamic "default_tags" {\n    for_each = var.tags\n    content {}\n  }',
    ],
)
def test_default_tags_from_a_variable_without_a_value_are_left_to_a_plan(
    provider: str, tmp_path: Path
) -> None:
    text = f'provider "aws" {{\n  {provider}\n}}\nvariable "tags" {{}}\nvariable "cc" {{}}\n'
    text += 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'
    assert named({"main.tf": text}) == {"aws_sqs_queue.q": ["a plan shows"]}
    (tmp_path / "main.tf").write_text(text)
    found = read_terraform({"main.tf": text}, "", expand(tmp_path))
    assert check_declared(judge(), found.declared) == []
    assert len(plan_needed(judge(), found.declared)) == 1


@pytest.mark.parametrize(
    ("count", "judged"),
    [
        ("0", False),
        ("var.none", False),
        ("length(local.names)", False),
        ("var.given", True),
        ('var.given == "x" ? 1 : 0', True),
        ("length(data.aws_subnets.all.ids)", True),
    ],
)
def test_a_resource_is_left_out_only_where_its_count_is_known_to_be_zero(
    count: str, *, judged: bool, tmp_path: Path
) -> None:
    text = f"""
provider "aws" {{}}
variable "given" {{}}
variable "none" {{
  default = 0
}}
locals {{
  names = []
}}
data "aws_subnets" "all" {{}}
resource "aws_sqs_queue" "q" {{
  count = {count}
}}
resource "aws_sqs_queue" "other" {{
  name = "other"
}}
"""
    (tmp_path / "main.tf").write_text(text)
    found = read_terraform({"main.tf": text}, "", expand(tmp_path))
    assert {one.name for one in found.declared} == {
        "aws_sqs_queue.other", *(["aws_sqs_queue.q"] if judged else [])
    }  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        ('awscc_s3_bucket" "r" {}', "has none"),
        ('awscc_s3_bucket" "r" { tags = [{ key = "Name", value = "r" }] }', "has none"),
        (
            'awscc_logs_log_group" "r" { tags = [for k, v in local.all : { key = k, value = v }] }',
            "",
        ),
        (
            'awscc_s3_bucket" "r" { tags = concat(local.listed, [{ key = "Name", value = "r" }]) }',
            "",
        ),
        ('awscc_s3_bucket" "r" { tags = var.unknown }', "a plan shows"),
        ('awscc_s3_bucket" "r" { tags = concat(local.listed, var.unknown) }', ""),
        ('awscc_ec2_vpc_endpoint" "r" { tags = null }', "has none"),
        ('awscc_arcregionswitch_plan" "r" { tags = local.all }', ""),
        ('awscc_brand_new" "r" { tags = [] }', "has none"),
        ('aws_brand_new" "r" { tags = {} }', "has none"),
    ],
)
def test_tags_as_a_list_and_types_that_no_table_knows_are_judged(
    resource: str, wanted: str
) -> None:
    text = f"""
provider "aws" {{}}
variable "unknown" {{}}
locals {{
  all    = {{ CostCenter = "CX", Project = "atlas", Environment = "prod" }}
  listed = [for k, v in local.all : {{ key = k, value = v }}]
}}
resource "{resource}
"""
    (stated,) = named({"main.tf": text}).values()
    assert stated == {
        "has none": [f"has no {key}" for key in KEYS], "a plan shows": ["a plan shows"], "": [],
    }[wanted]  # fmt: skip


def test_the_default_tags_of_aws_do_not_reach_awscc() -> None:
    text = f'{RIGHT}resource "awscc_s3_bucket" "b" {{\n  tags = []\n}}\n'
    assert named({"main.tf": text}) == {"awscc_s3_bucket.b": [f"has no {key}" for key in KEYS]}


def test_opentofu_and_terraform_each_read_their_own() -> None:
    assert views(["main.tf", "more.tofu"]) == [{"main.tf", "more.tofu"}]
    assert views(["main.tf", "main.tofu", "x.tf.json", "x.tofu.json"]) == [
        {"main.tofu", "x.tofu.json"}, {"main.tf", "x.tf.json"},
    ]  # fmt: skip
    assert named({"main.tofu": queue("{}")}) == {"aws_sqs_queue.q": LACKS}
