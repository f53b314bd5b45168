"""Where money comes from, how it found an owner, and who that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go

from apportion.core.reporting.explain import added
from apportion.web.formatting import money

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
class Flow:
    """Money from one node to another, by their places in the list of nodes."""

    source: int
    target: int
    amount: Decimal
    colour: str


def sankey(
    nodes: Sequence[Node],
    streams: Sequence[Flow],
    *,
    currency: str,
    high: int = 480,
    beside: str = "",
) -> str:
    """Draw streams of money. Amounts below zero cannot be drawn and must not be among them.

    `high` is how many pixels there will be about; on less, the gaps become smaller. `beside` stands
    behind the amount of a node, where what is drawn is not all of it.
    """
    columns = max((node.column for node in nodes), default=1) or 1
    size = _sizes(nodes, streams)
    written = [f"{money(amount, currency)}{beside}" for amount in size]
    trace = go.Sankey(
        arrangement="fixed",
        node={
            "label": [label(node.name, most=30) for node in nodes],
            "color": [node.colour for node in nodes],
            "customdata": list(zip((n.link for n in nodes), written, strict=True)),
            "x": [str(min(max(Decimal(n.column) / columns, Decimal("0.001")), Decimal("0.999")))
                  for n in nodes],
            "y": _heights(nodes, size, high),
            "pad": _PAD,
            "thickness": 12,
            "line": {"width": 0},
            "hovertemplate": "%{label}<br>%{customdata[1]}<extra></extra>",
        },
        link={
            "source": [stream.source for stream in streams],
            "target": [stream.target for stream in streams],
            "value": [str(stream.amount) for stream in streams],
            "color": [fainter(stream.colour, part="0.32") for stream in streams],
            "customdata": [money(stream.amount, currency) for stream in streams],
            "hovertemplate": "%{source.label} → %{target.label}<br>%{customdata}<extra></extra>",
        },
        textfont={"size": 12},
    )  # fmt: skip
    return figure(trace, margin={"l": 4, "r": 4, "t": 10, "b": 18})


def _sizes(nodes: Sequence[Node], streams: Sequence[Flow]) -> list[Decimal]:
    """Tell how much each node holds: what comes in or what goes out, whichever is more."""
    return [
        max(
            added(s.amount for s in streams if s.source == at),
            added(s.amount for s in streams if s.target == at),
        )
        for at in range(len(nodes))
    ]


def _heights(nodes: Sequence[Node], size: Sequence[Decimal], high: int) -> list[str]:
    """Put the nodes of a column below each other in the order given, spread over its height.

    Plotly takes the middles of nodes as parts of the height, and draws all columns to one scale:
    the one in which the fullest column fits with its gaps.
    """
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
