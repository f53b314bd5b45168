"""Deliver a period's report: files under an id, a pointer written last, and word of it, once.

<period>/<id>/<table>.<form>     the answers to the everyday questions, each form
<period>/<id>/summary.txt        what the letter says
<period>/<id>/delivery.json      written when all files are there: their sizes and hashes
<period>/<id>/sent/<way>.json    claimed before a letter leaves, and signed when it has left
<period>/latest.json             which id is the newest of the period
latest.json                      which id is the newest of all

The id is a hash of the run, its manifest, the rulebook and the forms: the same report is the same
objects, however often it is delivered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from apportion.core.identity import run_id, sha256
from apportion.core.reporting import published_tables as what
from apportion.core.reporting.summary import Summary, summarise
from apportion.model.errors.base import (
    AwsCredentialsError,
    AwsDeniedError,
    AwsError,
    AwsRefusedError,
    NotWhatWasProvedError,
)
from apportion.model.errors.publishing import NothingToDeliverError, OthersWroteError
from apportion.model.findings.delivered import MAYBE_SENT, NOT_SENT
from apportion.model.findings.finding import Finding
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.row import Row
from apportion.model.wording import plural
from apportion.ports.notifications import Notifier
from apportion.ports.objects import ObjectStore
from apportion.ports.progress import NO_PROGRESS, Progress, Sum
from apportion.ports.published_tables import QueryEngine
from apportion.ports.reports import Report

#: What is delivered, in this order.
TABLES = (
    *("owners", "services", "days", "accounts", "pools"),
    *("movers", "unallocated", "biggest", "findings", "proof"),
)

#: Makes one file of all tables, like a workbook: of a period, as it was at a time.
Book = Callable[[str, str, Sequence[tuple[str, Outcome]]], bytes]

_COLUMNS = ("period", "run", "delivery", "status", "what", "where", "bytes")

#: Written into a delivery's folder last; it says of which run it is.
DELIVERY = "delivery.json"

_RUN = ("Period", "RunId", "ManifestSha256", "RulebookSha256", "AllocatedAt")
_TRIES = 5


@dataclass(frozen=True)
class Forms:
    """In which forms a report leaves, by the ending of its files."""

    tables: Mapping[str, Report]
    books: Mapping[str, Book]

    @property
    def endings(self) -> tuple[str, ...]:
        """All endings, in order."""
        return (*sorted(self.tables), *sorted(self.books))


@dataclass(frozen=True)
class Notifications:
    """Whom to tell, and how the files reach them: attached, or by links for `link_seconds`.

    `fresh` gives names never given before: by one a process knows its own claim to a letter.
    """

    posts: Sequence[Notifier] = ()
    attach: bool = False
    link_seconds: int = 0
    fresh: Callable[[], str] = lambda: uuid4().hex


def deliver(
    asking: QueryEngine,
    store: ObjectStore,
    forms: Forms,
    *,
    period: str,
    telling: Notifications,
    now: Callable[[], str],
    progress: Progress = NO_PROGRESS,
) -> Outcome:
    """Deliver a period's report, or the newest one's where `period` is empty.

    What is delivered already is not written again, and who was told is not told again. What of a
    delivery is gone, or cannot be read, is written again, and said. Raises NothingToDeliverError,
    NotWhatWasProvedError.
    """
    run = _run(asking, period)
    found = str(run["Period"])
    delivery = _id(run, forms)
    folder = f"{found}/{delivery}"
    done, words = _delivered_before(store, folder)
    document = done
    if document is None:
        document, more = _write(asking, store, forms, run, folder, progress=progress)
        words += more
    words += _point(store, document)
    findings, states = _notify(store, document, folder, telling, now, progress)
    status = "delivered" if done is None else "unchanged"
    rows = [
        _row(document, status, name, store.location(f"{folder}/{name}"), size["bytes"])
        for name, size in document["files"].items()
    ]
    rows += [_row(document, state, way, "", None) for way, state in states]
    sentence = {
        "delivered": f"The report of {found} is delivered: {store.location(folder)}/",
        "unchanged": f"The report of {found} was delivered already: {store.location(folder)}/",
    }[status]
    return Outcome(_COLUMNS, tuple(rows), tuple(findings), (sentence, *words))


def _delivered_before(store: ObjectStore, folder: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Read a delivery, if all its files are there as they were written; else say what is not."""
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


def _run(asking: QueryEngine, period: str) -> Row:
    """Find the run that is published, or newest in the ledger."""
    condition = (
        f"\"Period\" = '{Period.parse(period)}'"
        if period
        else '"Period" = (SELECT MAX("Period") FROM runs)'
    )
    columns = ", ".join(f'"{name}"' for name in _RUN)
    rows = asking.query(f"SELECT {columns} FROM runs WHERE {condition}").rows
    if not rows:
        raise NothingToDeliverError(period)
    there = {name.lower(): value for name, value in rows[0].items()}  # Athena sees no case
    return {name: there[name.lower()] for name in _RUN}


def _id(run: Row, forms: Forms) -> str:
    parts = [str(run[name]) for name in ("Period", "RunId", "ManifestSha256", "RulebookSha256")]
    asked = [sha256(what.everyday(table)[1].encode()) for table in TABLES]
    return run_id("deliver", *parts, *forms.endings, *asked, inputs=())


