"""Tag keys from the rulebook into AWS: look, plan, apply, over HTTP and by what a user types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apportion.aws.actions import CHANGE_TAGS, LOOK_AT_TAGS
from aws_typed import Typed
from cost_explorer_fake import (
    EXPIRED,
    THROTTLED,
    FakeCostExplorer,
    TagKey,
    client_of,
)
from cost_explorer_fake import serving as serving_costs
from moto_world import MotoWorld, serving

RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from:
      - tag: [CostCenter, cost_center]
      - account_tag: BusinessUnit
      - where: "Tags['Team'] = 'web' AND ServiceName LIKE 'Amazon%'"
        value: SHOP
  creator:
    from: [{tag: "aws:createdBy"}]
shared:
  - name: gateway
    where: "Tags['Shared'] = 'yes'"
    split: even
"""
NEVER = "Nothing was changed"


@pytest.fixture(scope="module")
def world() -> Iterator[MotoWorld]:
    with serving() as world:
        yield world


@pytest.fixture
def fake() -> FakeCostExplorer:
    return FakeCostExplorer(
        (),
        page=2,
        tag_keys={
            "CostCenter": TagKey("Inactive"),
            "cost-center": TagKey("Inactive"),
            "Team": TagKey("Active"),
            "businessunit": TagKey("Inactive"),
            "aws:createdBy": TagKey("Inactive", "AWSGenerated"),
            "createdBy": TagKey("Inactive"),
            "Unrelated": TagKey("Inactive"),
        },
    )


@pytest.fixture
def typed(world: MotoWorld, fake: FakeCostExplorer, tmp_path: Path) -> Iterator[Typed]:
    with serving_costs(fake) as endpoint:

        def client(service: str, region: str) -> Any:
            return client_of(endpoint) if service == "ce" else world.client(service, region)

        typed = Typed(tmp_path, client)
        typed.well("init")
        for rulebook in (tmp_path / "rulebook").glob("*.yaml"):
            rulebook.unlink()
        (tmp_path / "rulebook" / "rules.yaml").write_text(RULEBOOK, "utf-8")
        (tmp_path / "tags.yaml").unlink()
        yield typed


def plan_of(typed: Typed, *words: str) -> dict[str, Any]:
    typed("aws", "plan", "-o", "json", *words)
    assert typed.code == 0, typed.err
    found: dict[str, Any] = json.loads(typed.out)
    return found


def changes(fake: FakeCostExplorer) -> list[tuple[str, Any]]:
    return [call for call in fake.calls if f"ce:{call[0]}" in CHANGE_TAGS.values()]


def test_look_plan_apply(typed: Typed, fake: FakeCostExplorer) -> None:
    """The whole story: what is needed, what AWS knows, the calls as data, and then made."""
    typed.well("aws", "plan")
    assert "CostCenter" in typed.out
    assert NEVER in typed.err
    assert "--backfill-from YEAR-MONTH" in typed.err
    assert changes(fake) == []

    file = str(typed.folder / "plan.json")
    typed.well("aws", "plan", "--backfill-from", "2026-01", "--to", file)
    assert "A010" in typed.err
    assert "rulebook/rules.yaml:15:12 tag:Shared, found no such key in AWS." in typed.err
    assert "A012" in typed.err
    assert "found 2 such keys: Unrelated and createdBy." in typed.err, (
        "what is activated is not lost"
    )

    assert typed("aws", "apply", file).code == 2
    assert "2 calls would be made" in typed.err
    assert '"TagKey": "CostCenter"' in typed.out
    assert changes(fake) == []

    typed.well("aws", "apply", file, "--yes", "-o", "json")
    assert [(row["subject"], row["status"]) for row in typed.rows] == [
        ("CostCenter", "active"),
        ("aws:createdBy", "active"),
        ("businessunit", "active"),
        ("cost-center", "active"),
        ("from 2026-01-01", "begun"),
    ]
    assert {key for key, tag in fake.tag_keys.items() if tag.status == "Inactive"} == {
        "Unrelated",
        "createdBy",
    }
    assert fake.backfills[0]["BackfillFrom"] == "2026-01-01T00:00:00Z"

    assert typed("aws", "apply", file, "--yes").code == 2, "twice"
    assert "CostCenter is Active, and was Inactive" in typed.err
    assert "the backfill has to wait: one from 2026-01-01 on is running" in typed.err
    assert len(changes(fake)) == 2
    assert plan_of(typed)["calls"] == []
    assert "Nothing to do" in typed.err


