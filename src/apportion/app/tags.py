"""Tags of a workspace: policy, coverage, suggestions, generated controls, fixes.

`Workspace.tags` is one of these. The command line is `apportion tags`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from apportion.model.outcome import Outcome
from apportion.model.settings import Settings
from apportion.model.tags.live import FixPlan
from apportion.model.tags.tag_policy import TagPolicy
from apportion.usecases.context import RunContext
from apportion.usecases.tags import fix
from apportion.usecases.tags.coverage import CoverageQuery, coverage
from apportion.usecases.tags.generate import (
    Generated,
    GenerateRequest,
    generate,
    prove_controls,
    replay_events,
)
from apportion.usecases.tags.load_policy import check_tag_policy, tag_policy
from apportion.usecases.tags.scan import Live, Scanned, Untagged, Where, look
from apportion.usecases.tags.suggest import accepted, suggest
from apportion.usecases.tags.untagged import Wanted, untagged


class Tags:
    """Tags of a workspace; adapters are made when first needed."""

    def __init__(self, settings: Settings, context: Callable[[], RunContext], now: str) -> None:
        self._settings = settings
        self._context = context
        self._today = date.fromisoformat(now[:10])

    def check_policy(self) -> Outcome:
        """Check the tag policy; rows are its keys."""
        return check_tag_policy(self._settings, today=self._today)

    def policy(self) -> TagPolicy:
        """Read the policy with the rulebook's values in it; raises FindingsError."""
        return tag_policy(self._settings, today=self._today)[0]

    def coverage(self, query: CoverageQuery) -> Outcome:
        """Report how much spend carries valid mandatory tags, and why the rest does not."""
        return coverage(self._context(), self._settings, query, today=self._today)

    def untagged(self, wanted: Wanted) -> Outcome:
        """List the resources without valid mandatory tags by cost, with a contact."""
        return untagged(self._context(), self._settings, wanted, today=self._today)

    def suggest(self, period: str = "") -> Outcome:
        """List probable corrections of tag values, with the money."""
        return suggest(self._context(), self._settings, period=period, today=self._today)

    def accepted(self, suggestion: str, period: str = "") -> list[tuple[Path, str, str]]:
        """Make the files that accepting a suggestion changes: path, new text, description.

        Nothing is written. Each text was parsed again and differs by one alias.
        """
        context, settings = self._context(), self._settings
        return accepted(context, settings, suggestion, period=period, today=self._today)

    def generate(self, wish: GenerateRequest) -> Generated:
        """Generate the controls that enforce the policy, as texts; packed by cost."""
        return generate(self._context(), self._settings, wish, today=self._today)

    def prove_controls(self, made: Generated) -> Outcome:
        """Evaluate generated control policies for every call that creates a type of the bill."""
        return prove_controls(made)

    def replay(self, made: Generated, events: Sequence[str]) -> Outcome:
        """List the past calls in CloudTrail's records that would have been denied."""
        return replay_events(made, events, today=self._today)

    def look(
        self,
        where: Where,
        *,
        live: Callable[[str, str], Live],
        explorer: Untagged | None = None,
    ) -> Scanned:
        """Read the current tags; `app.live_tags.AccountReach` gives the adapters."""
        context = self._context()
        return look(context, self._settings, where, live=live, explorer=explorer, today=self._today)

    def plan_fixes(
        self, scanned: Scanned, *, now: datetime, most: int = 0
    ) -> tuple[FixPlan, Outcome]:
        """Propose tags for resources without them; nothing is changed."""
        return fix.plan(self._context(), scanned, now=now, most=most)
