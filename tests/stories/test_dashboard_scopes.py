"""Who sees some owners sees these as SQL tells them, and nothing of others, by every route.

Organisations are drawn whose owners and pools have names that contain each other, or are the same.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from apportion.app.workspace import Workspace
from stories import bill_of, csv_bill, delivered, reopened, workspace_in
from web_client import application, as_one_of
from web_ledger import PERIOD

#: Each organisation is a ledger of its own, so few are drawn.
MOST = 40 if os.environ.get("APPORTION_SOAK") else 1

FAMILIES = (
    ("net", "network", "network-core", "work"),
    ("data", "data-lake", "lake", "data-lake-eu"),
    ("a", "a b", "b", "ab"),
    ("FIN", "FIN-1", "FIN-10", "unallocated"),
)
SPLITS = ("proportional", "even", "{proportional: \"cost_center <> '%s'\"}", "fixed")

ALL, SOME = as_one_of("finance"), as_one_of("some")


@dataclass(frozen=True)
class Organisation:
    """Owners with what they spend; pools with how they are split; whom the reader sees."""

    spend: tuple[tuple[str, int], ...]
    pools: tuple[tuple[str, str], ...]
    seen: frozenset[str]

    @property
    def owners(self) -> tuple[str, ...]:
        return tuple(owner for owner, _cents in self.spend)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(self.owners) - self.seen


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Draw an organisation in which somebody sees one owner at least, and not all."""
    owners = draw(st.permutations(draw(st.sampled_from(FAMILIES))))
    cents = draw(st.lists(st.integers(20_011, 900_001), min_size=4, max_size=4, unique=True))
    names = st.sampled_from([owner.replace(" ", "-") for owner in owners] + ["discount"])
    pools = draw(
        st.lists(
            st.tuples(names, st.sampled_from(SPLITS)),
            min_size=1,
            max_size=3,
            unique_by=lambda pool: pool[0],
        )
    )
    seen = owners[: draw(st.integers(1, 3))]
    spend = tuple(zip(owners, cents, strict=True))
    return Organisation(spend, tuple(pools), frozenset(seen))


def _split(name: str, split: str, owners: Sequence[str]) -> str:
    if split != "fixed":
        return split % owners[-1] if "%s" in split else split
    free = [owner for owner in owners if owner not in {name, "unallocated"}][:2]
    return f"{{fixed: {{'{free[0]}': 40, '{free[1]}': 60}}}}"


def _rulebook(made: Organisation) -> str:
    head = (
        "apportion: 1\neffective: 2026-01\ncurrency: USD\ncost: EffectiveCost\ndimensions:\n"
        "  cost_center:\n    from:\n      - tag: CostCenter\n"
        f"      - where: \"SubAccountId = '900000000000'\"\n        value: '{made.owners[0]}'\n"
        "    default: unallocated\nshared:\n"
    )
    taken = {name for name, _split in made.pools}
    free = [owner for owner in made.owners if owner not in taken] or ["elsewhere", "nowhere"]
    pools = (
        f"  - name: '{name}'\n    where: \"ServiceName = 'secret service {at}'\"\n"
        f"    split: {_split(name, split, (*free, 'elsewhere', made.owners[-1]))}\n"
        for at, (name, split) in enumerate(made.pools)
    )
    return head + "".join(pools)


def _lines(made: Organisation) -> Iterator[dict[str, str]]:
    for at, (owner, cents) in enumerate(made.spend):
        kind = "own" if owner in made.seen else "secret"
        yield {
            "day": f"{PERIOD}-{at + 1:02d}",
            "cost": f"{cents // 100}.{cents % 100:02d}",
            "Tags": json.dumps({"CostCenter": owner}),
            "account": f"70000000000{at}",
            "account_name": f"{kind} account {at}",
            "ResourceId": f"{kind}-resource-{at}",
            "service": f"{kind} product {at}",
        }
    for at, _pool in enumerate(made.pools):
        yield {
            "day": f"{PERIOD}-0{at + 1}",
            "cost": f"-{1033 + 617 * at}.{31 + at}",
            "Tags": json.dumps({}),
            "account": f"81234567899{at}",
            "account_name": f"secret account of pool {at}",
            "ResourceId": f"secret-pooled-{at}",
            "service": f"secret service {at}",
        }


