"""Deliver a period's report: files under an id, pointers to the newest id, one notification.

<period>/<id>/<table>.<format>     the result of each saved query, in each format
<period>/<id>/summary.txt          the text of the e-mail
<period>/<id>/delivery.json        written when all files are there: their sizes and hashes
<period>/<id>/sent/<channel>.json  claimed before a message is sent, signed when it was sent
<period>/latest.json               the newest id of the period
latest.json                        the newest id of all periods

The id is a hash of the run, its manifest, the rulebook and the formats: the same report has the
same objects, however often it is delivered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apportion.core.identity import run_id, sha256
from apportion.core.reporting import published_tables as what
from apportion.core.reporting.summary import Summary, summarise
from apportion.model.errors.base import NotWhatWasProvedError
from apportion.model.errors.publishing import NothingToDeliverError, OthersWroteError
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.ports.objects import ObjectStore
from apportion.ports.progress import NO_PROGRESS, Progress, Sum
from apportion.ports.published_tables import QueryEngine
from apportion.ports.reports import Report

from .notify import Notifications, json_of, notify

#: The delivered tables, in this order.
TABLES = (
    *("owners", "services", "days", "accounts", "pools"),
    *("movers", "unallocated", "biggest", "findings", "proof"),
)

#: Makes one file of all tables, like a workbook, from a period, its time and the tables.
Book = Callable[[str, str, Sequence[tuple[str, Outcome]]], bytes]

_COLUMNS = ("period", "run", "delivery", "status", "item", "location", "bytes")

#: Written last into a delivery's folder; names its run.
DELIVERY = "delivery.json"

_RUN = ("Period", "RunId", "ManifestSha256", "RulebookSha256", "AllocatedAt")
_TRIES = 5


@dataclass(frozen=True)
class Forms:
    """The file formats of a report, by file extension."""

    tables: Mapping[str, Report]
    books: Mapping[str, Book]

    @property
    def endings(self) -> tuple[str, ...]:
        """All file extensions, in order."""
        return (*sorted(self.tables), *sorted(self.books))


def deliver(
    engine: QueryEngine,
    store: ObjectStore,
    forms: Forms,
    *,
    period: str,
    notifications: Notifications,
    now: Callable[[], str],
    progress: Progress = NO_PROGRESS,
) -> Outcome:
    """Deliver a period's report, or the newest one's where `period` is empty.

    Files that are delivered already are not written again, and channels are notified once. Files
    of a delivery that are gone or changed are written again, with a message. Raises
    NothingToDeliverError, NotWhatWasProvedError.
    """
    run = _run(engine, period)
    found = str(run["Period"])
    delivery = _id(run, forms)
    folder = f"{found}/{delivery}"
    done, words = _delivered_before(store, folder)
    document = done
    if document is None:
        document, more = _write(engine, store, forms, run, folder, progress=progress)
        words += more
    words += _point(store, document)
    findings, states = notify(store, document, folder, notifications, now=now, progress=progress)
    status = "delivered" if done is None else "unchanged"
    rows = [
        _row(document, status, name, store.location(f"{folder}/{name}"), size["bytes"])
        for name, size in document["files"].items()
    ]
    rows += [_row(document, state, channel, "", None) for channel, state in states]
    sentence = {
        "delivered": f"The report of {found} is delivered: {store.location(folder)}/",
        "unchanged": f"The report of {found} was delivered already: {store.location(folder)}/",
    }[status]
    return Outcome(_COLUMNS, tuple(rows), tuple(findings), (sentence, *words))


def _delivered_before(store: ObjectStore, folder: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Read a delivery if all its files are unchanged; otherwise a message names the others."""
    name = f"{folder}/{DELIVERY}"
    done = store.read(name)
    if done is None:
        return None, []
    try:
        document: dict[str, Any] = json.loads(done.content)
        files = {file: str(each["sha256"]) for file, each in document["files"].items()}
        {file: each["bytes"] for file, each in document["files"].items()}
        {document[part] for part in ("subject", "run", *_POINTER)}
    except (ValueError, LookupError, TypeError, AttributeError):
        return None, [f"{store.location(name)} could not be read: the report is written again."]
    lost = []
    for file, stated in files.items():
        kept = store.read(f"{folder}/{file}")
        if kept is None or sha256(kept.content) != stated:
            lost.append(store.location(f"{folder}/{file}"))
    if not lost:
        return document, []
    more = f" and {len(lost) - 1} more files" if lost[1:] else ""
    return None, [f"{lost[0]}{more} were gone or changed: the report is written again."]


def _run(engine: QueryEngine, period: str) -> Row:
    """Find the run that is published, or newest in the ledger."""
    condition = (
        f"\"Period\" = '{Period.parse(period)}'"
        if period
        else '"Period" = (SELECT MAX("Period") FROM runs)'
    )
    columns = ", ".join(f'"{name}"' for name in _RUN)
    rows = engine.query(f"SELECT {columns} FROM runs WHERE {condition}").rows
    if not rows:
        raise NothingToDeliverError(period)
    there = {name.lower(): value for name, value in rows[0].items()}  # Athena sees no case
    return {name: there[name.lower()] for name in _RUN}


