"""What several tests need."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import authlib.deprecate  # noqa: F401 - it shows its warnings whatever pytest ignores after that
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

import programs
from soak import examples

if TYPE_CHECKING:
    from demo_ran import Demo

gc.set_threshold(10_000, 10, 10)  # see pytest_collection_finish

settings.register_profile(
    "any machine",  # how long an example takes says nothing of it
    deadline=None,
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_configure() -> None:
    """Refuse names in APPORTION_REQUIRE that no test needs, before any test runs."""
    try:
        programs.required()
    except programs.UnknownProgramError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_finish() -> None:
    """Keep Python's garbage collector from what stays until the end.

    It looked through libraries and tests again and again, which took a sixth of the suite's time.
    """
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what is off on this machine."""
    off = programs.missing() + ([] if SHARED_DATA.is_dir() else ["bills of other makers"])
    if off:
        terminalreporter.write_line(f"Off here, so their tests are skipped: {', '.join(off)}.")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Bills of other makers, kept beside the checkout and never in it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the bills of other makers (../shared/data) are not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def larkmoor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of the demo organisation, allocated; nobody changes anything in it."""
    from larkmoor import make  # noqa: PLC0415 - only where a test uses it

    return _made_once(tmp_path_factory, "larkmoor", make)


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with all that pages show, see web_ledger; nobody changes anything in it."""
    from web_ledger import make  # noqa: PLC0415 - only where a test uses it

    return _made_once(tmp_path_factory, "shown", make)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """What the demo leaves; nobody changes anything in it."""
    from demo_ran import Demo, make  # noqa: PLC0415 - only where a test uses it

    return Demo(_made_once(tmp_path_factory, "demo", make))


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Make a folder for all processes that run tests side by side."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with FileLock(f"{folder}.lock"):
        if not folder.with_suffix(".made").exists():
            folder.mkdir()
            make(folder)
            folder.with_suffix(".made").touch()
    return folder
