"""Ingest an export in S3: new deliveries are fetched, verified and ingested.

A month's delivery is the one that its manifest names. It is fetched file by file, each as it was
pinned; then the manifest is read again, and must be the same. Only then is it ingested, as any
folder is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from apportion.core.aws.export_manifest import (
    METADATA,
    check_objects,
    chosen_months,
    month_of,
    months_of,
    read_delivery,
)
from apportion.core.billing.bill_identity import newest
from apportion.model.aws.export import (
    ExportDelivery,
    ExportMonth,
    Fetched,
    PinnedObject,
    S3Location,
    Taking,
)
from apportion.model.delivery import Delivery, LinePlace, RawLine, ReadLimit
from apportion.model.errors.base import FindingsError
from apportion.model.errors.exports import NoExportError, ObjectChangedError
from apportion.model.findings.exports import OTHER_MONTHS
from apportion.model.findings.finding import Finding, failing
from apportion.model.manifest import Input, Manifest, RunKind
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.timestamp import utc_text
from apportion.model.wording import plural
from apportion.ports.bills import Bucket, Source
from apportion.ports.progress import Advance, Sum
from apportion.usecases.context import RunContext
from apportion.usecases.outcomes import ingest_outcome, join_outcomes

from .downloads import Download, Downloads, in_bytes, write_lists
from .export_findings import changed_again, emptied, no_manifest, other_export
from .ingest import Ingested, ingest

#: How often a delivery is begun again because it was rewritten meanwhile.
TIMES = 3
_AT_ONCE = 4
_MOST_EXPORTS = 50


def ingest_export(
    context: RunContext,
    bucket: Bucket,
    place: S3Location,
    *,
    read: Callable[[Sequence[Path]], Source],
    folder: Path,
    periods: Sequence[str],
    taking: Taking | None = None,
) -> Outcome:
    """Ingest the months whose delivery the ledger does not hold; `folder` is for downloads.

    A month that cannot be ingested is reported by failing findings; the other months go on.
    """
    wanted = [str(Period.parse(period)) for period in periods]
    export, months = find_months(bucket, place)
    months, findings = chosen_months(export, months, wanted)
    downloads = Downloads(folder, export)
    taking = taking or Taking()
    work = _Work(context, bucket, export, downloads, read, taking)
    outcomes: list[Outcome] = []
    context.say(f"reading {plural(len(months), 'manifest')} of {export}")
    with downloads.held(wait=taking.wait):
        for month in months:
            try:
                outcomes.append(ingest_outcome(work.take_in(month)))
            except FindingsError as stopped:
                outcomes.append(Outcome((), (), stopped.findings))
    columns = ingest_outcome(Ingested((), (), ())).columns
    done = join_outcomes([Outcome(columns, (), tuple(findings)), *outcomes])
    return replace(done, messages=(work.sentence(len(months)),))


def find_months(bucket: Bucket, place: S3Location) -> tuple[S3Location, list[ExportMonth]]:
    """Find the export at a place, or the only one right below, and the months that it has.

    Folders are listed to learn which months there are, and for nothing else.
    """
    export, month = month_of(place)
    if month:
        return export, [month]
    months, below = _months(bucket, place)
    if months:
        return place, months
    inner = [S3Location(place.bucket, place.below(name)) for name in below[:_MOST_EXPORTS]]
    found = [(each, months) for each in inner if (months := _months(bucket, each)[0])]
    if len(found) == 1:
        return found[0]
    raise NoExportError(str(place), [str(each) for each, _ in found])


def _months(bucket: Bucket, place: S3Location) -> tuple[list[ExportMonth], list[str]]:
    below = bucket.folders(place.key)
    if METADATA in below:
        return months_of(place, bucket.folders(place.below(METADATA))), below
    return months_of(place, below), below


@dataclass
class _Counted:
    months: int = 0
    known: int = 0
    files: int = 0
    size: int = 0


class _Work:
    """The ingest of one export."""

    def __init__(
        self,
        context: RunContext,
        bucket: Bucket,
        export: S3Location,
        downloads: Downloads,
        read: Callable[[Sequence[Path]], Source],
        taking: Taking,
    ) -> None:
        self._context = context
        self._bucket = bucket
        self._export = export
        self._downloads = downloads
        self._read = read
        self._taking = taking
        self._counted = _Counted()

    def take_in(self, month: ExportMonth) -> Ingested:
        """Ingest one month; raises FindingsError with nothing of it recorded."""
        delivery, manifest = self._manifest(month)
        known = self._known(delivery)
        if known:
            self._counted.known += 1
            self._downloads.clear(month.period)  # a run may have ended just before it did
            return Ingested((), (known,), ())
        before = newest(self._context.ledger.runs(), RunKind.INGEST, month.period)
        download, delivery = self._fetched(month, delivery, manifest)
        source = _Downloaded(self._read([download.folder]), delivery, download)
        done = ingest(
            source,
            self._context,
            intent=self._taking.intent,
            split_cost=self._taking.split_cost,
            wait=self._taking.wait,
            details=self._details(delivery),
        )
        if not done.recorded and not done.unchanged:
            self._stop_if_emptied(delivery, before)
        self._counted.months += 1
        if self._taking.keep_files:
            download.keep()
        self._downloads.clear(month.period)
        runs = [run for run in (*done.recorded, *done.unchanged) if run.bill in before]
        findings = [found for run in runs if (found := other_export(before[run.bill], run))]
        return replace(done, findings=(*done.findings, *findings))

    def sentence(self, months: int) -> str:
        """A summary in one sentence."""
        done = self._counted
        fetched = f" ({plural(done.files, 'file')}, {in_bytes(done.size)})" if done.files else ""
        failed = months - done.months - done.known
        beside = f", {failed} not ingested" if failed else ""
        return (
            f"{self._export}: {plural(months, 'month')}, {done.known} known already, "
            f"{done.months} fetched{fetched}{beside}."
        )

    def _manifest(self, month: ExportMonth) -> tuple[ExportDelivery, bytes]:
        there = self._bucket.read(month.manifest)
        if there is None:
            raise FindingsError([no_manifest(self._export, month)])
        pin, content = there
        delivery, findings = read_delivery(self._export, month, pin, content)
        if delivery is None:
            raise FindingsError(findings)
        return delivery, content

    def _stop_if_emptied(self, delivery: ExportDelivery, before: Mapping[str, Manifest]) -> None:
        """Raise FindingsError where an export's month is empty now and was not before."""
        export = str(delivery.export)
        runs = [run for run in before.values() if run.details.get("export") == export]
        if runs:
            raise FindingsError([emptied(delivery, run) for run in runs])

    def _known(self, delivery: ExportDelivery) -> Manifest | None:
        """Find the delivery among the runs that are in force now, ingested in the same way."""
        if self._taking.force:
            return None
        wanted = self._details(delivery).items()
        runs = self._context.ledger.runs()
        current = newest(runs, RunKind.INGEST, delivery.period)
        for bill, run in current.items():
            parts = [known for known in runs if known.run in run.together]
            here = any(wanted <= each.details.items() for each in (run, *parts))
            if here and self._taking.bill in {None, bill}:
                return run
        return None

    def _details(self, delivery: ExportDelivery) -> dict[str, str]:
        return {
            "export": str(delivery.export),
            "execution": delivery.execution,
            "delivery": delivery.delivery,
            "split_cost": str(self._taking.split_cost),
        }

    def _fetched(
        self, month: ExportMonth, delivery: ExportDelivery, manifest: bytes
    ) -> tuple[Download, ExportDelivery]:
        """Fetch a delivery that stood as it is from the first to the last byte."""
        for _ in range(TIMES):
            download = self._attempt(delivery, manifest)
            again, text = self._manifest(month)
            if download and again.delivery == delivery.delivery:
                return download, delivery
            self._context.say(f"{month.period} was rewritten during the download; starting again")
            delivery, manifest = again, text
        raise FindingsError([changed_again(delivery, TIMES)])

    def _attempt(self, delivery: ExportDelivery, manifest: bytes) -> Download | None:
        """Fetch what a manifest names; None where it changed. Raises FindingsError if it may not.

        What is missing or newer than the manifest may be so because another manifest is there now.
        """
        pins = self._pins(delivery)
        problems = check_objects(delivery, pins)
        if problems:
            current = self._bucket.read(delivery.manifest)
            if current and current[1] != manifest:
                return None
            raise FindingsError(problems)
        pinned = [pin for pin in pins.values() if pin]
        download = self._downloads.of(delivery, pinned)
        self._downloads.check_room(download, pinned)
        size = sum(pin.size for pin in pinned)
        self._context.say(
            f"fetching {delivery.period}: {plural(len(pinned), 'file')}, {in_bytes(size)}"
        )
        before = download.have()
        try:
            fetched = self._fetch(pinned, download)
        except ObjectChangedError:
            return None
        self._counted.files += len(pinned)
        self._counted.size += size - min(before, size)
        write_lists(download, delivery, manifest, fetched)
        return download

    def _pins(self, delivery: ExportDelivery) -> dict[str, PinnedObject | None]:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            found = threads.map(self._bucket.head, delivery.files)
            return dict(zip(delivery.files, found, strict=True))

    def _fetch(self, pins: Sequence[PinnedObject], download: Download) -> dict[str, Fetched]:
        """Fetch files side by side; the first that fails stops the others where they are."""
        progress = _Progress(sum(pin.size for pin in pins), self._context.advance)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            tasks = {
                pin.key: threads.submit(
                    self._bucket.fetch, pin, download.files[pin.key], progress.add
                )
                for pin in pins
            }
            try:
                wait(tasks.values(), return_when=FIRST_EXCEPTION)
                failed = [task for task in tasks.values() if task.done() and task.exception()]
            finally:
                progress.stop()
                threads.shutdown(cancel_futures=True)
        errors = [task.exception() for task in failed]
        for error in errors:
            if error and not isinstance(error, _StoppedError):
                raise error
        return {key: task.result() for key, task in tasks.items()}