def test_the_plan_is_data(typed: Typed) -> None:
    plan = plan_of(typed, "--backfill-from", "2025-09")
    assert (plan["apportion_plan"], plan["kind"]) == (1, "cost-allocation-tags")
    assert plan["rulebook"] == "rulebook/rules.yaml"
    assert [(call["service"], call["operation"]) for call in plan["calls"]] == [
        ("ce", "update_cost_allocation_tags_status"),
        ("ce", "start_cost_allocation_tag_backfill"),
    ]
    assert plan["calls"][1]["parameters"] == {"BackfillFrom": "2025-09-01T00:00:00Z"}


def test_a_table_shows_what_stands_and_what_is_planned(typed: Typed) -> None:
    typed.well("aws", "plan", "-o", "csv")
    lines = typed.out.splitlines()
    assert lines[0] == "key,kind,place,known_to_aws_as,type,status,last_used,plan"
    assert "Team,tag,rulebook/rules.yaml:9:16,Team,UserDefined,Active,," in lines
    assert "Shared,tag,rulebook/rules.yaml:15:12,,,not seen,,wait" in lines


def test_the_keys_of_the_tag_policy_are_planned_too(typed: Typed) -> None:
    (typed.folder / "tags.yaml").write_text(
        "apportion: 1\nkeys:\n"
        "  CostCenter: {about: Who, mandatory: always, aliases: [unrelated, kst]}\n"
        "  Owner: {about: Who, mandatory: always}\n"
        "  Optional: {about: What}\n"
        "automated: {tag: createdBy, values: [terraform]}\n"
    )
    plan = plan_of(typed)
    (call,) = plan["calls"]
    keys = [entry["TagKey"] for entry in call["parameters"]["CostAllocationTagsStatus"]]
    assert {"Unrelated", "createdBy"} <= set(keys)
    assert plan["asked"]["CostCenter"] == "rulebook/rules.yaml:7:9, tags.yaml:3:3"
    assert plan["asked"]["Unrelated"] == "tags.yaml:3:3"
    assert "tags.yaml:4:3 tag:Owner, found no such key in AWS." in typed.err
    assert "Optional" not in typed.err
    assert "kst" not in typed.err
    (typed.folder / "tags.yaml").write_text("keys: [")
    assert typed("aws", "plan").code == 1
    assert "tags.yaml:1" in typed.err


def test_twenty_keys_a_call(typed: Typed, fake: FakeCostExplorer) -> None:
    keys = [f"k{at}" for at in range(41)]
    fake.tag_keys = {key: TagKey() for key in keys}
    text = f"dimensions:\n  a:\n    from: [{{tag: [{', '.join(keys)}]}}]\n"
    head = RULEBOOK[: RULEBOOK.index("dimensions")]
    (typed.folder / "rulebook" / "rules.yaml").write_text(head + text)
    calls = plan_of(typed)["calls"]
    counts = [len(call["parameters"]["CostAllocationTagsStatus"]) for call in calls]
    assert counts == [20, 20, 1]


def test_what_aws_refuses_in_a_success_is_reported(typed: Typed, fake: FakeCostExplorer) -> None:
    file = str(typed.folder / "plan.json")
    typed.well("aws", "plan", "--to", file)
    fake.tag_keys["businessunit"].refusal = "TagKeysNotFoundException"
    typed("aws", "apply", file, "--yes", "-o", "json")
    assert typed.code == 1
    status = {row["subject"]: row["status"] for row in typed.rows}
    assert (status["businessunit"], status["CostCenter"]) == ("refused", "active")
    assert "A014" in typed.err
    assert "TagKeysNotFoundException" in typed.err


