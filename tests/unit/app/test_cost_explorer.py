"""The two functions of the usual script: no cost is lost, and what is left out is reported."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion import CostCenterCosts, FindingsError, allocate_costs, export_to_csv
from apportion.core.aws.cost_explorer.query_names import by, last_days, metric
from apportion.model.errors.base import CostQueryError
from apportion.model.findings import cost_explorer as codes
from cost_explorer_fake import Cost, FakeCostExplorer, client_of, serving
from soak import examples

TODAY = date(2026, 9, 15)
YESTERDAY = date(2026, 9, 14)

Asks = Callable[..., CostCenterCosts]


@pytest.fixture
def fake() -> FakeCostExplorer:
    return FakeCostExplorer([])


@pytest.fixture
def client(fake: FakeCostExplorer) -> Iterator[Any]:
    with serving(fake) as endpoint:
        yield client_of(endpoint)


@pytest.fixture
def ask(client: Any) -> Asks:
    def asks(cost_center: str = "FIN-100", **more: Any) -> CostCenterCosts:
        return allocate_costs(cost_center, **{"client": client, "today": TODAY, **more})

    return asks


def spent_on(
    center: str | None, project: str | None = None, amount: str = "1", ago: int = 1
) -> Cost:
    tags = {"CostCenter": center, "Project": project}
    day = TODAY - timedelta(days=ago)
    return Cost(day, amount, {key: value for key, value in tags.items() if value is not None})


def test_daily_cost_by_project_of_the_last_thirty_days(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [
        spent_on("FIN-100", "atlas", "1.25", ago=0),  # today is not over
        spent_on("FIN-100", "hermes", "10.0000000001", ago=1),
        spent_on("FIN-100", "atlas", "2.5", ago=1),
        spent_on("FIN-100", None, "0.0000000001", ago=30),
        spent_on("FIN-100", "atlas", "7", ago=31),
    ]
    costs = ask()
    assert [(each.day, each.project, each.cost) for each in costs.days] == [
        (date(2026, 8, 16), "(untagged)", Decimal("0.0000000001")),
        (YESTERDAY, "atlas", Decimal("2.5")),
        (YESTERDAY, "hermes", Decimal("10.0000000001")),
    ]
    assert costs.total == costs.whole == Decimal("12.5000000002")
    assert (costs.left_out, costs.difference, costs.findings) == ((), 0, ())
    assert str(costs.spent) == "4 requests, 0.04 USD"


def test_the_classic_script_reads_the_result_unchanged(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [
        spent_on("FIN-100", "hermes", "10.0000000001"),
        spent_on("FIN-100", "atlas", "2.5"),
        spent_on("FIN-100", None, "-1"),
        spent_on("CX", "atlas", "3"),
    ]
    allocate_costs = ask
    result = []
    for day in allocate_costs("FIN-100"):
        for group in day["Groups"]:
            date_ = day["TimePeriod"]["Start"]
            amount = group["Metrics"]["BlendedCost"]["Amount"]
            result.append((date_, group["Keys"][0], float(amount), amount))
    assert result == [
        ("2026-09-14", "Project$", -1, "-1"),
        ("2026-09-14", "Project$atlas", 2.5, "2.5"),
        ("2026-09-14", "Project$hermes", 10.0000000001, "10.0000000001"),
    ]
    costs = ask("FIN-100", metric="NetAmortizedCost")
    assert (len(costs), costs[0]["Groups"]) == (30, [])
    assert costs[-1]["TimePeriod"] == {"Start": "2026-09-14", "End": "2026-09-15"}
    assert {m["Unit"] for group in costs[-1]["Groups"] for m in group["Metrics"].values()} == {
        "USD"
    }
    assert (costs.total, costs.total_left_out, costs.difference) == (Decimal("11.5000000001"), 3, 0)


def test_what_the_filter_drops_is_reported_in_money(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [
        spent_on("FIN-100", "atlas", "10"),
        spent_on("CX", "atlas", "3"),
        spent_on("OPS", None, "5"),
        spent_on("OPS", None, "-1", ago=2),
        spent_on("", None, "0.5"),  # a tag that is there, and empty
        spent_on(None, "atlas", "2.25"),
        spent_on(None, None, "100"),
    ]
    costs = ask()
    assert [(each.cost_center, each.cost) for each in costs.left_out] == [
        ("(untagged)", Decimal("102.25")),
        ("OPS", 4),
        ("CX", 3),
        ("(empty)", Decimal("0.5")),
    ]
    assert (costs.total, costs.total_left_out) == (10, Decimal("109.75"))
    assert (costs.whole, costs.difference) == (Decimal("119.75"), 0)
    assert str(costs) == (
        "FIN-100: 10.00 of 119.75 USD, UnblendedCost. Left out: 109.75 ((untagged) 102.25, "
        "OPS 4.00, CX 3.00, (empty) 0.50). Difference 0.00."
    )


def test_the_metric_is_a_choice(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [
        Cost(YESTERDAY, "10", {"CostCenter": "FIN-100"}, metrics={"NetAmortizedCost": "7.5"})
    ]
    assert ask().total == 10
    assert ask(metric="NetAmortizedCost").total == Decimal("7.5")
    assert ask(metric="net-amortized").whole == Decimal("7.5")
    with pytest.raises(CostQueryError, match=r"UnblendedCost, .* found 'Listed'"):
        ask(metric="Listed")


def test_other_keys_and_days(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [
        Cost(TODAY - timedelta(days=ago), "1", {"team": "a", "app": "x"}) for ago in (1, 2, 7, 8)
    ]
    costs = ask("a", days=7, tag_key="team", by="app")
    assert [(each.day.day, each.project) for each in costs.days] == [(8, "x"), (13, "x"), (14, "x")]


def test_money_under_other_spellings_is_reported(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [
        spent_on("FIN-100", "a", "10"),
        spent_on("fin100", "a", "3"),
        spent_on("Fin 100", "a", "4"),
    ]
    (finding,) = ask().findings
    assert finding.code is codes.OTHER_SPELLINGS
    assert (finding.amount, finding.found) == (7, "Fin 100 and fin100")


def test_a_cost_centre_without_cost_gets_a_guess(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [spent_on("FINANCE", "a"), spent_on("CX", "a")]
    (finding,) = ask("FINACE").findings
    assert finding.code is codes.NO_COST
    assert finding.remedy == "Did you mean FINANCE?"


@pytest.mark.parametrize(
    ("cost", "subject"),
    [(spent_on(None, "atlas"), "tag CostCenter"), (spent_on("FIN-100"), "tag Project")],
)
def test_a_tag_that_aws_does_not_know_is_reported(
    fake: FakeCostExplorer, ask: Asks, cost: Cost, subject: str
) -> None:
    fake.costs = [cost]
    (finding,) = ask().findings
    assert (finding.code, finding.subject) == (codes.NEVER_SEEN, subject)


def test_estimates_are_reported_and_kept_apart(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs = [spent_on("FIN-100", "a", ago=20), spent_on("FIN-100", "a", ago=1)]
    fake.estimated_from = date(2026, 9, 1)
    costs = ask()
    assert [each.estimated for each in costs.days] == [False, True]
    (finding,) = costs.findings
    assert (finding.code, finding.subject) == (codes.ESTIMATED, "14 days, the first 2026-09-01")


def test_parts_that_are_not_the_whole_are_a_finding_and_no_file(
    fake: FakeCostExplorer, ask: Asks, client: Any, tmp_path: Path
) -> None:
    fake.costs, fake.lost = [spent_on("FIN-100", "a", "10")], Decimal("0.01")
    costs = ask()
    (finding,) = costs.findings
    assert (finding.code, finding.amount) == (codes.PARTS_DIFFER, Decimal("-0.01"))
    assert (finding.expected, finding.found, finding.currency) == ("10.01", "10.00", "USD")
    assert costs.difference == Decimal("0.01")
    with pytest.raises(FindingsError, match="C001"):
        export_to_csv("FIN-100", tmp_path / "fin.csv", client=client, today=TODAY)
    assert list(tmp_path.iterdir()) == []


def test_the_rounding_of_aws_is_a_notice(fake: FakeCostExplorer, ask: Asks) -> None:
    fake.costs, fake.lost = [spent_on("FIN-100", "a", "10")], Decimal("-0.0000000003")
    (finding,) = ask().findings
    assert (finding.code, finding.amount) == (codes.PARTS_ROUNDED, Decimal("0.0000000003"))


def test_export_writes_three_columns_and_every_digit(
    fake: FakeCostExplorer, client: Any, tmp_path: Path
) -> None:
    fake.page = 2
    fake.costs = [
        spent_on("FIN-100", '=HYPERLINK("x")', "0.0000000001", ago=2),
        spent_on("FIN-100", "a$b,c", "-1234.56789", ago=1),
        spent_on("FIN-100", None, "3", ago=1),
    ]
    path = tmp_path / "fin.csv"
    costs = export_to_csv("FIN-100", path, client=client, today=TODAY)
    assert path.read_text().splitlines()[0] == "Date,Project,Cost"
    with path.open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert rows == [
        ["2026-09-13", '\'=HYPERLINK("x")', "0.0000000001"],
        ["2026-09-14", "(untagged)", "3.00"],
        ["2026-09-14", "a$b,c", "-1234.56789"],
    ]
    assert sum(Decimal(row[2]) for row in rows) == costs.total
    assert [file.name for file in tmp_path.iterdir()] == ["fin.csv"]


def test_export_of_nothing_has_its_header(client: Any, tmp_path: Path) -> None:
    costs = export_to_csv("FIN-100", str(tmp_path / "fin.csv"), client=client, today=TODAY)
    assert (tmp_path / "fin.csv").read_text() == "Date,Project,Cost\n"
    assert (costs.total, costs.whole) == (0, 0)


CENTERS = st.sampled_from(["FIN-100", "CX", "", None])
AMOUNTS = st.integers(-(10**14), 10**14).map(lambda units: f"{Decimal(units).scaleb(-10):f}")


@settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    costs=st.lists(
        st.builds(
            spent_on, CENTERS, st.sampled_from(["a", "b", "", None]), AMOUNTS, st.integers(1, 30)
        ),
        max_size=30,
    ),
    page=st.integers(10, 40),
)
def test_every_cent_is_in_the_centre_or_left_out(
    fake: FakeCostExplorer, ask: Asks, costs: list[Cost], page: int
) -> None:
    fake.costs, fake.page = costs, page
    done = ask()
    assert done.difference == 0
    assert done.whole == sum(Decimal(cost.amount) for cost in costs)
    own = [cost for cost in costs if cost.tags.get("CostCenter") == "FIN-100"]
    assert done.total == sum(Decimal(cost.amount) for cost in own)
    assert not {codes.PARTS_DIFFER, codes.PARTS_ROUNDED} & {each.code for each in done.findings}


@pytest.mark.parametrize("days", [0, -1, 396])
def test_days_that_cost_explorer_does_not_have(days: int) -> None:
    with pytest.raises(CostQueryError, match=f"1 to 395, found {days}"):
        last_days(days, TODAY)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("service", "service"),
        ("ACCOUNT", "account"),
        ("usage-type", "usage-type"),
        ("tag:Project", "tag:Project"),
        ("Tag: cost center ", "tag:cost center"),
        ("tag:aws:createdBy", "tag:aws:createdBy"),
        ("category:Team", "category:Team"),
    ],
)
def test_names_to_group_by(word: str, written: str) -> None:
    assert str(by(word)) == written


@pytest.mark.parametrize(("word", "guess"), [("servce", "service"), ("Project", "tag:Project")])
def test_a_name_that_is_none_gets_a_guess(word: str, guess: str) -> None:
    with pytest.raises(CostQueryError, match=guess):
        by(word)


def test_metrics_have_short_names() -> None:
    assert metric("blended") == metric("BLENDEDCOST") == "BlendedCost"
