"""The expected figures of each page, by SQL over the files of a ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from apportion.model.cents import cents, to_cents
from page_figures import BEFORE, PERIOD, Ledger

ACCOUNT = "SubAccountId"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class PageView:
    """A page with its parameters and its user."""

    page: str
    group: str = "finance"
    currency: str = "USD"
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The address's parameters."""
        return urlencode({"currency": self.currency, **self.words})

    @property
    def seen(self) -> str:
        """The SQL condition for rows of the user's scope."""
        owners = "" if self.group == "finance" else " AND owner IN ('SHOP', 'unallocated')"
        return f"period = '{PERIOD}' AND currency = '{self.currency}'{owners}"

    @property
    def before(self) -> str:
        """The same condition for the month before."""
        return self.seen.replace(PERIOD, BEFORE)

    @property
    def everything(self) -> bool:
        """Whether the user has full access."""
        return self.group == "finance"


def view(page: str, group: str = "finance", currency: str = "USD", **words: str) -> PageView:
    """Name a page with its parameters."""
    return PageView(page, group, currency, words)


@dataclass(frozen=True)
class Expected:
    """The expected key figures by label, and rows of sections by name."""

    figures: Mapping[str, Decimal | int | None]
    sections: Mapping[str, Rows]
    heading: str = ""


def _overview(ledger: Ledger, one: PageView) -> Expected:
    by = one.words.get("by", "")
    (now,) = paid(ledger, one, "'all'")
    (then,) = paid(ledger, one, "'all'", before=True)
    nobody = [row["total"] for row in paid(ledger, one) if row["owner"] == "unallocated"]
    figures: dict[str, Any] = {
        "Total": now["total"],
        "Direct cost": now["direct"],
        "Shared cost": now["shared"],
        "Difference from the bill": Decimal("0.00"),
        "Change since 2026-08": now["total"] - then["total"],
    }
    if one.everything:
        figures["Allocated"] = _part(now["total"] - sum(nobody), now["total"])
    return Expected(
        figures,
        {
            "days": _days(ledger, one, by),
            "movers": _movers(ledger, one, by),
            "owners": _owners_rows(ledger, one),
        },
    )


def _owners_rows(ledger: Ledger, one: PageView) -> Rows:
    now, then = (paid(ledger, one, before=before) for before in (False, True))
    whole = sum((row["total"] for row in now), Decimal())
    old = {row["owner"]: row["total"] for row in then}
    nothing = dict.fromkeys(("direct", "shared", "total"), Decimal(0))
    gone = [{"owner": name, **nothing} for name in old.keys() - {row["owner"] for row in now}]
    return [
        {
            **row,
            "change": row["total"] - old.get(row["owner"], 0),
            "share": _part(row["total"], whole),
        }
        for row in (*now, *gone)
    ]


def _cost_by(ledger: Ledger, one: PageView, by: str, when: str, *, daily: bool) -> Rows:
    """Cost by owner; by other columns as charged and, with a scope, with all shared cost."""
    day = "day" if daily else "'' AS day"
    if not by:
        table, value = "paid", "owner"
    elif one.everything:
        table, value = "line", by
    else:
        table = (
            f"(SELECT period, day, owner, currency, {by} AS value, cost FROM line WHERE pool = '' "
            "UNION ALL SELECT period, day, owner, currency, 'shared cost', cost FROM paid "
            "WHERE pool <> '')"
        )
        value = "value"
    return ledger.rows(
        f"SELECT {value} AS name, {day}, SUM(cost) AS total FROM {table} WHERE {when} GROUP BY 1, 2"
    )