def test_a_backfill_waits_for_the_one_before(typed: Typed, fake: FakeCostExplorer) -> None:
    fake.backfills = [
        {
            "BackfillFrom": "2026-05-01T00:00:00Z",
            "RequestedAt": "2026-09-02T20:00:00Z",
            "BackfillStatus": "SUCCEEDED",
        }
    ]
    plan = plan_of(typed, "--backfill-from", "2026-01")
    assert [call["operation"] for call in plan["calls"]] == ["update_cost_allocation_tags_status"]
    assert "A011" in typed.err
    assert "the next is possible at 2026-09-03 20:00 UTC" in typed.err
    typed.now += timedelta(hours=13)
    assert len(plan_of(typed, "--backfill-from", "2026-01")["calls"]) == 2


@pytest.mark.parametrize("month", ["2025-08", "2026-10"])
def test_a_backfill_begins_in_the_last_twelve_months(typed: Typed, month: str) -> None:
    assert typed("aws", "plan", "--backfill-from", month).code == 2
    assert "a month from 2025-09 to 2026-09" in typed.err


def test_another_began_a_backfill_since(typed: Typed, fake: FakeCostExplorer) -> None:
    """AWS's own refusal is a sentence too, where it comes between looking and calling."""
    file = str(typed.folder / "plan.json")
    typed.well("aws", "plan", "--backfill-from", "2026-01", "--to", file)
    fake.denied.add("StartCostAllocationTagBackfill")
    assert typed("aws", "apply", file, "--yes").code == 3
    assert "assumed-role/reports/anna may not call ce:StartCostAllocationTagBackfill" in typed.err
    assert '"Action": "ce:StartCostAllocationTagBackfill"' in typed.err
    assert fake.tag_keys["CostCenter"].status == "Active"


def test_a_plan_of_another_account_is_refused(typed: Typed, fake: FakeCostExplorer) -> None:
    file = typed.folder / "plan.json"
    typed.well("aws", "plan", "--to", str(file))
    file.write_text(file.read_text().replace('"123456789012"', '"999999999999"'))
    assert typed("aws", "apply", str(file), "--yes").code == 2
    assert "it was made for account 999999999999" in typed.err
    assert changes(fake) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"ce"', '"iam"'),
        ("update_cost_allocation_tags_status", "delete_cost_category_definition"),
        ('"Active"', '"Deleted"'),
        ("cost-allocation-tags", "exports"),
        ('"apportion_plan": 1', '"apportion_plan": 2'),
        ("2026-01-01T00", "2026-01-02T00"),
        ('"CostCenter": "Inactive"', '"Other": "Inactive"'),
        ("{", "["),
    ],
)
def test_only_what_a_plan_holds_is_ever_called(
    typed: Typed, fake: FakeCostExplorer, old: str, new: str
) -> None:
    file = typed.folder / "plan.json"
    typed.well("aws", "plan", "--backfill-from", "2026-01", "--to", str(file))
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    assert typed("aws", "apply", str(file), "--yes").code == 2
    assert "is not a plan" in typed.err
    assert changes(fake) == []


def test_bad_days(typed: Typed, fake: FakeCostExplorer) -> None:
    fake.faults = [THROTTLED]
    typed.well("aws", "plan")
    fake.faults = [EXPIRED]
    assert typed("aws", "plan").code == 3
    assert "credentials have expired" in typed.err
    fake.denied = {"ListCostAllocationTags"}
    assert typed("aws", "plan").code == 3
    assert "ce:ListCostAllocationTags" in typed.err


def test_planning_calls_nothing_that_writes(typed: Typed, fake: FakeCostExplorer) -> None:
    file = str(typed.folder / "plan.json")
    typed.well("aws", "plan", "--backfill-from", "2026-01", "--to", file, "--profile", "payer")
    assert {f"ce:{action}" for action, _ in fake.calls} == set(LOOK_AT_TAGS.values())
    assert set(typed.profiles) == {"payer"}
    typed.well("aws", "apply", file, "--yes")
    assert {f"ce:{action}" for action, _ in changes(fake)} == set(CHANGE_TAGS.values())


def test_a_role_is_taken_for_it(typed: Typed) -> None:
    role = "arn:aws:iam::222222222222:role/tag-activator"
    assert plan_of(typed, "--role-arn", role)["account"] == "222222222222"
