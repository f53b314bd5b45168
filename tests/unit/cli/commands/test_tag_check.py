"""`tags check`, as a pipeline calls it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from apportion.core.tags.policy.json import policy_json
from apportion.core.tags.policy.read import read_tag_policy
from infra_gallery import GALLERY
from larkmoor import Typed

ROOT = Path(__file__).parents[4]


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """A folder with infrastructure and the generated policy: no settings, no ledger."""
    for name in ("planted", "clean"):
        shutil.copytree(GALLERY / name, tmp_path / name)
    policy, _ = read_tag_policy((GALLERY / "policy.yaml").read_text(), name="policy.yaml")
    assert policy is not None
    (tmp_path / "policy.json").write_text(policy_json(policy))
    shutil.copy(GALLERY / "policy.yaml", tmp_path / "policy.yaml")
    return Typed(tmp_path)


CHECK = ("tags", "check", "--policy", "policy.json")


def test_a_clean_tree_is_fine_and_a_planted_one_fails(typed: Typed) -> None:
    assert typed(*CHECK, str(typed.folder / "clean")).code == 0
    assert typed.err == "8 resources that carry tags."
    assert typed(*CHECK, str(typed.folder / "planted")).code == 1
    assert "planted/envs/prod/main.tf:42 aws_instance.no_center has no CostCenter" in typed.err
    assert "Modules from elsewhere were not looked into: terraform-aws-modules/vpc/aws" in typed.err


def test_the_policy_itself_does_as_well(typed: Typed) -> None:
    assert typed("tags", "check", "planted", "--policy", "policy.yaml").code == 1


def test_as_json(typed: Typed) -> None:
    rows = typed(*CHECK, "planted", "--format", "json").rows
    row = next(row for row in rows if "no_center has" in row["subject"])
    assert row == {
        "code": "T041", "severity": "error", "file": "planted/envs/prod/main.tf", "line": 42,
        "subject": "aws_instance.no_center has no CostCenter", "expected": "FIN-100, CX",
        "found": "",
        "remedy": "Add CostCenter to its tags, or to default_tags of the provider.",
    }  # fmt: skip


def test_as_sarif_for_code_scanning(typed: Typed) -> None:
    assert (
        typed(*CHECK, "planted", "--format", "sarif", "--to", str(typed.folder / "t.sarif")).code
        == 1
    )
    (run,) = json.loads((typed.folder / "t.sarif").read_text())["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == set(rules)
    assert rules["T041"]["defaultConfiguration"] == {"level": "error"}
    first = run["results"][0]["locations"][0]["physicalLocation"]
    assert first["artifactLocation"] == {"uri": "planted/envs/prod/main.tf"}
    assert first["region"]["startLine"] > 0


def test_as_annotations_of_github_that_no_text_can_break(typed: Typed) -> None:
    tag = '{ CostCenter = "a\\n::error::x%" }'
    code = f'provider "aws" {{}}\nresource "aws_sqs_queue" "q" {{\n  tags = {tag}\n}}\n'
    (typed.folder / "hostile").mkdir()
    (typed.folder / "hostile" / "main.tf").write_text(code)
    lines = typed(*CHECK, "hostile", "--format", "github").out.splitlines()
    assert all(
        re.match(r"::(error|warning|notice) file=hostile/main.tf,line=3,title=T0", one)
        for one in lines
    )
    assert "%0A" in "".join(lines)


def test_a_patch_is_one_that_git_takes_and_puts_things_right(typed: Typed) -> None:
    assert typed(*CHECK, "planted", "--patch", "tags.patch").code == 1
    assert "Review it, then run `git apply tags.patch`" in typed.err
    git = ["git", "-C", str(typed.folder)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "apply", "tags.patch"], check=True)
    rows = typed(*CHECK, "planted", "--format", "json").rows
    assert [
        row for row in rows if "writes" in row["subject"] or "finance 100" in row["subject"]
    ] == []


def test_a_plan_and_a_template(typed: Typed) -> None:
    result = {
        "actions": ["create"],
        "after": {"tags_all": {"CostCenter": "CX"}},
        "after_unknown": {},
    }
    change = {
        "address": "aws_sqs_queue.q",
        "mode": "managed",
        "type": "aws_sqs_queue",
        "change": result,
    }
    (typed.folder / "plan.json").write_text(json.dumps({"resource_changes": [change]}))
    rows = typed(*CHECK, "plan.json", "--format", "json").rows
    assert [(row["file"], row["line"], row["subject"]) for row in rows] == [
        ("plan.json", 0, "aws_sqs_queue.q has no Project"),
        ("plan.json", 0, "aws_sqs_queue.q has no Environment"),
    ]
    tags = "{Tags: [{Key: CostCenter, Value: CX}]}"
    template = f"Resources:\n  Q: {{Type: AWS::SQS::Queue, Properties: {tags}}}\n"
    (typed.folder / "cfn").mkdir()
    (typed.folder / "cfn" / "t.yaml").write_text(template)
    outside = ("--tag", "Project=atlas", "--tag", "Environment=prod")
    assert typed(*CHECK, "cfn").code == 1
    assert typed(*CHECK, "cfn", *outside).code == 0


def plan_without_project() -> str:
    result = {
        "actions": ["create"],
        "after": {"tags_all": {"CostCenter": "CX"}},
        "after_unknown": {},
    }
    one = {
        "address": "aws_sqs_queue.q",
        "mode": "managed",
        "type": "aws_sqs_queue",
        "change": result,
    }
    return json.dumps({"resource_changes": [one]})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_plan_is_read_in_the_encoding_that_a_shell_wrote(typed: Typed, encoding: str) -> None:
    (typed.folder / "plan.json").write_bytes(plan_without_project().encode(encoding))
    (typed.folder / "in").mkdir()
    (typed.folder / "in" / "plan.json").write_bytes(plan_without_project().encode(encoding))
    for path in ("plan.json", "in"):
        rows = typed(*CHECK, path, "--format", "json").rows
        assert [row["subject"] for row in rows] == [
            "aws_sqs_queue.q has no Project", "aws_sqs_queue.q has no Environment",
        ]  # fmt: skip


def test_a_plan_that_is_cut_off_is_reported(typed: Typed) -> None:
    (typed.folder / "plan.json").write_text(plan_without_project()[:-9])
    assert typed(*CHECK, "plan.json").code == 1
    assert "T040" in typed.err
    assert "this plan is not valid JSON" in typed.err


@pytest.mark.parametrize("name", ["main.tofu", "main.tofu.json", "main.tf.json"])
def test_a_folder_of_any_syntax_is_judged(typed: Typed, name: str) -> None:
    folder = typed.folder / "one"
    folder.mkdir()
    code = 'resource "aws_sqs_queue" "q" {\n  tags = {}\n}\nprovider "aws" {}\n'
    tree = {"provider": {"aws": {}}, "resource": {"aws_sqs_queue": {"q": {"tags": {}}}}}
    (folder / name).write_text(json.dumps(tree) if name.endswith(".json") else code)
    rows = typed(*CHECK, "one", "--format", "json").rows
    assert {(row["code"], row["file"]) for row in rows} == {("T041", f"one/{name}")}


def test_what_terraform_and_opentofu_read_apart_is_judged_for_both(typed: Typed) -> None:
    folder = typed.folder / "one"
    folder.mkdir()
    right = '{ CostCenter = "CX", Project = "atlas", Environment = "prod" }'
    code = 'resource "aws_sqs_queue" "q" {\n  tags = local.tags\n}\nprovider "aws" {}\n'
    (folder / "main.tf").write_text(code)
    (folder / "tags.tf").write_text("locals {\n  tags = {}\n}\n")
    (folder / "tags.tofu").write_text(f"locals {{\n  tags = {right}\n}}\n")
    rows = typed(*CHECK, "one", "--format", "json").rows
    assert [row["subject"].split(" has ")[1] for row in rows] == [
        "no CostCenter", "no Project", "no Environment",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("nowhere",), "nowhere"),
        (("policy.yaml",), "contains nothing to check"),
        (("empty",), "contains nothing to check"),
        (("planted", "--tag", "x"), "Expected a tag like CostCenter=FIN-100 (KEY=VALUE)"),
    ],
)
def test_wrong_use_is_reported(typed: Typed, words: tuple[str, ...], expected: str) -> None:
    (typed.folder / "empty").mkdir()
    assert typed(*CHECK, *words).code in (2, 3)
    assert expected in typed.err


def test_broken_code_is_reported_and_fails(typed: Typed) -> None:
    (typed.folder / "broken").mkdir()
    (typed.folder / "broken" / "main.tf").write_text('resource "aws_sqs_queue" {\n')
    assert typed(*CHECK, "broken").code == 1
    assert "T040" in typed.err


def test_what_could_not_be_judged_fails_only_with_strict(typed: Typed) -> None:
    module = typed.folder / "module"
    module.mkdir()
    (module / "main.tf").write_text('resource "aws_s3_bucket" "logs" {}\n')
    assert typed(*CHECK, "module").code == 0
    assert "T044" in typed.err
    assert typed(*CHECK, "module", "--strict").code == 1
    assert typed(*CHECK, "clean", "--strict").code == 0


def test_code_that_two_parsers_refuse_is_one_finding(typed: Typed) -> None:
    (typed.folder / "broken").mkdir()
    (typed.folder / "broken" / "main.tf").write_text('resource "aws_s3_bucket" "a" {\n a = \n')
    rows = typed(*CHECK, "broken", "--format", "json").rows
    assert [(row["code"], row["line"]) for row in rows] == [("T040", 1)]


def test_our_own_examples_carry_the_tags_that_their_module_promises(typed: Typed) -> None:
    policy = """
apportion: 1
keys:
  CostCenter: {about: x, mandatory: always}
  Project: {about: x, mandatory: always}
  Owner: {about: x, mandatory: always}
  CreatedBy: {about: x, mandatory: always}
  Environment: {about: x, mandatory: always}
  AllocationKey: {about: x, mandatory: always}
rules: [{tag: AllocationKey, equals: "{CostCenter}-{Environment}"}]
"""
    (typed.folder / "own.yaml").write_text(policy)
    shutil.copytree(ROOT / "terraform", typed.folder / "terraform")
    assert typed("tags", "check", "terraform", "--policy", "own.yaml").code == 0, typed.err


def test_the_hook_and_the_action_call_a_command_that_is_there() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"] == "apportion tags check"
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = action["runs"]["steps"]
    assert any("apportion tags check" in step.get("run", "") for step in steps)
    # A tag can be moved to other code, a commit cannot.
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", one) for one in used)
    # Inputs reach the shell as variables, so that no input becomes a command.
    assert not any("${{ inputs" in step.get("run", "") for step in steps)
