"""SQL over the ledger and through Athena: the same tables, bounded, priced, stopped on demand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlglot
from botocore.exceptions import ClientError

from apportion.app.publishing import Questions, open_athena
from apportion.app.workspace import Workspace
from apportion.aws.athena import Athena
from apportion.core.reporting.published_tables import everyday, everyday_names, named, of_period
from apportion.engines.duckdb import DuckDB
from apportion.model.errors.base import AwsDeniedError, EngineError
from apportion.model.errors.publishing import (
    InvalidQueryError,
    NotPublishedError,
    QueryFailedError,
)
from apportion.model.relation import Query
from moto_world import MotoWorld, serving
from published_months import ONCE, allocated
from stories import total_of


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return allocated(tmp_path_factory.mktemp("month"))


@pytest.mark.parametrize("question", everyday_names())
def test_every_everyday_question_has_an_answer(workspace: Workspace, question: str) -> None:
    sentence, sql = everyday(question)
    assert sentence
    assert not sentence.startswith("--")
    outcome = workspace.publishing.query(of_period(sql, "2026-09"))
    assert outcome.columns == tuple(name.lower() for name in outcome.columns)
    if question not in {"movers", "findings"}:
        assert outcome.rows


@pytest.mark.parametrize("question", everyday_names())
@pytest.mark.parametrize("dialect", ["athena", "spark", "duckdb"])
def test_every_everyday_question_is_sql_to_all_engines(question: str, dialect: str) -> None:
    sql = everyday(question)[1]
    written = sql.replace('"', "`") if dialect == "spark" else sql  # Spark's quotes
    assert sqlglot.parse_one(written, dialect=dialect).find(sqlglot.exp.Select)


def test_a_dimension_s_view_adds_up(workspace: Workspace) -> None:
    outcome = workspace.publishing.query('SELECT * FROM by_team ORDER BY "team"')
    assert total_of(outcome.rows) == ONCE
    assert [row["team"] for row in outcome.rows] == ["a", "b", "unallocated"]


def test_tables_join(workspace: Workspace) -> None:
    sql = """
    WITH own AS (SELECT * FROM allocations WHERE "Pool" IS NULL)
    SELECT SUM(own."Cost") AS total FROM own
    INNER JOIN keys ON own."KeyId" = keys."KeyId" AND own."Period" = keys."Period"
    """
    (row,) = workspace.publishing.query(sql).rows
    (shared,) = workspace.publishing.query('SELECT SUM("Cost") AS total FROM shares').rows
    assert Decimal(str(row["total"])) + Decimal(str(shared["total"])) == ONCE


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE runs",
        "DELETE FROM daily",
        "COPY daily TO 'x.csv'",
        "INSERT INTO runs VALUES (1)",
        "SELECT 1; SELECT 2",
        "SELEC 1",
        "ATTACH 'x.db'",
    ],
)
def test_only_one_query_that_reads_is_taken(workspace: Workspace, sql: str) -> None:
    with pytest.raises(InvalidQueryError, match="The query is not valid"):
        workspace.publishing.query(sql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "CostCenter" FROM daily', r'"CostCenter" not found.*daily has Period, .*"?Cost'),
        ("SELECT r.nothing FROM runs r", r"nothing.*Columns: runs has .*RunId"),
        ("SELECT CAST('x' AS INTEGER) FROM runs", "Could not convert"),
        ('SELECT SUM("Period") FROM runs', "No function matches"),
    ],
)
def test_a_wrong_query_is_wrong_use_and_names_the_columns(
    workspace: Workspace, sql: str, expected: str
) -> None:
    with pytest.raises(InvalidQueryError, match=expected) as wrong:
        workspace.publishing.query(sql)
    assert wrong.value.exit_code == 2
    assert "Nothing was published" not in str(wrong.value)


#: Ways to a file, with `{}` for its name: by a table, past the names of WITH, by a function.
TABLES_OF_FILES = (
    "SELECT * FROM '{}'",
    'SELECT * FROM "{}"',
    'SELECT y.* FROM (WITH "{}" AS (SELECT 1) SELECT * FROM "{}") x, "{}" y',
    'WITH a AS (SELECT * FROM "{}"), "{}" AS (SELECT 1) SELECT * FROM a',
    'WITH "{}" AS (SELECT * FROM "{}") SELECT * FROM "{}"',
    'WITH RECURSIVE "{}" AS (SELECT * FROM "{}" UNION ALL SELECT 1) SELECT * FROM "{}"',
    'WITH "{}" AS (SELECT 1) SELECT * FROM main."{}"',
    "SELECT (SELECT MAX(k) FROM '{}') FROM runs",
    "SELECT 1 FROM runs LIMIT (SELECT COUNT(*) FROM '{}')",
    "SELECT * FROM (PIVOT '{}' ON k IN ('secret') USING COUNT(*))",
    "FROM information_schema.tables",
    "SELECT * FROM nothing",
)
FUNCTIONS_OF_FILES = (
    "SELECT * FROM read_csv('{}')",
    "SELECT * FROM read_text('{}')",
    "SELECT * FROM glob('{}*')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table(['{}'])",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM (DESCRIBE '{}')",
    "SELECT * FROM (SUMMARIZE '{}')",
    "DESCRIBE '{}'",
    "SELECT getenv('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT * FROM duckdb_settings()",
    "SELECT main.abs(1)",
)


@pytest.fixture
def private(tmp_path: Path) -> Path:
    file = tmp_path / "private.csv"
    file.write_text("k,v\nsecret,42\n")
    return file


@pytest.mark.parametrize("sql", TABLES_OF_FILES)
def test_only_what_is_published_is_there(workspace: Workspace, private: Path, sql: str) -> None:
    with pytest.raises(NotPublishedError, match="Tables: keys, allocations"):
        workspace.publishing.query(sql.replace("{}", str(private)))


@pytest.mark.parametrize("sql", FUNCTIONS_OF_FILES)
def test_only_what_computes_is_called(workspace: Workspace, private: Path, sql: str) -> None:
    with pytest.raises(InvalidQueryError, match="expected tables, and functions that compute"):
        workspace.publishing.query(sql.replace("{}", str(private)))


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT * FROM "{}"',
        "SELECT * FROM read_text('{}')",
        "COPY (SELECT 1) TO '{}.out'",
        "ATTACH '{}.db'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
    ],
)
def test_the_engine_that_answers_is_closed_by_itself(
    private: Path, tmp_path: Path, sql: str
) -> None:
    """Should the lists of tables and functions have a hole, nothing is behind it."""
    engine = DuckDB.closed(tmp_path / "answering")
    with pytest.raises(EngineError, match=r"disabled by configuration|has been locked"):
        engine.rows(Query(sql.replace("{}", str(private))))


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("WITH runs AS (SELECT COUNT(*) AS n FROM runs) SELECT n FROM runs", 1),
        ("WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a) SELECT n FROM b", 2),
        (("WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) "
         "SELECT MAX(n) FROM t"), 5),
        ("SELECT COUNT(*) FROM (VALUES (1), (2)) AS v(x)", 2),
        (('SELECT n FROM (SELECT ROW_NUMBER() OVER (ORDER BY "Cost") AS n FROM daily) '
         "WHERE n = 1 LIMIT 1"), 1),
        ("SELECT len(list_transform(range(3), lambda x: x + 1))", 3),
        ('SELECT COUNT(*) FROM runs r JOIN LATERAL (SELECT r."RunId" AS id) ON true', 1),
        (("SELECT CASE WHEN DATE '2026-09-01' + INTERVAL 1 DAY IN (DATE '2026-09-02') "
         "AND CAST(1.5 AS DECIMAL(9, 2)) BETWEEN 1 AND 2 AND 'a' LIKE 'A%' IS NOT NULL "
         "THEN 7 END"), 7),
        ("SELECT COALESCE(SUM(x), 0) FROM (SELECT UNNEST([1, 2]) AS x ORDER BY x DESC)", 3),
        (("SELECT COUNT(*) FROM (PIVOT runs ON \"Period\" IN ('2026-09') USING COUNT(*) "
         'GROUP BY "Version")'), 1),
        ("SELECT 1 UNION SELECT 1 EXCEPT SELECT 2", 1),
        ("SELECT {'a': 1}.a + json_extract('{\"b\": 2}', '$.b')::INTEGER", 3),
        ("SELECT COUNT(*) FILTER (WHERE true) FROM generate_series(1, 3) GROUP BY ALL", 3),
        ("SELECT DISTINCT 1 FROM runs ORDER BY 1 LIMIT 100 %", 1),
    ],
)  # fmt: skip
def test_what_reads_and_computes_is_answered(workspace: Workspace, sql: str, answer: int) -> None:
    ((found,),) = [list(row.values()) for row in workspace.publishing.query(sql).rows]
    assert found == answer


def test_a_query_too_deep_to_read_is_reported(workspace: Workspace) -> None:
    deep = f"SELECT {'(' * 3000}1{')' * 3000}"
    with pytest.raises(InvalidQueryError, match="The query is not valid"):
        workspace.publishing.query(deep)


def test_a_name_stands_for_its_question_and_sql_for_itself() -> None:
    assert "'2026-09'" in named("owners", "2026-09")
    assert "MAX" in named("owners")
    assert named("SELECT 1", "2026-09") == "SELECT 1"


def test_athena_answers_typed_and_shows_what_it_cost(world: MotoWorld) -> None:
    columns = [("owner", "varchar"), ("total", "decimal"), ("day", "date"), ("lines", "bigint")]
    queue(world, columns, [["a", "1.000000000000000001", "2026-09-01", "7"], [None] * 4])
    outcome = asked(world).query("SELECT …")
    assert outcome.columns == ("owner", "total", "day", "lines")
    assert dict(outcome.rows[0]) == {
        "owner": "a",
        "total": Decimal("1.000000000000000001"),
        "day": date(2026, 9, 1),
        "lines": 7,
    }
    assert set(outcome.rows[1].values()) == {None}
    assert "Athena scanned" in outcome.messages[0]
    assert "0.00005 USD" in outcome.messages[0]


def test_all_pages_are_read() -> None:
    outcome = athena(Client(pages=3)).query("SELECT …")
    assert [row["n"] for row in outcome.rows] == list(range(6))


def test_a_query_that_takes_too_long_is_stopped() -> None:
    client = Client(states=["QUEUED", *["RUNNING"] * 100])
    with pytest.raises(QueryFailedError, match=r"running for 30 s and was stopped.*--timeout"):
        athena(client, patience=30).query("SELECT …")
    assert client.stopped == ["q"]


def test_ctrl_c_stops_the_query() -> None:
    client = Client(states=[KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        athena(client).query("SELECT …")
    assert client.stopped == ["q"]


def test_a_query_that_fails_is_reported_in_athena_s_words() -> None:
    client = Client(states=["FAILED"], reason="Query exceeded the bytes scanned limit")
    with pytest.raises(QueryFailedError, match=r"bytes scanned limit\. The workgroup limits"):
        athena(client).query("SELECT …")


def test_a_wrong_query_is_wrong_use_in_athena_too() -> None:
    reason = "COLUMN_NOT_FOUND: line 1:8: Column 'team' cannot be resolved"
    with pytest.raises(InvalidQueryError, match="Column 'team' cannot be resolved"):
        athena(Client(states=["FAILED"], reason=reason)).query("SELECT team FROM daily")


def test_access_denied_names_the_action() -> None:
    client = Client(
        states=[
            ClientError(
                {
                    "Error": {
                        "Code": "AccessDeniedException",
                        "Message": "User: arn:aws:iam::1:role/report is not authorized to perform",
                    },
                    "ResponseMetadata": {"HTTPStatusCode": 400},
                },
                "GetQueryExecution",
            )
        ]
    )
    with pytest.raises(AwsDeniedError, match=r"role/report may not call athena:GetQueryExecution"):
        athena(client).query("SELECT …")


class Client:
    """Athena as a client sees it: a query goes through states, its answer comes in pages of two."""

    def __init__(self, *, states: Any = ("SUCCEEDED",), reason: str = "", pages: int = 1) -> None:
        self._states = list(states)
        self._reason = reason
        self._pages = pages
        self.stopped: list[str] = []

    def start_query_execution(self, **asked: Any) -> Mapping[str, Any]:
        assert asked["WorkGroup"] == "finops"
        assert asked["QueryExecutionContext"] == {"Database": "apportion"}
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, **_: Any) -> Mapping[str, Any]:
        state = self._states.pop(0)
        if isinstance(state, BaseException):
            raise state
        return {"QueryExecution": {"Status": {"State": state, "StateChangeReason": self._reason}}}

    def get_query_results(self, **asked: Any) -> Mapping[str, Any]:
        page = int(asked.get("NextToken", 0))
        cells = [[{"VarCharValue": str(2 * page + at)}] for at in (0, 1)]
        head = [] if page else [[{"VarCharValue": "n"}]]
        answer: dict[str, Any] = {
            "ResultSet": {
                "Rows": [{"Data": cell} for cell in (*head, *cells)],
                "ResultSetMetadata": {"ColumnInfo": [{"Name": "n", "Type": "integer"}]},
            }
        }
        return answer | ({"NextToken": str(page + 1)} if page + 1 < self._pages else {})

    def stop_query_execution(self, **asked: str) -> Mapping[str, Any]:
        self.stopped.append(asked["QueryExecutionId"])
        return {}


def athena(client: Client, *, patience: int = 60) -> Athena:
    """Ask a client; time goes by only while it is waited for."""
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    return Athena(
        client,
        database="apportion",
        workgroup="finops",
        timeout=patience,
        sleep=sleep,
        timer=lambda: clock[0],
    )


def asked(world: MotoWorld) -> Athena:
    place = f"s3://{world.bucket()}/results/"
    found = open_athena(Questions(workgroup="primary", results=place), clients=world.client)
    assert isinstance(found, Athena)
    return found


def queue(world: MotoWorld, columns: list[tuple[str, str]], rows: list[list[str | None]]) -> None:
    """Let moto answer the next query with these rows, as Athena writes them."""
    head = [{"Data": [{"VarCharValue": name} for name, _ in columns]}]
    body = [
        {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows
    ]
    info = [{"Name": name, "Type": kind} for name, kind in columns]
    answer = {"rows": [*head, *body], "column_info": info}
    stated = requests.post(
        f"{world.endpoint}/moto-api/static/athena/query-results",
        data=json.dumps({"region": "eu-central-1", "results": [answer]}),
        timeout=600,
    )
    assert stated.status_code == 201
