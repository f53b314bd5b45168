"""Loaded by a fork server before it forks: mapping files and queries are read and written once."""

from __future__ import annotations

from apportion.core.billing.charge_queries import charge_queries
from apportion.model.charges import SplitCost
from apportion.model.delivery import Delivery, Encoding, Format
from apportion.sources.mapping_files import mapping_text
from stories import COLUMNS

for _encoding in Encoding:
    _delivery = Delivery(
        format=Format.FOCUS,
        version="1.2",
        encoding=_encoding,
        files=(),
        columns=dict.fromkeys([column.name for column in COLUMNS], "VARCHAR"),
        mapping=mapping_text(Format.FOCUS.value),
        stated=(),
    )
    charge_queries(_delivery, split_cost=SplitCost.PARENT)
