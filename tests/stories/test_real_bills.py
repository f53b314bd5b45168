"""Bills that other people's programs wrote, through the commands that a user types.

Totals are those of ../shared/data/NOTES.md; what owners pay directly is added up here by another
way, with the csv module. Skipped where these bills are not on the machine.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from larkmoor import Typed

Line = Mapping[str, str]

SAMPLE = """
apportion: 1
effective: 2024-01
currency: USD
cost: BilledCost        # the sample's EffectiveCost of AWS is useless
dimensions:
  business_unit:
    from: [{tag: [business_unit, org]}]
  environment:
    from: [{tag: [environment, env]}]
    default: none
shared:
  - {name: credits, where: "ChargeCategory = 'Credit'", split: proportional}
"""
GENERATED = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
    values: {CC-1042: [], CC-2087: [], CC-3110: []}
  environment:
    from: [{tag: Environment}]
    default: none
shared:
  - {name: tax, where: "ChargeCategory = 'Tax'", split: proportional}
  - name: staging
    where: "SubAccountName = 'staging-platform' AND ChargeCategory <> 'Tax'"
    split: {proportional: "ChargeCategory = 'Usage'"}
    within: environment
    if_nothing_to_split_by: even
"""
NISE = """
apportion: 1
effective: 2026-01
currency: USD
dimensions:
  environment:
    from: [{tag: environment}]
    default: none
  service:
    from: [{column: ServiceName}]
shared:
  - {name: untagged, where: "environment = 'none'", split: proportional, to: [dev]}
"""


def test_the_focus_sample(tmp_path: Path, shared_data: Path) -> None:
    """FOCUS 1.0 of three providers over two months, from the FinOps Foundation."""
    bill = shared_data / "focus_sample_1.0_finops_foundation.csv"
    folder = workspace(tmp_path, SAMPLE)
    apportion(folder, "ingest", str(bill))
    apportion(folder, "allocate")
    proved(folder, lines={"2024-09": 999, "2024-10": 1})

    billed = totals(folder, "BilledCost", "2024-09", "2024-10")
    assert billed == {"2024-09": Decimal("20.28022672899"), "2024-10": Decimal("0.24")}
    assert sum(billed.values()) == Decimal("20.52022672899")
    effective = totals(folder, "EffectiveCost", "2024-09", "2024-10")
    assert sum(effective.values()) == Decimal("14.97651418586")

    lines = [line for line in read(bill) if line["BillingPeriodStart"].startswith("2024-09")]
    direct = add_up(lines, unit, "BilledCost", of=lambda line: line["ChargeCategory"] != "Credit")
    rows = report(folder, "--by", "business_unit", "--period", "2024-09")
    assert {row["business_unit"]: Decimal(row["direct"]) for row in rows} == direct
    assert len(direct) > 20
    explained(folder, "PeoriaData", rows)


def test_focus_1_2_as_aws_writes_it(tmp_path: Path, shared_data: Path) -> None:
    bill = shared_data / "focus_1_2_aws_generated.csv.gz"
    folder = workspace(tmp_path, GENERATED)
    apportion(folder, "ingest", str(bill))
    apportion(folder, "allocate", "--period", "2026-05")
    proved(folder, lines={"2026-05": 2000})

    assert {cost: totals(folder, cost, "2026-05")["2026-05"] for cost in WANTED} == WANTED
    rows = report(folder, "--by", "cost_center,environment,Pool", "--period", "2026-05")
    assert sum(Decimal(row["total"]) for row in rows) == WANTED["EffectiveCost"]
    direct = add_up(
        read(bill),
        lambda line: (
            tags(line)["CostCenter"].upper() if line["Tags"] else "unallocated",
            tags(line).get("Environment", "none"),
        ),
        "EffectiveCost",
        of=lambda line: (
            line["ChargeCategory"] != "Tax" and line["SubAccountName"] != "staging-platform"
        ),
    )
    assert {
        (row["cost_center"], row["environment"]): Decimal(row["direct"])
        for row in rows
        if not row["Pool"]
    } == direct
    tax = add_up(read(bill), lambda line: line["ChargeCategory"], "EffectiveCost")["Tax"]
    assert sum(Decimal(row["total"]) for row in rows if row["Pool"] == "tax") == tax
    explained(folder, "CC-1042", report(folder, "--by", "cost_center", "--period", "2026-05"))


