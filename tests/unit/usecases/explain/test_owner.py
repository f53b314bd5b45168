from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path

import pytest

from apportion.model.delivery import Intent
from apportion.model.errors.base import NothingThereError
from apportion.model.manifest import Manifest
from apportion.model.money import EXACT
from apportion.model.outcome import ExplanationNode, Outcome
from apportion.model.period import Period
from apportion.model.question import Question
from apportion.model.relation import Query
from apportion.sources.local_files import LocalFiles
from apportion.usecases.allocate.allocate import allocate
from apportion.usecases.context import RunContext
from apportion.usecases.explain.owner import explain_owner, explain_pool, explain_resource
from apportion.usecases.ingest.ingest import ingest
from apportion.usecases.reports.report import report
from apportion.usecases.reports.review_topics import review
from apportion.usecases.runs.load_rules import rules_for
from apportion.usecases.runs.open_run import find, open_tables
from explained_ledger import PERIOD, charges, keep_books, line, plugs_for, write_bill

OWNERS = ("FIN-100", "CX", "OPS", "PLATFORM", "unallocated")
POOLS = ("support", "platform", "observability", "network", "lake", "queues", "topics")
RESOURCES = ("i-01", "i-02", "i-cx", "i-lost", "i-platform", "nat-1", "log-1", "i-eur")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    return keep_books(tmp_path_factory.mktemp("books"))[0]


def walk(branch: ExplanationNode) -> Iterator[ExplanationNode]:
    yield branch
    for inner in branch.children:
        yield from walk(inner)


def at(branch: ExplanationNode, *titles: str) -> ExplanationNode:
    """Follow titles down; each is the beginning of one."""
    for title in titles:
        (branch,) = (inner for inner in branch.children if inner.title.startswith(title))
    return branch


def owner(context: RunContext, name: str, **more: str) -> ExplanationNode:
    return explain_owner(context, period=PERIOD, owner=name, **more).root


def usd(root: ExplanationNode) -> ExplanationNode:
    return root if root.amount is not None else at(root, "USD")


def check_sums(root: ExplanationNode) -> int:
    """Check every branch against those under it; return their number."""
    checked = 0
    with localcontext(EXACT):
        for branch in walk(root):
            below = [inner for inner in branch.children if inner.amount is not None]
            if branch.amount is not None and below:
                assert branch.amount == sum(inner.amount or 0 for inner in below), branch.title
                assert {inner.currency for inner in below} == {branch.currency}
                checked += 1
    return checked


@pytest.mark.parametrize("biggest", [0, 2, 100])
def test_branches_add_up_to_their_parent_exactly(context: RunContext, biggest: int) -> None:
    checked = 0
    for name in OWNERS:
        found = explain_owner(context, period=PERIOD, owner=name, biggest=biggest)
        checked += check_sums(found.root)
    for name in POOLS:
        found = explain_pool(context, period=PERIOD, pool=name, biggest=biggest)
        checked += check_sums(found.root)
    for name in RESOURCES:
        found = explain_resource(context, period=PERIOD, resource=name, biggest=biggest)
        checked += check_sums(found.root)
    assert checked > 60


def test_an_owner_is_explained_to_the_amount_that_the_report_shows(context: RunContext) -> None:
    result = {
        (row["cost_center"], row["currency"]): (row["direct"], row["shared"], row["total"])
        for row in report(context, Question(PERIOD)).rows
    }
    explained = {}
    for name in OWNERS:
        root = owner(context, name)
        for branch in [root] if root.amount is not None else root.children:
            sides = {b.title: b.amount for b in branch.children if b.amount is not None}
            own = sides.get("direct cost", Decimal())
            shares = sides.get("shared cost", Decimal())
            if own or shares:
                explained[name, branch.currency] = (own, shares, branch.amount)
    assert explained == result
    with localcontext(EXACT):
        whole = sum(cost for (_, currency), (_, _, cost) in result.items() if currency == "USD")
        lines = sum(each["EffectiveCost"] for each in charges() if each["BillingCurrency"] == "USD")
    assert whole == lines


def test_own_charges_go_back_to_the_rule_and_its_line(context: RunContext) -> None:
    own = at(usd(owner(context, "CX")), "direct cost")
    by = {branch.title: (branch.amount, branch.place) for branch in own.children}
    assert by == {
        "by lookup accounts.csv": (Decimal(70), "rulebook/2026-01.yaml:10:9"),
        "by condition ServiceName = 'Amazon Connect'": (
            Decimal("44.4"),
            "rulebook/2026-01.yaml:11:9",
        ),
    }
    assert at(own, "by lookup").facts["lines"] == "accounts.csv:2"


