"""A column of the CUR is suggested as the column that bills are read into."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml

from apportion.core.rulebook.conditions.column_aliases import (
    CUR,
    column_called,
    is_amount_of_cur,
    is_time_of_cur,
)
from apportion.core.rulebook.conditions.columns import is_known

MAPPING = yaml.safe_load(files("apportion.sources.mappings").joinpath("cur-2.0.yaml").read_text())
#: The columns that are read as they are; `json_of(x)` takes a map as it is.
PLAIN = {
    found[1]: column
    for column, sql in MAPPING["describe"].items()
    if (found := re.fullmatch(r"(?:json_of\()?([a-z_]+)\)?", str(sql)))
}


def test_the_suggestions_are_those_of_the_mapping() -> None:
    assert len(PLAIN) > 10
    for written, column in CUR.items():
        assert written in PLAIN, written
        wanted = {c for c, sql in MAPPING["describe"].items() if written in str(sql)}
        assert column in wanted, (written, wanted)
    assert all(is_known(column) for column in CUR.values())


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("line_item_usage_account_id", "SubAccountId"),
        ("lineItem/UsageAccountId", "SubAccountId"),
        ("LINE_ITEM_USAGE_ACCOUNT_ID", "SubAccountId"),
        ("bill/PayerAccountId", "BillingAccountId"),
        ("product/ProductName", "ServiceName"),
        ("LINKED_ACCOUNT", "SubAccountId"),
        ("line_item_product_code", "x_ServiceCode"),
        ("SubAccountId", ""),
    ],
)
def test_by_any_of_its_names(written: str, column: str) -> None:
    assert column_called(written) == column


def test_what_rules_never_see() -> None:
    assert all(map(is_amount_of_cur, ("line_item_unblended_cost", "lineItem/UsageAmount")))
    assert all(map(is_time_of_cur, ("line_item_usage_start_date", "lineItem/UsageEndDate")))
    assert not is_amount_of_cur("line_item_usage_account_id")
