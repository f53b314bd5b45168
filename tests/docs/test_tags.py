"""The page about tags: its policy is right, its commands run on the demo organisation."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import yaml

from apportion.core.rulebook.read import read_rulebook
from apportion.core.tags.policy.read import read_tag_policy, with_rulebook
from cloudtrail_records import record
from docs_pages import DOCS, ROOT, blocks, calls
from larkmoor import Typed, copied

PAGE = DOCS / "how-to/tags.md"
INFRA = """
provider "aws" {
  default_tags {
    tags = { CostCenter = "DATA", Project = "lake" }
  }
}
resource "aws_sqs_queue" "q" {}
"""


def test_the_policy_of_the_page_is_right(larkmoor: Path) -> None:
    (example,) = [block for block in blocks(PAGE, "yml") if not block.title]
    policy, findings = read_tag_policy(example.text, name=example.place)
    assert policy is not None, findings
    text = (larkmoor / "rulebook" / "2026-07.yaml").read_text()
    rulebook, _ = read_rulebook(text, name="rules")
    resolved, more = with_rulebook(policy, rulebook)
    assert resolved is not None, more
    assert [*findings, *more] == []


def test_every_command_of_the_page_runs(larkmoor: Path, tmp_path: Path) -> None:
    typed = Typed(copied(larkmoor, tmp_path))
    (tmp_path / "trail").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(INFRA)
    (tmp_path / "plan.json").write_text('{"resource_changes": []}')
    (tmp_path / "trail" / "2026-09.json").write_text(json.dumps(record("sqs", "CreateQueue")))
    words = [call.words for block in blocks(PAGE, "console") for call in calls(block)]
    assert len(words) > 10
    for line in words:
        done = typed(*shlex.split(line)[1:])
        assert done.code == 0, (line, done.err)


@pytest.mark.parametrize("word", ["valid_share", "before_share", "resources_share", "reached"])
def test_the_columns_that_the_page_explains_are_there(larkmoor: Path, word: str) -> None:
    assert word in Typed(larkmoor)("tags", "coverage", "-o", "json").rows[0]


def test_the_hook_and_the_step_of_the_page_are_ours() -> None:
    hook, step = (yaml.safe_load(b.text) for b in blocks(PAGE, "yml") if b.title)
    (own,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["repos"][0]["hooks"][0]["id"] == own["id"]
    inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    assert set(step[0]["with"]) == set(inputs)
