"""Tags as they are now, beside the bill of the demo organisation; put right, and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest

from apportion.app.live_tags import AccountReach
from apportion.aws.live_tags import LiveTags
from apportion.core.tags.remediation.fix_plan import read_fixes, write_fixes
from apportion.model.errors.base import AwsUnreachableError
from apportion.model.errors.tag_fixes import UnreadableFixError
from apportion.model.tags.live import FixPlan
from apportion.usecases.tags.fix import apply
from aws_typed import Typed
from explorer_fake import VIEW, FakeExplorer, denying
from explorer_fake import serving as serving_explorer
from moto_world import MotoWorld, serving

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
SHOP, SUPPLY = "118204957731", "273350186604"
REGION = "eu-west-1"
SCANNER = ("--role-name", "apportion-tag-scanner")
FIXER = ("--role-name", "apportion-tag-fixer")
TABLE = f"arn:aws:dynamodb:{REGION}:{SHOP}:table/checkout-prod-062"
RIGHT = f"arn:aws:dynamodb:{REGION}:{SHOP}:table/checkout-prod-064"
LOGS = f"arn:aws:logs:{REGION}:{SHOP}:log-group:/storefront-prod-220"
QUEUE = f"arn:aws:sqs:{REGION}:{SHOP}:checkout-prod-067"
BUCKET = "catalogue-prod-156-dca45e9a"
FAR = f"arn:aws:dynamodb:{REGION}:{SUPPLY}:table/delivery-prod-411"


class Company:
    """Resources that the bill names, in moto, each in its account."""

    def __init__(self, world: MotoWorld) -> None:
        self.world = world
        self.in_shop = self._in(SHOP)
        self.table("checkout-prod-062", Project="checkout")
        self.table("checkout-prod-064", Project="checkout", CostCenter="ECOM-200")
        tags = {"Project": "storefront", "costcenter": "ECOM-200"}
        self.client("logs").create_log_group(logGroupName="/storefront-prod-220", tags=tags)
        tags = {"Project": "checkout", "CostCenter": "ecom200"}
        self.client("sqs").create_queue(QueueName="checkout-prod-067", tags=tags)
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        pairs = [{"Key": "CostCenter", "Value": "Online Shop"}, {"Key": "Project", "Value": "c"}]
        s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": pairs})
        self.in_shop = self._in(SUPPLY)
        self.table("delivery-prod-411", Project="delivery")
        self.in_shop = self._in(SHOP)

    def _in(self, account: str) -> dict[str, str]:
        role = f"arn:aws:iam::{account}:role/maker"
        given = self.world.client("sts").assume_role(RoleArn=role, RoleSessionName="maker")
        found = given["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def client(self, service: str) -> Any:
        return boto3.client(
            service, region_name=REGION, endpoint_url=self.world.endpoint, **self.in_shop
        )

    def table(self, name: str, **tags: str) -> None:
        self.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )

    def tags(self) -> dict[str, dict[str, str]]:
        result = self.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
        return {one["ResourceARN"]: {t["Key"]: t["Value"] for t in one["Tags"]} for one in result}


@pytest.fixture
def company() -> Iterator[Company]:
    with serving() as world:
        # All servers of a process are one AWS.
        request = Request(f"{world.endpoint}/moto-api/reset", method="POST")
        urlopen(request).close()
        yield Company(world)


@pytest.fixture
def explorer() -> FakeExplorer:
    return FakeExplorer()


@pytest.fixture
def typed(company: Company, explorer: FakeExplorer, larkmoor: Path) -> Iterator[Typed]:
    """A user at a prompt beside the demo's ledger."""
    with serving_explorer(explorer) as endpoint:

        def client(service: str, region: str) -> Any:
            if service == "resource-explorer-2":
                return boto3.client(
                    service,
                    region_name=region,
                    endpoint_url=endpoint,
                    aws_access_key_id="AKIATEST",
                    aws_secret_access_key="secret",
                )
            return company.world.client(service, region)

        yield Typed(larkmoor, client, now=NOW)


