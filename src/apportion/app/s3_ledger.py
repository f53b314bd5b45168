"""A ledger and settings that are kept in S3: brought here before work, the ledger given back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from apportion.ledger.lock import WriteLock
from apportion.ledger.s3_ledger import S3Ledger
from apportion.model.errors.base import ApportionError, LedgerBusyError, NoSettingsError
from apportion.model.settings import Settings
from apportion.ports.progress import NO_PROGRESS, Progress

from .publishing import Clients, open_store

_SETTINGS = "apportion.toml"


def _now() -> datetime:
    return datetime.now(UTC)


#: Places for copies of one ledger on one machine, of which each process takes a free one.
_PLACES = 64


@contextmanager
def mirrored(
    settings: Settings,
    clients: Clients,
    *,
    progress: Progress = NO_PROGRESS,
    removing: bool = False,
) -> Iterator[Settings]:
    """Work with a copy of a ledger that is kept in S3, and give back what was recorded.

    Gives the settings to work with: while another process has the copy that they name, a place of
    its own takes its part, so no process waits for a reader. What was recorded before an operation
    failed is given back too: every recorded run is whole. Who recorded nothing gives nothing back.
    Raises OthersWroteError where another process has given back first; its state stands. A ledger
    in a folder needs none of this. With `removing`, objects that it does not have any more are
    removed in S3, which needs a permission of its own.
    """
    if not settings.remote:
        yield settings
        return
    with _copy(settings, clients, progress) as (ledger, ours):
        progress(f"fetching the ledger {settings.remote}")
        ledger.fetch()
        try:
            yield ours
        except ApportionError:
            ledger.give_back()
            raise
        ledger.give_back()
        if removing:
            ledger.remove_gone()


@contextmanager
def mirrored_to_repair(
    settings: Settings,
    clients: Clients,
    *,
    progress: Progress = NO_PROGRESS,
) -> Iterator[Settings]:
    """Work with a copy of all that is left of a ledger, and give back what it has become.

    Nothing is given back where anything was raised. A ledger in a folder needs none of this.
    """
    if not settings.remote:
        yield settings
        return
    with _copy(settings, clients, progress) as (ledger, ours):
        progress(f"fetching what is left of the ledger {settings.remote}")
        ledger.fetch_to_repair()
        yield ours
        ledger.give_back()


@contextmanager
def _copy(
    settings: Settings, clients: Clients, progress: Progress
) -> Iterator[tuple[S3Ledger, Settings]]:
    """Take a place for a copy that no other process has; one beside the first goes afterwards."""
    first = Path(settings.ledger)
    first.parent.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.remote, clients=clients)
    places = [first, *(first.with_name(f"{first.name}-{n}") for n in range(2, _PLACES + 1))]
    with ExitStack() as held:
        place = _free(places, held)
        beside = [each for each in places if each != place and each.is_dir()]
        try:
            ledger = S3Ledger(store, place, beside=beside, progress=progress)
            yield ledger, replace(settings, ledger=place)
        finally:
            if place != first:
                shutil.rmtree(place, ignore_errors=True)


def _free(places: Sequence[Path], held: ExitStack) -> Path:
    """Lock the first place that no other process has."""
    for place in places:
        lock = WriteLock(place.with_name(f"{place.name}.copy"), clock=_now)
        try:
            held.enter_context(lock.held(wait=0))
        except LedgerBusyError:
            continue
        return place
    holder = f"{len(places)} processes with a copy each"
    raise LedgerBusyError(str(places[0]), holder, "not at all")


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
    """Whether a name is of a file below the folder."""
    parts = PurePosixPath(name).parts
    return not name.endswith("/") and not name.startswith("/") and ".." not in parts
