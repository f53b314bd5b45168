"""Every access.yaml that the page about the dashboard shows can be read as it stands."""

from __future__ import annotations

import pytest

from apportion.core.dashboard.access_file import read_access
from docs_pages import DOCS, Block, blocks

EXAMPLES = list(blocks(DOCS / "how-to/dashboard.md", "yml"))


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: f"line {block.line}")
def test_an_example_is_a_right_access_file(block: Block) -> None:
    found, findings = read_access(block.text, name="access.yaml")
    assert found is not None
    assert [str(finding) for finding in findings] == []