def _days(ledger: Ledger, one: PageView, by: str) -> Rows:
    found = _cost_by(ledger, one, by, one.seen, daily=True)
    sums = _sums((row["name"], row["total"]) for row in found)
    ordered = sorted(sums, key=lambda name: (-abs(sums[name]), name))
    alone = ordered if len(ordered) <= 9 else ordered[:8]
    rows = []
    for number in range(1, 31):
        today = f"{PERIOD}-{number:02d}"
        row: dict[str, Any] = {"day": today, "total": Decimal(0)}
        row |= dict.fromkeys((_series(ledger, by, name) for name in alone), Decimal(0))
        row |= {} if len(alone) == len(ordered) else {"all others": Decimal(0)}
        for cell in found:
            if str(cell["day"]) == today:
                name = _series(ledger, by, cell["name"])
                name = name if cell["name"] in alone else "all others"
                row[name] += cell["total"]
                row["total"] += cell["total"]
        rows.append(row)
    return rows


def _series(ledger: Ledger, by: str, name: str) -> str:
    return f"cost center {name}" if name == "total" else _called(ledger, by, name)


def _movers(ledger: Ledger, one: PageView, by: str) -> Rows:
    now, then = (
        {row["name"]: row["total"] for row in _cost_by(ledger, one, by, when, daily=False)}
        for when in (one.seen, one.before)
    )
    zero = Decimal(0)
    return [
        {
            "name": _called(ledger, by, name),
            "previous": then.get(name, zero),
            "current": now.get(name, zero),
            "change": now.get(name, zero) - then.get(name, zero),
            "change_share": _part(
                now.get(name, zero) - then.get(name, zero), abs(then.get(name, zero))
            ),
        }
        for name in {*now, *then}
    ]


def origins(ledger: Ledger, one: PageView, by: str) -> Rows:
    """Charges by where they come from, and how and to whom they go; of pools what enters them."""
    pools = "" if one.everything else " AND pool = ''"
    only = one.words
    origin = f" AND {by} = '{only['origin']}'" if only.get("origin") else ""
    rows = ledger.rows(
        f"SELECT {by} AS origin, "
        "CASE WHEN pool = '' THEN source ELSE 'pool ' || pool END AS source, "
        "CASE WHEN pool = '' THEN owner ELSE '' END AS owner, SUM(cost) AS total FROM line "
        f"WHERE {one.seen}{pools}{origin} GROUP BY 1, 2, 3"
    )
    owner, source = only.get("owner", ""), only.get("allocated_by", "")
    return [r for r in rows if owner in {"", r["owner"]} and source in {"", r["source"]}]


def shares(ledger: Ledger, one: PageView) -> Rows:
    owner, source = one.words.get("owner", ""), one.words.get("allocated_by", "")
    rows = ledger.rows(
        f"SELECT pool, owner, SUM(cost) AS total FROM paid WHERE {one.seen} AND pool <> '' "
        "GROUP BY 1, 2"
    )
    rows = [] if one.words.get("origin") else rows
    return [r for r in rows if owner in {"", r["owner"]} and source in {"", f"pool {r['pool']}"}]


def _flow(ledger: Ledger, one: PageView) -> Expected:
    by = one.words.get("by", ACCOUNT)
    found, given = origins(ledger, one, by), shares(ledger, one)
    own = sum((row["total"] for row in found if row["owner"]), Decimal())
    entering = sum((row["total"] for row in found if not row["owner"]), Decimal())
    leaving = sum((row["total"] for row in given), Decimal())
    source, origin = one.words.get("allocated_by", ""), one.words.get("origin", "")
    figures: dict[str, Any] = {} if source.startswith("pool ") else {"Direct cost": own}
    if origin and one.everything:
        figures["Into pools"] = entering
    if not origin and (not source or source.startswith("pool ")):
        figures["Shared cost"] = leaving
    whole = usd(own + (entering if origin else leaving))
    name = origin and _called(ledger, by, origin)
    heading = f"Allocation of {whole} in {PERIOD}"
    if one.words.get("owner"):
        heading = f"Cost of {one.words['owner']} in {PERIOD}: {whole}"
    elif origin:
        heading = f"Allocation of {whole} from {name}"
    elif source:
        label = source.replace("tag:costcenter", "tag CostCenter")
        heading = f"Cost allocated by {label}: {whole}"
    sections: dict[str, Rows] = {"paths": [_origin(ledger, row, by) for row in found]}
    sections["shares"] = [{key: row[key] for key in ("pool", "owner", "total")} for row in given]
    return Expected(figures, sections, heading)


