"""Reports that are delivered: proved, whole, pointed to last, and told of once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import requests

from apportion.app.publishing import Readers, forms, open_notifications, open_store
from apportion.app.workspace import Workspace
from apportion.aws.s3_store import S3Store
from apportion.core.reporting.published_tables import everyday, everyday_names
from apportion.core.reporting.summary import summarise
from apportion.model.errors.base import AwsDeniedError, AwsUnreachableError, NotWhatWasProvedError
from apportion.model.errors.publishing import NothingToDeliverError
from apportion.model.outcome import Outcome
from apportion.ports.objects import ObjectStore
from apportion.ports.published_tables import QueryEngine
from apportion.usecases.publish.deliver import TABLES, deliver
from apportion.usecases.publish.notify import Notifications
from mortal import died
from moto_world import MotoWorld, serving
from published_months import PERIOD, Clients, allocated
from stories import reopened

NOW = "2026-11-03T06:00:00Z"
SENDER = "finops@acme.example"
READER = "cfo@acme.example"


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as running:
        running.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("month")
    allocated(place)
    return place


@pytest.fixture
def workspace(folder: Path) -> Workspace:
    return reopened(folder)


@pytest.fixture
def store(world: MotoWorld) -> S3Store:
    place = open_store(f"s3://{world.bucket()}/reports", clients=world.client)
    assert isinstance(place, S3Store)
    return place


def test_every_everyday_question_is_answered_and_pointed_to(
    workspace: Workspace, store: S3Store
) -> None:
    outcome = delivered(workspace, store)
    pointer = read(store, f"{PERIOD}/latest.json")
    assert pointer == read(store, "latest.json")
    place = f"{PERIOD}/{pointer['delivery']}"
    document = read(store, f"{place}/delivery.json")
    assert set(document["files"]) == {"summary.txt", *(f"{name}.csv" for name in TABLES)}
    assert {row["item"] for row in outcome.rows} == set(document["files"])
    assert text(store, f"{place}/owners.csv").splitlines()[1].startswith("2026-09,unallocated,USD,")
    assert text(store, f"{place}/proof.csv").splitlines()[1].endswith(",0.00")


def test_the_workbook_holds_every_table(workspace: Workspace, store: S3Store) -> None:
    workspace.publishing.deliver(store, forms(["xlsx"]), PERIOD, Notifications())
    name = next(name for name in store.names() if name.endswith("report.xlsx"))
    kept = store.read(name)
    assert kept is not None
    book = openpyxl.load_workbook(BytesIO(kept.content))
    assert book.sheetnames == list(TABLES)
    text_of = [str(cell.value) for row in book["owners"] for cell in row]
    assert {"unallocated", "a", "b", "USD"} <= set(text_of)


def test_all_questions_are_delivered() -> None:
    assert set(TABLES) == set(everyday_names())
    assert all(sentence.endswith(".") for sentence, _ in map(everyday, TABLES))


def test_delivering_again_writes_and_sends_nothing(
    world: MotoWorld, workspace: Workspace, store: S3Store
) -> None:
    first = delivered(workspace, store, readers(world))
    names, letters = store.names(), len(sent(world))
    again = delivered(workspace, store, readers(world))
    assert store.names() == names
    assert len(sent(world)) == letters
    assert [row["status"] for row in first.rows if row["item"].startswith("email")] == ["sent"]
    assert [row["status"] for row in again.rows if row["item"].startswith("email")] == [
        "sent before"
    ]
    assert {row["status"] for row in again.rows} == {"unchanged", "sent before"}


def test_the_email_shows_what_matters_in_plain_words(
    world: MotoWorld, workspace: Workspace, store: S3Store
) -> None:
    delivered(workspace, store, replace(readers(world), link_seconds=7200))
    letter = sent(world)[-1]
    assert letter["destinations"]["ToAddresses"] == [READER]
    body = str(letter)
    assert "Cloud cost of 2026-09: 13.00 USD" in body
    assert "difference 0.00" in body
    assert "X-Amz-Signature" in body


def test_a_topic_is_reported(world: MotoWorld, workspace: Workspace, store: S3Store) -> None:
    topic = world.client("sns").create_topic(Name="cost")["TopicArn"]
    outcome = delivered(
        workspace, store, open_notifications(Readers(topic=topic), clients=world.client)
    )
    assert [row["status"] for row in outcome.rows][-1] == "sent"


def test_a_newer_month_s_pointer_stays(workspace: Workspace, store: S3Store) -> None:
    newer = {"period": "2026-10", "allocated_at": "2026-11-02T00:00:00Z", "delivery": "other"}
    store.write("latest.json", json.dumps(newer).encode())
    delivered(workspace, store)
    assert read(store, "latest.json") == newer
    assert read(store, f"{PERIOD}/latest.json")["period"] == PERIOD


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"period": "2026-10"}'])
def test_a_pointer_that_cannot_be_read_is_reported_and_written_again(
    workspace: Workspace, store: S3Store, content: bytes
) -> None:
    for name in ("latest.json", f"{PERIOD}/latest.json"):
        store.write(name, content)
    outcome = delivered(workspace, store)
    assert sum("latest.json could not be read" in word for word in outcome.messages) == 2
    assert read(store, "latest.json")["period"] == PERIOD
    assert len(delivered(workspace, store).messages) == 1


def test_what_of_a_report_is_gone_or_changed_is_delivered_again(
    workspace: Workspace, store: S3Store
) -> None:
    delivered(workspace, store)
    place = f"{PERIOD}/{read(store, 'latest.json')['delivery']}"
    owners = text(store, f"{place}/owners.csv")
    store.remove([f"{place}/owners.csv"])
    store.write(f"{place}/proof.csv", b"another")
    outcome = delivered(workspace, store)
    assert "owners.csv and 1 more files were gone or changed" in outcome.messages[1]
    assert {row["status"] for row in outcome.rows} == {"delivered"}
    assert text(store, f"{place}/owners.csv") == owners
    for content in (b"", b"{}", b'{"files": {"x": 1}}'):
        store.write(f"{place}/delivery.json", content)
        assert "delivery.json could not be read" in delivered(workspace, store).messages[1]
    assert {row["status"] for row in delivered(workspace, store).rows} == {"unchanged"}


def test_a_note_of_an_email_that_cannot_be_read_may_mean_that_it_left(
    workspace: Workspace, store: S3Store
) -> None:
    delivered(workspace, store, Notifications((Post(None),)))
    (marker,) = (name for name in store.names() if "/sent/" in name)
    store.write(marker, b"{")
    willing = Post(None)
    outcome = delivered(workspace, store, Notifications((willing,)))
    assert willing.letters == 0
    assert [finding.code.number for finding in outcome.findings] == ["W001"]
    assert marker in str(outcome.findings[0])


def test_what_was_refused_is_sent_by_the_next_delivery(
    workspace: Workspace, store: S3Store
) -> None:
    refusing = Post(AwsDeniedError("ses:SendEmail", "role/report", "no"))
    outcome = delivered(workspace, store, Notifications((refusing,)))
    assert [finding.code.number for finding in outcome.findings] == ["W002"]
    assert "ses:SendEmail" in str(outcome.findings[0])
    willing = Post(None)
    assert not delivered(workspace, store, Notifications((willing,))).findings
    assert willing.letters == 1


def test_what_may_have_left_is_not_sent_again(workspace: Workspace, store: S3Store) -> None:
    silent = Post(AwsUnreachableError("ses:SendEmail", "timed out"))
    outcome = delivered(workspace, store, Notifications((silent,)))
    assert [finding.code.number for finding in outcome.findings] == ["W001"]
    willing = Post(None)
    again = delivered(workspace, store, Notifications((willing,)))
    assert willing.letters == 0
    assert [finding.code.number for finding in again.findings] == ["W001"]
    assert again.rows[-1]["status"] == "unknown"


def test_what_does_not_add_up_is_not_delivered(workspace: Workspace, store: S3Store) -> None:
    class Broken:
        """Answers like the ledger, but for the smallest unit."""

        def __init__(self, inner: QueryEngine) -> None:
            self._inner = inner

        def query(self, sql: str) -> Outcome:
            outcome = self._inner.query(sql)
            if "difference" not in outcome.columns:
                return outcome
            rows = tuple({**row, "difference": Decimal("1E-18")} for row in outcome.rows)
            return replace(outcome, rows=rows)

    class Ledger:
        def query(self, sql: str) -> Outcome:
            return workspace.publishing.query(sql)

    with pytest.raises(NotWhatWasProvedError, match=r"expected 0\.00"):
        deliver(
            Broken(Ledger()),
            store,
            forms(["csv"]),
            period=PERIOD,
            notifications=Notifications(),
            now=lambda: NOW,
        )
    assert store.names() == []


def test_a_month_that_is_not_there_cannot_be_delivered(store: S3Store) -> None:
    class Nothing:
        def query(self, sql: str) -> Outcome:
            assert "2026-01" in sql
            return Outcome(("Period",), ())

    with pytest.raises(NothingToDeliverError, match="2026-01"):
        deliver(
            Nothing(),
            store,
            forms(["csv"]),
            period="2026-01",
            notifications=Notifications(),
            now=lambda: NOW,
        )


def test_killed_while_delivering(world: MotoWorld, folder: Path) -> None:
    """The pointer is there only when all files are; a letter leaves at most once."""
    place = f"s3://{world.bucket()}/reports"
    store = open_store(place, clients=world.client)
    before, deaths = len(sent(world)), 0
    for at in (1, 6, 12, 13, 14, 15, 16, 17):
        letters = len(sent(world))
        if not died(deliver_and_send, world, place, folder, at=at):
            break
        deaths += 1
        pointer = store.read(f"{PERIOD}/latest.json")
        if pointer is not None:
            delivery = json.loads(pointer.content)["delivery"]
            document = read(store, f"{PERIOD}/{delivery}/delivery.json")
            for name, stated in document["files"].items():
                assert len(text(store, f"{PERIOD}/{delivery}/{name}").encode()) == stated["bytes"]
        assert len(sent(world)) - letters <= 1
    assert deaths > 3
    deliver_and_send(world.client, place, folder)
    assert len(sent(world)) - before <= 1
    assert read(store, "latest.json")["period"] == PERIOD


def test_a_summary_of_nothing_to_show_is_short() -> None:
    tables = {
        "owners": rows(owner="a", currency="USD", total="10.005"),
        "proof": rows(difference="0"),
        "movers": Outcome((), ()),
        "unallocated": Outcome((), ()),
        "findings": Outcome((), ()),
    }
    message = summarise("2026-02", tables, run="0123")
    assert message.subject == "Cloud cost of 2026-02: 10.01 USD"
    assert "Every charge has an owner." in message.text
    assert "100.0 %" in message.text
    assert "moved" not in message.text
    assert summarise("2026-02", {**tables, "proof": rows(difference="1")}, run="0").difference == 1


def test_an_email_shows_money_to_the_cent() -> None:
    sentence = "D001 rules.yaml:10:3: cost_center 'TBD', {} USD. Correct the tag."
    found = {"severity": "warning", "currency": "USD", "amount": "685.414387410700000000"}
    result = Outcome((), ({**found, "finding": sentence.format("685.4143874107")},))
    tables = {"owners": rows(owner="a", currency="USD", total="1"), "proof": rows(difference="0")}
    rest = {"movers": Outcome((), ()), "unallocated": Outcome((), ()), "findings": result}
    message = summarise("2026-02", {**tables, **rest}, run="0123")
    assert sentence.format("685.41") in message.text


class Post:
    """A notifier that fails on request, or counts its messages."""

    name = "post"

    def __init__(self, failure: Exception | None) -> None:
        self._failure = failure
        self.letters = 0

    def send(self, subject: str, text: str, files: Mapping[str, bytes]) -> str:
        assert subject
        assert text
        assert not files
        if self._failure:
            raise self._failure
        self.letters += 1
        return "1"


def delivered(
    workspace: Workspace, store: ObjectStore, notifications: Notifications | None = None
) -> Outcome:
    return workspace.publishing.deliver(
        store, forms(["csv"]), PERIOD, notifications or Notifications()
    )


def deliver_and_send(clients: Clients, place: str, folder: Path) -> None:
    """What a process does that may die."""
    store = open_store(place, clients=clients)
    result = open_notifications(Readers(emails=(READER,), sender=SENDER), clients=clients)
    delivered(reopened(folder), store, result)


def readers(world: MotoWorld) -> Notifications:
    found = Readers(emails=(READER,), sender=SENDER, attach=False)
    return open_notifications(found, clients=world.client)


def sent(world: MotoWorld) -> list[Any]:
    """List the letters that moto has taken."""
    stated = requests.get(f"{world.endpoint}/moto-api/data.json", timeout=600).json()
    return list(stated["ses"]["Message"])


def read(store: ObjectStore, name: str) -> Any:
    return json.loads(text(store, name))


def text(store: ObjectStore, name: str) -> str:
    kept = store.read(name)
    assert kept is not None, name
    return kept.content.decode()


def rows(**columns: str) -> Outcome:
    return Outcome(tuple(columns), (columns,))
