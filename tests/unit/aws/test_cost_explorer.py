"""Cost Explorer's client against a server: pages, prices, budgets, refusals, and bad days."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apportion.aws.api_calls import ATTEMPTS
from apportion.aws.connect import cost_explorer_client
from apportion.aws.cost_explorer import CostExplorer
from apportion.aws.cost_explorer_json import value_of
from apportion.aws.response_cache import ResponseCache
from apportion.model.aws.cost_query import (
    ACCOUNT,
    SERVICE,
    By,
    CostQuery,
    Equals,
    GroupKind,
    Metric,
)
from apportion.model.errors.base import (
    AwsBusyError,
    AwsCredentialsError,
    AwsDeniedError,
    AwsError,
    AwsRefusedError,
    AwsUnreachableError,
    RequestBudgetError,
)
from apportion.model.question import Granularity
from cost_explorer_fake import (
    CALLER,
    EXPIRED,
    THROTTLED,
    Cost,
    FakeCostExplorer,
    RefusedError,
    client_of,
    serving,
)

START, END = date(2026, 9, 1), date(2026, 9, 4)
PROJECT = By(GroupKind.TAG, "Project")
BY_PROJECT = CostQuery(START, END, by=(PROJECT,))
NOW = datetime(2026, 9, 4, 12, tzinfo=UTC)


def bill() -> list[Cost]:
    """Three days of two projects and of something that carries no tag."""
    return [
        Cost(date(2026, 9, day), f"{day}.0000000001", tags)
        for day in (1, 2, 3)
        for tags in ({"Project": "atlas"}, {"Project": "hermes"}, {})
    ]


class Asking:
    """A client of ours before a server of our own; it waits by writing down how long."""

    def __init__(self, fake: FakeCostExplorer, endpoint: str) -> None:
        self.fake = fake
        self.endpoint = endpoint
        self.waited: list[float] = []

    def explorer(self, *, budget: int = 100, answers: ResponseCache | None = None) -> CostExplorer:
        client = client_of(self.endpoint)
        return CostExplorer(client, budget=budget, answers=answers, sleep=self.waited.append)


@pytest.fixture
def asking() -> Iterator[Asking]:
    fake = FakeCostExplorer(bill())
    with serving(fake) as endpoint:
        yield Asking(fake, endpoint)


@pytest.mark.parametrize("page", [1, 2, 4, 1000])
def test_pages_are_followed_however_small_they_are(asking: Asking, page: int) -> None:
    asking.fake.page = page
    explorer = asking.explorer()
    lines = explorer.query(BY_PROJECT).lines
    assert [(line.start.day, line.keys) for line in lines] == [
        (day, (project,)) for day in (1, 2, 3) for project in ("", "atlas", "hermes")
    ]
    amounts = [line.amounts[Metric.UNBLENDED] for line in lines]
    assert sum(amounts) == Decimal("18.0000000009")
    assert explorer.spent.requests == -(-9 // page)


def test_every_metric_comes_in_one_request(asking: Asking) -> None:
    asking.fake.costs = [Cost(START, "10", metrics={"NetAmortizedCost": "7.5", "BlendedCost": "9"})]
    explorer = asking.explorer()
    (line, *_) = explorer.query(CostQuery(START, END)).lines
    assert line.amounts == {
        Metric.UNBLENDED: 10,
        Metric.NET_UNBLENDED: 10,
        Metric.AMORTIZED: 10,
        Metric.NET_AMORTIZED: Decimal("7.5"),
        Metric.BLENDED: 9,
    }
    assert str(explorer.spent) == "1 request, 0.01 USD"


def test_the_price_is_a_cent_for_each_page(asking: Asking) -> None:
    asking.fake.page = 1
    explorer = asking.explorer()
    explorer.query(BY_PROJECT)
    explorer.query(CostQuery(START, END, by=(PROJECT, ACCOUNT)))
    assert explorer.spent.requests == len(asking.fake.calls) == 18
    assert str(explorer.spent) == "18 requests, 0.18 USD"


def test_the_end_is_exclusive(asking: Asking) -> None:
    (line,) = asking.explorer().query(CostQuery(START, START + timedelta(days=1))).lines
    assert (line.start, line.amounts[Metric.UNBLENDED]) == (START, Decimal("3.0000000003"))


def test_months_and_names_of_accounts(asking: Asking) -> None:
    asking.fake.costs = [Cost(START, "1", account="000000000001"), Cost(date(2026, 8, 31), "2")]
    asking.fake.names = {"000000000001": "shop"}
    asking.fake.estimated_from = START
    query = CostQuery(date(2026, 8, 15), END, by=(ACCOUNT, SERVICE), granularity=Granularity.MONTH)
    answer = asking.explorer().query(query)
    assert [(line.start, line.keys[0], line.estimated) for line in answer.lines] == [
        (date(2026, 8, 15), "111111111111", False),
        (START, "000000000001", True),
    ]
    assert answer.names == {"000000000001": "shop"}


@pytest.mark.parametrize(
    ("by", "key", "value"),
    [
        (PROJECT, "Project$atlas", "atlas"),
        (PROJECT, "Project$", ""),
        (PROJECT, "Project$a$b$", "a$b$"),
        (By(GroupKind.CATEGORY, "Team"), "Team$x", "x"),
        (SERVICE, "Cost$ly", "Cost$ly"),
    ],
)
def test_values_begin_after_the_first_dollar(by: By, key: str, value: str) -> None:
    assert value_of(by, key) == value


def test_a_page_that_became_invalid_starts_the_answer_again_once(asking: Asking) -> None:
    asking.fake.page, asking.fake.spoiled = 4, 1
    explorer = asking.explorer()
    assert len(explorer.query(BY_PROJECT).lines) == 9
    assert explorer.spent.requests == 2 + 3


def test_pages_that_stay_invalid_end_in_a_sentence(asking: Asking) -> None:
    asking.fake.page, asking.fake.spoiled = 4, 9
    with pytest.raises(AwsRefusedError, match=r"pages of the response changed twice"):
        asking.explorer().query(BY_PROJECT)
    assert len(asking.fake.calls) == 4


def test_throttling_slows_down_and_goes_on(asking: Asking) -> None:
    asking.fake.page = 1
    asking.fake.faults = [THROTTLED, THROTTLED]
    explorer = asking.explorer()
    assert len(explorer.query(BY_PROJECT).lines) == 9
    assert explorer.spent.requests == 9 + 2
    # One second, two, and then closer and closer together as requests go well.
    assert asking.waited == [1, 2, 1, 0.5, 0.25]


def test_throttling_without_end_is_given_up(asking: Asking) -> None:
    asking.fake.faults = [THROTTLED] * 20
    with pytest.raises(AwsBusyError, match=r"failed 6 times: Rate exceeded"):
        asking.explorer().query(BY_PROJECT)
    assert len(asking.fake.calls) == ATTEMPTS == 6
    assert asking.waited == [1, 2, 4, 8, 16]


def test_a_failure_of_the_server_is_tried_again(asking: Asking) -> None:
    asking.fake.faults = [RefusedError("InternalFailure", "oh", 500)]
    assert len(asking.explorer().query(BY_PROJECT).lines) == 9


def test_a_budget_refuses_before_the_request_that_would_exceed_it(asking: Asking) -> None:
    asking.fake.page = 2
    explorer = asking.explorer(budget=3)
    with pytest.raises(RequestBudgetError, match=r"budget of 3; 3 requests, 0.03 USD so far"):
        explorer.query(BY_PROJECT)
    assert len(asking.fake.calls) == 3


def test_throttled_requests_are_within_the_budget_too(asking: Asking) -> None:
    asking.fake.faults = [THROTTLED] * 20
    with pytest.raises(RequestBudgetError):
        asking.explorer(budget=2).query(BY_PROJECT)
    assert len(asking.fake.calls) == 2


def test_access_denied_names_the_statement_and_the_role(asking: Asking) -> None:
    asking.fake.denied = {"GetCostAndUsage"}
    with pytest.raises(AwsDeniedError) as raised:
        asking.explorer().query(BY_PROJECT)
    message = str(raised.value)
    assert message.startswith(f"{CALLER} may not call ce:GetCostAndUsage. ")
    assert '{"Effect": "Allow", "Action": "ce:GetCostAndUsage", "Resource": "*"}' in message
    assert len(asking.fake.calls) == 1


def test_what_is_denied_outright_is_not_to_be_allowed(asking: Asking) -> None:
    why = f"User: {CALLER} is not authorized to perform: ce:GetTags with an explicit deny in a "
    asking.fake.faults = [RefusedError("AccessDeniedException", f"{why}service control policy")]
    with pytest.raises(AwsDeniedError, match="A policy denies it explicitly") as raised:
        asking.explorer().tags(START, END)
    assert "Effect" not in str(raised.value)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (EXPIRED, "The AWS credentials have expired. Sign in again"),
        (
            RefusedError("UnrecognizedClientException", "The security token is invalid."),
            r"AWS does not accept the credentials \(UnrecognizedClientException\)",
        ),
        (
            RefusedError("InvalidSignatureException", "Signature expired: x is now earlier than y"),
            "Set this machine's clock",
        ),
    ],
)
def test_credentials_that_are_not_taken_are_one_sentence(
    asking: Asking, fault: RefusedError, sentence: str
) -> None:
    asking.fake.faults = [fault]
    with pytest.raises(AwsCredentialsError, match=sentence):
        asking.explorer().query(BY_PROJECT)
    assert len(asking.fake.calls) == 1


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        (
            RefusedError("AccessDeniedException", "User not enabled for cost explorer access"),
            "Open Cost Explorer once",
        ),
        (RefusedError("DataUnavailableException", "no data"), "are enabled"),
        (RefusedError("BillExpirationException", "too old"), "thirteen months"),
        (RefusedError("ValidationException", "bad\nlong dump"), "bad"),
    ],
)
def test_other_refusals_carry_their_remedy(
    asking: Asking, fault: RefusedError, remedy: str
) -> None:
    asking.fake.faults = [fault]
    with pytest.raises(AwsRefusedError, match=remedy) as raised:
        asking.explorer().query(BY_PROJECT)
    assert "long dump" not in str(raised.value)


def test_no_answer_is_a_sentence(asking: Asking) -> None:
    client = client_of("http://127.0.0.1:9")  # the port of "discard": nobody listens
    explorer = CostExplorer(client, budget=100, sleep=asking.waited.append)
    with pytest.raises(AwsUnreachableError, match="No answer to ce:GetCostAndUsage"):
        explorer.query(BY_PROJECT)
    assert explorer.spent.requests == ATTEMPTS


def test_no_secret_is_in_any_sentence(asking: Asking) -> None:
    secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
    faults = [EXPIRED, RefusedError("AccessDenied", "no"), RefusedError("Odd", "what")]
    for fault in faults:
        asking.fake.faults = [fault]
        client = client_of(asking.endpoint, secret=secret)
        with pytest.raises(AwsError) as raised:
            CostExplorer(client, budget=9).query(BY_PROJECT)
        # Nor may boto3's own error hang on it, whose response has the headers.
        assert raised.value.__suppress_context__
        assert raised.value.__cause__ is None
        assert secret not in f"{raised.value!s}{raised.value!r}"


def test_an_amount_that_is_none_is_refused(asking: Asking) -> None:
    asking.fake.costs = [Cost(START, "NaN")]
    with pytest.raises(AwsRefusedError, match="UnblendedCost is 'NaN'"):
        asking.explorer().query(BY_PROJECT)


def test_a_profile_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(AwsCredentialsError, match=r"no-such-profile.*list-profiles"):
        cost_explorer_client("no-such-profile")


def test_tags_come_page_by_page(asking: Asking) -> None:
    asking.fake.page = 1
    explorer = asking.explorer()
    assert explorer.tags(START, END, key="Project") == ["", "atlas", "hermes"]
    assert explorer.tags(START, END) == ["Project"]
    assert str(explorer.spent) == "4 requests, 0.04 USD"


def test_single_resources(asking: Asking) -> None:
    asking.fake.costs = [Cost(START, "2", resource="i-1"), Cost(START, "3", service="Amazon S3")]
    query = CostQuery(
        START,
        END,
        by=(By(GroupKind.DIMENSION, "RESOURCE_ID"),),
        where=Equals(SERVICE, ("Amazon Elastic Compute Cloud - Compute",)),
        resources=True,
    )
    (line,) = asking.explorer().query(query).lines
    assert (line.keys, line.amounts[Metric.UNBLENDED]) == (("i-1",), 2)
    assert [action for action, _ in asking.fake.calls] == ["GetCostAndUsageWithResources"]


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


def kept(folder: Path, clock: Clock, *, whose: str = "anna") -> ResponseCache:
    return ResponseCache(folder / "answers", identity=whose, keep=timedelta(hours=8), now=clock)


def test_the_same_question_within_hours_costs_nothing(asking: Asking, tmp_path: Path) -> None:
    asking.fake.page = 2
    clock = Clock()
    first = asking.explorer(answers=kept(tmp_path, clock)).query(BY_PROJECT)
    clock.time += timedelta(hours=7, minutes=59)
    explorer = asking.explorer(answers=kept(tmp_path, clock))
    assert explorer.query(BY_PROJECT) == first
    assert str(explorer.spent) == "0 requests, 0.00 USD, 1 kept from earlier"
    clock.time += timedelta(minutes=1)
    explorer.query(BY_PROJECT)
    assert explorer.spent.requests == 5


def test_only_the_very_same_question_is_answered_from_what_is_kept(
    asking: Asking, tmp_path: Path
) -> None:
    clock = Clock()
    asking.explorer(answers=kept(tmp_path, clock)).query(BY_PROJECT)
    others = [
        CostQuery(START, END),
        CostQuery(START, END, by=(By(GroupKind.TAG, "project"),)),
        CostQuery(START, END, by=(PROJECT,), granularity=Granularity.MONTH),
        CostQuery(START, END, by=(PROJECT,), where=Equals(SERVICE, ("Amazon S3",))),
    ]
    explorer = asking.explorer(answers=kept(tmp_path, clock))
    for query in others:
        explorer.query(query)
    assert explorer.spent.requests == len(others)
    stranger = asking.explorer(answers=kept(tmp_path, clock, whose="bertram"))
    stranger.query(BY_PROJECT)
    assert stranger.spent.requests == 1


def test_an_answer_cut_off_by_an_error_is_not_kept(asking: Asking, tmp_path: Path) -> None:
    asking.fake.page = 4
    clock = Clock()
    with pytest.raises(RequestBudgetError):
        asking.explorer(budget=2, answers=kept(tmp_path, clock)).query(BY_PROJECT)
    assert not (tmp_path / "answers").exists()


def _damage(file: Path) -> None:
    file.write_text(file.read_text().replace("1.0000000001", "9.0000000001"))


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def _swap(file: Path) -> None:
    file.write_text(file.read_text().replace('"Project"', '"Another"'))


def _blank(file: Path) -> None:
    file.write_text("[]")


@pytest.mark.parametrize("harm", [_damage, _cut, _swap, _blank])
def test_what_is_damaged_is_requested_again(asking: Asking, tmp_path: Path, harm: Any) -> None:
    clock = Clock()
    first = asking.explorer(answers=kept(tmp_path, clock)).query(BY_PROJECT)
    (file,) = (tmp_path / "answers").iterdir()
    before = file.read_bytes()
    harm(file)
    assert file.read_bytes() != before
    explorer = asking.explorer(answers=kept(tmp_path, clock))
    assert explorer.query(BY_PROJECT) == first
    assert explorer.spent.requests == 1


def test_an_answer_of_the_future_is_requested_again(asking: Asking, tmp_path: Path) -> None:
    clock = Clock()
    asking.explorer(answers=kept(tmp_path, clock)).query(BY_PROJECT)
    clock.time -= timedelta(seconds=1)
    explorer = asking.explorer(answers=kept(tmp_path, clock))
    explorer.query(BY_PROJECT)
    assert explorer.spent.requests == 1


def test_kept_answers_are_for_their_owner_alone(asking: Asking, tmp_path: Path) -> None:
    asking.explorer(answers=kept(tmp_path, Clock())).query(BY_PROJECT)
    (file,) = (tmp_path / "answers").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "answers").stat().st_mode & 0o077 == 0


def test_without_boto3_the_error_names_the_extra() -> None:
    script = (
        "import sys; sys.modules['boto3'] = None\n"
        "import apportion\n"
        "try: apportion.allocate_costs('FIN-100')\n"
        "except apportion.WrongUseError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "This command needs boto3. Install it with pip install 'apportion[aws]'.\n"
    )


def test_several_servers_stand_side_by_side() -> None:
    fakes = [FakeCostExplorer([Cost(START, str(n))]) for n in (1, 2)]
    with ExitStack() as open_now:
        ends = [open_now.enter_context(serving(fake)) for fake in fakes]
        found = [
            CostExplorer(client_of(end), budget=1).query(BY_PROJECT).lines[0].amounts
            for end in ends
        ]
    assert [amounts[Metric.UNBLENDED] for amounts in found] == [1, 2]