def _origin(ledger: Ledger, row: Mapping[str, Any], by: str) -> dict[str, Any]:
    return {
        by: _called(ledger, by, row["origin"]),
        "owner": row["owner"] or "",
        "total": row["total"],
    }


def _owners(ledger: Ledger, one: PageView) -> Expected:
    name = one.words["owner"]
    if not name:
        return Expected({}, {"owners": _owners_rows(ledger, one)})
    nothing = dict.fromkeys(("direct", "shared", "total"), Decimal(0))
    now, then = (
        next((r for r in paid(ledger, one, before=before) if r["owner"] == name), nothing)
        for before in (False, True)
    )
    figures = {
        "Total": now["total"],
        "Direct cost": now["direct"],
        "Shared cost": now["shared"],
        "Change since 2026-08": now["total"] - then["total"],
    }
    if one.everything:
        whole = sum(row["total"] for row in paid(ledger, one))
        figures["Share of the bill"] = _part(now["total"], whole)
    cuts = {
        cut: _cut_rows(ledger, one, name, cut) for cut in (ACCOUNT, "ServiceName", "environment")
    }
    sections = {
        "days": _owner_days(ledger, one, name),
        "pools": _owner_pools(ledger, one, name),
        "rules": ledger.rows(
            "SELECT CAST(SUM(lines) AS BIGINT) AS lines, SUM(cost) AS total FROM line "
            f"WHERE {one.seen} AND owner = '{name}' AND pool = '' GROUP BY source"
        ),
        **cuts,
    }
    return Expected(figures, sections)


def _owner_days(ledger: Ledger, one: PageView, name: str) -> Rows:
    return ledger.rows(
        "SELECT CAST(day AS VARCHAR) AS day, SUM(CASE WHEN pool = '' THEN cost ELSE 0 END) AS "
        "direct, SUM(CASE WHEN pool = '' THEN 0 ELSE cost END) AS shared, SUM(cost) AS total "
        f"FROM paid WHERE {one.seen} AND owner = '{name}' GROUP BY 1"
    )


def _owner_pools(ledger: Ledger, one: PageView, name: str) -> Rows:
    held = _held(ledger, one)
    rows = ledger.rows(
        f"SELECT pool, SUM(cost) AS total FROM paid WHERE {one.seen} AND owner = '{name}' "
        "AND pool <> '' GROUP BY 1"
    )
    if not one.everything:  # what a pool holds in all, a precise part would tell
        return [
            {**row, "ratio": _fraction(f"{row['total']}/{held[row['pool']]}", 3)} for row in rows
        ]
    return [
        {
            **row,
            "pool_total": held[row["pool"]],
            "ratio": _part(row["total"], held[row["pool"]]),
        }
        for row in rows
    ]


def _cut_rows(ledger: Ledger, one: PageView, name: str, cut: str) -> Rows:
    own = f"owner = '{name}' AND pool = ''"
    now, then = (
        ledger.sums(f"{cut} AS name, SUM(cost) FROM line", f"{when} AND {own}")
        for when in (one.seen, one.before)
    )
    return [
        {
            "value": _called(ledger, cut, value),
            "total": now.get(value, Decimal(0)),
            "change": now.get(value, Decimal(0)) - then.get(value, Decimal(0)),
        }
        for value in {*now, *then}
    ]


def _held(ledger: Ledger, one: PageView) -> dict[str, Decimal]:
    whole = view(one.page, currency=one.currency)
    return ledger.sums("pool, SUM(cost) FROM line", f"{whole.seen} AND pool <> ''")


