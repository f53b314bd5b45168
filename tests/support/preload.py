"""Modules that a fork server loads before tests start commands in it: all that commands import."""

from __future__ import annotations

from pkgutil import walk_packages

import apportion

_PACKAGES = ("app", "cli", "core", "engines", "ledger", "reports", "sources", "usecases")

#: pyarrow imports these when it first makes an array, where they are installed.
_LATE = ("pandas", "pyarrow.compute")

_AWS = ("apportion.aws.published_tables", "apportion.aws.s3_store")

#: What these do once, no process that is forked does again.
_DONE_ONCE = ("preloaded_bills", "preloaded_clients")


def commands() -> list[str]:
    """List the modules of the packages that commands are made of, and those done once.

    Every test that forks names the same: the first of them starts the server for all.
    """
    prefixes = tuple(f"apportion.{package}" for package in _PACKAGES)
    modules = (module.name for module in walk_packages(apportion.__path__, "apportion."))
    listed = (name for name in modules if name.startswith(prefixes))
    return [*_LATE, *listed, *_AWS, *_DONE_ONCE]
