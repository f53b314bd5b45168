"""Describe lines of a delivery a second time, without the engine, and compare with the ledger.

Totals are equal whatever owners charges have, so they do not show a wrong description. Parquet is
checked by keys: the biggest and those that the run's hash draws are described from their first
line. Lines of a CSV have no numbers in the engine: there, lines are drawn, and the ledger must have
a key that describes each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from apportion.core.billing.describe_line import Described, LineDescriber
from apportion.core.billing.drawn_lines import draw_lines, salt_of
from apportion.core.billing.mapping import BillMapping
from apportion.core.templates import each, name, query, text
from apportion.model.delivery import Delivery, Encoding, LinePlace, RawLine, ReadLimit
from apportion.model.findings.finding import Finding
from apportion.model.findings.proof import DESCRIPTION_DIFFERS
from apportion.model.focus import KEY_COLUMNS
from apportion.model.manifest import SecondReading
from apportion.model.relation import Relation
from apportion.ports.bills import Source
from apportion.usecases.context import RunContext
from apportion.usecases.fail_on_findings import stop_if_failing
from apportion.usecases.row_values import read_rows

#: Of one delivery and period: about a second of work. More is decoded only if no line is within it.
_LIMIT = ReadLimit(lines=64, decoded=1_000_000)
_BIGGEST = 8
#: More than are read: some lie where reading them would exceed the limit.
_DRAWN = 400
_LINES_REPORTED = 3
_COLUMNS = each((f"keys.{name(column)}" for column in KEY_COLUMNS), ", ")

_Texts = Mapping[str, str | None]


class _Sampled(NamedTuple):
    key_id: int
    file: int
    row: int
    billed_cost: Decimal
    new: bool


class _Key(NamedTuple):
    key_id: int
    texts: Mapping[str, str | None]


class _KeyOfLine(NamedTuple):
    line: int
    texts: Mapping[str, str | None]


class _Nearest(NamedTuple):
    texts: Mapping[str, str | None]


@dataclass(frozen=True)
class DescribedKeys:
    """The keys of a period as the engine wrote them; `known` are those of before the delivery."""

    run: str
    period: str
    keys: Relation
    months: Relation
    known: Relation


@dataclass(frozen=True)
class _Compared:
    """A line's second description, and those that the ledger has for it; none is a difference."""

    line: RawLine
    described: Described
    candidates: Sequence[_Texts]
    cost: Decimal | None = None

    def differences(self) -> _Texts:
        """The columns in which no candidate agrees, with the ledger's text of the nearest one."""
        found = [self._different(candidate) for candidate in self.candidates]
        return min(found, key=len)

    def _different(self, candidate: _Texts) -> _Texts:
        texts = self.described.texts
        return {column: candidate[column] for column in texts if candidate[column] != texts[column]}


def check_descriptions(
    delivery: Delivery, source: Source, written: DescribedKeys, context: RunContext
) -> SecondReading:
    """Compare the descriptions of a sample of keys or lines.

    Raises FindingsError where one differs: a finding for each column of the first lines that do.
    """
    describer = LineDescriber(BillMapping.of(delivery))
    check = _by_key if delivery.encoding is Encoding.PARQUET else _by_line
    compared = check(delivery, source, describer, written, context)
    stop_if_failing(_findings(compared))
    not_compared = Counter(column for one in compared for column in one.described.not_read)
    return SecondReading(
        keys=len(compared),
        values=sum(len(one.described.texts) for one in compared),
        not_compared={column: not_compared[column] for column in sorted(not_compared)},
    )


def _by_key(
    delivery: Delivery,
    source: Source,
    describer: LineDescriber,
    written: DescribedKeys,
    context: RunContext,
) -> list[_Compared]:
    """Describe sampled keys from their first lines."""
    sampled = query(
        "usecases/ingest/sampled_keys",
        months=written.months,
        known=written.known,
        salt=str(salt_of(written.run)),
        biggest=str(_BIGGEST),
        drawn=str(_DRAWN),
    )
    places = {
        LinePlace(row.file, row.row): row
        for row in read_rows(_Sampled, context.engine.rows(sampled))
    }
    lines = source.read_lines(delivery, list(places), describer.raw_columns, _LIMIT)
    keys = _texts_of(written.keys, [places[line.place].key_id for line in lines], context)
    compared = []
    for line in lines:
        key = places[line.place]
        described = describer.describe(line.values, implied=key.new)
        compared.append(_Compared(line, described, keys[key.key_id], key.billed_cost))
    return compared


