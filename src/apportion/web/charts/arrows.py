"""A diagram of pools, with an arrow for each pool that passes cost to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

_STEP, _TOP = 44, 30
_NAME = 28


@dataclass(frozen=True)
class Arrow:
    """Cost that a pool passes to another; `ratio` is a text."""

    source: str
    target: str
    ratio: str


def draw_arrows(pools: Sequence[str], arrows: Sequence[Arrow], notes: Mapping[str, str]) -> Markup:
    """Draw pools in a column, with arrows down on the right and up on the left.

    Pools that serve each other have an arrow on both sides.
    """
    at = {pool: number for number, pool in enumerate(pools)}
    lanes = _lanes([arrow for arrow in arrows if arrow.source in at and arrow.target in at], at)
    left = max((lane for arrow, lane in lanes if at[arrow.target] < at[arrow.source]), default=-1)
    right = max((lane for arrow, lane in lanes if at[arrow.target] > at[arrow.source]), default=-1)
    begin = 26 + (left + 1) * 18
    box = 250
    width = begin + box + 26 + (right + 1) * 18 + 70
    height = _TOP * 2 + _STEP * max(len(pools) - 1, 0)
    parts = [
        Markup(
            '<svg class="arrows" viewBox="0 0 {width} {height}" role="img" aria-label="{text}">'
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker></defs>'
        ).format(width=width, height=height, text=_description(arrows))
    ]
    parts += [_arrow(arrow, lane, at, begin, box) for arrow, lane in lanes]
    parts += [
        Markup(
            '<g transform="translate({x} {y})"><rect width="{box}" height="30" rx="6"/>'
            '<text x="12" y="19">{pool}</text><text x="{end}" y="19" class="note">{note}</text></g>'
        ).format(
            x=begin,
            y=_TOP + number * _STEP - 15,
            box=box,
            end=box - 12,
            pool=pool if len(pool) <= _NAME else f"{pool[: _NAME - 1]}…",
            note=notes.get(pool, ""),
        )
        for pool, number in at.items()
    ]
    return Markup("").join([*parts, Markup("</svg>")])


def _description(arrows: Sequence[Arrow]) -> str:
    if not arrows:
        return "No pool passes cost to another."
    return "; ".join(f"{a.source} passes {a.ratio} to {a.target}" for a in arrows)


def _lanes(arrows: Sequence[Arrow], at: Mapping[str, int]) -> list[tuple[Arrow, int]]:
    """Give overlapping arrows of one side different lanes, the shortest arrow the inner lane."""
    found: list[tuple[Arrow, int]] = []
    ordered = sorted(arrows, key=lambda a: (abs(at[a.source] - at[a.target]), at[a.source]))
    for arrow in ordered:
        down = at[arrow.target] > at[arrow.source]
        span = range(*sorted((at[arrow.source], at[arrow.target])))
        taken = {
            lane
            for other, lane in found
            if (at[other.target] > at[other.source]) == down
            and set(range(*sorted((at[other.source], at[other.target])))) & set(span)
        }
        found.append((arrow, next(lane for lane in range(len(arrows) + 1) if lane not in taken)))
    return found


def _arrow(arrow: Arrow, lane: int, at: Mapping[str, int], begin: int, box: int) -> Markup:
    first, last = (_TOP + at[pool] * _STEP for pool in (arrow.source, arrow.target))
    down = last > first
    edge = begin + box + 1 if down else begin - 1
    bend = edge + (20 + lane * 18) * (1 if down else -1)
    shift = 6 if down else -6
    return Markup(
        '<path class="{side}" d="M{edge} {first} C{bend} {first} {bend} {last} {edge} {last}" '
        'marker-end="url(#head)"><title>{title}</title></path>'
    ).format(
        side="down" if down else "up",
        edge=edge,
        bend=bend,
        first=first + shift,
        last=last - shift,
        title=f"{arrow.source} passes {arrow.ratio} to {arrow.target}",
    )