def scanned(typed: Typed, *words: str) -> dict[str, dict[str, Any]]:
    typed("tags", "scan", *SCANNER, "-o", "json", *words)
    return {row["resource"]: row for row in typed.rows}


def test_what_lacks_tags_now_is_listed_by_what_it_costs(typed: Typed) -> None:
    rows = scanned(typed, "--accounts", f"{SHOP},{SUPPLY}", "--regions", REGION)
    assert typed.code == 0, typed.err
    live = {name: row for name, row in rows.items() if row["seen"] == "tags"}
    assert {name: row["problem"] for name, row in live.items()} == {
        TABLE: "CostCenter missing",
        LOGS: "CostCenter key spelt otherwise: costcenter",
        QUEUE: "CostCenter value spelt otherwise: ecom200",
        f"arn:aws:s3:::{BUCKET}": "CostCenter value spelt otherwise: Online Shop",
        FAR: "CostCenter missing",
    }
    # The bill says what the bucket costs, by its bare name; the table was put right since.
    assert Decimal(rows[f"arn:aws:s3:::{BUCKET}"]["cost"]) == Decimal("915.6548463875")
    assert Decimal(rows[TABLE]["cost"]) == Decimal("630.4831581501")
    assert RIGHT not in rows
    costs = [Decimal(row["cost"]) for row in rows.values() if row["cost"] is not None]
    assert costs == sorted(costs, reverse=True)
    # Instances of the bill that AWS does not show: with tags in the bill they are gone.
    assert {row["seen"] for row in rows.values()} == {"tags", "unseen"}
    assert {row["account"] for row in rows.values()} == {SHOP, SUPPLY}
    assert "T064" in typed.err


def test_a_person_gets_a_table_and_can_request_all(typed: Typed) -> None:
    typed.well("tags", "scan", *SCANNER, "--accounts", SHOP, "--regions", REGION, "--all")
    assert "checkout-prod-064" in typed.out
    typed.well("tags", "scan", *SCANNER, "--accounts", SHOP, "--regions", REGION, "--limit", "2")
    assert "The 2 that cost most are shown" in typed.err


def test_regions_and_accounts_come_from_the_bill(typed: Typed) -> None:
    rows = scanned(typed, "--accounts", "all", "--all")
    assert typed.code == 0, typed.err
    assert {FAR, RIGHT} <= set(rows)
    assert "regions of" in typed.err


def test_resource_explorer_shows_what_never_had_a_tag(typed: Typed, explorer: FakeExplorer) -> None:
    never = [f"arn:aws:lambda:{REGION}:{SHOP}:function:never-{at}" for at in range(5)]
    explorer.resources += [(arn, SHOP, REGION) for arn in never]
    explorer.resources.append((TABLE, SHOP, REGION))  # which the tagging API told already
    words = ("--accounts", SHOP, "--regions", REGION, "--explorer-view", VIEW)
    rows = scanned(typed, *words)
    assert typed.code == 0, typed.err
    assert {rows[arn]["seen"] for arn in never} == {"explorer"}
    assert rows[TABLE]["seen"] == "tags"
    assert [one.get("NextToken") for one in explorer.requests] == [None, "2", "4"]

    explorer.denied = True
    rows = scanned(typed, *words)
    assert typed.code == 1
    assert "T060" in typed.err
    assert "resource-explorer-2:Search" in typed.err
    assert TABLE in rows, "what could be read is reported"


def test_a_place_that_cannot_be_looked_at_is_reported_and_the_others_are(
    company: Company, larkmoor: Path
) -> None:
    with denying() as endpoint:

        def client(service: str, region: str) -> Any:
            if region == "eu-north-1":
                return MotoWorld(endpoint).client(service, region)
            return company.world.client(service, region)

        typed = Typed(larkmoor, client, now=NOW)
        words = ("--accounts", SHOP, "--regions", f"{REGION},eu-north-1", "-o", "json")
        typed("tags", "scan", *SCANNER, *words)
    assert typed.code == 1, typed.err
    assert "T060" in typed.err
    assert f"{SHOP} eu-north-1, found The caller may not call tag:GetResources" in typed.err
    assert TABLE in {row["resource"] for row in typed.rows}


