"""Generate the bills of a company: months, chunk by chunk, with what they must add up to.

The same seed makes the same values, however many threads run and however lines are chunked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from apportion.model.period import Period

from . import company
from .bill import Delivery, Form, Writer
from .daily_charges import Setting, day_of, used_hours
from .defects import Defect, defects_of
from .deterministic_random import Ints, whole
from .fleet import Fleet, Names, organisation
from .lines import Sums
from .months import DemoMonth, fees, support, tax
from .scale_up_accounts import crowd
from .tagging import TagSets

MONTHS = (Period(2026, 7), Period(2026, 8), Period(2026, 9))
SEED = 20260701
#: Bills with at least so many lines come in several files.
MANY_LINES = 1_000_000
FILES_OF_MANY = 10

#: In the first delivery of the restated month, one resource in forty has not yet reported its last
#: days, nor has anything that CloudFront bills.
_ONE_IN = 40
_LATE_DAYS = 2
_LATE = 50


@dataclass(frozen=True)
class Total:
    """What one account's lines of a delivery add up to; money as exact decimal text."""

    period: str
    restated: bool
    account_id: str
    billed: str
    effective: str


@dataclass(frozen=True)
class Bill:
    """One delivery of one month in one form: ingest its `root` folder, or its `manifest`."""

    form: Form
    period: Period
    restated: bool
    root: Path
    manifest: Path
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Generated:
    """What was written. `lines` counts the lines of all months as CUR has them; FOCUS has fewer."""

    folder: Path
    bills: tuple[Bill, ...]
    totals: tuple[Total, ...]
    defects: tuple[Defect, ...]
    lines: int

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders to ingest, in this order: first those of all months, then the restated."""
        return tuple(dict.fromkeys(bill.root for bill in self.bills))


def generate(
    folder: Path,
    *,
    lines: int | None = None,
    months: Sequence[Period] = MONTHS,
    seed: int = SEED,
    forms: Collection[Form] = (Form.CUR_2, Form.FOCUS),
) -> Generated:
    """Write the bills of `months`, which follow each other, under `folder`.

    Without `lines` it is Larkmoor alone, about 80,000 lines a month; with it, about so many a
    month, of 150 accounts (Larkmoor's own among them, so not fewer than Larkmoor has). The second
    of three months or more comes twice: the later delivery, restated, lies in a folder of its own.
    Beside the bills, `totals.json` and `defects.json` list their contents.
    """
    names = Names({}, TagSets())
    first, last = months[0].first_day, months[-1].last_day
    fleet = organisation(names, first=first, last=last, seed=seed)
    accounts, scale = company.accounts(), 1
    if lines is not None:
        more = crowd(names, own=fleet, lines=lines, first=first, last=last, seed=seed)
        fleet, accounts, scale = more.fleet, more.accounts, more.scale
    setting = Setting(fleet, first, seed, scale)
    files = FILES_OF_MANY if lines is not None and lines >= MANY_LINES else 1
    with Writer(fleet, names, accounts=accounts, seed=seed) as writer:
        made = [
            _write_month(writer, setting, month, _to(folder, month, forms), files=files)
            for month in _deliveries(months)
        ]
    totals = tuple(total for one in made for total in _totals(fleet, accounts, one))
    defects = tuple(found for one in made for found in defects_of(fleet, one.month, one.sums))
    _tell(folder / "totals.json", totals)
    _tell(folder / "defects.json", defects)
    return Generated(
        folder,
        tuple(bill for one in made for bill in one.bills),
        totals,
        defects,
        sum(one.sums.lines for one in made),
    )


@dataclass(frozen=True)
class _Made:
    month: DemoMonth
    sums: Sums
    bills: tuple[Bill, ...]


def _deliveries(months: Sequence[Period]) -> list[DemoMonth]:
    """Each month once, in order, then the second one restated if there are three."""
    restates = len(months) > 2
    plain = [
        DemoMonth(period, number, restated=False, early=restates and number == 1)
        for number, period in enumerate(months)
    ]
    return [*plain, DemoMonth(months[1], 1, restated=True)] if restates else plain


def _to(folder: Path, month: DemoMonth, forms: Collection[Form]) -> list[Delivery]:
    ending = "-restated" if month.restated else ""
    return [
        Delivery(form, month, folder / f"{form.export}{ending}") for form in Form if form in forms
    ]


def _write_month(
    writer: Writer,
    setting: Setting,
    month: DemoMonth,
    deliveries: Sequence[Delivery],
    *,
    files: int,
) -> _Made:
    sums = Sums.none(len(setting.fleet))
    chunks = _chunks(setting, month, sums, files=files)
    for number, chunk in enumerate(chunks, start=1):
        writer.write(chunk, deliveries, number=number)
    for delivery in deliveries:
        writer.finish(delivery, files)
    bills = tuple(
        Bill(
            delivery.form,
            month.period,
            month.restated,
            delivery.root,
            delivery.manifest,
            tuple(delivery.file(number + 1) for number in range(files)),
        )
        for delivery in deliveries
    )
    return _Made(month, sums, bills)


def _chunks(setting: Setting, month: DemoMonth, sums: Sums, *, files: int) -> Iterator[pa.Table]:
    """The lines of a month in as many chunks as there are files; the last holds what is monthly."""
    hours: dict[int, int] = {}
    groups = np.array_split(np.array(month.period.days), files)
    for number, days in enumerate(groups, start=1):
        tables = []
        for day in days:
            lines = day_of(setting, day, without=_not_yet(setting, month, day))
            for commitment, count in used_hours(lines).items():
                hours[commitment] = hours.get(commitment, 0) + count
            tables += _added(sums, lines)
        if number == files:
            tables += _added(sums, fees(setting, month, hours))
            tables += _added(sums, [support(setting.fleet, month, _for_support(setting, sums))])
            tables += _added(sums, [tax(setting.fleet, month, sums.charged)])
        yield pa.concat_tables(tables)


def _added(sums: Sums, tables: list[pa.Table]) -> list[pa.Table]:
    for table in tables:
        sums.add(table)
    return tables


def _not_yet(setting: Setting, month: DemoMonth, day: date) -> Ints | None:
    """Mark the streams whose usage of a day an early delivery lacks."""
    if not month.early or (month.period.last_day - day).days >= _LATE_DAYS:
        return None
    fleet = setting.fleet
    late = whole(setting.seed, _LATE, _ONE_IN, fleet.resource) == 0
    marked: Ints = (late | (fleet.meter == company.meter_number("cloudfront-bytes"))) * np.int64(1)
    return marked


def _for_support(setting: Setting, sums: Sums) -> int:
    """Support is reckoned on everything but the marketplace."""
    own = company.prices().marketplace[setting.fleet.meter] == 0
    return int(sums.charged[own].sum())


def _totals(fleet: Fleet, accounts: Sequence[company.Account], made: _Made) -> Iterator[Total]:
    for number, account in enumerate(accounts):
        own = fleet.account == number
        yield Total(
            period=str(made.month.period),
            restated=made.month.restated,
            account_id=account.account_id,
            billed=company.dollars(int(made.sums.charged[own].sum())),
            effective=company.dollars(int(made.sums.effective[own].sum())),
        )


def _tell(path: Path, facts: Sequence[Total] | Sequence[Defect]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [json.dumps(asdict(fact)) for fact in facts]
    path.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")