def test_a_legacy_cur_by_nise(tmp_path: Path, shared_data: Path) -> None:
    folder = workspace(tmp_path, NISE)
    apportion(folder, "ingest", str(shared_data / "nise_aws_legacy_cur_2026-09.csv.gz"))
    apportion(folder, "allocate")
    proved(folder, lines={"2026-09": 2784})

    assert totals(folder, "BilledCost", "2026-09") == {"2026-09": Decimal("2089.4499999768")}
    assert totals(folder, "EffectiveCost", "2026-09") == {"2026-09": Decimal("2089.4499999768")}
    (row,) = report(folder, "--period", "2026-09")
    assert row["environment"] == "dev"
    assert Decimal(row["direct"]) == Decimal(1392)
    assert Decimal(row["shared"]) == Decimal("697.4499999768")
    explained(folder, "dev", [row])


WANTED = {
    "BilledCost": Decimal("40293.06455513489625"),
    "EffectiveCost": Decimal("40293.06455513489625"),
    "ListCost": Decimal("57661.488525689682064"),
    "ContractedCost": Decimal("55227.67437635729625"),
}


def workspace(folder: Path, rules: str) -> Path:
    """Start as a user does, and put other rules in the place of the starter's."""
    apportion(folder, "init")
    for starter in (folder / "rulebook").glob("*.yaml"):
        starter.unlink()
    (folder / "rulebook" / "rules.yaml").write_text(rules, "utf-8")
    apportion(folder, "rules", "check")
    return folder


def apportion(folder: Path, *arguments: str) -> str:
    """Run a command as a user types it; returns what it wrote, in one line."""
    typed = Typed(folder)(*arguments)
    assert typed.code == 0, typed.err
    return " ".join(f"{typed.out} {typed.err}".split())


def proved(folder: Path, *, lines: Mapping[str, int]) -> None:
    """Prove every period in words, in figures, and by the manifest that was handed out."""
    shown = apportion(folder, "prove", "--to", str(folder / "proof.json"))
    rows = json.loads((folder / "proof.json").read_text("utf-8"))
    assert {row["period"] for row in rows} == set(lines)
    assert {Decimal(row["difference"]) for row in rows} == {Decimal()}
    assert all(row["stated"] == row["allocated"] for row in rows)
    for period, count in lines.items():
        counted = "1 line" if count == 1 else f"{count:,} lines"
        assert f"{period} is proved: {counted} of" in shown
    manifests = sorted((folder / "ledger" / "proofs").glob("*.json"))
    assert len(manifests) == len(lines)
    for manifest in manifests:
        apportion(folder, "prove", "--manifest", str(manifest))


def report(folder: Path, *arguments: str) -> list[dict[str, str]]:
    apportion(folder, "report", *arguments, "--to", str(folder / "report.json"))
    rows: list[dict[str, str]] = json.loads((folder / "report.json").read_text("utf-8"))
    assert rows
    return rows


def totals(folder: Path, cost: str, *periods: str) -> dict[str, Decimal]:
    return {
        period: sum(
            (Decimal(row["total"]) for row in report(folder, "--cost", cost, "--period", period)),
            Decimal(),
        )
        for period in periods
    }


def explained(folder: Path, owner: str, rows: Iterable[Mapping[str, str]]) -> None:
    """The tree of an owner begins with what the report says it pays."""
    (row,) = [row for row in rows if owner in row.values()]
    apportion(folder, "explain", owner, "--period", row["month"], "--to", str(folder / "tree.json"))
    tree: dict[str, Any] = json.loads((folder / "tree.json").read_text("utf-8"))
    assert Decimal(tree["amount"]) == Decimal(row["total"])
    amounts = [Decimal(branch["amount"]) for branch in tree["children"] if "amount" in branch]
    assert sum(amounts) == Decimal(row["total"])


def add_up(
    lines: Iterable[Line],
    by: Callable[[Line], Any],
    cost: str,
    *,
    of: Callable[[Line], bool] = lambda _line: True,
) -> dict[Any, Decimal]:
    added: dict[Any, Decimal] = defaultdict(Decimal)
    for line in lines:
        if of(line):
            added[by(line)] += Decimal(line[cost])
    return dict(added)


def unit(line: Line) -> str:
    """The business unit, else the organisation, of a line of the sample."""
    known = {key.strip(): value.strip() for key, value in tags(line).items()}
    return known.get("business_unit") or known.get("org") or "unallocated"


def tags(line: Line) -> dict[str, str]:
    found: dict[str, str] = json.loads(line["Tags"]) if line["Tags"] not in ("", "NULL") else {}
    return found


def read(bill: Path) -> list[dict[str, str]]:
    content = bill.read_bytes()
    text = (gzip.decompress(content) if bill.suffix == ".gz" else content).decode()
    return list(csv.DictReader(io.StringIO(text)))
