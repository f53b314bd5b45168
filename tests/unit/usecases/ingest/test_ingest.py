"""A delivery becomes the current one of its bill and months, or nothing happens."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.model.errors.base import FindingsError, NothingThereError
from apportion.model.question import Question
from stories import Line, bill_of, csv_bill, delivered, parquet_bill, reopened, workspace_in

RULES = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  team:
    from: [{tag: Team}]
shared:
  - {name: network, where: "ServiceName = 'Network'", split: even}
"""
A = {"day": "2026-09-01", "tags": "Team=a", "cost": "1"}
B = {"day": "2026-09-02", "tags": "Team=b", "cost": "2"}
NETWORK = {"day": "2026-09-02", "service": "Network", "cost": "6"}
OCTOBER = {"day": "2026-10-01", "tags": "Team=a", "cost": "10"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_in(tmp_path, RULES)


def deliver(folder: Path, lines: Sequence[Line], name: str = "bill.csv.gz") -> list[Path]:
    charges = bill_of(lines)
    content = parquet_bill(charges) if name.endswith("parquet") else csv_bill(charges)
    return delivered(
        folder, gzip.compress(content, mtime=0) if name[-2:] == "gz" else content, name=name
    )


def teams(workspace: Workspace, period: str = "2026-09", as_of: str = "") -> dict[object, object]:
    rows = workspace.report(Question(period, as_of=as_of)).rows
    return {row["team"]: row["total"] for row in rows}


def test_the_same_bytes_change_nothing_whatever_the_file_is_called(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = workspace.ingest(deliver(tmp_path, [A, B]))
    assert [(row["period"], row["status"], row["lines"]) for row in first.rows] == [
        ("2026-09", "recorded", 2)
    ]
    again = workspace.ingest(deliver(tmp_path, [A, B], "other.csv.gz"))
    assert [row["status"] for row in again.rows] == ["unchanged"]
    assert again.rows[0]["run"] == first.rows[0]["run"]
    assert len(workspace.history().rows) == 1


def test_findings_about_files_are_shown_when_the_files_are_recorded(
    workspace: Workspace, tmp_path: Path
) -> None:
    bill = tmp_path / "bill.csv"
    bill.write_text(
        "BillingAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,BilledCost\n"
        "001,USD,2026-09-01T00:00:00Z,2026-09-02T00:00:00Z,1.00\n"
    )
    first = workspace.ingest([bill])
    assert [finding.code.number for finding in first.findings] == ["B010", "B102", "B103"]
    again = workspace.ingest([bill])
    assert ([row["status"] for row in again.rows], again.findings) == (["unchanged"], ())


def test_a_later_delivery_replaces_the_month_and_the_earlier_one_stays(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.ingest(deliver(tmp_path, [A, NETWORK]))
    first = workspace.allocate().rows
    (before,) = [row["run"] for row in workspace.history().rows if row["kind"] == "allocate"]

    more = workspace.ingest(deliver(tmp_path, [A, B, B, NETWORK], "bill.parquet"))
    (finding,) = more.findings
    assert str(finding) == (
        "L001 2026-09 bill 000000000001: lines 2 → 4, "
        "BilledCost 7.00 → 11.00 USD, ContractedCost 7.00 → 11.00 USD, "
        "EffectiveCost 7.00 → 11.00 USD, ListCost 7.00 → 11.00 USD. "
        f"The earlier delivery is run {workspace.history().rows[0]['run']}; "
        "still readable with --as-of."
    )
    assert teams(workspace) == {"a": 7}, "until it is allocated, the old allocation stands"
    assert [row["allocated"] for row in workspace.held().rows] == ["before this delivery"]
    workspace.allocate()
    assert teams(workspace) == {"a": 4, "b": 7}
    assert teams(workspace, as_of=str(before)) == {"a": 7}
    assert workspace.report(Question("2026-09", as_of=str(before))).rows == first


def test_fewer_lines_are_reported_and_leave_no_one_behind(
    workspace: Workspace, tmp_path: Path
) -> None:
    """b is in no charge of the second delivery, so it is no owner and pays no even share."""
    workspace.ingest(deliver(tmp_path, [A, B, NETWORK]))
    workspace.allocate()
    assert teams(workspace) == {"a": 4, "b": 5}
    fewer = workspace.ingest(deliver(tmp_path, [A, NETWORK]), replace=True)
    assert [finding.code.number for finding in fewer.findings] == ["L002"]
    workspace.allocate()
    assert teams(workspace) == {"a": 7}


def test_going_back_to_an_earlier_delivery_is_a_delivery(
    workspace: Workspace, tmp_path: Path
) -> None:
    for lines in ([A], [A, B], [A]):
        taken = workspace.ingest(deliver(tmp_path, lines), replace=True)
        assert taken.rows[0]["status"] == "recorded"
    workspace.allocate()
    assert teams(workspace) == {"a": 1}
    assert len(workspace.history().rows) == 4


def test_months_of_one_delivery_are_replaced_one_by_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.ingest(deliver(tmp_path, [A, OCTOBER]))
    workspace.allocate()
    later = workspace.ingest(deliver(tmp_path, [OCTOBER, OCTOBER]))
    assert [row["period"] for row in later.rows] == ["2026-10"]
    workspace.allocate()
    assert teams(workspace) == {"a": 1}
    assert teams(workspace, "2026-10") == {"a": 20}


def test_files_of_one_delivery_are_one_bill(workspace: Workspace, tmp_path: Path) -> None:
    parts = [
        *deliver(tmp_path, [A, B], "part-1.csv.gz"),
        *deliver(tmp_path, [NETWORK], "part-2.csv.gz"),
    ]
    taken = workspace.ingest(parts)
    assert [row["lines"] for row in taken.rows] == [3]
    assert workspace.ingest(parts[::-1]).rows[0]["status"] == "unchanged"


def test_another_payer_is_another_bill(workspace: Workspace, tmp_path: Path) -> None:
    other = {**B, "payer": "000000000002"}
    workspace.ingest(deliver(tmp_path, [A]))
    workspace.ingest(deliver(tmp_path, [other]))
    assert [row["bill"] for row in workspace.held().rows] == ["000000000001", "000000000002"]
    workspace.allocate()
    assert teams(workspace) == {"a": 1, "b": 2}


def test_an_account_is_never_counted_twice(workspace: Workspace, tmp_path: Path) -> None:
    workspace.ingest(deliver(tmp_path, [A]), bill="aws")
    with pytest.raises(FindingsError) as twice:
        workspace.ingest(deliver(tmp_path, [A, B]), bill="other")
    assert [
        finding.code.number for finding in twice.value.findings if "L" in finding.code.number
    ] == ["L003"]
    assert [row["bill"] for row in workspace.held().rows] == ["aws"]


def test_an_account_is_never_lost_unasked(workspace: Workspace, tmp_path: Path) -> None:
    both = [A, {**B, "payer": "000000000002"}]
    workspace.ingest(deliver(tmp_path, both))
    with pytest.raises(FindingsError, match="L003"):
        workspace.ingest(deliver(tmp_path, [A]))
    with pytest.raises(FindingsError, match="L009"):
        workspace.ingest(deliver(tmp_path, [A]), bill="000000000001+1")
    kept = workspace.ingest(deliver(tmp_path, [A]), bill="000000000001+1", replace=True)
    assert kept.rows[0]["lines"] == 1


def test_two_formats_at_once_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(FindingsError, match="L004"):
        workspace.ingest([*deliver(tmp_path, [A]), *deliver(tmp_path, [A], "bill.parquet")])
    assert workspace.held().rows == ()


def test_a_damaged_file_leaves_all_as_it_was(workspace: Workspace, tmp_path: Path) -> None:
    workspace.ingest(deliver(tmp_path, [A]))
    workspace.allocate()
    (file,) = deliver(tmp_path, [A, B])
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(FindingsError):
        workspace.ingest([file])
    assert len(workspace.history().rows) == 2
    assert teams(reopened(tmp_path)) == {"a": 1}


def test_lines_without_a_day_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    charges = bill_of([A, B])
    for column in ("BillingPeriodStart", "ChargePeriodStart"):
        charges[0][column] = ""
    for lines in (charges, charges[:1]):
        with pytest.raises(FindingsError) as refused:
            workspace.ingest(delivered(tmp_path, csv_bill(lines)))
        assert {finding.code.number for finding in refused.value.findings} == {"B018"}
    assert workspace.held().rows == ()


def test_an_empty_bill_is_nothing_to_take_in(workspace: Workspace, tmp_path: Path) -> None:
    header = csv_bill(bill_of([A])).splitlines(keepends=True)[0]
    taken = workspace.ingest(delivered(tmp_path, header))
    assert taken.rows == ()
    assert taken.messages == ("There was nothing to ingest.",)
    assert workspace.held().rows == ()
    with pytest.raises(NothingThereError, match=r"no bill\. .* ingest` first\."):
        workspace.allocate()
    with pytest.raises(NothingThereError, match=r"no allocation\. .* allocate` first\."):
        workspace.prove()


def test_what_the_engine_would_round_is_reported_or_kept(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Eighteen places are kept; a nineteenth is a finding or refused, never dropped."""
    exact = {**A, "cost": "0.123456789012345678"}
    workspace.ingest(deliver(tmp_path, [exact]))
    workspace.allocate()
    assert teams(workspace) == {"a": Decimal("0.123456789012345678")}
    finer = {**A, "cost": "0.1234567890123456789"}
    try:
        findings = workspace.ingest(deliver(tmp_path, [finer])).findings
    except FindingsError as refused:
        findings = refused.findings
    assert findings, "the nineteenth place went without a word"
