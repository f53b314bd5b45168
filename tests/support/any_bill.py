"""Hypothesis strategies: any bill of a few lines, any rulebook with any graph of pools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

PERIOD = "2026-09"
DAYS = ("2026-09-01", "2026-09-02", "2026-09-30", "2026-08-31")
TEAMS = ("a", "b", "c", "net", "plat")
POOLS = {
    "net-pool": "team = 'net'",
    "plat-pool": "team = 'plat'",
    "support": "ServiceName = 'Support'",
    "taxes": "ChargeCategory = 'Tax'",
    "credits": "ChargeCategory = 'Credit' AND team = 'unallocated'",
}
OWN = {"net-pool": "net", "plat-pool": "plat"}
LONGEST = Decimal("999999999999.999999999999999999")
UNIT = Decimal("0.000000000000000001")

Line = dict[str, str]


@dataclass(frozen=True)
class Rules:
    """A rulebook as text, and the drivers that it names."""

    rulebook: str
    files: Mapping[str, str]


amounts = st.one_of(
    st.sampled_from([Decimal(0), UNIT, -UNIT, 2 * UNIT, Decimal(1), Decimal("-0.01"), LONGEST]),
    st.decimals(-1000, 1000, places=2),
    st.decimals(-LONGEST, LONGEST, places=18),
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """One line of a story (see stories.py), billed in PERIOD."""
    team, env = draw(st.sampled_from([*TEAMS, ""])), draw(st.sampled_from(["prod", "dev", ""]))
    billed, listed = draw(amounts), draw(amounts)
    tags = [f"{key}={value}" for key, value in (("Team", team), ("Env", env)) if value]
    return {
        "day": draw(st.sampled_from(DAYS)),
        "period": PERIOD,
        "account": draw(st.sampled_from(["000000000011", "000000000012"])),
        "payer": draw(st.sampled_from(["000000000001", "000000000002"])),
        "service": draw(st.sampled_from(["Amazon EC2", "Support"])),
        "category": draw(st.sampled_from(["Usage", "Usage", "Tax", "Credit"])),
        "currency": draw(st.sampled_from(["USD", "USD", "EUR"])),
        "tags": ";".join(tags),
        "BilledCost": f"{billed:f}",
        "EffectiveCost": f"{billed:f}",
        "ListCost": f"{listed:f}",
        "ContractedCost": f"{listed:f}",
    }


bills = st.lists(lines(), min_size=1, max_size=12)


@st.composite
def rulebooks(draw: st.DrawFn, *, spend: bool = True) -> Rules:
    """A rulebook; without `spend` no pool is split by what owners spend, or by who has cost."""
    files: dict[str, str] = {}
    names = draw(st.lists(st.sampled_from(sorted(POOLS)), unique=True, max_size=len(POOLS)))
    tree = {
        "apportion": 1,
        "effective": "2026-01",
        "currency": "USD",
        "cost": draw(st.sampled_from(["EffectiveCost", "ListCost"])),
        "method": draw(st.sampled_from(["reciprocal", "reciprocal", "step-down", "direct"])),
        "dimensions": {
            "team": {"from": [{"tag": "Team"}]},
            "environment": {"from": [{"tag": "Env"}], "default": "none"},
        },
        "shared": [_pool(draw, name, files, spend=spend) for name in names],
    }
    return Rules(json.dumps(tree, indent=1), files)  # JSON is YAML


def _pool(draw: st.DrawFn, name: str, files: dict[str, str], *, spend: bool) -> dict[str, object]:
    payers = [team for team in TEAMS if team != OWN.get(name)]
    pool: dict[str, object] = {"name": name, "where": POOLS[name]}
    kind = draw(st.sampled_from(["fixed", "usage", *(["even", "spend", "two_part"] * spend)]))
    if kind == "fixed":
        pool["split"] = {"fixed": _percents(draw, payers, 100)}
    elif kind == "two_part":
        floor = _percents(draw, payers, draw(st.sampled_from([0, 10, 99, 100])))
        pool["split"] = {"two_part": {"floor": floor, "rest": _spend(draw)}}
    elif kind == "usage":
        pool["split"] = {"usage": _driver(draw, name, payers, files)}
    else:
        pool["split"] = "even" if kind == "even" else _spend(draw)
    if kind in ("usage", "spend", "even") and spend and draw(st.booleans()):
        pool["to"] = draw(st.lists(st.sampled_from(payers), unique=True, min_size=2))
    if draw(st.booleans()):
        pool["within"] = "environment"
    if spend:
        pool["if_nothing_to_split_by"] = draw(st.sampled_from(["keep", "even"]))
    if kind in ("usage", "spend") and draw(st.booleans()):
        pool["limits"] = {"*": {"max": draw(st.sampled_from([50, 60, 100]))}}
    return pool


def _percents(draw: st.DrawFn, payers: list[str], whole: int) -> dict[str, int]:
    cuts = sorted(draw(st.lists(st.integers(0, whole), min_size=2, max_size=2)))
    parts = [cuts[0], cuts[1] - cuts[0], whole - cuts[1]]
    chosen = draw(st.lists(st.sampled_from(payers), unique=True, min_size=3, max_size=3))
    return dict(zip(chosen, parts, strict=True))


def _spend(draw: st.DrawFn) -> object:
    return draw(st.sampled_from(["proportional", {"proportional": "ChargeCategory = 'Usage'"}]))


def _driver(draw: st.DrawFn, name: str, payers: list[str], files: dict[str, str]) -> object:
    """A driver of whole months, or of days of which it may lack some."""
    days = draw(st.sampled_from([(), DAYS[:1], DAYS[:3]]))
    number = st.sampled_from(["0", "1", "3", "0.1", "1e9", "7.77"])
    rows = [
        (team, draw(number), day)
        for day in (days or ("",))
        for team in draw(st.lists(st.sampled_from([*payers, "new"]), unique=True, min_size=1))
    ]
    file = f"{name}.csv"
    header = "owner,number,day" if days else "owner,number"
    written = (f"{team},{n},{day}" if days else f"{team},{n}" for team, n, day in rows)
    files[file] = "\n".join([header, *written]) + "\n"
    return {"file": file, "missing_days": draw(st.sampled_from(["month", "keep"]))}
