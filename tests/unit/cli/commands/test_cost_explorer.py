"""The commands that ask Cost Explorer, before a server of our own, as a user types them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apportion.app.cost_explorer import connect, cost_explorer_policy
from apportion.aws.actions import COST_REPORTS
from apportion.cli.main import run
from apportion.cli.session import Outside
from cost_explorer_fake import THROTTLED, Cost, FakeCostExplorer, client_of, serving
from docs_pages import DOCS, blocks

PAGE = DOCS / "how-to/cost-explorer.md"
NOW = datetime(2026, 9, 15, 23, tzinfo=UTC)
S3 = "Amazon Simple Storage Service"


def bill() -> list[Cost]:
    return [
        Cost(date(2026, 9, 1), "1.0000000001", {"CostCenter": "FIN-100", "Project": "atlas"}),
        Cost(date(2026, 9, 14), "2.5", {"CostCenter": "FIN-100"}, account="222222222222"),
        Cost(date(2026, 9, 14), "3", {"CostCenter": "fin100", "Project": "=1+1"}),
        Cost(date(2026, 9, 14), "4", service=S3, resource="bucket-1"),
    ]


class Typed:
    """A user at a prompt. Answers are kept in the folder `cache`."""

    def __init__(self, fake: FakeCostExplorer, endpoint: str, folder: Path) -> None:
        self.fake, self.endpoint, self.folder = fake, endpoint, folder
        self.code, self.out, self.err = 0, "", ""

    def __call__(self, *words: str) -> Typed:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        outside = Outside(
            connect=lambda access, say, now: connect(
                access, client=client_of(self.endpoint), say=say, now=now
            ),
            folder=self.folder,
            environment={"XDG_CACHE_HOME": str(self.folder / "cache")},
            now=lambda: NOW,
            out=out,
            err=err,
        )
        self.code = run(words, outside)
        out.seek(0)
        self.out, self.err = out.read(), " ".join(err.getvalue().split())
        return self

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


@pytest.fixture
def typed(tmp_path: Path) -> Iterator[Typed]:
    fake = FakeCostExplorer(bill(), names={"222222222222": "lab"})
    with serving(fake) as endpoint:
        yield Typed(fake, endpoint, tmp_path)


COSTS = ("cost-explorer", "costs")


def test_costs_by_project_and_the_price_of_requests(typed: Typed) -> None:
    finding = typed(*COSTS, "--days", "30", "--by", "tag:Project", "-o", "json")
    assert finding.code == 0, finding.err
    assert [(row["day"], row["tag:Project"], row["cost"]) for row in finding.rows] == [
        ("2026-09-01", "atlas", "1.0000000001"),
        ("2026-09-14", "(untagged)", "6.50"),
        ("2026-09-14", "=1+1", "3.00"),
    ]
    assert "10.5000000001 USD, UnblendedCost. 2 requests, 0.02 USD." in finding.err
    assert "costs from Cost Explorer for 2026-08-16 to 2026-09-15 by tag:Project" in finding.err


def test_a_table_is_to_the_cent_with_a_total(typed: Typed) -> None:
    result = typed(*COSTS)
    assert "(untagged)" in result.out
    assert result.out.splitlines()[-1].split()[:2] == ["total", "10.50"]


def test_accounts_have_their_names_and_months_are_months(typed: Typed) -> None:
    outcome = typed(*COSTS, "--by", "account,service", "--granularity", "month", "-o", "json")
    assert outcome.rows[-1] == {
        "month": "2026-09",
        "account": "222222222222",
        "service": "Amazon Elastic Compute Cloud - Compute",
        "account_name": "lab",
        "cost": "2.50",
        "currency": "USD",
        "estimated": False,
    }


def test_a_cost_centre_with_what_it_leaves_out(typed: Typed) -> None:
    finding = typed(*COSTS, "--cost-center", "FIN-100", "--to", str(typed.folder / "fin.csv"))
    assert finding.code == 0
    rows = list(csv.DictReader((typed.folder / "fin.csv").open()))
    assert [(row["day"], row["project"], row["cost"]) for row in rows] == [
        ("2026-09-01", "atlas", "1.0000000001"),
        ("2026-09-14", "(untagged)", "2.50"),
    ]
    assert (
        "FIN-100: 3.5000000001 of 10.5000000001 USD, UnblendedCost. Left out: 7.00 ((untagged) "
        "4.00, fin100 3.00). Difference 0.00. 4 requests, 0.04 USD." in finding.err
    )
    assert "C005" in finding.err


def test_csv_is_safe_for_spreadsheets(typed: Typed) -> None:
    assert ",'=1+1," in typed(*COSTS, "-o", "csv").out
    assert ",=1+1," in typed(*COSTS, "-o", "csv", "--raw").out


def test_a_repeated_query_is_free_unless_fresh(typed: Typed) -> None:
    typed(*COSTS)
    assert "0 requests, 0.00 USD, 2 kept from earlier." in typed(*COSTS).err
    assert "2 requests, 0.02 USD." in typed(*COSTS, "--no-cache").err
    assert "2 requests, 0.02 USD." in typed(*COSTS, "--cache-hours", "0").err


def test_a_budget_ends_it_with_three(typed: Typed) -> None:
    finding = typed(*COSTS, "--max-requests", "1")
    assert (finding.code, finding.out) == (3, "")
    assert (
        "The next request would exceed the budget of 1; 1 request, 0.01 USD so far." in finding.err
    )


def test_parts_that_are_not_the_whole_are_not_shown(typed: Typed) -> None:
    typed.fake.lost = Decimal("0.01")
    finding = typed(*COSTS)
    assert (finding.code, finding.out) == (1, "")
    assert "C001" in finding.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--by", "servce"], "Did you mean service?"),
        (["--by", "account,service,region"], "one or two"),
        (["--by", "service,service"], "one or two"),
        (["--days", "400"], "expected 1 to 395, found 400"),
        (["--cost-center", "X", "--by", "account,service"], "one name"),
        (["--cost-center", "X", "--granularity", "month"], "expected day"),
        (["--metric", "ListCost"], "--metric"),
    ],
)
def test_wrong_use_is_two_and_sends_nothing(typed: Typed, words: list[str], expected: str) -> None:
    finding = typed(*COSTS, *words)
    assert (finding.code, finding.out) == (2, "")
    assert expected in finding.err
    assert typed.fake.calls == []


def test_resources_of_a_service(typed: Typed) -> None:
    finding = typed("cost-explorer", "resources", "--service", S3, "-o", "json")
    (row,) = finding.rows
    assert (row["resource-id"], row["cost"]) == ("bucket-1", "4.00")
    typed.fake.opted_in = False
    finding = typed("cost-explorer", "resources", "--service", S3, "--no-cache")
    assert finding.code == 3
    assert "enabled in Cost Explorer's settings" in finding.err
    assert typed("cost-explorer", "resources", "--service", S3, "--days", "15").code == 2


def test_tags_and_their_spellings(typed: Typed) -> None:
    outcome = typed("cost-explorer", "tags", "-o", "json")
    assert [row["tag"] for row in outcome.rows] == ["CostCenter", "Project"]
    outcome = typed("cost-explorer", "tags", "CostCenter", "-o", "json")
    assert outcome.rows == [
        {"tag": "CostCenter", "value": "FIN-100", "also_written": "fin100"},
        {"tag": "CostCenter", "value": "fin100", "also_written": "FIN-100"},
    ]
    assert "C005" in outcome.err


def test_ingest_takes_the_word_for_the_service(typed: Typed) -> None:
    typed("init")
    words = ("ingest", "cost-explorer", "--days", "14", "--by", "tag:Project")
    finding = typed(*words, "--payer", "111111111111", "-o", "json")
    assert finding.code == 0, finding.err
    (row,) = finding.rows
    assert (row["period"], row["bill"], row["BilledCost"]) == (
        "2026-09",
        "cost-explorer",
        "10.5000000001",
    )
    assert "3 requests, 0.03 USD." in finding.err
    assert typed("allocate").code == 0


def test_ingest_needs_to_know_who_pays(typed: Typed) -> None:
    typed("init")
    finding = typed("ingest", "cost-explorer")
    assert finding.code == 2
    assert "--payer: expected the id of the account that pays" in finding.err
    assert typed.fake.calls == []


def test_a_folder_of_that_name_is_never_mistaken(typed: Typed) -> None:
    typed("init")
    (typed.folder / "cost-explorer").mkdir()
    finding = typed("ingest", "cost-explorer", "--payer", "111111111111")
    assert finding.code == 2
    assert "Give its full path to ingest it" in finding.err
    finding = typed("ingest", str(typed.folder / "cost-explorer"))
    assert finding.code == 1  # no billing files in it
    assert typed.fake.calls == []


def test_options_of_the_service_do_not_go_with_files(typed: Typed) -> None:
    typed("init")
    finding = typed("ingest", "bill.csv", "--days", "3")
    assert finding.code == 2
    assert "--days: expected apportion ingest cost-explorer" in finding.err


def test_the_policy_is_what_is_called_and_no_more(typed: Typed) -> None:
    typed.fake.faults = [THROTTLED]
    typed("init")
    for words in (
        [*COSTS, "--cost-center", "FIN-100"],
        [*COSTS, "--by", "account"],
        ["cost-explorer", "tags", "Project"],
        ["cost-explorer", "resources", "--service", S3],
        ["ingest", "cost-explorer", "--payer", "111111111111"],
    ):
        assert typed(*words).code == 0, typed.err
    called = {f"ce:{action}" for action, _ in typed.fake.calls}
    assert called == set(COST_REPORTS.values())

    assert typed("cost-explorer", "policy").code == 0
    policy = json.loads(typed.out)
    assert policy == cost_explorer_policy()
    (statement,) = policy["Statement"]
    assert set(statement["Action"]) == called
    assert all(action.startswith("ce:Get") for action in called)


def test_the_documents_have_the_policy_as_it_is() -> None:
    (written,) = blocks(PAGE, "json")
    assert json.loads(written.text) == cost_explorer_policy()


def by_environment(
    typed: Typed, command: list[str], secret: str = "secret"
) -> subprocess.CompletedProcess[str]:
    """Run a program that finds its credentials, and Cost Explorer, in the environment."""
    return subprocess.run(
        command,
        cwd=typed.folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(typed.folder),
            "AWS_ACCESS_KEY_ID": "AKIATEST",
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_ENDPOINT_URL_COST_EXPLORER": typed.endpoint,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_in_the_documents_runs(typed: Typed) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    typed.fake.costs = [Cost(yesterday, "7.5", {"CostCenter": "FIN-100"})]
    classic, example = blocks(PAGE, "python")
    done = by_environment(typed, [sys.executable, "-c", classic.text])
    assert (done.stdout, done.stderr) == (f"{yesterday} Project$ 7.5 USD\n", "")
    done = by_environment(typed, [sys.executable, "-c", example.text])
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{yesterday} (untagged) 7.5\n7.5 () 7.5 0.0\n"
    assert (typed.folder / "fin-100.csv").read_text().startswith("Date,Project,Cost\n")


def test_the_real_program_by_the_environment_alone(typed: Typed) -> None:
    secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
    program = str(Path(sys.executable).with_name("apportion"))
    done = by_environment(typed, [program, *COSTS, "--days", "395", "-o", "json"], secret)
    assert done.returncode == 0, done.stderr
    assert "2 requests, 0.02 USD." in done.stderr
    kept = [file.read_text() for file in typed.folder.rglob("*.json")]
    assert len(kept) == 2
    for text in (done.stdout, done.stderr, *kept):
        assert secret not in text
        assert "AKIATEST" not in text
