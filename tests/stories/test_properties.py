"""Whatever the bill, the rulebook and its graph of pools: every cent once, and nothing by chance.

The runs are the real ones, on real files and DuckDB; only the ledger is a plain folder.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from any_bill import PERIOD, Line, Rules, amounts, bills, rulebooks
from apportion.engines.duckdb import DuckDB
from apportion.model.delivery import Intent
from apportion.model.errors.base import FindingsError
from apportion.model.findings.finding import failing
from apportion.model.findings.splits import IMPOSSIBLE_LIMITS
from apportion.model.focus import COST_COLUMNS
from apportion.model.manifest import RunKind
from apportion.model.money import to_units
from apportion.model.outcome import Outcome
from apportion.model.period import Period
from apportion.model.question import Granularity, Question
from apportion.reports.csv import CsvReport
from apportion.sources.local_files import LocalFiles
from apportion.usecases.allocate.allocate import allocate
from apportion.usecases.allocate.prove import prove
from apportion.usecases.context import RunContext
from apportion.usecases.ingest.ingest import ingest
from apportion.usecases.reports.report import answer, report
from apportion.usecases.runs.load_rules import Rules as RulesRead
from apportion.usecases.runs.load_rules import rules_for
from apportion.usecases.runs.open_run import find
from plain_ledger import PlainLedger
from soak import SOAK
from stories import NOW, bill_of, csv_bill, parquet_bill

COLUMNS = ("team", "environment", "Pool", "SubAccountId", "BillingAccountId", "ChargeCategory")
FULL = ("team", "environment", "Pool", "BillingAccountId")

few = settings(
    max_examples=500 if SOAK else 4,  # each is one to three runs from files to report
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # to shrink takes minutes, and bills are small
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NO_POOLS = Rules(
    "{apportion: 1, effective: 2026-01, currency: USD, dimensions: {team: {from: [{tag: Team}]}, "
    "environment: {from: [{tag: Env}], default: none}}}",
    {},
)


@dataclass(frozen=True)
class Settled:
    """A ledger in which a period was allocated."""

    context: RunContext
    rules: RulesRead

    def ask(self, *by: str, **more: object) -> Outcome:
        return report(self.context, question(*by, **more))

    def answers(self, questions: Sequence[Question]) -> list[Outcome]:
        """Answer questions together: the shares are distributed once for all of them."""
        return answer(find(self.context, period=PERIOD), questions, self.context)

    def written(self) -> bytes:
        """The finest report, as a user gets it."""
        outcome = self.ask(*FULL, granularity=Granularity.DAY)
        return CsvReport().write(outcome.rows, outcome.columns)


@example(bill=[{"day": "2026-09-01", "period": PERIOD, "cost": "0"}], rules=NO_POOLS)
@given(bill=bills, rules=rulebooks())
@few
def test_every_cent_once(bill: list[Line], rules: Rules) -> None:
    """Grouped in whatever way, a report adds up to the bill: by payer, currency and column."""
    wanted = sums_of_the_bill(bill)
    with settled([bill], rules) as done:
        if done is None:
            return
        payers = done.answers([question("BillingAccountId", cost=cost) for cost in COST_COLUMNS])
        for cost, outcome in zip(COST_COLUMNS, payers, strict=True):
            rows = outcome.rows
            found = {(r["BillingAccountId"], r["currency"]): units(r, "total") for r in rows}
            assert found == {(p, c): n for (p, c, column), n in wanted.items() if column == cost}
        assert not prove(done.context, period=PERIOD).findings
        (finest, *others) = done.answers(
            [
                question(*by, granularity=granularity)
                for granularity in Granularity
                for by in (COLUMNS, COLUMNS[:3], *combinations(COLUMNS, 1))
            ]
        )
        assert finest == done.ask(*COLUMNS), "together or alone, a question has one answer"
        wanted_sums = sums(finest.rows, "total")
        assert all(sums(other.rows, "total") == wanted_sums for other in others)


@given(bill=bills, rules=rulebooks(), owners=st.sets(st.sampled_from(["a", "b", "net", "new"])))
@few
def test_filters_leave_out_and_never_change(
    bill: list[Line], rules: Rules, owners: set[str]
) -> None:
    with settled([bill], rules) as done:
        if done is None:
            return
        by = ("team", "environment", "Pool")
        whole, kept, prod, rest = map(
            numbers,
            done.answers(
                [
                    question(*by),
                    question(*by, owners=tuple(sorted(owners))),
                    question(*by, where="environment = 'prod'"),
                    question(*by, where="environment <> 'prod'"),
                ]
            ),
        )
        if owners:
            assert kept == {key: n for key, n in whole.items() if key[0] in owners}
        assert prod | rest == whole
        assert all(key[1] == "prod" for key in prod)


@given(bill=bills, rules=rulebooks(), data=st.data())
@few
def test_neither_order_nor_files_nor_history_matter(
    bill: list[Line], rules: Rules, data: st.DataObject
) -> None:
    """The same lines in another order, in several files, after other deliveries: the same bytes."""
    shuffled = data.draw(st.permutations(bill))
    cut = data.draw(st.integers(0, len(bill)))
    earlier = data.draw(bills)
    with settled([bill], rules) as once:
        if once is None:
            return
        written = once.written()
        assert allocate(Period.parse(PERIOD), once.rules, once.context).unchanged
        assert once.written() == written
    with settled([shuffled], rules, cut=cut) as again:
        assert again is not None
        assert again.written() == written
    with settled([[*earlier, *bill], bill], rules) as later:
        assert later is not None
        assert later.written() == written


@given(
    bill=bills,
    rules=rulebooks(spend=False),
    owner=st.sampled_from(["a", "b", "c"]),
    cost=amounts,
)
@few
def test_a_charge_changes_only_what_depends_on_it(
    bill: list[Line], rules: Rules, owner: str, cost: Decimal
) -> None:
    """An owner's own charge, where nothing is split by what owners spend, is that owner's alone."""
    known = {**bill[0], "tags": f"Team={owner}", "service": "Amazon EC2", "category": "Usage"}
    more = {**known, **dict.fromkeys(COST_COLUMNS, f"{cost:f}")}
    with settled([[*bill, known]], rules) as before:
        if before is None:
            return
        old = numbers(before.ask("team", "Pool"))
    with settled([[*bill, known, more]], rules) as after:
        assert after is not None
        new = numbers(after.ask("team", "Pool"))
    key = (owner, "", known["currency"])
    assert new.pop(key) == old.pop(key) + to_units(cost)
    assert new == old


@given(bill=bills, rules=rulebooks(), more=bills)
@few
def test_another_currency_changes_nothing(bill: list[Line], rules: Rules, more: list[Line]) -> None:
    francs = [{**line, "currency": "CHF"} for line in more]
    with settled([bill], rules) as before:
        if before is None:
            return
        old = before.ask(*FULL, granularity=Granularity.DAY, cost="BilledCost").rows
    with settled([[*bill, *francs]], rules) as after:
        if after is None:  # the francs cannot keep the rulebook's limits
            return
        new = after.ask(*FULL, granularity=Granularity.DAY, cost="BilledCost").rows
    assert sums(new, "total").get("CHF", 0) == sum(to_units(Decimal(x["BilledCost"])) for x in more)
    assert tuple(row for row in new if row["currency"] != "CHF") == old


def test_most_rulebooks_can_be_kept() -> None:
    """The properties above say something only where the rulebook is not refused."""
    tried, refused = 0, 0

    @given(bill=bills, rules=rulebooks())
    @settings(few, max_examples=8)
    def count(bill: list[Line], rules: Rules) -> None:
        nonlocal tried, refused
        with settled([bill], rules) as done:
            tried += 1
            refused += done is None

    count()
    assert refused * 4 < tried


@contextmanager
def settled(
    deliveries: Sequence[Sequence[Line]], rules: Rules, *, cut: int = 0
) -> Iterator[Settled | None]:
    """Take deliveries of one bill in, one after the other, and allocate the last.

    None where the rulebook's limits cannot be kept: then nothing was published.
    """
    with tempfile.TemporaryDirectory(prefix="apportion-property-") as name:
        folder = Path(name)
        (folder / "rulebook").mkdir()
        (folder / "rulebook" / "rules.yaml").write_text(rules.rulebook, "utf-8")
        for file, content in rules.files.items():
            (folder / file).write_text(content, "utf-8")
        context = RunContext(
            PlainLedger(folder / "ledger"), engine(), lambda: NOW, lambda _: None, "0"
        )
        for number, delivery in enumerate(deliveries):
            take_in(delivery, context, folder / str(number), cut=cut, parquet=number % 2 == 1)
        found, findings = rules_for(Period.parse(PERIOD), folder / "rulebook", folder)
        assert found is not None, findings
        try:
            allocate(Period.parse(PERIOD), found, context)
        except FindingsError as refused:
            yield only_limits(refused, context)
        else:
            yield Settled(context, found)


def only_limits(refused: FindingsError, context: RunContext) -> None:
    """Nothing but limits is a reason to refuse these rulebooks, and then nothing is published."""
    assert {finding.code for finding in failing([*refused.findings])} == {IMPOSSIBLE_LIMITS}
    assert {run.kind for run in context.ledger.runs()} == {RunKind.INGEST}


def take_in(
    delivery: Sequence[Line],
    context: RunContext,
    folder: Path,
    *,
    cut: int = 0,
    parquet: bool = False,
) -> None:
    """Write lines as one file, or cut into two, and take them in as the bill."""
    folder.mkdir()
    for number, part in enumerate(filter(None, (delivery[:cut], delivery[cut:]))):
        content = (parquet_bill if parquet else csv_bill)(bill_of(part))
        (folder / f"{number}.{'parquet' if parquet else 'csv'}").write_bytes(content)
    source = LocalFiles([folder], scratch=folder / "scratch")
    assert ingest(source, context, intent=Intent("bill", replace=True)).recorded


@cache
def engine() -> DuckDB:
    """One engine for all: every run makes its tables anew."""
    return DuckDB(Path(tempfile.gettempdir()) / "apportion-property-spill", threads=2)


def sums_of_the_bill(bill: Sequence[Line]) -> dict[tuple[str, str, str], int]:
    """Add a bill up by payer, currency and cost column, in units, without the program."""
    added: dict[tuple[str, str, str], int] = defaultdict(int)
    for charge in bill_of(bill):
        for column in COST_COLUMNS:
            key = (charge["BillingAccountId"], charge["BillingCurrency"], column)
            added[key] += to_units(Decimal(charge[column]))
    return added


def question(*by: str, granularity: Granularity = Granularity.MONTH, **more: object) -> Question:
    return Question(PERIOD, by=by, granularity=granularity, **more)  # type: ignore[arg-type]  # fields by name


def numbers(outcome: Outcome) -> dict[tuple[str, ...], int]:
    """Totals of a report by what it is grouped by and the currency."""
    by = outcome.columns[1 : outcome.columns.index("direct")]
    return {tuple(str(row[n]) for n in by): units(row, "total") for row in outcome.rows}


def sums(rows: Sequence[Mapping[str, object]], column: str) -> dict[object, int]:
    """Add a column of a report up by currency."""
    added: dict[object, int] = defaultdict(int)
    for row in rows:
        added[row["currency"]] += units(row, column)
    return added


def units(row: Mapping[str, object], column: str) -> int:
    return to_units(Decimal(str(row[column])))
