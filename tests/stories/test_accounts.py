"""Accounts of an organisation, from AWS (moto's server) to the explanation of a charge."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from apportion.aws.actions import ORGANIZATION
from apportion.aws.connect import in_role
from apportion.aws.organization import Organizations
from aws_typed import Typed
from moto_world import SECRET, MotoWorld, serving
from stories import bill_of, csv_bill, delivered

RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD

dimensions:
  cost_center:
    from:
      - tag: CostCenter
      - account_tag: Cost-Center
      - where: "x_organizationalunit LIKE 'Retail/%'"
        value: SHOP
    values: {FIN-100: [fin 100], CX: [], SHOP: []}
  account:
    from: [{column: SubAccountName}]
"""


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as world:
        yield world


class Company:
    """An organisation of its own: a payer, units, and accounts with tags."""

    def __init__(self, world: MotoWorld) -> None:
        self.payer = f"{uuid4().int % 10**12:012d}"
        self.role = f"arn:aws:iam::{self.payer}:role/account-sync"
        clients = in_role(world.client, self.role)
        self.api: Any = clients("organizations", "us-east-1")
        self.api.create_organization(FeatureSet="ALL")
        (root,) = self.api.list_roots()["Roots"]
        self.root = root["Id"]

    def unit(self, name: str, parent: str = "") -> str:
        made = self.api.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def account(self, name: str, unit: str = "", tags: Mapping[str, str] | None = None) -> str:
        made = self.api.create_account(AccountName=name, Email=f"{name}@example.com")
        id_ = str(made["CreateAccountStatus"]["AccountId"])
        if unit:
            self.move(id_, self.root, unit)
        if tags:
            self.tag(id_, tags)
        return id_

    def move(self, id_: str, source: str, to: str) -> None:
        self.api.move_account(AccountId=id_, SourceParentId=source, DestinationParentId=to)

    def tag(self, id_: str, tags: Mapping[str, str]) -> None:
        written = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.api.tag_resource(ResourceId=id_, Tags=written)


@pytest.fixture
def company(world: MotoWorld) -> Company:
    return Company(world)


@pytest.fixture
def typed(world: MotoWorld, tmp_path: Path) -> Typed:
    typed = Typed(tmp_path, world.client)
    typed.well("init")
    for rulebook in (tmp_path / "rulebook").glob("*.yaml"):
        rulebook.unlink()
    (tmp_path / "rulebook" / "rules.yaml").write_text(RULEBOOK, "utf-8")
    return typed


def on(typed: Typed, month: int, day: int) -> Typed:
    typed.now = datetime(2026, month, day, 8, tzinfo=UTC)
    return typed


def sync(typed: Typed, company: Company, *words: str) -> list[dict[str, Any]]:
    typed.well("aws", "accounts", "sync", "--role-arn", company.role, *words, "-o", "json")
    return typed.rows


def owners(typed: Typed) -> dict[str, str]:
    typed.well("report", "--period", "2026-09", "--by", "cost_center,account", "-o", "json")
    return {f"{row['cost_center']} {row['account']}": row["total"] for row in typed.rows}


