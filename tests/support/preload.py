"""Modules that a fork server loads before tests start commands in it: all that commands import."""

from __future__ import annotations

from pkgutil import walk_packages

import apportion

_PACKAGES = ("app", "cli", "core", "engines", "ledger", "reports", "sources", "usecases")

#: pyarrow imports these when it first makes an array, where they are installed.
_LATE = ("pandas", "pyarrow.compute")


def commands() -> list[str]:
    """List the modules of the packages that commands are made of."""
    prefixes = tuple(f"apportion.{package}" for package in _PACKAGES)
    modules = (module.name for module in walk_packages(apportion.__path__, "apportion."))
    return [*_LATE, *(name for name in modules if name.startswith(prefixes))]
