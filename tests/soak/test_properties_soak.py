"""The properties of the whole pipeline, hundreds of bills each: `make soak`."""

from __future__ import annotations

import os

import pytest
from test_properties import (
    test_a_charge_changes_only_what_depends_on_it,
    test_another_currency_changes_nothing,
    test_every_cent_once,
    test_filters_leave_out_and_never_change,
    test_neither_order_nor_files_nor_history_matter,
)
from test_properties_deliveries import test_what_is_in_force_is_what_was_delivered

pytestmark = pytest.mark.skipif(
    os.environ.get("APPORTION_SOAK") != "1", reason="takes minutes: make soak"
)

__all__ = [
    "test_a_charge_changes_only_what_depends_on_it",
    "test_another_currency_changes_nothing",
    "test_every_cent_once",
    "test_filters_leave_out_and_never_change",
    "test_neither_order_nor_files_nor_history_matter",
    "test_what_is_in_force_is_what_was_delivered",
]
