"""How much memory and how many threads the engine may use: `[engine]` in apportion.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from apportion.model.settings import EngineSettings
from apportion.model.suggestions import did_you_mean

TABLE = "engine"
MEMORY, THREADS = "memory", "threads"
KEYS = (MEMORY, THREADS)

_SIZE = re.compile(r"([1-9][0-9]{0,8}) ?(MB|GB)")
_MEGABYTES = {"MB": 1, "GB": 1000}
#: The engine reads a bill of many CSVs within it; below, even small bills end without memory.
_LEAST = 200
_MOST_THREADS = 1024


def engine_variable(key: str) -> str:
    """Name the environment variable that overrides a key of the table."""
    return f"APPORTION_ENGINE_{key.upper()}"


def read_engine(
    table: object, environment: Mapping[str, str], *, place: Callable[[str], str]
) -> tuple[EngineSettings, list[str]]:
    """Read the table and the environment, which wins; with a sentence for each problem.

    `place` names the line of a key.
    """
    if not isinstance(table, dict):
        return EngineSettings(), [f"{place(TABLE)}: {TABLE} is a table; write [{TABLE}]."]
    problems = [
        f"{place(key)}: there is no setting {key!r} in [{TABLE}]; known: {', '.join(KEYS)}. "
        f"{did_you_mean(key, KEYS)}".rstrip()
        for key in table
        if key not in KEYS
    ]
    given = {key: (place(key), table[key]) for key in KEYS if key in table}
    for key in KEYS:
        if written := environment.get(engine_variable(key), ""):
            given[key] = engine_variable(key), int(written) if written.isdecimal() else written
    values = {key: value for key, (_, value) in given.items()}
    problems += [
        f"{where}: {wrong}"
        for key, (where, value) in given.items()
        if (wrong := _CHECKS[key](value))
    ]
    if problems:
        return EngineSettings(), problems
    default = EngineSettings()
    return EngineSettings(
        memory=str(values.get(MEMORY, default.memory)).replace(" ", ""),
        threads=int(values.get(THREADS, default.threads)),
    ), []


def _wrong_memory(value: object) -> str:
    size = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if size is None:
        return f'memory is a size in MB or GB, like "2GB"; found {value!r}.'
    if int(size[1]) * _MEGABYTES[size[2]] < _LEAST:
        return f"memory is at least {_LEAST}MB; found {value!r}."
    return ""


def _wrong_threads(value: object) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and 1 <= int(str(value)) <= _MOST_THREADS:
        return ""
    return f"threads is a whole number from 1 to {_MOST_THREADS}; found {value!r}."


_CHECKS: Mapping[str, Callable[[object], str]] = {MEMORY: _wrong_memory, THREADS: _wrong_threads}