@dataclass
class World:
    """An organisation's ledger, what SQL says of it, and its pages as two people ask them."""

    made: Organisation
    workspace: Workspace
    client: TestClient

    @classmethod
    def of(cls, made: Organisation, folder: Path) -> World:
        workspace = workspace_in(folder, _rulebook(made))
        workspace.ingest(delivered(folder, csv_bill(bill_of(list(_lines(made))))), bill="test")
        workspace.allocate()
        access = (
            "access: 1\nsign_in:\n  secret_header: {secret_header: X-Proxy-Secret, "
            "secret_from: PROXY_SECRET}\ngroups:\n  finance: everything\n"
            f"  some: {{cost_center: {json.dumps(sorted(made.seen))}}}\n"
        )
        (folder / "apportion.toml").write_text('rulebooks = "rulebook"\n')
        return cls(made, reopened(folder), application(folder, access=access))

    def sql(self, query: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.workspace.publishing.query(query).rows]

    def asked(self, address: str) -> Any:
        """Ask as who sees everything, which is kept, and then as who sees some.

        An explanation that the second will be refused takes the first too long to be asked for.
        """
        shown = any(_query(owner=owner)[1:] in address for owner in self.made.seen)
        if "/explain" in address and not shown:
            return self.client.get(address, headers=SOME)
        whole = self.client.get(address, headers=ALL)
        kept = {**SOME, "If-None-Match": whole.headers.get("etag", '"none"')}
        answer = self.client.get(address, headers=kept)
        if answer.status_code == 304:
            answer = self.client.get(address, headers=SOME)
            assert answer.text == whole.text, address
        assert "public" not in answer.headers["cache-control"]
        return answer

    def json(self, address: str) -> Any:
        answer = self.asked(f"/api/v1{address}")
        assert answer.status_code == 200, (address, answer.text)
        return answer.json()


def _query(**parameters: str) -> str:
    from urllib.parse import urlencode  # noqa: PLC0415 - used here alone

    return f"?{urlencode(parameters)}" if parameters else ""


def _amounts(world: World) -> tuple[set[str], set[str]]:
    """The amounts that are the reader's, and those that are not, as they are written."""
    made = world.made
    paid = world.sql(
        'SELECT "PaidBy" AS o, "Direct" AS d, "Pool" AS p, SUM("Cost") AS c '
        "FROM daily GROUP BY GROUPING SETS ((1), (1, 2), (1, 2, 3), (2), (3), ())"
    )
    mine, others = set[str](), set[str]()
    for row in paid:
        cost = Decimal(str(row["c"]))
        forms = {f"{abs(cost):,.2f}", f"{abs(cost):.2f}", f"{abs(cost).normalize():f}"}
        (mine if row["o"] in made.seen else others).update(forms)
    seen = [Decimal(str(row["c"])) for row in paid if row["o"] in made.seen and row["d"] is None]
    mine |= {f"{sum(seen):,.2f}", f"{sum(seen):.2f}", f"{sum(seen).normalize():f}"}
    return mine, {amount for amount in others - mine if len(amount) > 5}


def _routes(world: World) -> Iterator[str]:
    """Every page, by every parameter that has a name in it."""
    names = [*world.made.owners, *(name for name, _split in world.made.pools), "nobody at all"]
    for page in ("overview", "flow", "owners", "pools", "tags", "proof", "rules"):
        yield f"/{page}"
    yield "/proof?by=account"
    yield "/flow?by=ServiceName"
    for by in ("SubAccountId", "ServiceName"):
        yield f"/overview?by={by}"
        yield f"/tags?by={by}"
    for name in dict.fromkeys(names):
        yield f"/owners{_query(owner=name)}"
        yield f"/pools{_query(pool=name)}"
        yield f"/flow{_query(owner=name)}"
        yield f"/flow{_query(allocated_by=f'pool {name}')}"
        yield f"/explain{_query(owner=name)}"
        yield f"/explain{_query(pool=name)}"
        yield f"/explain{_query(owner=name, day=f'{PERIOD}-01')}"
        yield f"/explain{_query(owner=name, column='SubAccountId', value='700000000001')}"
        for pool, _split in world.made.pools:
            yield f"/explain{_query(owner=name, share_of=pool)}"
    for resource in ("secret-resource-1", "resource-", "own-resource-0"):
        yield f"/explain{_query(resource=resource)}"


