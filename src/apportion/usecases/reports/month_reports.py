"""Reports of one allocation that the review and the workbook have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from apportion.model.outcome import Outcome
from apportion.model.question import Granularity, Question
from apportion.model.row import Row
from apportion.usecases.allocate.generation import made_otherwise
from apportion.usecases.allocate.prove import prove
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.runs.open_run import Published, find

from .report import answer
from .review_topics import Review, review


@dataclass(frozen=True)
class MonthReports:
    """An allocation with its reports; the topics of the review and the proof are made once."""

    context: RunContext
    published: Published

    @classmethod
    def open(cls, context: RunContext, *, period: str, as_of: str = "") -> MonthReports:
        """Open a period's newest allocation, or the one at `as_of`."""
        return cls(context, find(context, period=period, as_of=as_of))

    @property
    def period(self) -> str:
        """The period of the allocation."""
        return self.published.manifest.period

    def grouped(self, *asked: tuple[Sequence[str], Granularity]) -> list[Outcome]:
        """Group the allocation by these columns, by month or day; one report for each."""
        questions = [Question(self.period, tuple(by), step) for by, step in asked]
        return answer(self.published, questions, self.context)

    @cached_property
    def topics(self) -> Review:
        """The topics of the review."""
        return review(self.context, period=self.period, as_of=self.published.manifest.run)

    @cached_property
    def proof(self) -> tuple[Row, ...]:
        """The proof, made again from the files; raises FindingsError where that is not possible."""
        manifest = self.published.manifest
        stop_if_failing(made_otherwise(manifest))
        return prove(self.context, period=self.period, as_of=manifest.run).rows
