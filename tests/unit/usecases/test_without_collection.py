"""The collector is as it was before, also after an error."""

from __future__ import annotations

import gc

import pytest

from apportion.usecases.without_collection import without_collection


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_paused_and_then_as_before(was_on: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        with pytest.raises(KeyboardInterrupt), without_collection():
            assert not gc.isenabled()
            raise KeyboardInterrupt
        assert gc.isenabled() == was_on
    finally:
        (gc.enable if before else gc.disable)()
