"""Scopes of drawn organisations: pages, files and explanations against SQL. Run by `make soak`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from scoped_pages import (
    Organisation,
    World,
    check_amounts,
    check_downloads,
    check_names,
    check_pages,
    organisations,
)
from soak import only_in_soak

pytestmark = only_in_soak


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=organisations())
def test_a_scope_has_its_owners_and_nothing_of_others(made: Organisation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World.of(made, Path(folder) / "w")
        check_pages(world)
        check_amounts(world)
        check_downloads(world)
        check_names(world)
