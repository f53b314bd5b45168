"""How text looks on streams of every kind."""

from __future__ import annotations

import io

import pytest

from apportion.cli.ui.styling import writable


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "── → FIN"), ("ascii", "-- > FIN"), ("latin-1", "-- > FIN")],
)
def test_signs_that_an_encoding_lacks_become_ascii(encoding: str, shown: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert writable("── → FIN", stream) == shown


def test_a_stream_without_encoding_gets_the_text_as_it_is() -> None:
    assert writable("──", io.StringIO()) == "──"
