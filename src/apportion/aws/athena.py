"""SQL that Athena runs. Implements `ports.published_tables.QueryEngine`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from apportion.model.errors.base import AwsRefusedError
from apportion.model.errors.publishing import InvalidQueryError, QueryFailedError
from apportion.model.outcome import Outcome

from .actions import QUERY
from .api_calls import Calls, Client

#: Of USD, for a terabyte scanned in most regions; a query counts for ten megabytes at least.
_PRICE = Decimal(5)
_LEAST = 10 * 1000**2
_TERABYTE = 1000**4

_SHORTEST_PAUSE, _LONGEST_PAUSE = 1, 5
#: How Athena's reasons begin where the query is wrong, and no table is missing.
_WRONG_QUERY = ("COLUMN_NOT_FOUND", "SYNTAX_ERROR", "TYPE_MISMATCH", "FUNCTION_NOT_FOUND")

_ENDED = {"SUCCEEDED", "FAILED", "CANCELLED"}


class Athena:
    """One query after another, each with a timeout in seconds.

    A query that times out, or that the user ends with Ctrl-C, is stopped, so that it costs no more.
    `workgroup` decides where results go and how much a query may scan.
    """

    def __init__(
        self,
        client: Client,
        *,
        database: str,
        workgroup: str,
        results: str = "",
        timeout: int = 300,
        sleep: Callable[[float], None] = time.sleep,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls = Calls(client, QUERY, budget=sys.maxsize, sleep=sleep)
        self._database = database
        self._workgroup = workgroup
        self._results = results
        self._timeout = timeout
        self._sleep = sleep
        self._timer = timer

    def query(self, sql: str) -> Outcome:
        query = self._start(sql)
        try:
            done = self._wait(query)
        except BaseException:
            self._calls.send("stop_query_execution", {"QueryExecutionId": query})
            raise
        columns, rows = self._rows(query)
        return Outcome(columns, rows, messages=(_cost(done),))

    def _start(self, sql: str) -> str:
        request: dict[str, object] = {
            "QueryString": sql,
            "QueryExecutionContext": {"Database": self._database},
            "WorkGroup": self._workgroup,
        }
        if self._results:
            request["ResultConfiguration"] = {"OutputLocation": self._results}
        return str(self._calls.send("start_query_execution", request)["QueryExecutionId"])

    def _wait(self, query: str) -> Mapping[str, Any]:
        until = self._timer() + self._timeout
        pause = _SHORTEST_PAUSE
        while True:
            answer = self._calls.send("get_query_execution", {"QueryExecutionId": query})
            execution: Mapping[str, Any] = answer["QueryExecution"]
            state = execution["Status"]["State"]
            if state == "SUCCEEDED":
                return execution
            if state in _ENDED:
                raise _failed(execution["Status"])
            if self._timer() > until:
                details = f"the query was {state.lower()} for {self._timeout} s and was stopped"
                raise QueryFailedError("Athena", details, "Wait longer with --timeout SECONDS.")
            self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _rows(self, query: str) -> tuple[tuple[str, ...], tuple[Mapping[str, object], ...]]:
        """Read all pages; the first row of a SELECT repeats the names of the columns."""
        columns: list[tuple[str, str]] = []
        rows: list[Mapping[str, object]] = []
        token: dict[str, str] = {}
        while True:
            page = self._calls.send("get_query_results", {"QueryExecutionId": query, **token})
            details = page["ResultSet"]
            written = [_texts(row) for row in details["Rows"]]
            if not token:
                columns = [
                    (str(each["Name"]), str(each["Type"]))
                    for each in details["ResultSetMetadata"]["ColumnInfo"]
                ]
                if written and written[0] == [name for name, _ in columns]:
                    written = written[1:]
            rows += [_row(columns, texts) for texts in written]
            if not page.get("NextToken"):
                return tuple(name for name, _ in columns), tuple(rows)
            token = {"NextToken": str(page["NextToken"])}


def _texts(row: Mapping[str, Any]) -> list[str | None]:
    return [cell.get("VarCharValue") for cell in row["Data"]]


def _row(columns: Sequence[tuple[str, str]], texts: Sequence[str | None]) -> Mapping[str, object]:
    return {
        name: None if text is None else _typed(text, kind)
        for (name, kind), text in zip(columns, texts, strict=True)
    }


def _typed(text: str, kind: str) -> object:
    try:
        match kind:
            case "decimal" | "double" | "float" | "real":
                return Decimal(text)
            case "tinyint" | "smallint" | "integer" | "bigint":
                return int(text)
            case "date":
                return date.fromisoformat(text)
            case "timestamp":
                return datetime.fromisoformat(text)
            case "boolean":
                return text == "true"
            case _:
                return text
    except (ValueError, ArithmeticError):
        raise AwsRefusedError(
            QUERY["get_query_results"], "unreadable answer", f"{text!r} is no {kind}"
        ) from None


def _cost(execution: Mapping[str, Any]) -> str:
    details = execution.get("Statistics") or {}
    scanned = int(details.get("DataScannedInBytes") or 0)
    seconds = Decimal(int(details.get("TotalExecutionTimeInMillis") or 0)).scaleb(-3)
    price = max(scanned, _LEAST) * _PRICE / _TERABYTE
    return (
        f"Athena scanned {scanned / 1000**2:,.1f} MB in {seconds:.1f} s: about {price:.5f} USD at "
        f"{_PRICE} USD a TB."
    )


def _failed(status: Mapping[str, Any]) -> QueryFailedError | InvalidQueryError:
    """Separate a query that is wrong (an unknown column) from one that was not answered."""
    details = str(status.get("StateChangeReason") or status["State"].lower())
    sentence = details.strip().splitlines()[0][:500]
    if sentence.startswith(_WRONG_QUERY):
        return InvalidQueryError(sentence)
    return QueryFailedError("Athena", sentence, _remedy(details))


def _remedy(details: str) -> str:
    if "scanned" in details.lower() or "bytes scanned limit" in details.lower():
        return 'The workgroup limits what a query may scan: name a period in it ("Period" = …).'
    if "does not exist" in details.lower() or "not found" in details.lower():
        return "Publish first with `apportion publish`, and name its --database."
    return ""
