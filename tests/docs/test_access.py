"""The examples and the sign-in errors on the page about the dashboard are those of the program."""

from __future__ import annotations

import re

import pytest

from apportion.core.dashboard.access_file import read_access
from docs_pages import DOCS, ROOT, Block, blocks

EXAMPLES = list(blocks(DOCS / "how-to/dashboard.md", "yml"))


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: f"line {block.line}")
def test_an_example_is_a_right_access_file(block: Block) -> None:
    found, findings = read_access(block.text, name="access.yaml")
    assert found is not None
    assert [str(finding) for finding in findings] == []


def test_sign_in_errors_are_messages_of_the_program() -> None:
    page = (DOCS / "how-to/dashboard.md").read_text("utf-8")
    section = page.split("### Sign-in errors\n")[1].split("\n###")[0]
    messages = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    assert len(messages) > 8
    files = [
        *(ROOT / "src/apportion/web").rglob("*.py"),
        ROOT / "src/apportion/model/errors/web.py",
    ]
    # A long sentence is two texts in the source, and has values in braces.
    source = re.sub(r'"\s+f?"', "", "".join(path.read_text("utf-8") for path in files))
    for message in messages:
        assert all(part.strip() in source for part in message.split("…")), message
