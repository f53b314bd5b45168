"""The collector is as it was before, also after an error."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from apportion.usecases.without_collection import without_collection


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.isenabled()
    yield
    (gc.enable if before else gc.disable)()


def stop_inside() -> None:
    with without_collection():
        assert not gc.isenabled()
        raise KeyboardInterrupt


def test_the_collector_pauses_and_goes_on_after_an_error() -> None:
    gc.enable()
    with pytest.raises(KeyboardInterrupt):
        stop_inside()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with pytest.raises(KeyboardInterrupt):
        stop_inside()
    assert not gc.isenabled()