def _texts_of(
    keys: Relation, wanted: Iterable[int], context: RunContext
) -> dict[int, list[_Texts]]:
    """Read the descriptions of keys."""
    listed = each(map(str, wanted), ", ") or "NULL"
    found = query("usecases/ingest/keys_by_id", keys=keys, columns=_COLUMNS, listed=listed)
    texts: dict[int, list[_Texts]] = {}
    for row in read_rows(_Key, context.engine.rows(found)):
        texts.setdefault(row.key_id, []).append(row.texts)
    return texts


def _by_line(
    delivery: Delivery,
    source: Source,
    describer: LineDescriber,
    written: DescribedKeys,
    context: RunContext,
) -> list[_Compared]:
    """Describe drawn lines, and search the ledger for their keys."""
    places = list(draw_lines(delivery, written.run, largest=_BIGGEST, drawn=_DRAWN))
    lines = source.read_lines(delivery, places, describer.raw_columns, _LIMIT)
    one_period = len({stated.period for stated in delivery.stated}) == 1
    of_period = [line for line in lines if one_period or line.period == written.period]
    described = [describer.describe(line.values, implied=False) for line in of_period]
    found = _keys_of(described, written, context)
    missing = [number for number in range(len(of_period)) if number not in found]
    for number in missing[:_LINES_REPORTED]:
        found[number] = _nearest(described[number], written, context)
    return [
        _Compared(line, texts, found[number])
        for number, (line, texts) in enumerate(zip(of_period, described, strict=True))
        if number in found
    ]


def _keys_of(
    described: Sequence[Described], written: DescribedKeys, context: RunContext
) -> dict[int, list[_Texts]]:
    """Find, by the number of each line, the keys that are alike in all that every line has."""
    if not described:
        return {}
    unread = frozenset[str]().union(*(each_line.not_read for each_line in described))
    columns = [column for column in KEY_COLUMNS if column not in unread]
    lines = context.engine.load(
        "described_lines",
        {"Line": "BIGINT", **dict.fromkeys(columns, "VARCHAR")},
        [
            (number, *(line.texts[column] for column in columns))
            for number, line in enumerate(described)
        ],
    )
    alike = (f"keys.{name(column)} IS NOT DISTINCT FROM lines.{name(column)}" for column in columns)
    found = query(
        "usecases/ingest/keys_of_lines",
        columns=_COLUMNS,
        lines=lines,
        keys=written.keys,
        alike=each(alike, " AND "),
        months=written.months,
    )
    texts: dict[int, list[_Texts]] = {}
    for row in read_rows(_KeyOfLine, context.engine.rows(found)):
        texts.setdefault(row.line, []).append(row.texts)
    return texts


def _nearest(described: Described, written: DescribedKeys, context: RunContext) -> list[_Texts]:
    alike = (
        f"CASE WHEN keys.{name(column)} IS NOT DISTINCT FROM "
        f"{'NULL' if value is None else text(value)} THEN 1 ELSE 0 END"
        for column, value in described.texts.items()
    )
    nearest = query(
        "usecases/ingest/nearest_key",
        columns=_COLUMNS,
        keys=written.keys,
        months=written.months,
        alike=each(alike, " + "),
    )
    return [row.texts for row in read_rows(_Nearest, context.engine.rows(nearest))]


def _findings(compared: Sequence[_Compared]) -> list[Finding]:
    differing = [(one, found) for one in compared if (found := one.differences())]
    return [
        Finding(
            DESCRIPTION_DIFFERS,
            one.line.name,
            f"{column} of the line",
            expected=f"{_shown(one.described.texts[column])}, read without the engine",
            found=f"{_shown(ledger)} in the ledger",
            remedy="Nothing was ingested: by this description, rules could give the charge to "
            "another owner. Report the difference with this line of the file.",
            amount=one.cost,
            currency=one.described.texts.get("BillingCurrency") or "" if one.cost else "",
        )
        for one, found in differing[:_LINES_REPORTED]
        for column, ledger in found.items()
    ]


def _shown(value: str | None) -> str:
    return "nothing" if value is None else repr(value[:200])