def test_a_month_in_which_an_account_moved(typed: Typed, company: Company) -> None:
    """The whole story: seen, moved, allocated by the day, explained, and proved by version."""
    retail = company.unit("Retail")
    web = company.unit("Web", retail)
    lab = company.account("lab", tags={"cost center": "fin100"})
    shop = company.account("shop", web)
    on(typed, 9, 3)
    assert {row["name"] for row in sync(typed, company)} >= {"lab", "shop"}

    company.move(shop, web, company.root)
    company.tag(lab, {"cost center": "CX"})
    rows = sync(on(typed, 9, 20), company)
    assert {row["change"] for row in rows} == {
        "unit Retail/Web → Root",
        "tag cost center fin100 → CX",
    }

    lines = [
        {"day": f"2026-09-{day:02d}", "account": account, "cost": cost, "ResourceId": f"r-{cost}"}
        for account, day, cost in (
            (lab, 1, "1"),
            (lab, 20, "2"),
            (shop, 19, "4"),
            (shop, 21, "8"),
        )
    ]
    lines.append({"day": "2026-09-02", "account": lab, "cost": "16", "tags": "CostCenter=CX"})
    lines.append({"day": "2026-09-02", "account": "000000000099", "cost": "32"})
    (bill,) = delivered(typed.folder, csv_bill(bill_of(lines)))
    typed.well("ingest", str(bill))
    typed.well("allocate", "--period", "2026-09")
    assert owners(typed) == {
        "FIN-100 lab": "1.00",
        "CX lab": "18.00",
        "SHOP shop": "4.00",
        "unallocated shop": "8.00",
        "unallocated unallocated": "32.00",
    }

    typed.well("explain", "--resource", "r-2", "--period", "2026-09")
    assert "by tag Cost-Center of the account, synced 2026-09-20" in typed.out
    assert "by column SubAccountName, synced 2026-09-03" in typed.out
    typed.well("explain", "--resource", "r-1", "--period", "2026-09")
    assert "by tag Cost-Center of the account, synced 2026-09-03" in typed.out

    typed.well("ledger", "history", "-o", "json")
    first, second, _, allocation = typed.rows
    assert [row["kind"] for row in typed.rows] == ["accounts", "accounts", "ingest", "allocate"]
    assert (first["lines"], first["BilledCost"]) == (3, None)
    assert "synchronised accounts" in allocation["inputs"]
    typed.well("prove", "--period", "2026-09")
    assert f"accounts of {second['bill']} run {second['run']}" in typed.err


def test_what_happens_later_leaves_a_past_month_alone(typed: Typed, company: Company) -> None:
    lab = company.account("lab", tags={"CostCenter": "FIN-100"})
    sync(on(typed, 9, 3), company)
    lines = [{"day": "2026-09-10", "account": lab, "cost": "1"}]
    (bill,) = delivered(typed.folder, csv_bill(bill_of(lines)))
    typed.well("ingest", str(bill))
    typed.well("allocate", "--period", "2026-09")
    company.tag(lab, {"CostCenter": "CX"})
    company.account("newcomer")
    sync(on(typed, 10, 5), company)
    typed.well("allocate", "--period", "2026-09")
    typed.well("ledger", "history", "-o", "json")
    assert [row["kind"] for row in typed.rows].count("allocate") == 1, "the same run as before"
    assert owners(typed) == {"FIN-100 lab": "1.00"}


def test_the_same_again_writes_nothing(typed: Typed, company: Company) -> None:
    company.account("lab")
    assert [row["status"] for row in sync(typed, company)] == ["new", "new"]
    assert sync(on(typed, 9, 4), company) == []
    assert "no change; nothing was written" in typed.err
    typed.well("ledger", "history", "-o", "json")
    assert len(typed.rows) == 1


def test_an_account_that_left_is_listed_with_its_last_day(typed: Typed, company: Company) -> None:
    lab = company.account("lab")
    sync(typed, company)
    company.api.remove_account_from_organization(AccountId=lab)
    (row,) = sync(on(typed, 9, 20), company)
    assert (row["account"], row["status"]) == (lab, "closed")
    typed.well("aws", "accounts", "list", "-o", "json")
    assert {row["account"]: row["valid_to"] for row in typed.rows}[lab] == "2026-09-19"
    assert "2 accounts on 2026-09-20, 1 gone" in typed.err
    typed.well("aws", "accounts", "list", "--as-of", "2026-09-10")
    assert "2 accounts on 2026-09-10, 0 gone" in typed.err