def _pools(ledger: Ledger, one: PageView) -> Expected:
    held = _held(ledger, one)
    kept = ledger.sums("pool, SUM(cost) FROM paid", f"{one.seen} AND kept")
    given = ledger.rows(
        f"SELECT pool, owner, SUM(cost) AS total FROM paid WHERE {one.seen} AND pool <> '' "
        "GROUP BY 1, 2"
    )
    pool = one.words.get("pool")
    if pool:
        return _pool(ledger, one, held[pool], [row for row in given if row["pool"] == pool])
    shared = sum((row["total"] for row in given), Decimal())
    whole = sum(row["total"] for row in paid(ledger, one))
    figures: dict[str, Any] = {"Shared cost": shared, "Share of total cost": _part(shared, whole)}
    names = set(POOLS) if one.everything else {row["pool"] for row in given}
    rows: Rows = [{"pool": name, "cost": held.get(name, Decimal(0))} for name in names]
    if one.everything:
        figures["Could not be split"] = sum(kept.values(), Decimal())
        rows = [{**row, "kept": kept.get(row["pool"], Decimal(0))} for row in rows]
    arrows = ledger.rows(
        "SELECT DISTINCT Pool AS pool, Target AS target, CAST(Ratio AS VARCHAR) AS ratio FROM "
        f"drivers WHERE Period = '{PERIOD}' AND BillingCurrency = '{one.currency}' AND TargetIsPool"
    )
    arrows = [row for row in arrows if {row["pool"], row["target"]} <= {*names}]
    places = 6 if one.everything else 3
    sections: dict[str, Rows] = {
        "arrows": [{**row, "ratio": _fraction(row["ratio"], places)} for row in arrows],
        "shares": [{key: row[key] for key in ("pool", "owner", "total")} for row in given],
    }
    return Expected(figures, {**sections, "pools": rows} if one.everything else sections)


def _pool(ledger: Ledger, one: PageView, cost: Decimal, given: Rows) -> Expected:
    pool = one.words["pool"]
    drivers = ledger.rows(
        "SELECT Target AS target, MAX(Ratio) AS ratio, LIST(DISTINCT Ratio) AS ratios, "
        f"LIST(Weight) AS weights FROM drivers WHERE Period = '{PERIOD}' AND Pool = '{pool}' AND "
        f"BillingCurrency = '{one.currency}' GROUP BY 1"
    )
    sections: dict[str, Rows] = {
        "payers": [
            {"owner": row["owner"], "total": row["total"], "ratio": _part(row["total"], cost)}
            for row in given
        ],
        "drivers": [
            {
                "target": row["target"],
                "ratio": _ratio(row["ratio"]) if len(row["ratios"]) == 1 else None,
                "number": sum((_fraction(w, 18) for w in row["weights"]), Decimal()),
            }
            for row in drivers
        ],
    }
    for cut in (ACCOUNT, "ServiceName"):
        found = ledger.sums(f"{cut}, SUM(cost) FROM line", f"{one.seen} AND pool = '{pool}'")
        sections[f"from-{cut}"] = [
            {"value": _called(ledger, cut, value), "total": total} for value, total in found.items()
        ]
    return Expected({"Cost": cost, "Owners that pay": len(given)}, sections)


USAGE = "resource <> '' AND ChargeCategory = 'Usage'"
TAGS = ("CostCenter", "Environment")


