"""The people of Larkmoor tag in many ways; each is what its name says."""

from __future__ import annotations

import pytest

from apportion.demo.tagging import (
    INCONSISTENT,
    MISSPELT,
    UNKNOWN,
    Style,
    cur_key,
    style_of,
    tags_of,
)


@pytest.mark.parametrize(
    ("key", "in_cur"),
    [
        ("CostCenter", "user_cost_center"),
        ("costcenter", "user_costcenter"),
        ("env", "user_env"),
        ("ManagedBy", "user_managed_by"),
        ("aws:eks:cluster-name", "aws_eks_cluster_name"),
    ],
)
def test_keys_are_written_as_cur_2_writes_them(key: str, in_cur: str) -> None:
    assert cur_key(key) == in_cur


@pytest.mark.parametrize("draw", [0, 1, 2, 35, 59, 2**20])
@pytest.mark.parametrize("style", Style)
def test_a_style_shows_in_the_tags(style: Style, draw: int) -> None:
    account, project = next(iter(INCONSISTENT))
    tags = tags_of(
        style,
        account=account,
        project=project,
        environment="dev",
        cost_center="FIN-100",
        draw=draw,
    )

    message = tags.get("CostCenter")
    assert {
        Style.UNTAGGABLE: not tags,
        Style.GOOD: message == "FIN-100",
        Style.KEY_VARIANT: message is None and tags.get("costcenter") == "FIN-100",
        Style.MISSPELT: message in MISSPELT["FIN-100"],
        Style.UNKNOWN: message in UNKNOWN,
        Style.MISSING: bool(tags) and message is None and "costcenter" not in tags,
        Style.INCONSISTENT: message == INCONSISTENT[account, project],
    }[style]


def test_every_draw_has_a_style_and_most_are_good() -> None:
    styles = [style_of("shop-prod", "checkout", draw) for draw in range(1000)]

    assert styles.count(Style.GOOD) == 740
    assert set(styles) == set(Style) - {Style.UNTAGGABLE, Style.INCONSISTENT}
