"""A Glue client for pyiceberg: its calls are counted and its errors mapped like all others."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from .actions import PUBLISH
from .api_calls import Calls, Client
from .errors import code_of

_ABSENT = "EntityNotFoundException"

#: Answers that pyiceberg understands.
_ANSWERS = {_ABSENT, "AlreadyExistsException", "ConcurrentModificationException"}


class Glue:
    """Forwards the operations that have an IAM action in `actions.py`, and no other."""

    def __init__(self, client: Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.exceptions = client.exceptions
        self._calls = Calls(client, PUBLISH, budget=sys.maxsize, sleep=sleep, through=_ANSWERS)

    def __getattr__(self, operation: str) -> Callable[..., Mapping[str, Any]]:
        if operation not in PUBLISH:
            raise AttributeError(operation)
        return lambda **parameters: self._calls.send(operation, parameters)

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
