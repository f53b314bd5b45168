"""Override files are merged as Terraform merges them: no tag passes or fails that it would not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from apportion.core.tags.iac.check import check_declared
from apportion.core.tags.iac.patch import edited, suggested_edits
from apportion.core.tags.iac.terraform_code import read_terraform
from apportion.core.tags.iac.terraform_overrides import is_override
from apportion.sources.terraform import expand
from apportion.usecases.tags.check import check_code
from infra_gallery import judge

PROVIDER = 'provider "aws" {}\n'
DEFAULTS = 'default_tags { tags = { CostCenter = "CX", Project = "atlas", Environment = "prod" } }'
RIGHT = '{ CostCenter = "CX", Project = "atlas", Environment = "prod" }'
OTHER = '{ Project = "atlas", Environment = "prod" }'


def queue(tags: str, more: str = "") -> str:
    return f'resource "aws_sqs_queue" "q" {{\n  tags = {tags}\n  {more}\n}}\n'


def problems(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    found = read_terraform(texts, "", {})
    assert found.findings == ()
    return [(one.place, one.subject) for one in check_declared(judge(), found.declared)]


OVERRIDES = ("override.tf", "a/b_override.tf", "override.tf.json", "a_override.tofu.json")
OTHERS = ("overrides.tf", "myoverride.tf", "override/main.tf", "override.md")


def test_override_files_are_recognised_by_name() -> None:
    assert [file for file in (*OVERRIDES, *OTHERS) if is_override(file)] == [*OVERRIDES]


def test_the_override_decides_and_names_its_own_file_and_line() -> None:
    # The name of the override file is before main.tf in the alphabet, and wins all the same.
    texts = {"a_override.tf": "\n" + queue(OTHER), "main.tf": PROVIDER + queue(RIGHT)}
    missing = "aws_sqs_queue.q has no CostCenter"
    assert problems(texts) == [("a_override.tf:3", missing)]


def test_tags_that_an_override_adds_are_judged_with_the_resource() -> None:
    bare = PROVIDER + 'resource "aws_sqs_queue" "q" {}\n'
    assert len(problems({"main.tf": bare})) == 3
    assert problems({"main.tf": bare, "override.tf": queue(RIGHT)}) == []


def test_an_override_without_tags_keeps_the_tags() -> None:
    override = 'resource "aws_sqs_queue" "q" { delay_seconds = 9 }\n'
    assert problems({"main.tf": PROVIDER + queue(RIGHT), "override.tf": override}) == []


def test_the_last_of_several_overrides_wins() -> None:
    texts = {
        "main.tf": PROVIDER + queue(OTHER),
        "a_override.tf": queue(RIGHT),
        "b_override.tf": queue(OTHER),
    }
    assert [place for place, _ in problems(texts)] == ["b_override.tf:2"]


def test_default_tags_of_an_override_replace_the_provider_s() -> None:
    bare = 'resource "aws_sqs_queue" "q" {}\n'
    texts = {"main.tf": f'provider "aws" {{\n  {DEFAULTS}\n}}\n{bare}'}
    assert problems(texts) == []
    without = {**texts, "a_override.tf": 'provider "aws" {\n  default_tags {}\n}\n'}
    assert len(problems(without)) == 3
    json = '{"provider": {"aws": {"default_tags": {"tags": {"Project": "atlas"}}}}}'
    assert len(problems({**texts, "a_override.tf.json": json})) == 2
    # An alias is another provider.
    alias = 'provider "aws" {\n  alias = "eu"\n  default_tags {}\n}\n'
    assert problems({**texts, "a_override.tf": alias}) == []


def test_locals_variables_and_outputs_are_overridden_by_name() -> None:
    main = (
        PROVIDER
        + 'locals {\n  cc = "CX"\n  project = "atlas"\n}\nvariable "env" { default = "prod" }\n'
        + queue("{ CostCenter = local.cc, Project = local.project, Environment = var.env }")
    )
    assert problems({"main.tf": main}) == []
    override = 'locals { cc = "nobody" }\nvariable "env" { default = "nowhere" }\n'
    found = problems({"a_override.tf": override, "main.tf": main})
    assert [subject for _, subject in found] == [
        "aws_sqs_queue.q has CostCenter = nobody",
        "aws_sqs_queue.q has Environment = nowhere",
    ]


def test_nested_blocks_of_a_kind_are_replaced_whole_and_found_in_their_file() -> None:
    def template(tags: str) -> str:
        specification = (
            f'tag_specifications {{\n    resource_type = "volume"\n    tags = {tags}\n  }}'
        )
        return f'resource "aws_launch_template" "t" {{\n  {specification}\n}}\n'

    defaults = f'provider "aws" {{\n  {DEFAULTS}\n}}\n'
    main = defaults + template(RIGHT)
    assert problems({"main.tf": main}) == []
    found = problems({"main.tf": main, "override.tf": template(OTHER)})
    assert found == [("override.tf:2", "aws_launch_template.t (volumes) has no CostCenter")]


def test_a_dynamic_block_replaces_and_is_replaced_by_blocks_that_it_makes() -> None:
    def group(blocks: str) -> str:
        return f'resource "aws_autoscaling_group" "g" {{\n  {blocks}\n}}\n'

    written = "".join(
        f'tag {{\n key = "{key}"\n value = "{value}"\n propagate_at_launch = true\n}}\n'
        for key, value in (("CostCenter", "CX"), ("Project", "atlas"), ("Environment", "prod"))
    )
    dynamic = (
        'dynamic "tag" {\n for_each = {}\n content {\n key = tag.key\n value = tag.value\n'
        " propagate_at_launch = true\n }\n}"
    )
    assert problems({"main.tf": PROVIDER + group(written)}) == []
    emptied = {"main.tf": PROVIDER + group(written), "override.tf": group(dynamic)}
    assert len(problems(emptied)) == 6
    filled = {"main.tf": PROVIDER + group(dynamic), "override.tf": group(written)}
    assert problems(filled) == []


def test_an_override_of_nothing_is_judged_too() -> None:
    texts = {"main.tf": PROVIDER, "override.tf": queue(OTHER)}
    assert [place for place, _ in problems(texts)] == ["override.tf:2"]


def test_a_suggestion_edits_the_override_file() -> None:
    wrong = RIGHT.replace("CostCenter", "costcenter")
    texts = {"main.tf": PROVIDER + queue(OTHER), "override.tf": queue(wrong)}
    found = read_terraform(texts, "", {})
    changed = edited(texts, suggested_edits(judge(), found.declared, texts))
    assert changed == {"override.tf": queue(RIGHT)}


def test_a_folder_with_overrides_is_judged_without_the_other_parser(tmp_path: Path) -> None:
    # tfparse gives base and override as two instances of one resource, and their values mix.
    (tmp_path / "main.tf").write_text(
        PROVIDER + queue(RIGHT.replace('"CX"', 'substr("nobody", 0, 6)'))
    )
    (tmp_path / "override.tf").write_text(queue(RIGHT.replace('"CX"', 'substr("CX", 0, 2)')))
    checked = check_code(
        {"code": tmp_path}, judge().policy, today=date(2026, 11, 23), expand=expand, given={}
    )
    assert checked.resources == 1
    found = [(one.code.number, one.place) for one in checked.findings]
    assert found == [("T045", "code/override.tf:2")]
