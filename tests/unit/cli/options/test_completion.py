"""The shell completes months, owners, pools and accounts from the files beside the ledger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = "from apportion.cli.options.completion import complete_{} as c; print(c({!r}))"


def completed(folder: Path, incomplete: str, what: str = "period") -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(what, incomplete)],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_allocated_months_are_offered_newest_first(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_text('ledger = "books"\n')
    (tmp_path / "books" / "proofs").mkdir(parents=True)
    for name in ("2026-08-1f0c9a77e2b4.json", "2026-09-d8f2f7287f14.json", "notes.txt"):
        (tmp_path / "books" / "proofs" / name).touch()
    assert completed(tmp_path, "") == "['latest', 'last-month', '2026-09', '2026-08']"
    assert completed(tmp_path, "la") == "['latest', 'last-month']"
    assert completed(tmp_path, "2026-08..") == "['2026-08..2026-09', '2026-08..2026-08']"


def test_nothing_is_reported_where_there_is_no_ledger(tmp_path: Path) -> None:
    assert completed(tmp_path, "2026") == "[]"


def test_owners_pools_and_accounts_are_those_of_the_newest_month(tmp_path: Path) -> None:
    (tmp_path / "apportion.toml").write_text('ledger = "books"\n')
    proofs, kept = tmp_path / "books" / "proofs", tmp_path / "books" / "inputs" / "ab"
    proofs.mkdir(parents=True)
    kept.mkdir(parents=True)
    (kept / "abcd").write_text("pools:\n  support: {}\n  tax: {}\n")
    allocation = {
        "owners": [{"owner": "FIN-100"}, {"owner": "ECOM-200"}, {"owner": "FIN-100"}],
        "totals": [{"sub_account": "111111111111"}, {"sub_account": ""}],
        "inputs": [{"role": "driver", "sha256": "x"}, {"role": "rulebook", "sha256": "abcd"}],
    }
    for name, content in (("2026-08-ff.json", {}), ("2026-09-aa.json", allocation)):
        (proofs / name).write_text(json.dumps({"allocation": content}))
    assert completed(tmp_path, "", "owner") == "['ECOM-200', 'FIN-100']"
    assert completed(tmp_path, "F", "owner") == "['FIN-100']"
    assert completed(tmp_path, "", "pool") == "['support', 'tax']"
    assert completed(tmp_path, "", "account") == "['111111111111']"


@pytest.mark.parametrize("what", ["owner", "pool", "account"])
def test_a_manifest_that_cannot_be_read_offers_nothing(tmp_path: Path, what: str) -> None:
    (tmp_path / "apportion.toml").write_text('ledger = "books"\n')
    (tmp_path / "books" / "proofs").mkdir(parents=True)
    (tmp_path / "books" / "proofs" / "2026-09-aa.json").write_text("{")
    assert completed(tmp_path, "", what) == "[]"
