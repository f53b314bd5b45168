"""A Glue client for pyiceberg: its calls are counted and its errors mapped like all others."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from botocore.exceptions import ClientError

from .actions import PUBLISH
from .api_calls import Calls, Client
from .errors import code_of

_ABSENT = "EntityNotFoundException"

#: Answers that pyiceberg understands.
_ANSWERS = {_ABSENT, "AlreadyExistsException", "ConcurrentModificationException"}


class Glue:
    """Forwards the operations that have an IAM action in `actions.py`, and no other.

    A database or table that was read is kept until this client changes it, or until `forget`. A
    table may have changed in Glue meanwhile: pyiceberg sends an update with the version that was
    read, and Glue refuses it if that is not the current one.
    """

    def __init__(self, client: Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.exceptions = client.exceptions
        self._calls = Calls(client, PUBLISH, budget=sys.maxsize, sleep=sleep, through=_ANSWERS)
        self._databases: dict[str, Mapping[str, Any]] = {}
        self._tables: dict[tuple[str, str], Mapping[str, Any]] = {}

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]:
        if operation not in PUBLISH:
            raise AttributeError(operation)
        return lambda **parameters: self._calls.send(operation, parameters)

    def get_database(self, **parameters: str) -> Mapping[str, Any]:
        name = parameters["Name"]
        if name not in self._databases:
            self._databases[name] = self._calls.send("get_database", parameters)
        return self._databases[name]

    def get_table(self, **parameters: str) -> Mapping[str, Any]:
        name = (parameters["DatabaseName"], parameters["Name"])
        if name not in self._tables:
            self._tables[name] = self._calls.send("get_table", parameters)
        return self._tables[name]

    def update_table(self, **parameters: object) -> Mapping[str, Any]:
        table = cast("Mapping[str, str]", parameters["TableInput"])
        self.forget(str(parameters["DatabaseName"]), table["Name"])
        return self._calls.send("update_table", parameters)

    def forget(self, database: str, table: str) -> None:
        """Read a table from Glue again the next time."""
        self._tables.pop((database, table), None)

    def found(self, database: str, table: str) -> Mapping[str, Any] | None:
        """Read a table or view; None if there is none."""
        try:
            return dict(self.get_table(DatabaseName=database, Name=table)["Table"])
        except ClientError as error:
            if code_of(error) == _ABSENT:
                return None
            raise

    def need_database(self, database: str) -> None:
        """Make the database if it is not there."""
        try:
            self.get_database(Name=database)
        except ClientError as error:
            if code_of(error) != _ABSENT:
                raise
            try:
                self.create_database(DatabaseInput={"Name": database})
            except ClientError as second:
                if code_of(second) != "AlreadyExistsException":
                    raise

    def need_table(self, database: str, wanted: Mapping[str, Any]) -> None:
        """Make a table or view; replace one that another process has made meanwhile."""
        try:
            self.create_table(DatabaseName=database, TableInput=wanted)
        except ClientError as error:
            if code_of(error) != "AlreadyExistsException":
                raise
            self.update_table(DatabaseName=database, TableInput=wanted)
