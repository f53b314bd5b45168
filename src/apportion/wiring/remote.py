"""A ledger and settings that are kept in S3: brought here before work, the ledger given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from apportion.ledger.lock import WriteLock
from apportion.ledger.remote import RemoteLedger
from apportion.model.errors import ApportionError, NoSettingsError
from apportion.model.settings import Settings

from .publishing import Clients, open_store

_SETTINGS = "apportion.toml"


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def mirrored(
    settings: Settings,
    clients: Clients,
    *,
    say: Callable[[str], None] = lambda _step: None,
    removing: bool = False,
) -> Iterator[None]:
    """Work with a copy of a ledger that is kept in S3, and give back what was recorded.

    The copy is this process's alone for the while. What was recorded before an operation failed is
    given back too: every recorded run is whole. Raises OthersWroteError where another process has
    given back first; its state stands. A ledger in a folder needs none of this. With `removing`,
    objects that it does not have any more are removed in S3, which needs a permission of its own.
    """
    if not settings.remote:
        yield
        return
    folder = Path(settings.ledger)
    folder.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.remote, clients=clients)
    with WriteLock(folder.with_name(f"{folder.name}.copy"), clock=_now).held(wait=0):
        ledger = RemoteLedger(store, folder, say=say)
        say(f"fetching the ledger {settings.remote}")
        ledger.fetch()
        try:
            yield
        except ApportionError:
            ledger.give_back()
            raise
        ledger.give_back()
        if removing:
            ledger.remove_gone()


def fetch_settings(location: str, folder: Path, clients: Clients) -> Path:
    """Bring the settings at `s3://bucket/config/apportion.toml`, and all files beside them, here.

    Returns the file. Raises NoSettingsError.
    """
    place, _, file = location.rpartition("/")
    store = open_store(place, clients=clients)
    for name in store.names():
        if _is_inside(name):
            store.fetch(name, folder / name)
    found = folder / (file or _SETTINGS)
    if not found.is_file():
        raise NoSettingsError(location)
    return found


def _is_inside(name: str) -> bool:
    """Tell the name of a file below a folder from one of a folder, or of somewhere else."""
    parts = PurePosixPath(name).parts
    return not name.endswith("/") and not name.startswith("/") and ".." not in parts
