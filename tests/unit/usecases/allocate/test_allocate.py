"""An allocation is of the rules in force and the bills at hand, and it is published whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.model.errors.base import FindingsError, NoRulebookError, NothingThereError
from apportion.model.question import Question
from stories import Line, bill_of, delivered, parquet_bill, reopened, workspace_in

HEAD = "apportion: 1\neffective: 2026-01\ncurrency: USD\n"
TEAM = "dimensions:\n  team:\n    from: [{tag: Team}]\n"
BY_ACCOUNT = "dimensions:\n  team:\n    from: [{lookup: accounts.csv}]\n"
A = {"day": "2026-09-01", "account": "000000000011", "tags": "Team=a", "cost": "1"}
B = {"day": "2026-09-02", "account": "000000000012", "tags": "Team=b", "cost": "3"}
SUPPORT = {"day": "2026-09-02", "service": "Support", "cost": "8"}


def shared(split: str, *more: str) -> str:
    extra = "".join(f"    {line}\n" for line in more)
    where = "\"ServiceName = 'Support'\""
    return f"shared:\n  - name: support\n    where: {where}\n    split: {split}\n{extra}"


def take_in(
    workspace: Workspace, folder: Path, lines: Sequence[Line], bill: str | None = None
) -> None:
    content = parquet_bill(bill_of(lines))
    workspace.ingest(delivered(folder, content, name="bill.parquet"), bill=bill)


def rules(folder: Path, text: str, name: str = "rules.yaml") -> None:
    (folder / "rulebook" / name).write_text(text, "utf-8")


def teams(workspace: Workspace, period: str = "2026-09", as_of: str = "") -> dict[object, object]:
    rows = workspace.report(Question(period, as_of=as_of)).rows
    return {row["team"]: row["total"] for row in rows}


def runs(workspace: Workspace) -> list[object]:
    return [row["run"] for row in workspace.history().rows if row["kind"] == "allocate"]


def test_the_same_inputs_are_the_same_run(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, HEAD + TEAM + shared("even"))
    take_in(workspace, tmp_path, [A, B, SUPPORT])
    first = workspace.allocate()
    again = reopened(tmp_path, now="2027-01-01T00:00:00Z").allocate(["2026-09"])
    assert again.rows == first.rows
    assert again.messages == first.messages
    assert len(runs(workspace)) == 1
    assert first.messages[0] == (
        "2026-09 is proved: 3 lines, 12.00 USD; stated = ledger = derived = allocated to the last "
        "digit, difference 0.00."
    )


def test_new_rules_are_a_new_run_and_the_old_one_stays(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, HEAD + TEAM + shared("even"))
    take_in(workspace, tmp_path, [A, B, SUPPORT])
    workspace.allocate()
    assert teams(workspace) == {"a": 5, "b": 7}
    rules(tmp_path, HEAD + TEAM + shared("proportional"))
    workspace.allocate()
    assert teams(workspace) == {"a": 3, "b": 9}
    before, _after = runs(workspace)
    assert teams(workspace, as_of=str(before)) == {"a": 5, "b": 7}
    assert not workspace.prove(as_of=str(before)).findings, "by the rulebook that it went by"


def test_going_back_to_old_rules_is_in_force_again(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, HEAD + TEAM + shared("even"))
    take_in(workspace, tmp_path, [A, B, SUPPORT])
    workspace.allocate()
    rules(tmp_path, HEAD + TEAM + shared("proportional"))
    workspace.allocate()
    rules(tmp_path, HEAD + TEAM + shared("even"))
    workspace.allocate()
    assert teams(workspace) == {"a": 5, "b": 7}
    first, _, last = runs(workspace)
    assert first == last
    assert not workspace.prove().findings


def test_each_month_goes_by_the_rulebook_in_force(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, HEAD + TEAM + shared("even"))
    later = HEAD.replace("2026-01", "2026-10")
    rules(tmp_path, later + TEAM + shared("proportional"), "later.yaml")
    october = [{**line, "day": "2026-10-31"} for line in (A, B, SUPPORT)]
    take_in(workspace, tmp_path, [A, B, SUPPORT, *october])
    workspace.allocate()
    assert teams(workspace) == {"a": 5, "b": 7}
    assert teams(workspace, "2026-10") == {"a": 3, "b": 9}


def test_a_changed_lookup_is_a_new_run(tmp_path: Path) -> None:
    written = "SubAccountId,team\n000000000011,x\n000000000012,y\n"
    workspace = workspace_in(tmp_path, HEAD + BY_ACCOUNT, {"accounts.csv": written})
    take_in(workspace, tmp_path, [A, B])
    workspace.allocate()
    assert teams(workspace) == {"x": 1, "y": 3}
    (tmp_path / "accounts.csv").write_text(written.replace(",y", ",x"), "utf-8")
    workspace.allocate()
    assert teams(workspace) == {"x": 4}
    assert len(runs(workspace)) == 2
    assert teams(workspace, as_of=str(runs(workspace)[0])) == {"x": 1, "y": 3}


def test_bills_of_a_month_are_allocated_together(tmp_path: Path) -> None:
    """Support of one payer falls on all owners, whichever bill they are in."""
    workspace = workspace_in(tmp_path, HEAD + TEAM + shared("even"))
    take_in(workspace, tmp_path, [A, SUPPORT], "aws")
    workspace.allocate()
    assert teams(workspace) == {"a": 9}
    take_in(workspace, tmp_path, [{**B, "payer": "000000000002"}], "azure")
    workspace.allocate()
    assert teams(workspace) == {"a": 5, "b": 7}
    assert len(workspace.prove().rows) == 2 * 4
    assert not workspace.prove().findings


def test_findings_that_fail_publish_nothing(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, HEAD + TEAM + shared("even"))
    take_in(workspace, tmp_path, [A, B, SUPPORT])
    workspace.allocate()
    rules(tmp_path, HEAD + TEAM + shared("even", "limits: {'*': {max: 40}}"))
    with pytest.raises(FindingsError) as refused:
        workspace.allocate()
    assert [finding.code.number for finding in refused.value.findings] == ["S006"]
    rules(tmp_path, "apportion: 1\nnonsense: 1\n")
    with pytest.raises(FindingsError):
        workspace.allocate()
    assert len(runs(workspace)) == 1
    assert teams(workspace) == {"a": 5, "b": 7}


def test_months_that_are_not_there_are_reported(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path, HEAD.replace("2026-01", "2026-09") + TEAM)
    with pytest.raises(NothingThereError, match=r"no bill of 2026-09\. Ingest it first"):
        workspace.allocate(["2026-09"])
    take_in(workspace, tmp_path, [A, {**B, "day": "2026-08-31"}])
    with pytest.raises(
        NothingThereError, match=r"no bill of 2026-10\. Available: 2026-08, 2026-09"
    ):
        workspace.allocate(["2026-10"])
    with pytest.raises(NoRulebookError, match=r"applies to 2026-08 .* from 2026-09"):
        workspace.allocate(["2026-08"])
    workspace.allocate(["2026-09"])
    assert teams(workspace) == {"a": 1}


def test_the_hash_of_everything_that_went_in_is_kept(tmp_path: Path) -> None:
    written = "SubAccountId,team\n000000000011,x\n"
    users = "owner,number\nx,1\n"
    workspace = workspace_in(
        tmp_path,
        HEAD + BY_ACCOUNT + shared("{usage: users.csv}"),
        {"accounts.csv": written, "users.csv": users},
    )
    take_in(workspace, tmp_path, [A, SUPPORT])
    workspace.allocate()
    (row,) = [row for row in workspace.history().rows if row["kind"] == "allocate"]
    assert [part.split()[0] for part in str(row["inputs"]).split(", ")] == [
        "rulebook/rules.yaml",
        "accounts.csv",
        "users.csv",
    ]
    for file in ("accounts.csv", "users.csv", "rulebook/rules.yaml"):
        (tmp_path / file).unlink()
    alone = reopened(tmp_path)
    assert teams(alone) == {"x": Decimal(9)}
    assert not alone.prove().findings, "the ledger keeps what a run went by"