def _write(
    asking: QueryEngine,
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
        tables[name] = asking.query(what.of_period(what.everyday(name)[1], period))
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
    store.write(f"{folder}/{DELIVERY}", _json(document))
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
    """Nothing leaves that does not add up, or that nobody can have proved."""
    if summary.difference or not tables["proof"].rows:
        found = str(summary.difference) if tables["proof"].rows else "no proof"
        raise NotWhatWasProvedError(str(run["Period"]), str(run["RunId"]), "0.00", found)


#: What a pointer must say to be one.
_POINTER = ("period", "allocated_at", "delivery")


def _point(store: ObjectStore, document: Mapping[str, Any]) -> list[str]:
    """Let `latest.json` name this delivery, of its period and of all, unless theirs is newer.

    One that cannot be read is written anew, and said: nobody can tell which was the newest.
    """
    pointer = {name: value for name, value in document.items() if name != "files"}
    ours = (str(document["period"]), str(document["allocated_at"]), True)
    words: list[str] = []
    for name in (f"{document['period']}/latest.json", "latest.json"):
        for _ in range(_TRIES):
            there = store.read(name)
            order = _order(there.content) if there else None
            if order and order >= ours:
                break
            mark = there.mark if there else ""
            if store.write(name, _json(pointer), new=there is None, instead_of=mark) is not None:
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
    """Tell how new the delivery is that a pointer names; None for what is no pointer."""
    try:
        pointer = json.loads(content)
        period, allocated, delivery = (pointer[part] for part in _POINTER)
    except (ValueError, LookupError, TypeError):
        return None
    return str(period), str(allocated), bool(delivery)


def _notify(
    store: ObjectStore,
    document: Mapping[str, Any],
    folder: str,
    telling: Notifications,
    now: Callable[[], str],
    progress: Progress,
) -> tuple[list[Finding], list[tuple[str, str]]]:
    """Notify channels that were not notified yet; a possible duplicate is not sent."""
    findings: list[Finding] = []
    states: list[tuple[str, str]] = []
    for post in telling.posts:
        marker = f"{folder}/sent/{post.name}.json"
        claim = {"way": post.name, "state": "sending", "since": now(), "by": telling.fresh()}
        mark = _claim(store, marker, claim)
        if mark is None:
            sent = _state(store, marker) == "sent"
            findings += [] if sent else [_maybe(document, marker, store)]
            states.append((post.name, "sent before" if sent else "unknown"))
            continue
        progress(f"sending {post.name}")
        try:
            number = post.send(*_letter(store, document, folder, telling))
        except _REFUSALS as error:
            store.write(marker, _json({**claim, "state": "failed"}), instead_of=mark)
            findings.append(_failed(document, error))
            states.append((post.name, "not sent"))
        except AwsError:
            findings.append(_maybe(document, marker, store))
            states.append((post.name, "unknown"))
        else:
            signed = {**claim, "state": "sent", "at": now(), "id": number}
            store.write(marker, _json(signed), instead_of=mark)
            states.append((post.name, "sent"))
    return findings, states


#: After these it is known that nothing was sent.
_REFUSALS = (AwsCredentialsError, AwsDeniedError, AwsRefusedError)


def _claim(store: ObjectStore, marker: str, claim: Mapping[str, Any]) -> str | None:
    """Claim a letter; None if someone has. One that was refused may be claimed again."""
    mark = store.write(marker, _json(claim), new=True)
    there = None if mark else store.read(marker)
    if there is None or _state_in(there.content) != "failed":
        return mark
    return store.write(marker, _json(claim), instead_of=there.mark)


def _letter(
    store: ObjectStore, document: Mapping[str, Any], folder: str, telling: Notifications
) -> tuple[str, str, dict[str, bytes]]:
    kept = store.read(f"{folder}/summary.txt")
    lines = [kept.content.decode() if kept else "", f"Files: {store.location(folder)}/"]
    names = [name for name in document["files"] if _for_people(name)]
    if telling.link_seconds:
        hours = telling.link_seconds // 3600
        lines.append(f"\nFor {hours} hours, or as long as the sender's credentials live:")
        lines += [
            f"{name}: {store.presign(f'{folder}/{name}', telling.link_seconds)}" for name in names
        ]
    files = {}
    if telling.attach:
        read = ((name, store.read(f"{folder}/{name}")) for name in names)
        files = {name: each.content for name, each in read if each}
    return str(document["subject"]), "\n".join(lines) + "\n", files


def _for_people(name: str) -> bool:
    """A letter carries the owners' table and the workbook; the rest is a place to look at."""
    return name in {"owners.csv", "services.csv", "report.xlsx"}


def _state(store: ObjectStore, marker: str) -> str:
    kept = store.read(marker)
    return _state_in(kept.content) if kept else "unknown"


def _state_in(content: bytes) -> str:
    """Tell how far a letter came. A note that cannot be read says nothing: it may have left."""
    try:
        return str(json.loads(content)["state"])
    except (ValueError, LookupError, TypeError):
        return "unknown"


def _maybe(document: Mapping[str, Any], marker: str, store: ObjectStore) -> Finding:
    return Finding(
        MAYBE_SENT,
        f"{document['period']} delivery {document['delivery']}",
        "an e-mail that may have been sent",
        expected="a confirmation",
        found="none",
        remedy=f"Check whether it arrived. If not, delete {store.location(marker)} and "
        "deliver again.",
    )


def _failed(document: Mapping[str, Any], error: AwsError) -> Finding:
    return Finding(
        NOT_SENT,
        f"{document['period']} delivery {document['delivery']}",
        "the e-mail",
        found=str(error).rstrip("."),
        remedy="Correct it and deliver again: only the e-mail is sent, the files are delivered.",
    )


def _row(document: Mapping[str, Any], status: str, what_: str, where: str, size: int | None) -> Row:
    return {
        "period": document["period"],
        "run": document["run"],
        "delivery": document["delivery"],
        "status": status,
        "what": what_,
        "where": where,
        "bytes": size,
    }


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