def test_what_the_bill_shows_of_an_account_wins(typed: Typed, company: Company) -> None:
    """The bill is the record of the day; what was seen later only fills what it leaves open."""
    lab = company.account("lab", tags={"CostCenter": "FIN-100"})
    sync(typed, company)
    line = {"day": "2026-09-10", "account": lab, "account_name": "laboratory", "cost": "1"}
    (bill,) = delivered(typed.folder, csv_bill(bill_of([{**line, "ResourceId": "r-1"}])))
    typed.well("ingest", str(bill))
    typed.well("allocate", "--period", "2026-09")
    assert owners(typed) == {"FIN-100 laboratory": "1.00"}
    typed.well("explain", "--resource", "r-1", "--period", "2026-09")
    assert "by column SubAccountName, synced" not in typed.out


def test_a_day_may_be_given_for_the_first_look(typed: Typed, company: Company) -> None:
    lab = company.account("lab", tags={"CostCenter": "FIN-100"})
    sync(typed, company, "--effective-from", "2026-09-10")
    lines = [{"day": f"2026-09-{day}", "account": lab, "cost": "1"} for day in ("09", "10")]
    (bill,) = delivered(typed.folder, csv_bill(bill_of(lines)))
    typed.well("ingest", str(bill))
    typed.well("allocate", "--period", "2026-09")
    assert owners(typed) == {"FIN-100 lab": "1.00", "unallocated unallocated": "1.00"}
    assert typed("aws", "accounts", "list", "--as-of", "yesterday").code == 2
    assert "--as-of: expected a day like 2026-09-30, found 'yesterday'" in typed.err


def test_accounts_from_a_file(typed: Typed) -> None:
    file = typed.folder / "accounts-aws.csv"
    file.write_text("account,name,unit,tag:CostCenter\n000000000011,lab,Retail/Web,FIN-100\n")
    typed.well("aws", "accounts", "import", str(file), "-o", "json")
    assert [row["status"] for row in typed.rows] == ["new"]
    typed.well("aws", "accounts", "import", str(file))
    assert "nothing was written" in typed.err
    (bill,) = delivered(typed.folder, csv_bill(bill_of([{"day": "2026-09-10", "cost": "1"}])))
    typed.well("ingest", str(bill))
    typed.well("allocate", "--period", "2026-09")
    assert owners(typed) == {"FIN-100 lab": "1.00"}
    file.write_text("account,name,valid_to,valid_from\n000000000011,old,2026-08,\n")
    typed.well("aws", "accounts", "import", str(file))
    typed.well("aws", "accounts", "list", "--all-versions", "-o", "csv")
    (row,) = csv.DictReader(typed.out.splitlines())
    assert (row["name"], row["valid_from"], row["valid_to"]) == ("old", "", "2026-08-31")
    file.write_text("account\n")
    assert typed("aws", "accounts", "import", str(file)).code == 1
    assert "A001" in typed.err


def test_two_organisations_have_a_history_each(typed: Typed) -> None:
    file = typed.folder / "a.csv"
    for day, organization, text in (
        (3, "o-a", "account,name\n1,lab\n2,shop\n"),
        (15, "o-a", "account,name\n2,shop\n"),
        (15, "o-b", "account,name\n1,labs\n"),
    ):
        file.write_text(text)
        on(typed, 9, day)
        typed.well("aws", "accounts", "import", str(file), "--organization", organization)
    typed.well("aws", "accounts", "list", "--as-of", "2026-09-14", "-o", "json")
    assert [row["name"] for row in typed.rows] == ["lab", "shop"]
    typed.well("aws", "accounts", "list", "-o", "json")
    assert [(row["name"], row["organization"]) for row in typed.rows] == [
        ("labs", "o-b"),
        ("shop", "o-a"),
    ]
    assert "2 accounts on 2026-09-15, 0 gone" in typed.err


def test_a_tag_that_no_one_has_shows_where_to_look(typed: Typed) -> None:
    (bill,) = delivered(typed.folder, csv_bill(bill_of([{"day": "2026-09-10", "cost": "1"}])))
    typed.well("ingest", str(bill))
    typed.well("allocate", "--period", "2026-09")
    assert "Synchronise accounts (`apportion aws accounts sync`)" in typed.err


