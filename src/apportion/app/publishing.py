"""Publish to S3 and Glue, query, and deliver reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from apportion.core.reporting.published_tables import TABLES, everyday
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.retention import EvidenceKind, RetentionEvidence
from apportion.model.timestamp import utc_text
from apportion.model.workbook import Sheet, Workbook
from apportion.ports.ledger import ExpirableLedger
from apportion.ports.notifications import Notifier
from apportion.ports.objects import ObjectStore
from apportion.ports.progress import NO_PROGRESS, Progress
from apportion.ports.published_tables import PublishedTables, QueryEngine
from apportion.reports.formats import report_of
from apportion.usecases.publish.deliver import Book, Forms, deliver
from apportion.usecases.publish.notify import Notifications

if TYPE_CHECKING:
    from apportion.aws.api_calls import Client
    from apportion.usecases.context import RunContext

#: Makes a client of boto3 for a service and a region, or "".
Clients = Callable[[str, str], "Client"]

#: Columns of delivered tables whose sums mean something.
_SUMMED = {"direct", "shared", "total", "tagged", "before", "change"}

#: The forms in which a report can be delivered.
FORMS = ("csv", "json", "parquet", "xlsx")


@dataclass(frozen=True)
class Questions:
    """Settings of Athena; `patience` is the timeout in seconds."""

    database: str = "apportion"
    workgroup: str = "primary"
    results: str = ""
    patience: int = 300


@dataclass(frozen=True)
class Readers:
    """Recipients of a report, the sender, and how they receive the files."""

    emails: tuple[str, ...] = ()
    sender: str = ""
    topic: str = ""
    attach: bool = False
    link_hours: int = 0


class Publishing:
    """Published tables, SQL queries, and delivered reports of a ledger."""

    def __init__(
        self,
        context: Callable[[], RunContext],
        now: Callable[[], str],
        notes: Callable[[], ExpirableLedger],
    ) -> None:
        self._context = context
        self._now = now
        self._notes = notes

    def publish(self, lake: PublishedTables, periods: Sequence[str] = ()) -> Outcome:
        """Publish these periods, in order. Default: all allocated periods."""
        from apportion.usecases.outcomes import join_outcomes
        from apportion.usecases.publish.publish import publish
        from apportion.usecases.runs.open_run import allocated_periods

        context = self._context()
        wanted = [str(Period.parse(period)) for period in periods] or allocated_periods(context)
        outcomes = []
        for period in wanted:
            with _scratch() as scratch:
                done = publish(context, lake, period=period, scratch=Path(scratch))
            outcomes.append(self._noted(done, EvidenceKind.PUBLISHED, lake.location()))
        return join_outcomes(outcomes)

    def query(self, sql: str) -> Outcome:
        """Run SQL over the ledger, with the tables that publishing would make."""
        from apportion.engines.duckdb import DuckDB
        from apportion.usecases.publish.query import LedgerQueryEngine

        with _scratch() as scratch:
            return LedgerQueryEngine(self._context(), Path(scratch), closed=DuckDB.closed).query(
                sql
            )

    def deliver(
        self, store: ObjectStore, forms: Forms, period: str, notifications: Notifications
    ) -> Outcome:
        """Deliver a period's report from the ledger. Default: the newest period."""
        from apportion.engines.duckdb import DuckDB
        from apportion.usecases.publish.query import LedgerQueryEngine
        from apportion.usecases.runs.open_run import allocated_periods

        context = self._context()
        periods = [each for each in allocated_periods(context) if not period or each <= period]
        with _scratch() as scratch:
            # The report compares with the month before.
            engine = LedgerQueryEngine(
                context, Path(scratch), closed=DuckDB.closed, periods=periods[-2:], ahead=TABLES
            )
            done = deliver(
                engine,
                store,
                forms,
                period=period,
                notifications=notifications,
                now=self._now,
                progress=Progress(context.say, context.advance),
            )
        first = done.rows[0]
        return self._noted(
            done, EvidenceKind.DELIVERED, store.location(f"{first['period']}/{first['delivery']}")
        )

    def _noted(self, done: Outcome, how: EvidenceKind, where: str) -> Outcome:
        """Record that a run was published or delivered, so that no expiry deletes it."""
        from apportion.usecases.retention.evidence import note

        given = {(str(row["run"]), str(row["period"])) for row in done.rows}
        try:
            for run, period in sorted(given):
                note(self._notes(), RetentionEvidence(run, period, how, where, self._now()))
        except OSError:  # another user's ledger may be read-only
            sentence = (
                f"The ledger cannot be written to, so it does not know that this is {how}: "
                "`apportion ledger expire` would not keep it."
            )
            return replace(done, messages=(*done.messages, sentence))
        return done


