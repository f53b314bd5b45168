"""Add up amounts exactly, by group, as integers of the smallest unit: Arrow and numpy, no engine.

An amount in a DOUBLE means its shortest decimal, the one that people and AWS write; it is found
without text where its places and fifteen digits hold it. numpy adds only whole numbers here.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Context, Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from apportion.model import money
from apportion.sources.text import read_amount

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

#: Places to try for a DOUBLE, the commonest first: with fewer than 10^15 smallest steps, two
#: decimals never share a double, so one that reads back is the shortest.
_PLACES_TRIED = (10, 12, 9, 15, 18, 6)
_STEPS = 10.0**15
#: Ten places below 2^18 are as safe: doubles lie closer there than a third of a step, so however
#: x * 10^10 is rounded, to the nearest or away from a half, it gives the decimal that reads back.
_TEN_PLACES, _TEN_PLACES_BELOW = 10, 2.0**18
#: Doubles count whole numbers up to 2^53; half of it leaves room for how the bound is added up.
_COUNTED_EXACTLY = 2.0**52
_WIDE = 50  # decimal places that hold any DOUBLE down to 1e-34 on the way to rounding
#: What Arrow may read: it accepts `1E0x4` and overflows silently on `7E26`, so those go elsewhere.
_PLAIN = r"^[+-]?(?:[0-9]{1,20}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE]-[0-9]{1,2})?$"
_LOW = np.int64(0x7FFFFFFF)
_HALF = np.uint64(0xFFFFFFFF)
_SAFE = 1 << 62
_EXACT = Context(prec=60)


@dataclass
class Sums:
    """Units by group, and amounts that could not be read exactly.

    `bad` are places in the array with their texts; `rounded` counts amounts with too many decimal
    places and `change` is what rounding added to them. `ten_places` means that every amount is a
    double below 2^18 that ten decimal places hold, or nothing at all. `largest` are the most units
    of one amount, without its sign; of doubles below 10^9 it is not looked for. `empty` counts
    lines without an amount.
    """

    units: dict[int, int] = field(default_factory=dict)
    bad: list[tuple[int, str]] = field(default_factory=list)
    rounded: int = 0
    change: Decimal = Decimal(0)
    ten_places: bool = True
    largest: int = 0
    empty: int = 0

    def add(self, group: int, units: int) -> None:
        """Add units to a group."""
        self.units[group] = self.units.get(group, 0) + units


def add_up(amounts: pa.Array, groups: Ints, *, nothing: tuple[str, ...]) -> Sums:
    """Add up an array by group; NULL counts nothing, and so do the texts in `nothing`."""
    sums = Sums(empty=amounts.null_count)
    if amounts.null_count == len(amounts):
        return sums
    places = np.arange(len(amounts))
    if amounts.null_count:
        there = np.flatnonzero(np.asarray(amounts.is_valid()))
        amounts, groups, places = amounts.drop_null(), groups[there], there
    _add(amounts, groups, places, sums=sums, nothing=nothing)
    return sums


def find_large(amounts: pa.Array, *, most: int) -> list[tuple[int, str]]:
    """Find the amounts of `most` units or more, whatever they are stored in, and their places."""
    read = [(place, str(value)) for place, value in enumerate(amounts.to_pylist())]
    found = [(place, text, read_amount(text)) for place, text in read]
    return [(place, text) for place, text, amount in found if amount and abs(amount[0]) >= most]


def _add(
    amounts: pa.Array, groups: Ints, places: Ints, *, sums: Sums, nothing: tuple[str, ...]
) -> None:
    kinds = pa.types
    if kinds.is_dictionary(amounts.type):
        amounts = amounts.dictionary_decode()
    if kinds.is_float64(amounts.type):
        _add_doubles(amounts, groups, places, sums=sums)
        return
    sums.ten_places = False
    if kinds.is_decimal128(amounts.type):
        _add_decimals(amounts, groups, sums=sums)
    elif kinds.is_signed_integer(amounts.type):
        whole = amounts.to_numpy().astype(np.int64)
        most = max(abs(int(whole.min())), abs(int(whole.max())))
        sums.largest = max(sums.largest, most * money.UNITS_IN_ONE)
        _add_integers(whole, groups, sums, step=money.UNITS_IN_ONE)
    else:
        _add_texts(_as_text(amounts), groups, places, sums=sums, nothing=nothing)


def _as_text(amounts: pa.Array) -> pa.Array:
    if pa.types.is_float16(amounts.type):
        amounts = amounts.cast(pa.float32())
    try:
        return amounts.cast(pa.string())
    except pa.ArrowException:
        return pa.array([str(amounts.type)] * len(amounts), pa.string())


def _add_doubles(amounts: pa.Array, groups: Ints, places: Ints, *, sums: Sums) -> None:
    values = amounts.to_numpy()
    filled = np.count_nonzero(values)
    if filled < len(values) // 2:  # most columns of a bill are nought on most lines
        there = np.flatnonzero(values)
        values, groups, places = values[there], groups[there], places[there]
    for decimals in _PLACES_TRIED:
        if not len(values):
            return
        steps, exact = _steps(values, decimals)
        if exact.all():
            _add_steps(steps, groups, sums, places=decimals)
            return
        sums.ten_places = False
        if exact.any():
            _add_steps(steps[exact], groups[exact], sums, places=decimals)
            rest = ~exact
            values, groups, places = values[rest], groups[rest], places[rest]
    _add_texts(pa.array(values).cast(pa.string()), groups, places, sums=sums, nothing=())


def _steps(values: Doubles, decimals: int) -> tuple[Doubles, npt.NDArray[np.bool_]]:
    """Count the steps of so many places in each value, and find values equal to them."""
    scale = 10.0**decimals
    most = _TEN_PLACES_BELOW * scale if decimals == _TEN_PLACES else _STEPS
    with np.errstate(over="ignore", invalid="ignore"):
        steps = values * scale
        np.rint(steps, out=steps)
        back = steps / scale
        exact = back == values
        np.abs(steps, out=back)
        if not back.max() < most:
            exact &= back < most
    return steps, exact


def _add_steps(steps: Doubles, groups: Ints, sums: Sums, *, places: int) -> None:
    """Add doubles that are whole numbers, as doubles where even their sum stays one."""
    unit = 10 ** (money.PLACES - places)
    if not np.abs(steps).sum() < _COUNTED_EXACTLY:
        _add_integers(steps.astype(np.int64), groups, sums, step=unit)
        return
    total = np.bincount(groups, weights=steps)
    filled = np.flatnonzero(total)
    for group, count in zip(filled.tolist(), total[filled].tolist(), strict=True):
        sums.add(group, int(count) * unit)


def _add_integers(values: Ints, groups: Ints, sums: Sums, *, step: int) -> None:
    """Add integers of `step` units each, in halves where one sum could leave 64 bits."""
    if not len(values):
        return
    size = int(groups.max()) + 1
    most = max(abs(int(values.min())), abs(int(values.max())))
    if most * len(values) < _SAFE:
        total = np.zeros(size, np.int64)
        np.add.at(total, groups, values)
        for group in np.flatnonzero(total):
            sums.add(int(group), int(total[group]) * step)
        return
    high, low = np.zeros(size, np.int64), np.zeros(size, np.int64)
    np.add.at(high, groups, values >> 31)
    np.add.at(low, groups, values & _LOW)
    for group in np.flatnonzero(high | low):
        sums.add(int(group), ((int(high[group]) << 31) + int(low[group])) * step)


def _add_decimals(amounts: pa.Array, groups: Ints, *, sums: Sums) -> None:
    scale = amounts.type.scale
    if scale > money.PLACES:
        _round(amounts.cast(pa.decimal256(76, scale)), groups, sums=sums)
        return
    if len(amounts):
        bounds = pc.min_max(amounts)
        most = max(abs(bounds["min"].as_py()), abs(bounds["max"].as_py()))
        sums.largest = max(sums.largest, int(most.scaleb(money.PLACES, _EXACT)))
    words = np.frombuffer(amounts.buffers()[1], dtype="<u8")
    words = words[2 * amounts.offset : 2 * (amounts.offset + len(amounts))]
    low = words[0::2]
    step: int = 10 ** (money.PLACES - scale)
    _add_integers((low & _HALF).astype(np.int64), groups, sums, step=step)
    _add_integers((low >> np.uint64(32)).astype(np.int64), groups, sums, step=step << 32)
    _add_integers(words[1::2].astype(np.int64), groups, sums, step=step << 64)


def _add_texts(
    texts: pa.Array, groups: Ints, places: Ints, *, sums: Sums, nothing: tuple[str, ...]
) -> None:
    if nothing:
        there = np.asarray(pc.invert(pc.is_in(texts, pa.array(nothing))))
        if not there.all():
            sums.empty += len(there) - int(np.count_nonzero(there))
            texts, groups, places = texts.filter(pa.array(there)), groups[there], places[there]
    if not len(texts):
        return
    if not pc.all(pc.match_substring_regex(texts, _PLAIN)).as_py():
        _add_one_by_one(texts, groups, places, sums=sums)
        return
    with suppress(pa.ArrowInvalid):  # some have more places than we keep
        _add_decimals(texts.cast(pa.decimal128(38, money.PLACES)), groups, sums=sums)
        return
    try:
        _round(texts.cast(pa.decimal256(76, _WIDE)), groups, sums=sums)
    except pa.ArrowInvalid:
        _add_one_by_one(texts, groups, places, sums=sums)


def _round(wide: pa.Array, groups: Ints, *, sums: Sums) -> None:
    # Half away from zero, as engines cast text to DECIMAL.
    rounded = pc.round(wide, money.PLACES, "half_towards_infinity")
    kept = rounded.cast(pa.decimal128(38, money.PLACES))
    changed = np.asarray(pc.not_equal(rounded, wide)).nonzero()[0]
    if len(changed):
        picked = pa.array(changed)
        before, after = pc.sum(wide.take(picked)).as_py(), pc.sum(rounded.take(picked)).as_py()
        sums.rounded += len(changed)
        sums.change += after - before
    _add_decimals(kept, groups, sums=sums)


def _add_one_by_one(texts: pa.Array, groups: Ints, places: Ints, *, sums: Sums) -> None:
    coded = texts.dictionary_encode()
    read = [read_amount(text) for text in coded.dictionary.to_pylist()]
    codes = coded.indices.to_pylist()
    for code, group, place in zip(codes, groups.tolist(), places.tolist(), strict=True):
        amount = read[code]
        if amount is None:
            sums.bad.append((place, coded.dictionary[code].as_py()))
            continue
        units, change = amount
        sums.largest = max(sums.largest, abs(units))
        sums.add(group, units)
        if change:
            sums.rounded += 1
            sums.change += change
