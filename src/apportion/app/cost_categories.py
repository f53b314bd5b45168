"""AWS Cost Categories: as a rulebook, and a rulebook as these.

`Workspace.cost_categories` is one of these. The command line is `apportion aws cost-categories`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.core.aws.cost_categories.definitions_json import write_definitions
from apportion.core.aws.cost_categories.to_aws import Exported
from apportion.model.aws.cost_category import CostCategory
from apportion.model.period import Period
from apportion.model.settings import Settings
from apportion.ports.progress import Say, ignore_step
from apportion.usecases.aws.cost_categories import from_aws, from_file, from_rulebook, to_rulebook
from apportion.usecases.context import RunContext

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client

__all__ = ["CostCategories", "from_file", "look_at_categories", "to_rulebook", "write_definitions"]


class CostCategories:
    """A workspace's rulebooks as AWS Cost Categories; adapters are made when first needed."""

    def __init__(self, settings: Settings, context: Callable[[], RunContext], now: str) -> None:
        self._settings = settings
        self._context = context
        self._today = date.fromisoformat(now[:10])

    def export(self, period: str = "") -> Exported:
        """Convert a month's rulebook (default: this month's) to cost categories."""
        month = Period.parse(period) if period else Period.of(self._today)
        folders = Path(self._settings.rulebooks), Path(self._settings.drivers)
        return from_rulebook(month, *folders, self._context(), on=self._today)


def look_at_categories(
    clients: Callable[[str, str], Client],
    *,
    role: str = "",
    say: Say = ignore_step,
) -> list[CostCategory]:
    """Read a payer's cost categories, in a role where one is named. Raises AwsError."""
    from apportion.aws.connect import in_role
    from apportion.aws.cost_categories import CostCategories as DefinitionsReader

    return from_aws(DefinitionsReader(in_role(clients, role)("ce", ""), say=say).definitions())
