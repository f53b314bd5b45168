"""Where money comes from, how it found an owner, and who that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go

from .palette import fainter
from .template import figure, label

#: Pixels between nodes, at least.
_PAD = 13


@dataclass(frozen=True)
class Node:
    """A node: `column` counts from the left, `link` is where a click leads."""

    name: str
    column: int
    colour: str
    link: str = ""


@dataclass(frozen=True)
class Stream:
    """Money from one node to another, by their places in the list of nodes."""

    source: int
    target: int
    amount: Decimal
    colour: str


def sankey(nodes: Sequence[Node], streams: Sequence[Stream], *, sign: str, high: int = 480) -> str:
    """Draw streams of money. Amounts below zero cannot be drawn and must not be among them.

    `high` is how many pixels there will be about; on less, the gaps become smaller.
    """
    columns = max((node.column for node in nodes), default=1) or 1
    trace = go.Sankey(
        arrangement="fixed",
        node={
            "label": [label(node.name, most=30) for node in nodes],
            "color": [node.colour for node in nodes],
            "customdata": [node.link for node in nodes],
            "x": [str(min(max(Decimal(n.column) / columns, Decimal("0.001")), Decimal("0.999")))
                  for n in nodes],
            "y": _heights(nodes, streams, high),
            "pad": _PAD,
            "thickness": 12,
            "line": {"width": 0},
            "hovertemplate": f"%{{label}}<br>{sign}%{{value:,.2f}}<extra></extra>",
        },
        link={
            "source": [stream.source for stream in streams],
            "target": [stream.target for stream in streams],
            "value": [str(stream.amount) for stream in streams],
            "color": [fainter(stream.colour, part="0.32") for stream in streams],
            "hovertemplate": "%{source.label} → %{target.label}<br>"
            f"{sign}%{{value:,.2f}}<extra></extra>",
        },
        textfont={"size": 12},
    )  # fmt: skip
    return figure(trace, margin={"l": 4, "r": 4, "t": 10, "b": 18})


def _heights(nodes: Sequence[Node], streams: Sequence[Stream], high: int) -> list[str]:
    """Put the nodes of a column below each other in the order given, spread over its height.

    Plotly takes the middles of nodes as parts of the height, and draws all columns to one scale:
    the one in which the fullest column fits with its gaps.
    """
    size = [
        max(
            sum((s.amount for s in streams if s.source == at), Decimal()),
            sum((s.amount for s in streams if s.target == at), Decimal()),
        )
        for at in range(len(nodes))
    ]
    columns = [
        [at for at, node in enumerate(nodes) if node.column == column]
        for column in sorted({node.column for node in nodes})
    ]
    scale = min(
        (1 - Decimal(_PAD * (len(inside) - 1)) / high) / (sum(size[at] for at in inside) or 1)
        for inside in columns
    )
    middles = [Decimal()] * len(nodes)
    for inside in columns:
        gap = (1 - sum(size[at] for at in inside) * scale) / max(len(inside) - 1, 1)
        top = Decimal() if len(inside) > 1 else gap / 2
        for at in inside:
            middles[at] = top + size[at] * scale / 2
            top += size[at] * scale + gap
    return [
        str(min(max(middle, Decimal("0.001")), Decimal("0.999")).quantize(Decimal("0.0001")))
        for middle in middles
    ]
