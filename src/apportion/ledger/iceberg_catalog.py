"""The tables of a ledger, opened by pyiceberg: to write to them, and to list their files."""

from __future__ import annotations

from pathlib import Path

from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortOrder
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import EMPTY_DICT, Identifier, Properties

from . import iceberg_schemas, tables
from .catalog import Catalog
from .catalog_file import CatalogFile
from .locations import location_of, table_folder
from .table_state import check_newest
from .warehouse import FOLDER, WarehouseIO


class IcebergCatalog:
    """Opens the tables that a catalog names, and makes those that it does not name yet."""

    def __init__(self, catalog: Catalog) -> None:
        self.reading = catalog.reading
        self._files = catalog
        self._folder = catalog.folder
        self._tables = _Tables(catalog.file, folder=catalog.folder)
        self._latest: dict[str, Table] = {}

    def find(self, name: str) -> Table | None:
        """Open a table as it is now; None if nothing was ever written to it.

        Raises LedgerDamagedError where the catalog is lost, or older than the table.
        """
        location = self._files.location(name)
        if location is None:
            return None
        with self.reading(name):
            found = self._tables.open(name, location)
            snapshot = found.current_snapshot()
            number = (snapshot.sequence_number or 0) if snapshot else 0
            check_newest(number, found.last_sequence_number)
        self._latest[name] = found
        return found

    def need(self, name: str) -> Table:
        """Open a table to write to it; makes it, and the catalog, if they are not there."""
        return self.find(name) or self._make(name)

    def holding(self, name: str, snapshot: int) -> Table:
        """Open a table that has this snapshot, without looking again where it is known."""
        known = self._latest.get(name)
        if known is None or known.snapshot_by_id(snapshot) is None:
            known = self.find(name)
        if known is None or known.snapshot_by_id(snapshot) is None:
            raise self._files.without(name, snapshot)
        return known

    def register(self, name: str, location: str) -> None:
        """Add a table by its metadata."""
        self._tables.register_table((tables.NAMESPACE, name), location)

    def _make(self, name: str) -> Table:
        self._files.begin()
        with self.reading(name):
            self._files.file.complete()
        known = iceberg_schemas.schema(name)
        # Written by DuckDB, the files name their columns and do not number them.
        mapping = {"schema.name-mapping.default": known.name_mapping.model_dump_json()}
        return self._tables.create_table(
            (tables.NAMESPACE, name),
            schema=known,
            location=location_of(table_folder(name, folder=self._folder)),
            partition_spec=iceberg_schemas.partitioning(name),
            properties={**iceberg_schemas.PROPERTIES, **mapping},
        )


class _Tables(MetastoreCatalog, NoopCatalog):
    """A catalog of pyiceberg over our file; what the ledger does not use raises."""

    def __init__(self, file: CatalogFile, *, folder: Path) -> None:
        io = f"{WarehouseIO.__module__}.{WarehouseIO.__name__}"
        super().__init__(tables.NAMESPACE, **{"py-io-impl": io, FOLDER: str(folder)})
        self._file = file

    def open(self, name: str, location: str) -> Table:
        """Open a table by its metadata."""
        io = self._load_file_io({}, location)
        metadata = FromInputFile.table_metadata(io.new_input(location))
        return Table((tables.NAMESPACE, name), metadata, location, io, self)

    def load_table(self, identifier: str | Identifier) -> Table:
        name = identifier[-1]
        location = self._file.location(name)
        if location is None:
            raise NoSuchTableError(name)
        return self.open(name, location)

    def create_table(
        self,
        identifier: str | Identifier,
        schema: Schema | object,
        location: str | None = None,
        partition_spec: PartitionSpec = UNPARTITIONED_PARTITION_SPEC,
        sort_order: SortOrder = UNSORTED_SORT_ORDER,
        properties: Properties = EMPTY_DICT,
    ) -> Table:
        staged = self._create_staged_table(
            identifier, schema, location, partition_spec, sort_order, properties
        )
        self._write_metadata(staged.metadata, staged.io, staged.metadata_location)
        return self.register_table(identifier, staged.metadata_location)

    def register_table(
        self,
        identifier: str | Identifier,
        metadata_location: str,
        overwrite: bool = False,  # noqa: ARG002, FBT001, FBT002 - the signature is pyiceberg's
    ) -> Table:
        name = identifier[-1]
        if not self._file.add(name, metadata_location):
            raise TableAlreadyExistsError(name)
        return self.open(name, metadata_location)

    def commit_table(
        self,
        table: Table,
        requirements: tuple[TableRequirement, ...],
        updates: tuple[TableUpdate, ...],
    ) -> CommitTableResponse:
        name = table.name()[-1]
        current = self.load_table(table.name())
        new = self._update_and_stage_table(current, table.name(), requirements, updates)
        self._write_metadata(new.metadata, new.io, new.metadata_location)
        if not self._file.replace(name, new.metadata_location, before=current.metadata_location):
            raise CommitFailedException(name)
        return CommitTableResponse(
            metadata=new.metadata, **{"metadata-location": new.metadata_location}
        )