def test_a_lookup_that_changed_within_the_month_is_right_on_each_day(context: RunContext) -> None:
    own = at(usd(owner(context, "OPS")), "direct cost")
    assert own.amount == 11
    assert at(own, "by lookup").facts["lines"] == "accounts.csv:3"
    assert at(own, "by lookup", "Amazon EC2").facts["days"] == "2026-09-02"


def test_the_biggest_resources_are_named_and_the_others_added_up(context: RunContext) -> None:
    root = explain_owner(context, period=PERIOD, owner="FIN-100", currency="usd", biggest=2).root
    ec2 = at(root, "direct cost", "by tag CostCenter", "Amazon EC2")
    assert [(branch.title, branch.amount) for branch in ec2.children] == [
        ("i-01", Decimal("150.15")),
        ("i-02", Decimal(30)),
        ("and 8 others", Decimal("36.000000000008")),
    ]
    assert ec2.children[0].facts["account"] == "000000000111 payments"


def test_an_alias_and_another_case_find_the_owner(context: RunContext) -> None:
    assert owner(context, "fin100") == owner(context, "FIN-100") == owner(context, "fin-100")


def test_currencies_stand_beside_each_other(context: RunContext) -> None:
    root = owner(context, "FIN-100")
    assert root.amount is None
    assert [branch.title for branch in root.children] == ["USD", "EUR"]
    assert owner(context, "FIN-100", currency="EUR").amount == 67
    with pytest.raises(NothingThereError, match=r"no GBP of FIN-100\. Available: USD, EUR"):
        owner(context, "FIN-100", currency="GBP")


def test_a_share_shows_its_rule_its_ratio_and_its_number(context: RunContext) -> None:
    lake = at(usd(owner(context, "FIN-100")), "shared cost", "pool lake")
    assert lake.amount == 6
    assert lake.place == "rulebook/2026-01.yaml:38:5"
    assert lake.facts == {
        "share": Decimal("0.3"),
        "ratio": "0 % to 75 %, by day",
        "pool total": Decimal(20),
        "where": "ServiceName = 'AWS Lake Formation'",
        "split": "by usage, drivers/queries.csv",
        "value": Decimal(3),
        "of total": Decimal(4),
        "driver": "drivers/queries.csv",
        "line": "drivers/queries.csv:2",
    }
    (holds,) = lake.children
    assert holds.title == "content of pool lake: 20.00 USD in total"
    assert [branch.amount for branch in holds.children] == [20]


def test_numbers_of_several_days_are_added_up(context: RunContext) -> None:
    lake = at(usd(owner(context, "CX")), "shared cost", "pool lake")
    result = {name: lake.facts[name] for name in ("value", "of total", "on days", "line")}
    assert result == {"value": 6, "of total": 9, "on days": 2, "line": "drivers/queries.csv:3"}


def test_pools_that_serve_each_other_show_each_way(context: RunContext) -> None:
    """Textbook: 20 % of each goes to the other, so 1/25 comes round; 400 and 100 are held."""
    platform = at(usd(owner(context, "FIN-100")), "shared cost", "pool platform")
    straight, through = at(platform, "directly"), at(platform, "through pool observability")
    assert platform.facts["ratio"] == "≈ 41.6667 % (5/12)"
    assert straight.facts == {
        "ratio": "31.25 % (5/16)",
        "passed on": "30 % (3/10)",
        "returns": "4 % (1/25)",
    }
    assert through.facts == {
        "ratio": "≈ 10.4167 % (5/48)",
        "passed on": "50 % (1/2)",
        "reaches pool": "20 % (1/5)",
        "returns": "4 % (1/25)",
    }
    assert straight.amount == Decimal("125.00000000003125")
    arrows = [branch.title for branch in at(platform, "steps of").children]
    assert arrows == [
        "platform → pool observability",
        "observability → pool platform",
        "platform → FIN-100",
        "observability → FIN-100",
    ]
    words = explain_owner(context, period=PERIOD, owner="FIN-100").messages
    assert any("that returns" in sentence for sentence in words)


def test_a_split_inside_a_dimension_is_reported_by_its_parts(context: RunContext) -> None:
    network = at(usd(owner(context, "FIN-100")), "shared cost", "pool network")
    parts = {b.title: b for b in network.children if b.amount is not None}
    assert list(parts) == ["in environment dev", "in environment prod"]
    dev = parts["in environment dev"]
    assert (dev.amount, dev.facts["ratio"], dev.facts["part of pool"]) == (6, "100 %", 6)


def test_kept_money_is_reported_to_be_kept(context: RunContext) -> None:
    shares = at(owner(context, "unallocated"), "shared cost")
    lake = at(shares, "pool lake")
    assert lake.facts["not split because"] == "drivers/queries.csv has no values for the day"
    stage = at(shares, "pool network", "in environment stage")
    assert stage.facts["not split because"] == "no eligible owner has a positive driver value"
    queues = at(shares, "pool queues", "kept with unallocated: these pools serve only each other")
    assert queues.amount == Decimal("1.5")