def _tags(ledger: Ledger, one: PageView) -> Expected:
    has = {tag: f"COALESCE(json_extract_string(tags, '$.{tag}'), '') <> ''" for tag in TAGS}
    where = f"{one.seen} AND {USAGE}"
    whole = ledger.one(f"SELECT SUM(cost) FROM line WHERE {where}")
    carry = {
        tag: ledger.one(f"SELECT SUM(cost) FROM line WHERE {where} AND {has[tag]}") for tag in TAGS
    }
    by = one.words.get("by", ACCOUNT).replace("#", "")
    coverage = ledger.rows(
        f"SELECT {by} AS value, SUM(cost) AS usage, "
        + ", ".join(f"SUM(CASE WHEN {has[t]} THEN cost ELSE 0 END) AS {t}" for t in TAGS)
        + f" FROM line WHERE {where} GROUP BY 1"
    )
    lacking = one.words.get("tag")
    missing = [lacking] if lacking else TAGS
    lacks = " OR ".join(f"NOT ({has[tag]})" for tag in missing)
    return Expected(
        {"Taggable cost": whole, **{tag: _part(carry[tag], whole) for tag in TAGS}},
        {
            "coverage": [
                {
                    "value": row["value"] if by == "owner" else _called(ledger, by, row["value"]),
                    "usage": row["usage"],
                    **{f"{tag} share": _part(row[tag], row["usage"]) for tag in TAGS},
                }
                for row in coverage
            ],
            "untagged": ledger.rows(
                f"SELECT resource, owner, SUM(cost) AS total FROM line WHERE {where} AND ({lacks}) "
                "GROUP BY resource, owner, SubAccountId"
            ),
            "values": [],
        },
    )


def _proof(ledger: Ledger, one: PageView) -> Expected:
    by = one.words.get("by")
    columns = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
    account = "a.SubAccountId" if by else "''"
    rows = []
    for column in columns:
        rows += ledger.rows(
            f"SELECT a.BillingAccountId AS payer, {account} AS account, a.BillingCurrency AS "
            f"currency, '{column}' AS column, SUM(c.{column}) AS stated FROM costs c JOIN "
            "allocations a ON a.Period = c.Period AND a.KeyId = c.KeyId AND c.ChargeDay BETWEEN "
            f"a.FirstDay AND a.LastDay WHERE c.Period = '{PERIOD}' GROUP BY 1, 2, 3"
        )
    stages = ("ledger", "derived", "allocated")
    lines = ledger.one(f"SELECT SUM(lines) FROM line WHERE period = '{PERIOD}'")
    wanted = [{**r, **dict.fromkeys(stages, r["stated"]), "difference": Decimal(0)} for r in rows]
    if not by:
        wanted = [{key: value for key, value in r.items() if key != "account"} for r in wanted]
    runs = [{"period": period, "difference": Decimal(0)} for period in (PERIOD, BEFORE)]
    figures = {"Difference": Decimal(0), "Lines of the bill": int(lines), "Cost columns": 4}
    return Expected(figures, {"stages": wanted, "runs": runs})


#: What each rule holds for by itself, in the rulebook's order.
RULES = {
    ("cost_center", "tag:costcenter"): "json_extract_string(tags, '$.CostCenter') IS NOT NULL",
    ("cost_center", "lookup:accounts.csv"): "SubAccountId IN ('000000000044', '000000000055')",
    ("cost_center", "where"): "ServiceName = 'Amazon Connect'",
    ("environment", "tag:environment"): "json_extract_string(tags, '$.Environment') IS NOT NULL",
}
POOLS = {
    "credits": "ChargeCategory = 'Credit'",
    "support": "ServiceName = 'AWS Support'",
    "platform": "owner = 'PLATFORM'",
    "network": "owner = 'NETWORK'",
    "queues": "ServiceName = 'Amazon SQS'",
    "topics": "ServiceName = 'Amazon SNS'",
}


def _rules(ledger: Ledger, one: PageView) -> Expected:
    rows: Rows = []
    for (dimension, source), condition in RULES.items():
        column = "source" if dimension == "cost_center" else "environment_source"
        gave = f"{column} LIKE '{source}%'"
        rows.append({"name": dimension, **_rule(ledger, one, gave, condition)})
    for pool, condition in POOLS.items():
        rows.append({"name": f"pool {pool}", **_rule(ledger, one, f"pool = '{pool}'", condition)})
    idle = sum(not row["total"] for row in rows)
    figures = {"Rules": len(rows), "Without effect": idle, "Pools": len(POOLS)}
    return Expected(figures, {"rules": rows})