def test_another_account_needs_a_role(typed: Typed) -> None:
    assert typed("tags", "scan", "--accounts", SHOP).code == 2
    assert "--role-name" in typed.err
    assert typed("tags", "scan", "--accounts", "12").code == 2
    assert "'12' is not an account id (12 digits). See" in typed.err


# Put right.


@pytest.fixture(scope="module")
def plans() -> list[str]:
    """What was planned for the company, which is the same each time."""
    return []


@pytest.fixture
def plan(typed: Typed, tmp_path: Path, plans: list[str]) -> Path:
    file = tmp_path / "fix.json"
    if plans:
        file.write_text(plans[0], "utf-8")
        return file
    words = ("--accounts", f"{SHOP},{SUPPLY}", "--regions", REGION, "--to", str(file))
    typed.well("tags", "fix", "plan", *SCANNER, *words)
    plans.append(file.read_text("utf-8"))
    return file


def test_a_plan_shows_what_and_why(typed: Typed, plan: Path) -> None:
    fixes = {one["arn"]: one for one in json.loads(plan.read_text())["fixes"]}
    assert {arn: one["set"] for arn, one in fixes.items()} == {
        TABLE: {"CostCenter": "ECOM-200"},
        LOGS: {"CostCenter": "ECOM-200"},
        QUEUE: {"CostCenter": "ECOM-200"},
        f"arn:aws:s3:::{BUCKET}": {"CostCenter": "ECOM-200"},
        FAR: {"CostCenter": "SUP-300"},
    }
    assert "resources of project checkout" in fixes[TABLE]["why"]["CostCenter"] or (
        "resources named checkout-prod" in fixes[TABLE]["why"]["CostCenter"]
    )
    assert fixes[QUEUE]["before"] == {"CostCenter": "ecom200"}
    assert fixes[LOGS]["before"] == {"CostCenter": None}
    costs = [Decimal(one["cost"]) for one in fixes.values()]
    assert costs == sorted(costs, reverse=True)
    assert len(fixes) == 5, "what is gone gets no tags"
    typed.well("tags", "fix", "plan", *SCANNER, "--accounts", SHOP, "--regions", REGION)
    assert "CostCenter=ECOM-200" in typed.out


def test_nothing_changes_without_a_word_and_a_role(
    typed: Typed, company: Company, plan: Path
) -> None:
    before = company.tags()
    assert typed("tags", "fix", "apply", str(plan), *FIXER).code == 2
    assert "Nothing was changed: 5 calls would be made" in typed.err
    assert typed("tags", "fix", "apply", str(plan), "--yes").code == 2
    assert "aws policy tag-fixer" in typed.err
    assert company.tags() == before
    assert not plan.with_suffix(".undo.json").exists()


def test_applied_with_refusals_reported_and_taken_back(
    typed: Typed, company: Company, plan: Path
) -> None:
    before = company.tags()
    assert typed("tags", "fix", "apply", str(plan), *FIXER, "--yes", "-o", "json").code == 1
    assert {row["resource"]: row["status"] for row in typed.rows} == {
        TABLE: "changed",
        LOGS: "changed",
        QUEUE: "refused",  # as AWS does with what its tagging API does not know
        f"arn:aws:s3:::{BUCKET}": "changed",
        FAR: "changed",
    }
    assert "T061" in typed.err
    assert f"{QUEUE}, found InternalServiceException" in typed.err
    assert "4 of 5 resources changed, 1 refused." in typed.err
    now = company.tags()
    assert now[TABLE]["CostCenter"] == "ECOM-200"
    assert now[LOGS] == {
        "Project": "storefront",
        "costcenter": "ECOM-200",
        "CostCenter": "ECOM-200",
    }
    assert now[QUEUE] == before[QUEUE]

    undo = plan.with_suffix(".undo.json")
    assert {one["arn"] for one in json.loads(undo.read_text())["fixes"]} == {
        TABLE, LOGS, f"arn:aws:s3:::{BUCKET}", FAR,
    }  # fmt: skip
    assert typed("tags", "fix", "apply", str(plan), *FIXER, "--yes").code == 2
    assert "not overwritten" in typed.err

    typed.well("tags", "fix", "undo", str(undo), *FIXER, "--yes")
    assert company.tags() == before
    typed.well("tags", "fix", "undo", str(undo), *FIXER, "--yes", "-o", "json")
    assert {row["status"] for row in typed.rows} == {"as it was"}