def test_an_owner_whose_cost_a_pool_passes_on_is_not_unknown(context: RunContext) -> None:
    root = owner(context, "PLATFORM")
    assert root.amount == 0
    (note,) = root.children
    assert note.title.startswith("excluded: 480.00 USD of this owner's charges")
    assert {branch.title: branch.amount for branch in note.children} == {
        "in pool platform": Decimal("400.0000000001"),
        "in pool observability": Decimal(80),
    }


def test_an_unknown_owner_gets_the_closest_name(context: RunContext) -> None:
    with pytest.raises(NothingThereError, match=r"no owner FIN-1000 in 2026-09.*mean FIN-100\?"):
        owner(context, "FIN-1000")


def test_a_pool_shows_what_comes_in_and_who_pays(context: RunContext) -> None:
    root = explain_pool(context, period=PERIOD, pool="Platform").root
    assert (root.title, root.amount) == ("pool platform, 2026-09", None)
    assert root.place == "rulebook/2026-01.yaml:27:5"
    assert at(root, "charges", "Amazon EC2", "i-platform").amount == Decimal("400.0000000001")
    handed = at(root, "received from other pools")
    assert at(handed, "from pool observability").amount == 20
    assert at(handed, "from pool observability").facts["ratio"] == "20 % (1/5)"
    paid = at(root, "paid by")
    assert {branch.title: branch.facts["ratio"] for branch in paid.children} == {
        "CX": "≈ 58.3333 % (7/12)",
        "FIN-100": "≈ 41.6667 % (5/12)",
    }
    line = at(root, "passed on", "platform → CX").facts["line"]
    assert line == "drivers/cpu.csv:3"


def test_a_pool_that_holds_nothing_reports_it(context: RunContext) -> None:
    found = explain_pool(context, period=PERIOD, pool="topics")
    assert found.messages[0] == "Pool topics has no charges in 2026-09."
    assert at(found.root, "received from other pools").amount == Decimal("1.5")


def test_an_unknown_pool_gets_the_closest_name(context: RunContext) -> None:
    with pytest.raises(NothingThereError, match=r"no pool netwrk in 2026-09.*mean network\?"):
        explain_pool(context, period=PERIOD, pool="netwrk")


def test_a_resource_shows_its_tags_its_values_and_its_line(context: RunContext) -> None:
    root = explain_resource(context, period=PERIOD, resource="i-lost").root
    (kind,) = root.children
    assert kind.title == "Amazon EC2, BoxUsage:m5.large, Usage"
    assert str(kind.facts["first line"]).endswith("focus.parquet row 17")
    assert at(kind, "tags as delivered").facts == {"CostCenter": "fin10"}
    value = at(kind, "cost_center = unallocated")
    assert value.facts["rejected value"] == "fin10"
    assert at(kind, "paid by unallocated").amount == Decimal("9.99")


def test_a_resource_in_a_pool_shows_who_pays(context: RunContext) -> None:
    root = explain_resource(context, period=PERIOD, resource="i-platform").root
    (kind,) = root.children
    assert at(kind, "cost_center = PLATFORM").facts["lines"] == "accounts.csv:4"
    assert at(kind, "in pool platform").place == "rulebook/2026-01.yaml:27:5"
    assert at(kind, "paid by CX").facts["ratio"] == "≈ 58.3333 % (7/12)"


def test_a_resource_is_found_by_how_its_id_ends(context: RunContext) -> None:
    assert explain_resource(context, period=PERIOD, resource="s3:::bucket").root.title.startswith(
        "arn:aws:s3:::bucket"
    )
    with pytest.raises(NothingThereError, match=r"ends with lost\. Available: i-lost, db-lost"):
        explain_resource(context, period=PERIOD, resource="lost")
    with pytest.raises(NothingThereError, match=r"no resource LOS in 2026-09\. Available: i-lost"):
        explain_resource(context, period=PERIOD, resource="LOS")


@pytest.mark.parametrize("wanted", ["' OR TRUE --", "%", "_", "\\", ""])
def test_user_input_never_becomes_sql(context: RunContext, wanted: str) -> None:
    with pytest.raises(NothingThereError):
        explain_resource(context, period=PERIOD, resource=wanted)
    with pytest.raises(NothingThereError):
        explain_owner(context, period=PERIOD, owner=wanted)


