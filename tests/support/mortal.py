"""Runs work against AWS in a process that kills itself just before one of its changing calls.

Or lets a test look at AWS before each of them, which sees what such a death would leave.

A server that has imported everything once forks itself for each: what it forks has no threads.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import preload
from crash_program import die_before
from moto_world import MotoWorld

#: Makes a client of boto3 for a service and a region, or "".
Clients = Callable[[str, str], Any]

_CHANGES = {
    "s3": ("PutObject", "DeleteObjects"),
    "glue": ("CreateDatabase", "CreateTable", "UpdateTable"),
    "sesv2": ("SendEmail",),
    "sns": ("Publish",),
}


def died(
    work: Callable[..., None],
    world: MotoWorld,
    *arguments: object,
    at: int,
    of: str = "",
    below: Path | None = None,
) -> bool:
    """Do `work(clients, *arguments)` until just before its n-th change; False if it ended before.

    With `of`, only changes by this operation are counted; with `below`, changes of files in that
    folder in their place.
    The work is a function at the top of a test's file.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(preload.commands())
    process = context.Process(target=_run, args=(work, world, arguments, at, of, below))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def clients_that_look(world: MotoWorld, look: Callable[[], None], *, every: int = 1) -> Clients:
    """Make clients by which `look` sees AWS before every n-th change: as a kill there leaves it."""
    count = 0

    def before(**_: object) -> None:
        nonlocal count
        count += 1
        if count % every == 0:
            look()

    def clients(service: str, region: str) -> Any:
        client = world.client(service, region)
        for operation in _CHANGES.get(service, ()):
            client.meta.events.register(f"before-call.{service}.{operation}", before)
        return client

    return clients


def _run(
    work: Callable[..., None],
    world: MotoWorld,
    arguments: tuple[object, ...],
    at: int,
    of: str,
    below: Path | None,
) -> None:
    if below:
        die_before(at, str(below))
        work(world.client, *arguments)
        return
    count = 0

    def before(**_: object) -> None:
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def clients(service: str, region: str) -> Any:
        client = world.client(service, region)
        changes = _CHANGES.get(service, ())
        for operation in changes if not of else {of}.intersection(changes):
            client.meta.events.register(f"before-call.{service}.{operation}", before)
        return client

    work(clients, *arguments)