class _StoppedError(Exception):
    """Another file could not be fetched."""


class _Progress:
    """Adds up the bytes that arrive in all threads, and stops the threads after a failure."""

    def __init__(self, size: int, advance: Advance) -> None:
        self._bytes = Sum(size, advance)
        self._stopped = Event()

    def add(self, count: int) -> None:
        """Count bytes that arrived; raises _StoppedError in their thread after `stop`."""
        if self._stopped.is_set():
            raise _StoppedError
        self._bytes.add(count)

    def stop(self) -> None:
        """End every thread that still downloads."""
        self._stopped.set()


class _Downloaded:
    """A fetched delivery as a `ports.bills.Source`; files keep their names in S3."""

    def __init__(self, source: Source, delivery: ExportDelivery, download: Download) -> None:
        self._source = source
        self._delivery = delivery
        self._folder = str(download.folder)

    def deliver(self) -> tuple[list[Delivery], list[Finding]]:
        deliveries, findings = self._source.deliver()
        named = [
            replace(
                each,
                files=tuple(replace(file, name=self._address(file.name)) for file in each.files),
                made=utc_text(self._delivery.written),
            )
            for each in deliveries
        ]
        placed = [replace(each, place=self._address(str(each.place))) for each in findings]
        if not failing(placed):
            placed += self._other_months(named)
        return named, placed

    def same_as(self, inputs: Sequence[Input]) -> tuple[Delivery, list[Finding]] | None:
        same = self._source.same_as(inputs)
        if same is None:
            return None
        delivery, findings = same
        return delivery, [replace(each, place=self._address(each.place)) for each in findings]

    def read_lines(
        self,
        delivery: Delivery,
        places: Sequence[LinePlace],
        columns: Sequence[str],
        limit: ReadLimit,
    ) -> list[RawLine]:
        return self._source.read_lines(delivery, places, columns, limit)

    def _address(self, path: str) -> str:
        return path.replace(self._folder, str(self._delivery.export))

    def _other_months(self, deliveries: Sequence[Delivery]) -> list[Finding]:
        expected = self._delivery.period
        found = {stated.period for each in deliveries for stated in each.stated} - {expected}
        if not found:
            return []
        return [
            Finding(
                OTHER_MONTHS,
                f"s3://{self._delivery.export.bucket}/{self._delivery.manifest}",
                "charges",
                expected=f"those of {expected}",
                found=f"some of {', '.join(sorted(found))}",
                remedy="Nothing was ingested. Export the month again; two exports may have been "
                "mixed.",
            )
        ]
