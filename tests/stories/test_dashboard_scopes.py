"""A user with access to some owners gets these as SQL sums them, and nothing of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoped_pages import (
    NESTED,
    Organisation,
    World,
    check_amounts,
    check_downloads,
    check_names,
    check_pages,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World.of(NESTED, tmp_path_factory.mktemp("scopes") / "w")
    check_pages(made)  # and keeps the JSON of each page
    return made


def test_no_page_contains_anything_outside_the_scope(world: World) -> None:
    assert {document["page"] for document in world.documents.values()} == {
        "overview", "flow", "owners", "pools", "tags", "proof", "rules", "explain",
    }  # fmt: skip


def test_amounts_are_the_sums_of_sql_within_the_scope(world: World) -> None:
    check_amounts(world)


def test_downloads_have_the_rows_of_the_scope_and_no_others(world: World) -> None:
    check_downloads(world)


def test_an_owner_outside_the_scope_is_like_an_unknown_one(world: World) -> None:
    check_names(world)


def test_who_sees_the_default_owner_sees_nothing_of_untagged_charges_in_pools(
    tmp_path: Path,
) -> None:
    spend = (("unallocated", 62_472), ("FIN-10", 27_757), ("FIN", 496_568), ("FIN-1", 845_974))
    pools = (("discount", "even"), ("FIN", "proportional"))
    made = Organisation(spend, pools, frozenset({"unallocated", "FIN-10"}))
    check_pages(World.of(made, tmp_path / "w"))