def _rule(ledger: Ledger, one: PageView, gave: str, matched: str) -> dict[str, Any]:
    return {
        name: ledger.one(f"SELECT SUM(cost) FROM line WHERE {one.seen} AND {condition}")
        for name, condition in (("total", gave), ("matched", matched))
    }


def _explain(ledger: Ledger, one: PageView) -> Expected:
    """The branches that carry the figure: the total, direct cost, shared cost, and each pool."""
    words = one.words
    if "pool" in words:
        held = _held(ledger, one)[words["pool"]]
        return Expected({}, {"tree": [{"level": 1, "title": "charges", "amount": held}]})
    where = f"{one.seen} AND owner = '{words['owner']}'"
    where += f" AND pool = '{words['share_of']}'" if "share_of" in words else ""
    where += f" AND day = '{words['day']}'" if "day" in words else ""
    table = "paid"
    if "column" in words:
        table, where = "line", f"{where} AND pool = '' AND {words['column']} = '{words['value']}'"
    whole = ledger.one(f"SELECT SUM(cost) FROM {table} WHERE {where}")
    rows: Rows = [{"level": 0, "title": "", "amount": whole}]
    if not {"column", "share_of"} & words.keys():
        parts = {
            "direct cost": f"{where} AND pool = ''",
            "shared cost": f"{where} AND pool <> ''",
        }
        sums = {
            title: ledger.one(f"SELECT SUM(cost) FROM paid WHERE {w}") for title, w in parts.items()
        }
        rows += [{"level": 1, "title": title, "amount": sums[title]} for title in parts]
        pools = ledger.sums("'pool ' || pool, SUM(cost) FROM paid", parts["shared cost"])
        rows += [{"level": 2, "title": pool, "amount": amount} for pool, amount in pools.items()]
    return Expected({}, {"tree": rows})


EXPECTED: Mapping[str, Callable[[Ledger, PageView], Expected]] = {
    "overview": _overview,
    "flow": _flow,
    "owners": _owners,
    "pools": _pools,
    "tags": _tags,
    "proof": _proof,
    "rules": _rules,
    "explain": _explain,
}


def paid(ledger: Ledger, one: PageView, by: str = "owner", *, before: int = 0) -> Rows:
    return ledger.rows(
        f"SELECT {by} AS owner, COALESCE(SUM(CASE WHEN pool = '' THEN cost ELSE 0 END), 0) AS "
        "direct, COALESCE(SUM(CASE WHEN pool = '' THEN 0 ELSE cost END), 0) AS shared, "
        f"COALESCE(SUM(cost), 0) AS total FROM paid WHERE {one.before if before else one.seen} "
        "GROUP BY 1"
    )


def _called(ledger: Ledger, cut: str, value: str) -> str:
    if cut != ACCOUNT or not value:
        return value or "(none)"
    named = ledger.rows(f"SELECT MAX(SubAccountName) AS name FROM line WHERE {ACCOUNT} = '{value}'")
    return f"{named[0]['name']} · {value}" if named and named[0]["name"] else value


def _part(amount: Decimal, whole: Decimal) -> Decimal | None:
    if not whole:
        return None
    return _fraction(f"{amount}/{whole}", 6)


def _fraction(written: str, places: int) -> Decimal:
    """A fraction to so many places, half away from zero."""
    over, _, under = written.partition("/")
    ratio = Decimal(over) / Decimal(under or 1)
    return ratio.quantize(Decimal(1).scaleb(-places), "ROUND_HALF_UP")


def _ratio(written: str) -> Decimal:
    return _fraction(written, 6)


def _sums(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, Decimal(0)) + amount
    return sums


def usd(amount: Decimal) -> str:
    return f"{cents(amount)} USD"


def signed(amount: Decimal) -> str:
    """Write a change as pages do; what rounds to zero has no sign."""
    return f"{'+' if to_cents(amount) > 0 else ''}{cents(amount)} USD"