def test_a_plan_that_does_not_fit_any_more_changes_nothing(
    typed: Typed, company: Company, plan: Path
) -> None:
    api = company.client("resourcegroupstaggingapi")
    api.tag_resources(ResourceARNList=[TABLE], Tags={"CostCenter": "MKT-500"})
    before = company.tags()
    assert typed("tags", "fix", "apply", str(plan), *FIXER, "--yes").code == 2
    assert f"{TABLE} had CostCenter = no value and has MKT-500" in typed.err
    assert company.tags() == before
    assert not plan.with_suffix(".undo.json").exists()

    typed.now += timedelta(days=20)
    assert typed("tags", "fix", "apply", str(plan), *FIXER, "--yes").code == 2
    assert "it was made 20 days ago, and holds for 14" in typed.err


def test_a_call_that_fails_half_way_can_be_taken_back(
    typed: Typed, company: Company, plan: Path
) -> None:
    """The second account cannot be reached any more: the undo file names all that was planned."""
    before = company.tags()
    planned = read_fixes(plan.read_text(), name="fix.json")
    kept: list[FixPlan] = []
    opened: list[str] = []

    def live(account: str, region: str) -> LiveTags:
        opened.append(account)
        if account == SUPPLY and opened.count(SUPPLY) > 1:
            raise AwsUnreachableError("tag:TagResources", "cable cut")
        return AccountReach(typed.clients, role_name="apportion-tag-fixer").live(account, region)

    with pytest.raises(AwsUnreachableError):
        apply(planned, live, name="fix.json", now=NOW, keep=kept.append)
    assert company.tags() != before
    (undo,) = kept
    assert {one.arn for one in undo.fixes} == {one.arn for one in planned.fixes}
    opened.clear()
    apply(undo, live, name="fix.undo.json", now=NOW, keep=kept.append)
    assert company.tags() == before


def test_what_was_done_already_is_left_as_it_is(typed: Typed, company: Company, plan: Path) -> None:
    api = company.client("resourcegroupstaggingapi")
    api.tag_resources(ResourceARNList=[TABLE], Tags={"CostCenter": "ECOM-200"})
    typed("tags", "fix", "apply", str(plan), *FIXER, "--yes", "-o", "json")
    status = {row["resource"]: row["status"] for row in typed.rows}
    assert status[TABLE] == "as it was"
    assert "1 were so already" in typed.err
    undo = json.loads(plan.with_suffix(".undo.json").read_text())
    assert TABLE not in {one["arn"] for one in undo["fixes"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.update(kind="cost-allocation-tags"),
        lambda tree: tree["fixes"][0].update(remove=["Project"]),
        lambda tree: tree["fixes"][0].update(before={}),
        lambda tree: tree["fixes"][0].pop("why"),
        lambda tree: tree["fixes"][0].update(set={"aws:x": "1"}, before={"aws:x": None}),
        lambda tree: tree["fixes"][0].update(arn=5),
        lambda tree: tree.update(fixes=7),
    ],
)
def test_what_is_no_plan_is_not_applied(change: Any) -> None:
    fix = {"arn": "a", "account": "1", "region": "r", "set": {"K": "v"}, "remove": []}
    fix |= {"before": {"K": None}, "why": {}, "cost": ""}
    tree = {"apportion_plan": 1, "kind": "resource-tags", "made": "", "policy": "", "undoes": ""}
    tree |= {"fixes": [fix]}
    read = read_fixes(json.dumps(tree), name="p")
    assert read_fixes(write_fixes(read), name="p") == read
    change(tree)
    with pytest.raises(UnreadableFixError, match="p is not a plan"):
        read_fixes(json.dumps(tree), name="p")