def deliver_published(
    athena: QueryEngine,
    store: ObjectStore,
    forms: Forms,
    period: str,
    notifications: Notifications,
    *,
    now: datetime,
    progress: Progress = NO_PROGRESS,
) -> Outcome:
    """Deliver a published period's report, read by Athena; no ledger is needed."""
    return deliver(
        athena,
        store,
        forms,
        period=period,
        notifications=notifications,
        now=lambda: utc_text(now),
        progress=progress,
    )


def open_lake(
    place: str, *, database: str = "apportion", region: str = "", clients: Clients
) -> PublishedTables:
    """Open the published tables at `s3://bucket/prefix`. Raises NotAPlaceError."""
    # boto3 is an extra, and takes a quarter of a second to import.
    from apportion.aws.published_tables import GlueTables
    from apportion.aws.s3_store import S3Store

    store = S3Store(clients("s3", region), place)
    return GlueTables(clients("glue", region), store, database=database)


def open_athena(questions: Questions, *, region: str = "", clients: Clients) -> QueryEngine:
    """Open Athena."""
    from apportion.aws.athena import Athena

    return Athena(
        clients("athena", region),
        database=questions.database,
        workgroup=questions.workgroup,
        results=questions.results,
        timeout=questions.patience,
    )


def open_store(place: str, *, region: str = "", clients: Clients) -> ObjectStore:
    """Open the objects below `s3://bucket/prefix`. Raises NotAPlaceError."""
    from apportion.aws.s3_store import S3Store

    return S3Store(clients("s3", region), place)


def open_notifications(readers: Readers, *, region: str = "", clients: Clients) -> Notifications:
    """Open the notification channels of a report."""
    # boto3 is an extra.
    from apportion.aws.notifications import EmailNotifier, TopicNotifier

    notifiers: list[Notifier] = []
    if readers.emails:
        client = clients("sesv2", region)
        notifiers.append(EmailNotifier(client, sender=readers.sender, recipients=readers.emails))
    if readers.topic:
        notifiers.append(TopicNotifier(clients("sns", region), arn=readers.topic))
    return Notifications(notifiers, readers.attach, readers.link_hours * 3600)


def forms(names: Sequence[str]) -> Forms:
    """Choose report formats by their file extensions."""
    picked = {name: report_of(name) for name in ("csv", "json", "parquet") if name in names}
    books: dict[str, Book] = {"xlsx": _workbook} if "xlsx" in names else {}
    return Forms(picked, books)


def _workbook(period: str, made: str, tables: Sequence[tuple[str, Outcome]]) -> bytes:
    """Write all tables as one Excel workbook, a sheet each, with sums as formulas."""
    from apportion.reports.excel import ExcelWorkbook

    sheets = tuple(
        Sheet(
            title=name,
            heading=everyday(name)[0],
            columns=outcome.columns,
            rows=outcome.rows,
            summed=tuple(c for c in outcome.columns if c in _SUMMED),
        )
        for name, outcome in tables
    )
    return ExcelWorkbook().write(Workbook(f"Cloud cost of {period}", made, sheets, ()))


def _scratch() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="apportion-", ignore_cleanup_errors=True)
