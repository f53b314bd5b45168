"""Marks values that come from a synchronised account, with their date, not from the charge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from apportion.core.rulebook.rule_columns import columns_read, source_label
from apportion.model.aws.accounts import NAME, UNIT, AccountFacts
from apportion.model.rulebook import Dimension, FromAccountTag, FromColumn
from apportion.model.tags.tag_keys import matching

from .account_facts import synced_on

#: Columns of a charge about its account, beside those of `core/reporting/sql/resource.sql`.
OWN_SAYS = ("OwnAccountName", "x_AccountTags", "x_Other")


def synced_words(
    facts: AccountFacts,
    dimension: Dimension,
    label: str,
    *,
    charge: Mapping[str, str],
    day: date,
) -> str:
    """Write `synced 2026-09-03`; empty if the value is from the charge or another source.

    `charge` has the account's id and what OWN_SAYS names; JSON where that is JSON.
    """
    for source in dimension.sources:
        if source_label(source) != label or not isinstance(source, FromAccountTag | FromColumn):
            continue
        for column in columns_read(source):
            if _says(charge, column):
                return ""
            synced = synced_on(facts, column, account=charge["SubAccountId"], day=day)
            if synced is not None:
                return f"synced {synced}"
    return ""


def _says(charge: Mapping[str, str], column: str) -> bool:
    """Whether the charge itself has a value in a column."""
    if column == NAME:
        return bool(charge["OwnAccountName"])
    if column == UNIT:
        own = json.loads(charge["x_Other"] or "{}")
        return any(own[key] for key in own if key.casefold() == UNIT.casefold())
    tags = json.loads(charge["x_AccountTags"] or "{}")
    wanted = column.removeprefix("account_tag:")
    return any(str(tags[key]).strip() for key in matching(tags, wanted))
