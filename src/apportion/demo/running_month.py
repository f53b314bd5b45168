"""A month that is still running: the export is written twice a day, and its days fill up.

Each charge reaches the bill some hours after its usage ended, so the last days lack charges.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from . import company
from .bill import Delivery, Form, Writer
from .daily_charges import Setting, day_of
from .deterministic_random import Ints, whole
from .fleet import Fleet, Names, day_number, organisation
from .generate import MONTHS, SEED, Bill
from .lines import HOUR, numbers
from .months import DemoMonth, tax
from .tagging import TagSets

RUNNING = MONTHS[-1].next

#: When the export is written: first on the third, then every twelve hours.
_BEGIN, _EVERY = datetime(2026, 10, 3, 7, tzinfo=UTC), timedelta(hours=12)
DELIVERIES = 17
#: The numbers of deliveries, from one, that the demo allocates; the last one among them.
ALLOCATED = (9, 13, DELIVERIES)

#: Charges arrive 8 to 18 hours after their usage, by meter; of one resource in forty, later.
_LEAST, _SPREAD, _ONE_IN, _LATER = 8, 11, 40, 16
_BY_METER, _BY_RESOURCE = 51, 52


def running_month(folder: Path, *, seed: int = SEED) -> Iterator[Bill]:
    """Write the deliveries of October one after the other into one export under `folder`.

    Each is to be ingested before the next one is made, which replaces the manifest and the file, as
    an export that overwrites does. The resources are those of the months before.
    """
    names = Names({}, TagSets())
    setting = Setting(_fleet(names, seed), MONTHS[0].first_day, seed, scale=1)
    made = [_BEGIN + number * _EVERY for number in range(DELIVERIES)]
    days = _days_until(setting, made[-1])
    arrives = numbers(days, "end") + _delays(setting.fleet, seed)[numbers(days, "item")]
    with Writer(setting.fleet, names, accounts=company.accounts(), seed=seed) as writer:
        for moment in made:
            month = DemoMonth(RUNNING, len(MONTHS), restated=False, made=moment)
            delivery = Delivery(Form.CUR_2, month, folder / f"{Form.CUR_2.export}-running")
            arrived = days.filter(pa.array(arrives <= int(moment.timestamp())))
            writer.write(_with_tax(setting, month, arrived), [delivery], number=1)
            writer.finish(delivery, 1)
            written = _written_at(delivery, moment)
            yield written
            if moment != made[-1]:
                for file in written.files:
                    file.unlink()


def with_running_drivers(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add October to drivers with days or months: the numbers of September."""
    before, running = f",{RUNNING.before}", f",{RUNNING}"
    return {
        name: "".join(_again(content.decode(), before, running)).encode()
        if name.startswith("drivers/")
        else content
        for name, content in files.items()
    }


def _again(content: str, before: str, running: str) -> Iterator[str]:
    lines = content.splitlines(keepends=True)
    yield from lines
    yield from (line.replace(before, running) for line in lines if before in line)


def _days_until(setting: Setting, moment: datetime) -> pa.Table:
    """All lines of the days of the month before a moment, as they are when they are complete."""
    days = [day for day in RUNNING.days if day < moment.date()]
    return pa.concat_tables([table for day in days for table in day_of(setting, day)])


def _fleet(names: Names, seed: int) -> Fleet:
    """The streams of the months before; what runs at their end runs on."""
    last = MONTHS[-1].last_day
    fleet = organisation(names, first=MONTHS[0].first_day, last=last, seed=seed)
    runs_on = fleet.last_day == day_number(last)
    until = day_number(RUNNING.last_day)
    return replace(fleet, last_day=np.where(runs_on, until, fleet.last_day))


def _delays(fleet: Fleet, seed: int) -> Ints:
    """Seconds from the end of a charge until it is billed, by stream; pods come with their node."""
    hours = _LEAST + whole(seed, _BY_METER, _SPREAD, fleet.meter)
    late = whole(seed, _BY_RESOURCE, _ONE_IN, fleet.resource) == 0
    delays: Ints = (hours + late * _LATER) * HOUR
    return np.where(fleet.parent < 0, delays, delays[fleet.parent])


def _with_tax(setting: Setting, month: DemoMonth, lines: pa.Table) -> pa.Table:
    """Lines, and the tax on them, which is another one in each delivery."""
    charged = np.zeros(len(setting.fleet), dtype=np.int64)
    np.add.at(charged, numbers(lines, "item"), numbers(lines, "cost"))
    return pa.concat_tables([lines, tax(setting.fleet, month, charged)])


def _written_at(delivery: Delivery, made: datetime) -> Bill:
    """Give the files the time of the delivery, which is all that tells when it was made."""
    files = (delivery.file(1),)
    for path in (*files, delivery.manifest):
        os.utime(path, (made.timestamp(), made.timestamp()))
    return Bill(
        form=delivery.form,
        period=RUNNING,
        restated=False,
        root=delivery.root,
        manifest=delivery.manifest,
        files=files,
    )
