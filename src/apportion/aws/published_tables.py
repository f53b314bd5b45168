"""Published tables in S3, found through the Glue catalog: `ports.published_tables`.

Every table but `runs` is called `<name>_by_run` and partitioned by period and run; its view
`<name>` shows the runs that `runs` names. A commit is one conditional update of one Glue table, so
one of two publishers at the same time fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from apportion.model.errors.publishing import (
    NotWhatArrivedError,
    OthersWroteError,
    TableElsewhereError,
)

from .api_calls import Client
from .glue import Glue
from .iceberg_io import METADATA, S3IO, Metadata
from .presto_views import view_input
from .published_files import entries, planned, rows_of, send
from .published_schemas import BY_RUN, PROPERTIES, RUNS, missing, partitioning, schema
from .s3_store import ElsewhereError, S3Store

#: Commits of other periods conflict with this one; only that is tried again.
_TRIES = 5

#: Staged rows that were never shown are deleted when no publisher can still be working on them.
_STALE = timedelta(hours=24)


class GlueTables:
    """Tables below a place in S3, in one Glue database, which is made if it is not there.

    `columns` are those that each table must have, with SQL types. `now` gives the time in UTC, by
    which the remains of killed publications are recognised.
    """

    def __init__(
        self,
        glue: Client,
        store: S3Store,
        *,
        database: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._glue = Glue(glue, sleep=sleep)
        self._store = store
        self._database = database
        self._now = now
        io = f"{S3IO.__module__}.{S3IO.__name__}"
        self._objects = Metadata(store)
        self._catalog = GlueCatalog(
            "apportion", client=self._glue, **{"py-io-impl": io, METADATA: self._objects}
        )
        self._began: dict[str, tuple[str, str] | None] = {}
        self._staged: dict[str, dict[str, Table]] = {}
        self._replaced: dict[str, set[str]] = {}

    def location(self) -> str:
        return f"{self._store.location('')} {self._database}"

    def current(self, period: str) -> tuple[str, str] | None:
        self._began[period] = self._current(self._find_now(RUNS), period)
        return self._began[period]

    def stage(
        self,
        table: str,
        files: Sequence[Path],
        columns: Mapping[str, str],
        *,
        period: str,
        run: str,
    ) -> None:
        iceberg = self._need(BY_RUN.format(table), columns)
        new = send(files, iceberg, self._store, values=(period, run))
        self._swap(iceberg, new, values=(period, run), run=run)
        self._staged.setdefault(run, {})[table] = iceberg

    def fetch(self, table: str, folder: Path, *, period: str, run: str) -> list[Path]:
        found = []
        held = self._staged.get(run, {}).get(table) or self._find(BY_RUN.format(table))
        for number, file in enumerate(planned(held, (period, run))):
            path = folder / f"{number}.parquet"
            if self._store.fetch(self._store.name_of(file.file_path), path):
                found.append(path)
        return found

    def create_views(self, views: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
        for view, (select, columns) in views.items():
            wanted = view_input(view, select, columns, database=self._database)
            there = self._glue.found(self._database, view)
            if there is None:
                self._glue.need_table(self._database, wanted)
            elif there.get("ViewOriginalText") != wanted["ViewOriginalText"]:
                self._glue.update_table(DatabaseName=self._database, TableInput=wanted)

    def commit(self, file: Path, columns: Mapping[str, str], *, period: str, run: str) -> None:
        self._glue.forget(self._database, RUNS)  # it was read before the rows were staged
        iceberg = self._need(RUNS, columns)
        new = send([file], iceberg, self._store, values=(period,))
        for _ in range(_TRIES):
            if self._current(iceberg, period) != self._began[period]:
                break
            self._replaced = self._check_staged(period, run)
            try:
                _swap(iceberg, new, planned(iceberg, (period,)), run=run)
            except CommitFailedException:
                iceberg.refresh()
                if _paths(planned(iceberg, (period,))) == _paths(new):
                    return  # it went through, and only the answer was lost
                continue
            return
        raise OthersWroteError(f"what is published of {period}")

    def clear(self, period: str, tables: Iterable[str]) -> None:
        """See the port: rows that the commit replaced, and old ones of a killed publisher.

        Never what someone may just be staging.
        """
        current = self._current(self._find(RUNS), period)
        for table in tables:
            gone = self._replaced.get(table, set()) | self._stale(table, period, current)
            if gone:
                self._drop(BY_RUN.format(table), gone)
        self._replaced = {}

    def _check_staged(self, period: str, run: str) -> dict[str, set[str]]:
        """Check that Glue has what was staged; returns the files of other runs of the period."""
        others = {}
        for table, iceberg in self._staged[run].items():
            there = planned(self._find_now(BY_RUN.format(table)), (period,))
            ours = _paths(file for file in there if file.partition[1] == run)
            if not ours or ours != _paths(planned(iceberg, (period, run))):
                raise NotWhatArrivedError(table, period, "what was staged", f"{len(ours)} files")
            others[table] = _paths(there) - ours
        return others

    def _stale(self, table: str, period: str, current: tuple[str, str] | None) -> set[str]:
        held = self._find(BY_RUN.format(table))
        before = (self._now() - _STALE).timestamp() * 1000
        return {
            file.file_path
            for file, at in (entries(held) if held else ())
            if file.partition[0] == period
            and current is not None
            and file.partition[1] != current[0]
            and at < before
        }

    def _current(self, table: Table | None, period: str) -> tuple[str, str] | None:
        for file in planned(table, (period,)):
            for row in rows_of(self._objects, file):
                return str(row["RunId"]), str(row["ManifestSha256"])
        return None

    def _find_now(self, table: str) -> Table | None:
        """Open a table as it is in Glue, also where it was read before."""
        self._glue.forget(self._database, table)
        return self._find(table)

    def _find(self, table: str) -> Table | None:
        try:
            found = self._catalog.load_table((self._database, table))
        except NoSuchTableError:
            return None
        except ElsewhereError as error:
            place = str(error).partition("/metadata/")[0]
            raise TableElsewhereError(self._database, table, place) from None
        return found

    def _need(self, table: str, columns: Mapping[str, str]) -> Table:
        """Open a table with all these columns; make the table or columns that are missing."""
        for _ in range(_TRIES):
            found = self._find(table)
            try:
                if found is None:
                    return self._make(table, columns)
                if not (new := missing(found.schema(), columns)):
                    return found
                with found.update_schema() as update:
                    update.union_by_name(new)
            except (TableAlreadyExistsError, CommitFailedException):
                continue
        raise OthersWroteError(f"the table {table}")

    def _make(self, table: str, columns: Mapping[str, str]) -> Table:
        self._glue.need_database(self._database)
        return self._catalog.create_table(
            (self._database, table),
            schema=schema(columns),
            location=self._store.location(table),
            partition_spec=partitioning(columns, table),
            properties=PROPERTIES,
        )

    def _swap(
        self, table: Table, new: Sequence[DataFile], *, values: tuple[str, ...], run: str
    ) -> None:
        """Make these files all that a partition holds."""
        for _ in range(_TRIES):
            try:
                _swap(table, new, planned(table, values), run=run)
            except CommitFailedException:
                table.refresh()
                continue
            return
        raise OthersWroteError(f"the table {table.name()[-1]}")

    def _drop(self, table: str, gone: set[str]) -> None:
        for _ in range(_TRIES):
            iceberg = self._find(table)
            out = [file for file in planned(iceberg, ()) if file.file_path in gone]
            if iceberg is None or not out:
                return
            try:
                _swap(iceberg, [], out, run="")
            except CommitFailedException:
                continue
            return


def _swap(table: Table, new: Sequence[DataFile], out: Sequence[DataFile], *, run: str) -> None:
    """Remove files from a table and add others, in one snapshot that names the run."""
    names, there = _paths(new), _paths(out)
    if names == there:
        return
    properties = {"apportion.usecases": run} if run else {}
    with (
        table.transaction() as commit,
        commit.update_snapshot(snapshot_properties=properties).overwrite() as update,
    ):
        for file in out:
            if file.file_path not in names:
                update.delete_data_file(file)
        for file in new:
            if file.file_path not in there:
                update.append_data_file(file)


def _paths(files: Iterable[DataFile]) -> set[str]:
    return {file.file_path for file in files}
