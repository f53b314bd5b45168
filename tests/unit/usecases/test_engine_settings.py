"""The engine's memory and threads come from `[engine]` and the environment, which wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.model.errors.base import WrongSettingsError
from apportion.model.settings import EngineSettings
from apportion.usecases.settings import read


def settings_of(folder: Path, text: str, **environment: str) -> EngineSettings:
    (folder / "apportion.toml").write_text(text, "utf-8")
    return read(folder, environment).engine


def test_the_table_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "") == EngineSettings("600MB", 0)
    written = '[engine]\nmemory = "2 GB"\nthreads = 3\n'
    assert settings_of(tmp_path, written) == EngineSettings("2GB", 3)
    given = {"APPORTION_ENGINE_MEMORY": "900MB", "APPORTION_ENGINE_THREADS": "1"}
    assert settings_of(tmp_path, written, **given) == EngineSettings("900MB", 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[engine]\nmemory = 2\n", 'apportion.toml:2: memory is a size in MB or GB, like "2GB"'),
        ('[engine]\nmemory = "199MB"\n', "apportion.toml:2: memory is at least 200MB"),
        ("[engine]\nthreads = 0\n", "apportion.toml:2: threads is a whole number from 1"),
        ("[engine]\nthreads = true\n", "apportion.toml:2: threads is a whole number from 1"),
        ("[engine]\nmemroy = 1\n", "there is no setting 'memroy' in [engine]; known: memory"),
        ('engine = "duckdb"\n', "apportion.toml:1: engine is a table; write [engine]."),
    ],
)
def test_what_is_wrong_is_reported_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(WrongSettingsError) as found:
        settings_of(tmp_path, text)
    assert problem in str(found.value)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSettingsError, match="APPORTION_ENGINE_THREADS: threads is a whole"):
        settings_of(tmp_path, "", APPORTION_ENGINE_THREADS="two")