def _id(run: Row, forms: Forms) -> str:
    parts = [str(run[name]) for name in ("Period", "RunId", "ManifestSha256", "RulebookSha256")]
    queries = [sha256(what.everyday(table)[1].encode()) for table in TABLES]
    return run_id("deliver", *parts, *forms.endings, *queries, inputs=())


def _write(
    engine: QueryEngine,
    store: ObjectStore,
    forms: Forms,
    run: Row,
    folder: str,
    *,
    progress: Progress,
) -> tuple[dict[str, Any], list[str]]:
    """Query the tables, check them, and write all files; the document that lists them is last."""
    period = str(run["Period"])
    tables: dict[str, Outcome] = {}
    words: list[str] = []
    progress("querying the report's tables")
    queried = Sum(len(TABLES), progress.advance)
    for name in TABLES:
        tables[name] = engine.query(what.of_period(what.everyday(name)[1], period))
        words += [f"{name}: {word}" for word in tables[name].messages]
        queried.add(1)
    summary = summarise(period, tables, run=str(run["RunId"]))
    _check(run, tables, summary)
    files = {"summary.txt": summary.text.encode(), **_files(forms, run, tables)}
    progress(f"writing {plural(len(files), 'file')} of the report")
    written = Sum(len(files), progress.advance)
    for name, content in files.items():
        store.write(f"{folder}/{name}", content)
        written.add(1)
    document = {
        "period": period,
        "run": str(run["RunId"]),
        "delivery": folder.rpartition("/")[2],
        "manifest_sha256": str(run["ManifestSha256"]),
        "rulebook_sha256": str(run["RulebookSha256"]),
        "allocated_at": str(run["AllocatedAt"]),
        "subject": summary.subject,
        "files": {
            name: {"bytes": len(content), "sha256": sha256(content)}
            for name, content in files.items()
        },
    }
    store.write(f"{folder}/{DELIVERY}", json_of(document))
    return document, words


def _files(forms: Forms, run: Row, tables: Mapping[str, Outcome]) -> dict[str, bytes]:
    written = {
        f"{name}.{ending}": report.write(outcome.rows, outcome.columns)
        for name, outcome in tables.items()
        for ending, report in sorted(forms.tables.items())
    }
    period, made = str(run["Period"]), str(run["AllocatedAt"])
    books = {
        f"report.{ending}": book(period, made, list(tables.items()))
        for ending, book in forms.books.items()
    }
    return {**written, **books}


def _check(run: Row, tables: Mapping[str, Outcome], summary: Summary) -> None:
    """Check that the tables add up and have a proof. Raises NotWhatWasProvedError."""
    if summary.difference or not tables["proof"].rows:
        found = str(summary.difference) if tables["proof"].rows else "no proof"
        raise NotWhatWasProvedError(str(run["Period"]), str(run["RunId"]), "0.00", found)


#: What a pointer must hold to be one.
_POINTER = ("period", "allocated_at", "delivery")


def _point(store: ObjectStore, document: Mapping[str, Any]) -> list[str]:
    """Write `latest.json` of the period and of all periods, unless they name a newer delivery.

    A pointer that cannot be read is replaced, with a message: it may have named a newer one.
    """
    pointer = {name: value for name, value in document.items() if name != "files"}
    order_of_this = (str(document["period"]), str(document["allocated_at"]), True)
    words: list[str] = []
    for name in (f"{document['period']}/latest.json", "latest.json"):
        for _ in range(_TRIES):
            there = store.read(name)
            order = _order(there.content) if there else None
            if order and order >= order_of_this:
                break
            mark = there.mark if there else ""
            if store.write(name, json_of(pointer), new=there is None, instead_of=mark) is not None:
                if there and not order:
                    words.append(
                        f"{store.location(name)} could not be read, and names this delivery now. "
                        "Deliver a newer month again, if there is one."
                    )
                break
        else:
            raise OthersWroteError(store.location(name))
    return words


def _order(content: bytes) -> tuple[str, str, bool] | None:
    """Read how new the delivery is that a pointer names; None if it is no pointer."""
    try:
        pointer = json.loads(content)
        period, allocated, delivery = (pointer[part] for part in _POINTER)
    except (ValueError, LookupError, TypeError):
        return None
    return str(period), str(allocated), bool(delivery)


def _row(
    document: Mapping[str, Any], status: str, item: str, location: str, size: int | None
) -> Row:
    return {
        "period": document["period"],
        "run": document["run"],
        "delivery": document["delivery"],
        "status": status,
        "item": item,
        "location": location,
        "bytes": size,
    }
