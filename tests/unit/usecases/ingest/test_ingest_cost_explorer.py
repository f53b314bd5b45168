"""Cost Explorer's amounts in the ledger: proved against totals of separate requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion import FindingsError, Outcome, Question, Workspace, open_workspace
from apportion.aws.cost_explorer import CostExplorer
from apportion.core.aws.cost_explorer.bill import bill_months, cuts
from apportion.core.aws.cost_explorer.query_names import by
from apportion.model.aws.cost_query import CostAnswer, CostLine, Metric
from apportion.model.errors.base import CostQueryError
from apportion.model.findings import cost_explorer as codes
from apportion.model.money import to_units
from cost_explorer_fake import Cost, FakeCostExplorer, client_of, serving
from soak import examples

PAYER, SHOP, LAKE = "111111111111", "000000000002", "333333333333"
RULEBOOK = """\
apportion: 1
effective: 2026-01
currency: USD
cost: EffectiveCost
dimensions:
  cost_center:
    from: [{tag: CostCenter}]
    default: unallocated
  project:
    from: [{tag: Project}]
    default: none
  state:
    from:
      - where: "x_Estimated = 'true' AND x_Source LIKE 'AWS Cost Explorer%'"
        value: estimated
    default: final
"""


def bill() -> list[Cost]:
    """Two months of three accounts; half of it tagged, some of it amortized."""
    tags = [{"CostCenter": "FIN-100", "Project": "atlas"}, {"CostCenter": "CX"}, {}]
    return [
        Cost(
            day,
            f"{n + 1}.0000000{n}",
            tags[n % 3],
            account=(PAYER, SHOP, LAKE)[n % 3],
            service=("Amazon S3", "AWS Lambda")[n % 2],
            metrics={"NetAmortizedCost": f"{n}.5"},
        )
        for day in (date(2026, 8, 1), date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 14))
        for n in range(6)
    ]


@pytest.fixture
def fake() -> FakeCostExplorer:
    names = {PAYER: "payer", SHOP: "shop"}
    return FakeCostExplorer(bill(), names=names, estimated_from=date(2026, 9, 1))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "apportion.toml").write_text("")
    (tmp_path / "rulebook").mkdir()
    (tmp_path / "rulebook" / "2026-01.yaml").write_text(RULEBOOK)
    return open_workspace(tmp_path)


Ingests = Callable[..., Outcome]


@pytest.fixture
def ingest(fake: FakeCostExplorer, workspace: Workspace) -> Iterator[Ingests]:
    def ingests(*names: str, payer: str = PAYER, budget: int = 100, **more: Any) -> Outcome:
        return workspace.ingest_costs(
            CostExplorer(client_of(endpoint), budget=budget),
            by=[by(name) for name in names],
            payer=payer,
            days=(date(2026, 8, 16), date(2026, 9, 15)),
            **more,
        )

    with serving(fake) as endpoint:
        yield ingests


def billed(fake: FakeCostExplorer, month: int) -> Decimal:
    return sum((Decimal(c.amount) for c in fake.costs if c.day.month == month), Decimal(0))


def test_whole_months_come_in_to_the_last_digit(fake: FakeCostExplorer, ingest: Ingests) -> None:
    done = ingest("service")
    assert [(row["period"], row["status"], row["BilledCost"]) for row in done.rows] == [
        ("2026-08", "recorded", billed(fake, 8)),
        ("2026-09", "recorded", billed(fake, 9)),
    ]
    assert {row["EffectiveCost"] for row in done.rows} == {Decimal(36)}
    # 30 days before 15 September begin in the middle of August, and the ledger keeps months.
    assert fake.calls[0][1]["TimePeriod"] == {"Start": "2026-08-01", "End": "2026-09-15"}
    assert done.messages == ("3 requests, 0.03 USD.",)
    assert codes.ESTIMATED in {finding.code for finding in done.findings}


def test_what_all_months_lack_is_one_finding(ingest: Ingests) -> None:
    lacks = [finding for finding in ingest("service").findings if finding.code.number[0] == "B"]
    assert [finding.place for finding in lacks] == ["2026-08 to 2026-09: Cost Explorer"] * 2
    assert lacks[1].subject.startswith("no columns ListCost, ContractedCost, ")


def test_the_same_answers_change_nothing(ingest: Ingests) -> None:
    ingest("service")
    assert {row["status"] for row in ingest("service").rows} == {"unchanged"}


def test_a_month_that_went_on_replaces_itself(fake: FakeCostExplorer, ingest: Ingests) -> None:
    ingest("service")
    fake.costs = [*fake.costs, Cost(date(2026, 9, 2), "1")]
    status = {row["period"]: row["status"] for row in ingest("service").rows}
    assert status == {"2026-08": "unchanged", "2026-09": "recorded"}


def test_two_tags_are_requested_account_by_account(ingest: Ingests, workspace: Workspace) -> None:
    done = ingest("tag:CostCenter", "tag:Project")
    assert done.messages == ("5 requests, 0.05 USD.",)
    workspace.allocate()
    wanted = Question("2026-08", by=("cost_center", "project", "SubAccountName"), cost="BilledCost")
    rows = workspace.report(wanted).rows
    assert {
        (row["cost_center"], row["project"], row["SubAccountName"]): row["total"] for row in rows
    } == {
        ("FIN-100", "atlas", "payer"): Decimal("10.00000006"),
        ("CX", "none", "shop"): Decimal("14.0000001"),
        ("unallocated", "none", None): Decimal("18.00000014"),
    }
    (proof,) = {row["difference"] for row in workspace.prove().rows}
    assert proof == 0


def test_rules_see_services_and_what_is_estimated(ingest: Ingests, workspace: Workspace) -> None:
    ingest("service")
    workspace.allocate()
    found = {}
    for month in ("2026-08", "2026-09"):
        rows = workspace.report(Question(month, by=("SubAccountId", "ServiceName", "state"))).rows
        assert {row["SubAccountId"] for row in rows} == {PAYER, SHOP, LAKE}
        assert {row["ServiceName"] for row in rows} == {"Amazon S3", "AWS Lambda"}
        found[month] = {row["state"] for row in rows}
    assert found == {"2026-08": {"final"}, "2026-09": {"estimated"}}


def test_a_month_that_a_full_bill_holds_is_not_counted_twice(
    ingest: Ingests, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "export.csv").write_text(
        "BillingAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,SubAccountId,"
        "BilledCost,EffectiveCost,ListCost,ContractedCost\n"
        f"{PAYER},USD,2026-08-01T00:00:00Z,2026-08-01T00:00:00Z,{SHOP},1,1,1,1\n"
    )
    workspace.ingest([tmp_path / "export.csv"])
    with pytest.raises(FindingsError, match="L003"):
        ingest("service")
    # One takes the place of the other where the bill to replace is named.
    assert ingest("service", bill=PAYER).rows[0]["status"] == "recorded"


def test_what_is_not_the_whole_is_not_taken_in(
    fake: FakeCostExplorer, ingest: Ingests, workspace: Workspace
) -> None:
    fake.lost = Decimal("0.02")
    with pytest.raises(FindingsError, match="C001"):
        ingest("service")
    assert workspace.held().rows == ()


def test_a_tag_that_is_not_known_is_reported(ingest: Ingests) -> None:
    done = ingest("tag:Owner", "tag:Project")
    result = [each.subject for each in done.findings if each.code is codes.NEVER_SEEN]
    assert result == ["tag Owner"]


def test_nothing_is_nothing(fake: FakeCostExplorer, ingest: Ingests) -> None:
    fake.costs = []
    done = ingest("service")
    assert done.rows == ()
    assert done.messages == ("There was nothing to ingest.", "3 requests, 0.03 USD.")


def test_three_names_are_too_many(ingest: Ingests, fake: FakeCostExplorer) -> None:
    with pytest.raises(CostQueryError, match="two at most in addition to the account, found 3"):
        ingest("service", "tag:Project", "region")
    assert fake.calls == []


def line(day: int, keys: tuple[str, ...], amount: str) -> CostLine:
    amounts = dict.fromkeys(Metric, Decimal(amount))
    return CostLine(date(2026, 9, day), keys, amounts, "USD", estimated=False)


def months_of(stated: list[CostLine], lines: list[CostLine]) -> Any:
    accounts = CostAnswer(tuple(stated))
    (cut,) = cuts([by("service")], accounts, date(2026, 9, 1), date(2026, 9, 30))
    answers = [(cut, CostAnswer(tuple(lines)))]
    (month,) = bill_months([by("service")], accounts, answers, payer=PAYER)
    return month


def test_what_aws_rounds_away_is_a_line_of_its_own() -> None:
    month = months_of(
        [line(1, (SHOP,), "10.0000000002")],
        [line(1, (SHOP, "S3"), "4.0000000003"), line(1, (SHOP, "EC2"), "6")],
    )
    *_, last = month.rows
    assert last["ChargeDescription"] == "Rounded by Cost Explorer"
    assert (last["BilledCost"], last["SubAccountId"]) == (Decimal("-0.0000000001"), SHOP)
    (finding,) = month.findings
    assert (finding.code, finding.amount) == (codes.PARTS_ROUNDED, Decimal("-0.0000000001"))
    assert month.stated[0].lines == len(month.rows) == 3


@pytest.mark.parametrize("lines", [[], [line(2, (SHOP, "S3"), "10")], [line(1, ("9", "S3"), "10")]])
def test_a_line_too_few_or_elsewhere_is_a_finding(lines: list[CostLine]) -> None:
    month = months_of([line(1, (SHOP,), "10")], lines)
    assert {finding.code for finding in month.findings} == {codes.PARTS_DIFFER}


AMOUNTS = st.integers(-(10**13), 10**13).map(lambda units: f"{Decimal(units).scaleb(-10):f}")
PLACES = st.tuples(st.integers(1, 3), st.sampled_from([PAYER, SHOP]), st.sampled_from("ab"))


@settings(max_examples=examples(15), deadline=None)
@given(st.dictionaries(PLACES, AMOUNTS, min_size=1, max_size=12))
def test_lines_are_what_is_stated(amounts: dict[tuple[int, str, str], str]) -> None:
    lines = [
        line(day, (account, name), amounts[day, account, name]) for day, account, name in amounts
    ]
    sums: dict[tuple[int, str], Decimal] = {}
    for each in lines:
        at = each.start.day, each.keys[0]
        sums[at] = sums.get(at, Decimal(0)) + each.amounts[Metric.UNBLENDED]
    month = months_of(
        [line(day, (account,), str(sums[day, account])) for day, account in sums], lines
    )
    assert month.findings == ()
    for stated in month.stated:
        own = [row for row in month.rows if row["SubAccountId"] == stated.sub_account]
        assert stated.lines == len(own)
        assert stated.units[0] == sum(to_units(row["BilledCost"]) for row in own)
