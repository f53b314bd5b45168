"""`init` writes a starter that is right as it is, and never writes over anything."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from apportion.cli.commands.init import write_new
from apportion.cli.main import run
from apportion.cli.session import Outside
from apportion.core.rulebook.read import read_rulebook
from apportion.model.errors.base import FilesExistError
from apportion.model.period import Period
from apportion.usecases.settings import read

WRITTEN = {
    "apportion.toml",
    "rulebook/2020-01.yaml",
    "accounts.csv",
    "drivers/example.csv",
    "rulebook.schema.json",
    ".gitignore",
    "tags.schema.json",
    "tags.yaml",
}


def init(folder: Path, *arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = run(["init", *arguments], Outside(folder=folder, environment={}, out=out, err=err))
    return code, out.getvalue(), " ".join(err.getvalue().split())


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_init_shows_what_it_wrote_and_what_is_next(tmp_path: Path) -> None:
    code, out, err = init(tmp_path, "costs")
    assert code == 0
    assert set(out.split()) == WRITTEN == files_in(tmp_path / "costs")
    assert "cd costs && apportion ingest PATH-OF-A-BILL" in err


def test_the_starter_is_right_as_it_is(tmp_path: Path) -> None:
    init(tmp_path)
    settings = read(tmp_path, {})
    assert Path(settings.rulebooks) == tmp_path / "rulebook"
    text = (tmp_path / "rulebook" / "2020-01.yaml").read_text()
    rulebook, findings = read_rulebook(text, name="rulebook/2020-01.yaml")
    assert findings == []
    assert rulebook is not None
    assert rulebook.effective == Period(2020, 1)
    assert [pool.name for pool in rulebook.pools] == ["tax", "support"]


def test_the_starter_names_the_schema_that_it_fits(tmp_path: Path) -> None:
    init(tmp_path)
    rulebook = tmp_path / "rulebook" / "2020-01.yaml"
    first = rulebook.read_text().splitlines()[0]
    named = rulebook.parent / first.removeprefix("# yaml-language-server: $schema=")
    schema = json.loads(named.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.load(rulebook.read_text(), yaml.BaseLoader), schema)


def test_what_is_commented_out_is_right_too(tmp_path: Path) -> None:
    init(tmp_path)
    lines = (tmp_path / "rulebook" / "2020-01.yaml").read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("apportion:"))
    result = [line.replace("# ", "", 1) if "  # " in line[:8] else line for line in lines[start:]]
    rulebook, findings = read_rulebook("\n".join(result), name="rulebook/2020-01.yaml")
    assert [str(finding) for finding in findings] == []
    assert rulebook is not None
    assert [pool.name for pool in rulebook.pools] == ["tax", "support", "platform", "security"]


@pytest.mark.parametrize("there", ["apportion.toml", "drivers/example.csv"])
def test_nothing_is_written_where_one_file_exists(tmp_path: Path, there: str) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    code, out, err = init(tmp_path)
    assert (code, out) == (2, "")
    assert f"contains {there} already" in err
    assert files_in(tmp_path) == {there}
    assert (tmp_path / there).read_text() == "mine"


def test_a_list_of_ignored_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n")
    code, out, _ = init(tmp_path)
    assert code == 0
    assert set(out.split()) == WRITTEN - {".gitignore"}
    assert (tmp_path / ".gitignore").read_text() == "mine\n"


def test_the_same_again_is_fine(tmp_path: Path) -> None:
    init(tmp_path)
    assert init(tmp_path)[0] == 0


def test_a_folder_in_place_of_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(FilesExistError):
        write_new(tmp_path, {"a": b"x"})
