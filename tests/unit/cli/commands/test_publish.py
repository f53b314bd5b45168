"""What a user types to publish, ask and deliver, and what they read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from apportion.aws.actions import MAIL, NOTIFY, OBJECTS, PUBLISH, QUERY
from aws_typed import Typed
from moto_world import SECRET, MotoWorld, serving
from published_months import PERIOD, allocated, database
from stories import total_of


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        running.client("sesv2").create_email_identity(EmailIdentity="finops@acme.example")
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("month")
    allocated(place)
    return place


def test_publish_then_ask_then_deliver(world: MotoWorld, folder: Path) -> None:
    """Every call has its action in our list, and no secret is in any output."""
    bucket = world.bucket()
    called: set[str] = set()

    def clients(service: str, region: str) -> Any:
        client = world.client(service, region)
        client.meta.events.register(
            "before-call", lambda model, **_: called.add(f"{service}:{model.name}")
        )
        return client

    typed = Typed(folder, clients)
    place, base = f"s3://{bucket}/lake", database(bucket)
    message = typed.well("publish", place, "--database", base)
    assert "is published, read back and equal to its proof." in message.err
    assert "13.00" in message.out
    typed.well("query", "owners", "--output", "json")
    assert total_of(typed.rows) == Decimal("13.000000000000000001")
    everything = typed.out + typed.err
    typed.well(
        *("deliver", f"s3://{bucket}/reports", "--period", PERIOD, "--email", "cfo@acme.example"),
        *("--from", "finops@acme.example", "--link-hours", "24"),
    )
    everything += typed.out + typed.err
    assert f"s3://{bucket}/reports/{PERIOD}/" in everything
    assert SECRET not in everything
    assert "X-Amz-" not in everything, "a link opens the report to whoever reads it"
    assert "cfo@" not in everything
    actions = {*PUBLISH.values(), *OBJECTS.values(), *MAIL.values()}
    allowed = {action.partition(":")[2] for action in actions}
    names = {_action(call) for call in called}
    assert names <= allowed
    others = {"ListBucket", "DeleteObject"}  # looking around, and a ledger in S3 that lets go
    assert allowed - names == others, "the lists hold nothing that is never called"


def test_a_missing_permission_is_named_with_the_line_to_add(world: MotoWorld, folder: Path) -> None:
    typed = Typed(folder, Denying(world, "glue", "get_table"))
    typed("publish", f"s3://{world.bucket()}/lake")
    assert typed.code == 3
    assert "role/finops may not call glue:GetTable" in typed.err
    assert '"Action": "glue:GetTable"' in typed.err
    typed = Typed(folder, Denying(world, "s3", "put_object"))
    bucket = world.bucket()
    typed("publish", f"s3://{bucket}/lake", "--database", database(bucket))
    assert typed.code == 3
    assert f'"Resource": "arn:aws:s3:::{bucket}/lake/*"' in typed.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("publish", "acme/lake"), "s3://bucket/prefix"),
        (("publish", "s3://acme/lake", "--period", "2026"), "a month like 2026-09"),
        (("query", "DROP TABLE runs"), "one query that reads"),
        (("query", "SELECT * FROM bills"), "There is no table bills"),
        (("deliver", "s3://acme/x", "--email", "a@b.example"), "--from"),
        (("deliver", "s3://acme/x", "--formats", "docx"), "csv, json, parquet"),
    ],
)
def test_what_is_typed_wrongly_is_reported_before_anything_is_sent(
    folder: Path, words: tuple[str, ...], expected: str
) -> None:
    typed = Typed(folder, lambda _service, _region: Silent())
    typed(*words)
    assert typed.code in (2, 3)
    assert expected in typed.err


def test_athena_gets_the_same_query(folder: Path) -> None:
    wanted: list[Mapping[str, Any]] = []

    class Client:
        def start_query_execution(self, **said: Any) -> Mapping[str, Any]:
            wanted.append(said)
            return {"QueryExecutionId": "q"}

        def get_query_execution(self, **_: Any) -> Mapping[str, Any]:
            status = {"State": "SUCCEEDED"}
            statistics = {"DataScannedInBytes": 12_345_678, "TotalExecutionTimeInMillis": 1500}
            return {"QueryExecution": {"Status": status, "Statistics": statistics}}

        def get_query_results(self, **_: Any) -> Mapping[str, Any]:
            rows = [{"Data": [{"VarCharValue": "total"}]}, {"Data": [{"VarCharValue": "1.50"}]}]
            info = [{"Name": "total", "Type": "decimal"}]
            return {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": info}}}

    typed = Typed(folder, lambda service, _region: {"athena": Client()}[service])
    typed.well("query", "owners", "--via", "athena", "--period", PERIOD, "--output", "json")
    assert typed.rows == [{"total": "1.50"}]
    assert f"'{PERIOD}'" in wanted[0]["QueryString"]
    assert wanted[0]["WorkGroup"] == "apportion"
    assert "Athena scanned 12.3 MB in 1.5 s: about 0.00006 USD at 5 USD a TB." in typed.err
    assert {name for name in dir(Client) if not name.startswith("_")} < set(QUERY)
    assert json.loads(typed.out)
    assert NOTIFY == {"publish": "sns:Publish"}


class Denying:
    """Clients of which one operation is refused to the caller."""

    def __init__(self, world: MotoWorld, service: str, operation: str) -> None:
        self._world, self._service, self._operation = world, service, operation

    def __call__(self, service: str, region: str) -> Any:
        client = self._world.client(service, region)
        if service == self._service:
            stated = {"Code": "AccessDenied", "Message": "User: role/finops is not authorized to x"}
            answer = {"Error": stated, "ResponseMetadata": {"HTTPStatusCode": 403}}

            def refuse(model: Any, **_: object) -> None:
                if model.name == "".join(p.title() for p in self._operation.split("_")):
                    raise ClientError(answer, model.name)

            client.meta.events.register("before-call", refuse)
        return client


class Silent:
    """A client that must not be called."""

    exceptions = None


def _action(call: str) -> str:
    """Name the action of an operation, where the two differ."""
    service, _, operation = call.partition(":")
    assert service in {"s3", "glue", "sesv2"}
    return operation
