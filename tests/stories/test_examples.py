"""The examples do what they show: programs that check themselves and end with 1 if it is not so."""

from __future__ import annotations

from pathlib import Path

import pytest

from larkmoor_in_aws.prompt import NotSoError, Prompt
from life_in_aws import lives_in_short


def test_the_whole_life_of_a_month_in_aws(tmp_path: Path) -> None:
    """`tests/soak` runs the program itself, with two months."""
    lives_in_short(tmp_path / "larkmoor", checks=13)


def test_a_command_is_typed_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompt = Prompt(tmp_path, {})
    assert "Usage" in prompt.types("apportion report --help")
    assert "$ apportion report --help" in capsys.readouterr().out
    with pytest.raises(NotSoError, match="ended with 0 and not with 2"):
        prompt.types("apportion --version", code=2)
