"""What several tests need."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Bills of other makers, kept beside the checkout and never in it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the bills of other makers (../shared/data) are not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def larkmoor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of the demo organisation, allocated; nobody changes anything in it."""
    from larkmoor import make  # noqa: PLC0415 - only where it is asked for

    return make(tmp_path_factory.mktemp("larkmoor"))
