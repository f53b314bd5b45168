"""Pages of a user with access to some owners, compared with SQL within the scope.

Owners and pools have names that contain each other, or are the same. The ledger of an organisation
is made once; `check_*` requests every route, file and parameter of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow.parquet as pq
from hypothesis import strategies as st
from openpyxl import load_workbook
from starlette.testclient import TestClient

from stories import bill_of, csv_bill, delivered, reopened, workspace_in
from web_client import application, as_one_of
from web_ledger import PERIOD

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
    """Owners with their cost, pools with their splits, and the owners that the user may see."""

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
    """Draw an organisation with a user who may see at least one owner, and not all."""
    owners = draw(st.permutations(draw(st.sampled_from(FAMILIES))))
    cents = draw(st.lists(st.integers(20_011, 900_001), min_size=4, max_size=4, unique=True))
    named = [owner.replace(" ", "-") for owner in owners if owner != "unallocated"]
    names = st.sampled_from([*named, "discount"])  # a pool is never called as the default is
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
    """The ledger of an organisation, and its pages for two users. Each document is kept."""

    made: Organisation
    client: TestClient
    #: Cost by owner, direct and pool, with all subtotals, which have None; no pool is empty.
    paid: list[dict[str, Any]]
    documents: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, made: Organisation, folder: Path) -> World:
        """Make the ledger, and sum its published rows with SQL."""
        workspace = workspace_in(folder, _rulebook(made))
        workspace.ingest(delivered(folder, csv_bill(bill_of(list(_lines(made))))), bill="test")
        workspace.allocate()
        access = (
            "access: 1\nsign_in:\n  secret_header: {secret_header: X-Proxy-Secret, "
            "secret_from: PROXY_SECRET}\ngroups:\n  finance: everything\n"
            f"  some: {{cost_center: {json.dumps(sorted(made.seen))}}}\n"
        )
        (folder / "apportion.toml").write_text('rulebooks = "rulebook"\n')
        found = reopened(folder).publishing.query(
            'SELECT o, d, p, SUM(c) AS c FROM (SELECT "PaidBy" AS o, "Direct" AS d, '
            'COALESCE("Pool", \'\') AS p, "Cost" AS c FROM daily) '
            "GROUP BY GROUPING SETS ((1), (1, 2), (1, 3), (1, 2, 3), (2), (3), ())"
        )
        paid = [{**row, "c": Decimal(str(row["c"]))} for row in found.rows]
        return cls(made, application(folder, access=access), paid)

    @property
    def mine(self) -> dict[str, Decimal]:
        """The cost of each owner of the scope."""
        return {
            row["o"]: row["c"]
            for row in self.paid
            if row["o"] in self.made.seen and row["d"] is None and row["p"] is None
        }

    def get(self, address: str) -> Any:
        """Request as a user with full access, whose response is cached, then with the scope.

        An explanation outside the scope is requested only with the scope: it takes long to create.
        """
        visible = any(_query(owner=owner)[1:] in address for owner in self.made.seen)
        kept = dict(SOME)
        if "/explain" not in address or visible:
            whole = self.client.get(address, headers=ALL)
            kept["If-None-Match"] = whole.headers.get("etag", '"none"')
        response = self.client.get(address, headers=kept)
        if response.status_code == 304:
            response = self.client.get(address, headers=SOME)
            assert response.text == whole.text, address
        assert "public" not in response.headers["cache-control"]
        return response

    def json(self, address: str) -> Any:
        """Request a page of the scope as JSON, once."""
        if address not in self.documents:
            response = self.get(f"/api/v1{address}")
            assert response.status_code == 200, (address, response.text)
            self.documents[address] = response.json()
        return self.documents[address]


def _query(**parameters: str) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""


def secrets_of(world: World) -> set[str]:
    """The words and amounts that the scope must not show, in each form that is written."""
    inside, outside = set[str](), set[str]()
    together = defaultdict[tuple[object, object], Decimal](Decimal)
    for row in world.paid:
        (inside if row["o"] in world.made.seen else outside).update(_forms(row["c"]))
        together[row["d"], row["p"]] += row["c"] if row["o"] in world.made.seen else 0
    # What owners of the scope pay together: of a pool that only they pay, all that it holds.
    for cost in together.values():
        inside.update(_forms(cost))
    amounts = {amount for amount in outside - inside if len(amount) > 5}
    assert amounts
    return {"secret", "ServiceName = ", "81234567899", *amounts}


def _forms(cost: Decimal) -> set[str]:
    return {f"{abs(cost):,.2f}", f"{abs(cost):.2f}", f"{abs(cost).normalize():f}"}


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


def _stands_in(word: str, shown: str) -> bool:
    """Whether a text shows a word; an amount is no part of a longer number."""
    if not word[0].isdigit():
        return word in shown
    return re.search(rf"(?<![\d.,]){re.escape(word)}(?!\d)", shown) is not None


def check_pages(world: World) -> None:
    """No page and no JSON contains anything outside the scope, whatever its parameters."""
    secrets = secrets_of(world)
    shown = refused = 0
    routes = list(_routes(world))
    pages = [route for route in routes if re.fullmatch(r"/\w+(\?owner=[^&]*)?", route)]
    for address in (*pages, *(f"/api/v1{route}" for route in routes)):
        response = world.get(address)
        shown += response.status_code == 200
        refused += response.status_code == 404
        found = {word for word in secrets if _stands_in(word, response.text)}
        assert not found, (address, found)
        if address.startswith("/api") and response.status_code == 200:
            world.documents[address.removeprefix("/api/v1")] = response.json()
    assert shown > 25
    assert refused > 10


def check_downloads(world: World) -> None:
    """Each section as CSV, Excel and Parquet has exactly the rows of the JSON, which SQL proves."""
    secrets = secrets_of(world)
    sections = dict[tuple[str, str], tuple[str, Mapping[str, Any]]]()
    for route, document in world.documents.items():
        for section in document["sections"]:
            if section["rows"] and section["columns"]:
                sections.setdefault((document["page"], section["name"]), (route, section))
    assert len(sections) > 10
    for (page, name), (route, section) in sections.items():
        _path, _, query = route.partition("?")
        for form, read in READERS.items():
            response = world.get(f"/files/{page}/{name}.{form}?{query}")
            assert response.status_code == 200, (page, name, form)
            rows = read(response.content)
            wanted = [[row[c["name"]] for c in section["columns"]] for row in section["rows"]]
            assert len(rows) == len(wanted), (page, name, form)
            assert [_plain(row, form) for row in rows] == [_plain(row, form) for row in wanted]
            assert not {word for word in secrets if _stands_in(word, repr(rows))}, (
                page,
                name,
                form,
            )


def _csv_rows(content: bytes) -> list[list[Any]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]


def _parquet_rows(content: bytes) -> list[list[Any]]:
    return [list(row.values()) for row in pq.read_table(io.BytesIO(content)).to_pylist()]


def _excel_rows(content: bytes) -> list[list[Any]]:
    """The rows under the head, without the row of sums."""
    sheet = load_workbook(io.BytesIO(content)).active
    rows = [list(row) for row in sheet.iter_rows(min_row=4, values_only=True)]
    return [row for row in rows if not str(row[0] or "").startswith(("total", "rounded;"))]


READERS = {"csv": _csv_rows, "parquet": _parquet_rows, "xlsx": _excel_rows}


def _plain(row: Sequence[Any], form: str) -> list[object]:
    """Values that compare: amounts as decimals, in Excel to the cent; nothing as an empty text."""
    return [_comparable(value, form) for value in row]


def _comparable(value: object, form: str) -> object:
    text = f"{value:f}" if isinstance(value, Decimal) else str("" if value is None else value)
    text = text.removesuffix(" 00:00:00")
    if not re.fullmatch(r"-?\d+(\.\d+)?", text) or re.match(r"-?0\d", text):
        return text
    number = Decimal(text)
    return round(number, 2) if form == "xlsx" else number.normalize()


def check_names(world: World) -> None:
    """The name of an owner outside the scope gets the same response as an unknown name."""
    assert world.client.get("/owners?owner=nobody", headers=ALL).status_code == 404
    for owner in world.made.hidden:
        for address in ("/owners?owner={}", "/flow?owner={}", "/explain?owner={}",
                        "/explain?owner={}&day=2026-09-01"):  # fmt: skip
            for name in (owner, "nobody at all"):
                response = world.client.get(f"/api/v1{address.format(name)}", headers=SOME)
                assert response.status_code == 404, (address, name)
                error = response.json()["error"].replace(name, "X", 1)
                for seen in sorted(world.made.seen, key=len, reverse=True):
                    error = error.replace(seen, "Y")  # `b` is hidden, and a part of `a b`
                assert not any(f" {o}," in error or f" {o}." in error for o in world.made.hidden)


def check_amounts(world: World) -> None:
    """Owners, totals and explanations are the sums of SQL within the scope."""
    mine = world.mine
    assert mine
    rows = world.json("/owners")["sections"][0]["rows"]
    assert {row["owner"]: Decimal(row["total"]) for row in rows} == mine
    figures = {f["label"]: f["value"] for f in world.json("/overview")["figures"]}
    assert Decimal(str(figures["Total"])) == sum(mine.values())
    for owner, total in mine.items():
        tree = world.json(f"/explain{_query(owner=owner)}")["sections"][0]["rows"]
        assert Decimal(tree[0]["amount"]) == total
        _check_sums(tree)
        _check_pools(world, owner, tree)


def _check_pools(world: World, owner: str, tree: Sequence[Any]) -> None:
    shares = {
        row["p"]: row["c"]
        for row in world.paid
        if row["o"] == owner and row["p"] and row["d"] is None
    }
    amounts = {r["title"]: Decimal(r["amount"]) for r in tree if r["level"] == 2 and r["amount"]}
    for pool, amount in shares.items():
        assert amounts[f"pool {pool}"] == amount
        part = world.json(f"/explain{_query(owner=owner, share_of=pool)}")["sections"][0]["rows"]
        assert Decimal(part[0]["amount"]) == amount
        assert "ratio" in part[0]["facts"] or "share" in part[0]["facts"]
        assert "split" in part[0]["facts"]
        page = world.json(f"/pools{_query(pool=pool)}")["sections"][0]["rows"]
        assert [Decimal(r["total"]) for r in page if r["owner"] == owner] == [amount]


def _check_sums(rows: Sequence[Any]) -> None:
    for at, row in enumerate(rows):
        children = []
        for inner in rows[at + 1 :]:
            if inner["level"] <= row["level"]:
                break
            if inner["level"] == row["level"] + 1 and inner["amount"] is not None:
                children.append(Decimal(inner["amount"]))
        if children and row["amount"] is not None:
            assert sum(children) == Decimal(row["amount"]), row["title"]


NESTED = Organisation(
    (("network", 30_011), ("net", 41_013), ("network-core", 765_432), ("work", 99_017)),
    (("network", "proportional"), ("net", SPLITS[2]), ("discount", "fixed")),
    frozenset({"net", "not there"}),
)
