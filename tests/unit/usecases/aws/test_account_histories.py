"""Accounts whose history is damaged: rebuilt by the next synchronisation, or replaced by a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apportion.app.workspace import Workspace
from apportion.ledger.iceberg import IcebergLedger
from apportion.model.aws.accounts import Account, Organization
from apportion.model.errors.base import LedgerDamagedError
from stories import reopened

LAB = Account("111111111111", "lab", "Research", (("CostCenter", "FIN-100"),), "ACTIVE")
SHOP = Account("222222222222", "shop", "Root", (), "ACTIVE")
LABS = replace(LAB, name="labs")
DATED = """\
account,name,valid_from,valid_to
111111111111,lab,,2026-06-30
111111111111,labs,2026-07-01,
"""


def at(folder: Path, day: str) -> Workspace:
    return reopened(folder, now=f"{day}T08:00:00Z")


def sync(folder: Path, day: str, *accounts: Account) -> Workspace:
    workspace = at(folder, day)
    workspace.accounts.sync(Organization("o-1", accounts))
    return workspace


def damage(folder: Path, last: int) -> None:
    """Flip a bit in the files of the last recorded histories."""
    for run in IcebergLedger(folder / "ledger").runs()[-last:]:
        for file in run.files:
            path = folder / "ledger" / file.name
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)


def listed(workspace: Workspace) -> list[tuple[str, str, str]]:
    rows = workspace.accounts.listed(all_days=True).rows
    return [(str(row["name"]), str(row["valid_from"]), str(row["valid_to"])) for row in rows]


@pytest.mark.parametrize("last", [1, 2, 3])
def test_the_next_synchronisation_rebuilds_a_damaged_history(tmp_path: Path, last: int) -> None:
    sync(tmp_path, "2026-06-15", LAB)
    sync(tmp_path, "2026-07-10", LABS)
    workspace = sync(tmp_path, "2026-08-01", LABS, SHOP)
    whole = listed(workspace)
    assert len(whole) == 3
    damage(tmp_path, last)
    with pytest.raises(LedgerDamagedError, match=r"accounts sync.* again"):
        at(tmp_path, "2026-08-02").accounts.listed()
    done = at(tmp_path, "2026-08-02").accounts.sync(Organization("o-1", (LABS, SHOP)))
    (finding,) = done.findings
    assert (finding.code.number, "rebuilt" in finding.remedy) == ("P009", True)
    assert listed(at(tmp_path, "2026-08-02")) == whole


def test_a_file_with_days_replaces_a_damaged_history(tmp_path: Path) -> None:
    sync(tmp_path, "2026-06-15", LAB)
    damage(tmp_path, 1)
    file = tmp_path / "accounts.csv"
    file.write_text(DATED)
    workspace = at(tmp_path, "2026-08-02")
    workspace.accounts.import_file(file, organization="o-1")
    whole = listed(workspace)
    assert whole == [("lab", "None", "2026-06-30"), ("labs", "2026-07-01", "None")]
    damage(tmp_path, 1)
    with pytest.raises(LedgerDamagedError):
        sync(tmp_path, "2026-08-03", LABS)
    at(tmp_path, "2026-08-03").accounts.import_file(file, organization="o-1")
    assert listed(at(tmp_path, "2026-08-03")) == whole