def test_an_account_in_no_organisation_is_reported(typed: Typed) -> None:
    role = "arn:aws:iam::999999999999:role/alone"
    assert typed("aws", "accounts", "sync", "--role-arn", role).code == 3
    assert "organizations:DescribeOrganization" in typed.err
    assert "aws accounts import FILE" in typed.err
    assert typed("aws", "accounts", "list").code == 2, "nothing was written"


def test_a_thousand_pages_are_all_of_the_accounts(typed: Typed, company: Company) -> None:
    """moto gives ten accounts a page."""
    made = {company.account(f"team-{at}") for at in range(23)}
    found = {row["account"] for row in sync(typed, company)}
    assert made < found


def test_the_real_program_by_the_environment_alone(
    typed: Typed, world: MotoWorld, company: Company
) -> None:
    """Roles are taken over HTTP too, and no secret is ever told."""
    company.account("lab")
    program = str(Path(sys.executable).with_name("apportion"))
    words = ("aws", "accounts", "sync", "--role-arn", company.role, "-o", "csv")
    done = subprocess.run(
        [program, *words],
        cwd=typed.folder,
        env=world.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ",lab,new," in done.stdout
    assert SECRET not in done.stdout + done.stderr


class Failing:
    """A client that answers the nth call of an operation with an error of AWS, and then no more."""

    def __init__(self, api: Any, operation: str, code: str, message: str, *, at: int = 1) -> None:
        self._api, self._operation, self._left = api, operation, at
        self._error = ClientError({"Error": {"Code": code, "Message": message}}, operation)

    def __getattr__(self, operation: str) -> Any:
        if operation == self._operation:
            self._left -= 1
            if not self._left:
                return self._fail
        return getattr(self._api, operation)

    def _fail(self, **_asked: object) -> None:
        raise self._error


def failing(
    typed: Typed, company: Company, operation: str, code: str, message: str = "no", *, at: int = 1
) -> Typed:
    """Synchronise with a client that fails once."""
    client = Failing(company.api, operation, code, message, at=at)
    return Typed(typed.folder, lambda _service, _region: client)("aws", "accounts", "sync")


def test_a_sync_that_fails_half_way_changes_nothing(typed: Typed, company: Company) -> None:
    for name in ("lab", "shop", "web"):
        company.account(name)
    who = "arn:aws:sts::111111111111:assumed-role/account-sync/anna"
    denied = f"User: {who} is not authorized to perform: organizations:ListTagsForResource"
    ended = failing(typed, company, "list_tags_for_resource", "AccessDeniedException", denied, at=3)
    assert ended.code == 3
    assert f"{who} may not call organizations:ListTagsForResource" in ended.err
    assert '"Action": "organizations:ListTagsForResource"' in ended.err
    ended = failing(typed, company, "list_parents", "ExpiredTokenException", at=2)
    assert "credentials have expired" in ended.err
    assert typed("aws", "accounts", "list").code == 2
    assert "The ledger has no accounts" in typed.err


def test_a_throttled_sync_waits_and_goes_on(typed: Typed, company: Company) -> None:
    company.account("lab")
    ended = failing(typed, company, "list_parents", "TooManyRequestsException")
    assert ended.code == 0, ended.err
    assert "2 new" in ended.err


def test_what_is_called_is_what_the_list_names(company: Company) -> None:
    called: set[str] = set()
    retail = company.unit("Retail")
    company.account("shop", retail)

    class Recorded:
        def __getattr__(self, operation: str) -> Any:
            called.add(operation)
            return getattr(company.api, operation)

    seen = Organizations(Recorded()).look()
    assert called == set(ORGANIZATION)
    assert {account.unit for account in seen.accounts} == {"Root", "Retail"}
    assert seen.id.startswith("o-")
