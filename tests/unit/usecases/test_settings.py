"""Settings are found upwards, the environment wins, and each mistake is a finding with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.model.errors.base import NoSettingsError, WrongSettingsError
from apportion.usecases.settings import read


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "apportion.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_means_the_folders_beside_it(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    settings = read(tmp_path, {})
    assert settings.file == str(file)
    assert settings.ledger == tmp_path / "ledger"
    assert settings.rulebooks == tmp_path / "rulebook"
    assert settings.drivers == tmp_path


def test_the_nearest_file_upwards_holds_and_paths_begin_at_it(tmp_path: Path) -> None:
    write(tmp_path, 'ledger = "far"\n')
    write(tmp_path / "a", 'ledger = "near/ledger"\n')
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    assert read(deep, {}).ledger == tmp_path / "a" / "near" / "ledger"


def test_an_absolute_path_stays_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, 'ledger = "/srv/ledger"\n')
    assert read(tmp_path, {}).ledger == Path("/srv/ledger")


def test_the_environment_wins_and_begins_at_the_current_folder(tmp_path: Path) -> None:
    write(tmp_path, 'ledger = "ledger"\nrulebooks = "rules"\n')
    here = tmp_path / "here"
    here.mkdir()
    settings = read(here, {"APPORTION_LEDGER": "other", "APPORTION_RULEBOOKS": ""})
    assert settings.ledger == here / "other"
    assert settings.rulebooks == tmp_path / "rules"


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    settings = read(tmp_path, {"APPORTION_LEDGER": "l", "APPORTION_RULEBOOKS": "r"})
    assert (settings.file, settings.ledger) == ("", tmp_path / "l")
    assert (settings.rulebooks, settings.drivers) == (tmp_path / "r", tmp_path)


def test_a_named_file_is_not_searched_for(tmp_path: Path) -> None:
    write(tmp_path, 'ledger = "found"\n')
    named = write(tmp_path / "named", 'ledger = "named"\n')
    expected = named.parent / "named"
    assert read(tmp_path, {}, file=Path("named/apportion.toml")).ledger == expected
    assert read(tmp_path, {"APPORTION_SETTINGS": str(named)}).ledger == expected


def test_without_a_file_the_remedies_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoSettingsError, match=r"`apportion init`.*--settings FILE"):
        read(tmp_path, {"APPORTION_LEDGER": "only one of two"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('\nledgr = "x"\n', "apportion.toml:2: there is no setting 'ledgr'; known: ledger, "),
        ('ledgr = "x"', "Did you mean ledger?"),
        ("# a comment\nledger = 5", 'apportion.toml:2: ledger is a path in quotes, like "ledger"'),
        ("[rulebooks]\nx = 1", "apportion.toml:1: rulebooks is a path in quotes"),
        ('ledger = ""', "apportion.toml:1: ledger names no path"),
        ('ledger = "a\\u0000b"', "apportion.toml:1: ledger names no path"),
        ("ledger = ledger", "apportion.toml:1:10: this is not TOML: "),
        ('ledger = "a"\nledger = "b"', "apportion.toml:2:"),
        ("zzz = 1", "apportion.toml:1: there is no setting 'zzz'; known:"),
    ],
)
def test_what_is_wrong_is_reported_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, text)
    with pytest.raises(WrongSettingsError) as caught:
        read(tmp_path, {})
    assert problem in str(caught.value)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path, "ledger = 1\nrulebook = 2\n")
    with pytest.raises(WrongSettingsError) as caught:
        read(tmp_path, {})
    assert "apportion.toml:1: ledger" in str(caught.value)
    assert "apportion.toml:2: there is no setting 'rulebook'" in str(caught.value)


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    with pytest.raises(WrongSettingsError, match=r"missing\.toml: no such file"):
        read(tmp_path, {}, file=Path("missing.toml"))
    (tmp_path / "apportion.toml").write_bytes(b"ledger = '\xff'")
    with pytest.raises(WrongSettingsError, match="expected UTF-8 text"):
        read(tmp_path, {})


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_bytes(b"\xef\xbb\xbfledger = 'x'")
    assert read(tmp_path, {}).ledger == tmp_path / "x"
