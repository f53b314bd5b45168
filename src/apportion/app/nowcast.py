"""Estimates of days that are not billed completely.

`Workspace.nowcast` is one of these. The command line is `apportion nowcast`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apportion.model.outcome import Outcome
from apportion.model.question import Question
from apportion.usecases.nowcast.backtest import backtest
from apportion.usecases.nowcast.nowcast import nowcast

if TYPE_CHECKING:
    from apportion.usecases.context import RunContext


class Nowcast:
    """Estimates from the deliveries in a ledger; they are recorded nowhere."""

    def __init__(self, context: Callable[[], RunContext]) -> None:
        self._context = context

    def estimate(self, question: Question) -> Outcome:
        """Estimate what each day of an allocated month costs when its bill is complete."""
        return nowcast(self._context(), question)

    def backtest(self, question: Question) -> Outcome:
        """Replay past deliveries up to a month; rows are the errors of their estimates."""
        return backtest(self._context(), question)
