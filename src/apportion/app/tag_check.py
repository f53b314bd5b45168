"""Checks code by a tag policy: the parser that evaluates Terraform, put together with the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from apportion.model.tags.tag_policy import TagPolicy
from apportion.sources.terraform import expand
from apportion.usecases.tags.check import Checked, check_code, policy_of

__all__ = ["check", "policy_of"]


def check(
    paths: Mapping[str, Path],
    policy: TagPolicy,
    *,
    today: date,
    given: Mapping[str, str] | None = None,
) -> Checked:
    """Check files and folders of code, by the names that findings call them.

    `given` are tags from outside, as a stack's are.
    """
    return check_code(paths, policy, today=today, expand=expand, given=given or {})
