"""Terraform code with planted tag defects, and the judge of its policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from apportion.core.tags.policy.read import read_tag_policy
from apportion.core.tags.policy.verdict import Judge

GALLERY = Path(__file__).parents[1] / "stories" / "gallery" / "infra"


def judge() -> Judge:
    policy, findings = read_tag_policy((GALLERY / "policy.yaml").read_text(), name="policy.yaml")
    assert policy is not None, findings
    return Judge(policy, today=date(2026, 11, 23))