def _shows_nothing_of_others(world: World) -> None:
    _mine, secret = _amounts(world)
    assert secret
    answered = refused = 0
    files = ("/files/owners/owners.csv", "/files/pools/pools.csv", "/files/pools/shares.csv",
             "/files/overview/days.csv", "/files/flow/ways.csv", "/files/proof/inputs.csv",
             "/files/proof/runs.csv", "/files/rules/rules.csv", "/files/overview/sources.csv",
             *(f"/files/explain/tree.csv{_query(owner=o)}" for o in world.made.owners))  # fmt: skip
    routes = list(_routes(world))
    pages = [route for route in routes if "=" not in route or route.startswith("/explain?owner")]
    for route in (*pages, *(f"/api/v1{route}" for route in routes), *files):
        answer = world.asked(route)
        answered += answer.status_code == 200
        refused += answer.status_code == 404
        text = answer.text
        for word in ("secret", "ServiceName = ", "81234567899", *secret):
            assert word not in text, (route, word)
    assert answered > 30
    assert refused > 10


def _is_there_by_name(world: World) -> None:
    """Another's name is refused just as a name that nobody has."""
    assert world.client.get("/owners?owner=nobody", headers=ALL).status_code == 404
    for owner in world.made.hidden:
        for address in ("/owners?owner={}", "/flow?owner={}", "/explain?owner={}",
                        "/explain?owner={}&day=2026-09-01"):  # fmt: skip
            for name, said in ((owner, "X"), ("nobody at all", "X")):
                answer = world.client.get(f"/api/v1{address.format(name)}", headers=SOME)
                assert answer.status_code == 404, (address, name)
                told = answer.json()["error"].replace(name, said, 1)
                assert not any(f" {o}," in told or f" {o}." in told for o in world.made.hidden)


def _says_what_sql_says(world: World) -> None:
    paid = world.sql('SELECT "PaidBy" AS o, SUM("Cost") AS c FROM daily GROUP BY 1')
    mine = {r["o"]: Decimal(str(r["c"])) for r in paid if r["o"] in world.made.seen}
    assert mine
    listed = world.json("/owners")["sections"][0]["rows"]
    assert {row["owner"]: Decimal(row["total"]) for row in listed} == mine
    figures = {f["label"]: f["value"] for f in world.json("/overview")["figures"]}
    assert Decimal(str(figures["Total"])) == sum(mine.values())
    written = world.asked("/files/owners/owners.csv").text.lstrip("\ufeff")
    rows = csv.DictReader(io.StringIO(written))
    assert {row["owner"]: Decimal(row["total"]) for row in rows} == mine
    for owner, total in mine.items():
        told = world.json(f"/explain{_query(owner=owner)}")["sections"][0]["rows"]
        assert Decimal(told[0]["amount"]) == total
        _adds_up(told)
        _has_every_pool(world, owner, told)


def _has_every_pool(world: World, owner: str, told: Sequence[Any]) -> None:
    shares = world.sql(
        'SELECT "Pool" AS p, SUM("Cost") AS c FROM shares '
        f"WHERE \"PaidBy\" = '{owner}' GROUP BY 1 ORDER BY 1"
    )
    named = {r["title"]: Decimal(r["amount"]) for r in told if r["level"] == 2 and r["amount"]}
    for share in shares:
        amount = Decimal(str(share["c"]))
        assert named[f"pool {share['p']}"] == amount
        alone = world.json(f"/explain{_query(owner=owner, share_of=share['p'])}")["sections"][0][
            "rows"
        ]
        assert Decimal(alone[0]["amount"]) == amount
        assert "ratio" in alone[0]["facts"] or "share" in alone[0]["facts"]
        assert "split" in alone[0]["facts"]
        page = world.json(f"/pools{_query(pool=share['p'])}")["sections"][0]["rows"]
        assert [Decimal(r["total"]) for r in page if r["owner"] == owner] == [amount]


def _adds_up(rows: Sequence[Any]) -> None:
    for at, row in enumerate(rows):
        below = []
        for inner in rows[at + 1 :]:
            if inner["level"] <= row["level"]:
                break
            if inner["level"] == row["level"] + 1 and inner["amount"] is not None:
                below.append(Decimal(inner["amount"]))
        if below and row["amount"] is not None:
            assert sum(below) == Decimal(row["amount"]), row["title"]


NESTED = Organisation(
    (("network", 30_011), ("net", 41_013), ("network-core", 765_432), ("work", 99_017)),
    (("network", "proportional"), ("net", SPLITS[2]), ("discount", "fixed")),
    frozenset({"net", "not there"}),
)


@settings(
    max_examples=MOST,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(made=organisations())
@example(made=NESTED)
def test_who_sees_some_owners_sees_these_whole_and_nothing_of_others(made: Organisation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World.of(made, Path(folder) / "w")
        _says_what_sql_says(world)
        _is_there_by_name(world)
        _shows_nothing_of_others(world)
