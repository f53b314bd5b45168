"""The guide to journals: its chart map is valid, and its lists are those of the program."""

from __future__ import annotations

import re

from apportion.core.journal.chart_map import read_chart_map
from apportion.core.journal.chart_map_schema import FORMAT, OWNER_COLUMNS
from apportion.core.journal.fields import COMPANY_FIELDS, JOURNAL_FIELDS, LINE_FIELDS
from apportion.reports.journal_templates import template_names
from docs_pages import DOCS, blocks, help_pages

PAGE = DOCS / "how-to/journals.md"
TEXT = PAGE.read_text("utf-8")


def test_the_chart_map_of_the_guide_is_valid() -> None:
    [block] = blocks(PAGE, "yaml")
    owners = "owner,company\nFIN-100,1000\n"
    chart, findings = read_chart_map(
        block.text, name="chart.yaml", read_file=lambda *_: (owners, [])
    )
    assert chart is not None, findings


def test_the_guide_names_every_key_and_column() -> None:
    keys = {key.name for key in FORMAT.keys} - {"apportion"}
    assert {key for key in keys if f"| `{key}` |" not in TEXT} == set()
    assert {column for column in OWNER_COLUMNS if f"`{column}`" not in TEXT} == set()


def test_the_guide_and_the_help_name_every_template() -> None:
    assert re.findall(r"^\| `([a-z0-9-]+)` \| .* \| .* \|$", TEXT, re.MULTILINE) == [
        *("csv", "netsuite", "oracle-fusion", "sap-s4hana", "workday", "dynamics-365", "datev")
    ]
    page = " ".join(help_pages()["journal", "export"].split())
    assert [name for name in template_names() if name not in page or name not in TEXT] == []


def test_the_guide_names_every_field() -> None:
    fields = {*JOURNAL_FIELDS, *LINE_FIELDS, f"{COMPANY_FIELDS}NAME"}
    assert {field for field in fields if f"`{field}`" not in TEXT} == set()
