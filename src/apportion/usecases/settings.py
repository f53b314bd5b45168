"""Reads the settings: apportion.toml found upwards, and the environment, which wins."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from apportion.model.errors.base import NoSettingsError, WrongSettingsError
from apportion.model.settings import Settings
from apportion.model.suggestions import did_you_mean

from .close_settings import CLOSE, read_close
from .engine_settings import TABLE, read_engine

FILE = "apportion.toml"

#: The settings and their defaults; paths are relative to the file's folder.
DEFAULTS = {
    "ledger": "ledger",
    "rulebooks": "rulebook",
    "drivers": ".",
    "tags": "tags.yaml",
    "chart": "chart.yaml",
}

#: How a ledger is named that is kept in S3.
_REMOTE = "s3://"


def variable(key: str) -> str:
    """Name the environment variable that overrides a key."""
    return f"APPORTION_{key.upper()}"


def read(folder: Path, environment: Mapping[str, str], *, file: Path | None = None) -> Settings:
    """Read the settings that hold in a folder.

    A file named with --settings or APPORTION_SETTINGS is not searched for. Paths in the file begin
    at the file's folder, paths in the environment at `folder`. Raises NoSettingsError where there
    is no file and the environment does not name both ledger and rulebooks.
    """
    named = file or _path(environment.get("APPORTION_SETTINGS"))
    found = folder / named if named else search(folder)
    overrides = {key: environment.get(variable(key), "") for key in DEFAULTS}
    if found is None and not (overrides["ledger"] and overrides["rulebooks"]):
        raise NoSettingsError(str(folder))
    written = _read_file(found, _shown(found, folder)) if found else {}
    engine, problems = read_engine(
        written.get(TABLE, {}), environment, place=lambda key: _place_in(found, folder, key)
    )
    two_people, more = read_close(
        written.get(CLOSE, {}), place=lambda key: _place_in(found, folder, key)
    )
    problems += more
    if problems:
        raise WrongSettingsError(problems)
    beside = found.resolve().parent if found else folder.resolve()
    paths = {
        key: (folder / overrides[key]).resolve() if overrides[key] else beside / (value or default)
        for key, default in DEFAULTS.items()
        for value in [written.get(key)]
    }
    remote = overrides["ledger"] or written.get("ledger", "")
    if remote.startswith(_REMOTE):
        paths["ledger"] = _copies(environment) / sha256(remote.encode()).hexdigest()[:16]
    return Settings(
        file=str(found or ""),
        ledger=paths["ledger"],
        rulebooks=paths["rulebooks"],
        drivers=paths["drivers"],
        tags=paths["tags"],
        chart=paths["chart"],
        engine=engine,
        two_people=two_people,
        remote=remote if remote.startswith(_REMOTE) else "",
    )


def _copies(environment: Mapping[str, str]) -> Path:
    """Find the folder for copies of ledgers that are kept elsewhere."""
    named = environment.get("APPORTION_CACHE")
    caches = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(caches) / "apportion" / "ledgers"


def search(folder: Path) -> Path | None:
    """Look for apportion.toml in a folder and every folder above it."""
    here = folder.resolve()
    return next((at / FILE for at in (here, *here.parents) if (at / FILE).is_file()), None)


def _place_in(found: Path | None, folder: Path, key: str) -> str:
    shown = _shown(found, folder) if found else ""
    return f"{shown}{_line(_text(found, shown), key)}" if found else key


def _read_file(path: Path, shown: str) -> dict[str, Any]:
    text = _text(path, shown)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = _syntax(str(error), shown=shown, text=text)
        raise WrongSettingsError([problem]) from error
    problems = [
        problem
        for key, value in tree.items()
        if key not in {TABLE, CLOSE}
        if (problem := _problem(key, value, place=f"{shown}{_line(text, key)}"))
    ]
    if problems:
        raise WrongSettingsError(problems)
    return tree


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = f"expected UTF-8 text, found byte {error.start} to be something else."
        raise WrongSettingsError([f"{shown}: {words}"]) from error
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise WrongSettingsError([f"{shown}: {why}."]) from error


def _problem(key: str, value: object, *, place: str) -> str:
    if key not in DEFAULTS:
        guess = f" {did_you_mean(key, DEFAULTS)}".rstrip()
        known = ", ".join((*DEFAULTS, TABLE, CLOSE))
        return f"{place}: there is no setting {key!r}; known: {known}.{guess}"
    if not isinstance(value, str):
        return f'{place}: {key} is a path in quotes, like "{DEFAULTS[key]}"; found {value}.'
    if not value or "\0" in value:
        return f'{place}: {key} names no path; write one, like "{DEFAULTS[key]}".'
    return ""


def _syntax(message: str, *, shown: str, text: str) -> str:
    # Before Python 3.14 the error carries its place in words only.
    match = re.fullmatch(
        r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL
    )
    if match is None:
        return f"{shown}: this is not TOML: {message}."
    at = f"{match[2]}:{match[3]}" if match[2] else f"{len(text.splitlines())}"
    return f"{shown}:{at}: this is not TOML: {match[1].lower()}."


def _line(text: str, key: str) -> str:
    # tomllib keeps no positions; a key is looked for where it is assigned or opens a table.
    pattern = re.compile(rf"""^\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
    numbers = (n for n, line in enumerate(text.splitlines(), 1) if pattern.match(line))
    return f":{number}" if (number := next(numbers, None)) else ""


def _shown(path: Path, folder: Path) -> str:
    here = folder.resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