def test_an_earlier_run_is_explained_by_its_own_delivery(tmp_path: Path) -> None:
    context, first = keep_books(tmp_path, [line("10", ResourceId="i-1")])
    again = write_bill(tmp_path / "bill" / "focus.parquet", [line("12", ResourceId="i-2")])
    source = LocalFiles([again], scratch=tmp_path / "scratch")
    ingest(source, context, intent=Intent(replace=True))
    rules, _ = rules_for(Period.parse(PERIOD), tmp_path / "rulebook", tmp_path)
    assert rules is not None
    allocate(Period.parse(PERIOD), rules, context)
    path = ("direct cost", "by default", "Amazon EC2")
    before = at(owner(context, "unallocated", as_of=first.manifest.run), *path)
    assert [(b.title, b.amount) for b in before.children] == [("i-1", 10)]
    now = at(owner(context, "unallocated"), *path)
    assert [(b.title, b.amount) for b in now.children] == [("i-2", 12)]


def test_a_run_is_explained_by_the_owners_that_it_recorded(tmp_path: Path) -> None:
    """As if another version had read the tag differently: the record counts."""
    context, done = keep_books(tmp_path)
    run = _with_other_sources(context, done.manifest)
    found = explain_owner(plugs_for(tmp_path), period=PERIOD, owner="CX", as_of=run)
    own = at(found.root, "direct cost", "by lookup accounts.csv", "Amazon EC2")
    assert [branch.title for branch in own.children] == ["i-cx"]
    assert check_sums(found.root)


def _with_other_sources(context: RunContext, manifest: Manifest) -> str:
    """Record the run again as one that gave Amazon Connect to CX by the lookup."""
    owned = open_tables(find(context, period=PERIOD), context).owned
    source = "'lookup:accounts.csv' AS cost_center_source"
    query = f"SELECT * REPLACE ({source}) FROM {owned} WHERE cost_center = 'CX'"
    rest = f"SELECT * FROM {owned} WHERE cost_center <> 'CX'"
    with context.ledger.lock(wait=0):
        files = context.engine.write(
            Query.of(f"{query} UNION ALL {rest}", owned), context.ledger.new_folder("allocations")
        )
        snapshot = context.ledger.replace("allocations", period=PERIOD, bill="", files=files)
        snapshots = {**manifest.snapshots, "allocations": snapshot}
        context.ledger.record(replace(manifest, run="0therversion", snapshots=snapshots))
    return "0therversion"


def tables(context: RunContext) -> dict[str, Outcome]:
    return dict(review(context, period=PERIOD))


_ADD_OR_TAG = "Add account 000000000111 to accounts.csv or tag it with CostCenter."


def test_the_review_proposes_an_owner_for_what_has_none(context: RunContext) -> None:
    rows = tables(context)["unallocated"].rows
    result = {(r["SubAccountId"], r["ServiceName"]): (r["cost"], r["proposal"]) for r in rows}
    assert result == {
        ("000000000444", "Amazon EC2"): (
            Decimal("9.99"),
            "Correct 'fin10' to FIN-100, or add it to its aliases (rulebook/2026-01.yaml:14:7).",
        ),
        ("000000000444", "Amazon RDS"): (
            Decimal(5),
            "Add account 000000000444 to accounts.csv or tag it with CostCenter.",
        ),
        ("000000000111", "Amazon RDS"): (
            Decimal(3),
            f"{_ADD_OR_TAG} FIN-100 has 100 % of the account's allocated cost.",
        ),
    }


def test_the_review_shows_refused_values_with_the_closest(context: RunContext) -> None:
    (row,) = tables(context)["rejected"].rows
    assert (row["value"], row["closest"], row["cost"]) == ("fin10", "FIN-100", Decimal("9.99"))


def test_the_review_shows_pools_whose_shares_and_kept_money_add_up(context: RunContext) -> None:
    found = tables(context)
    with localcontext(EXACT):
        for pool in found["pools"].rows:
            key = (pool["pool"], pool["currency"])
            parts = [
                Decimal(str(row["cost"]))
                for table in ("shares", "kept")
                for row in found[table].rows
                if (row["pool"], row["currency"]) == key
            ]
            assert sum(parts) == pool["cost"], key
    assert {(r["pool"], r["cost"], r["reason"]) for r in found["kept"].rows} == {
        ("lake", Decimal(4), "drivers/queries.csv has no values for the day"),
        ("network", Decimal(2), "no eligible owner has a positive driver value"),
        ("queues", Decimal("1.5"), "these pools serve only each other"),
    }


def test_the_review_shows_numbers_with_their_lines(context: RunContext) -> None:
    arrows = {(r["pool"], r["target"]): r for r in tables(context)["drivers"].rows}
    cx = arrows["platform", "CX"]
    assert (cx["number"], cx["ratio"], cx["line"]) == (200, Decimal("0.5"), "drivers/cpu.csv:3")
    assert arrows["lake", "CX"]["ratio"] is None
    for outcome in tables(context).values():
        assert all(set(outcome.columns) == set(row) for row in outcome.rows)
