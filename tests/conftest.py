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
