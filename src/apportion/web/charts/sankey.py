"""A Sankey diagram of cost: from its origin by the rule that allocated it to its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go

from apportion.core.reporting.explain import added
from apportion.model.cents import money

from .palette import transparent
from .template import figure, label

#: The least distance of nodes, in pixels.
_PAD = 13


@dataclass(frozen=True)
class Node:
    """A node: `column` counts from the left, `link` is the address that a click opens."""

    name: str
    column: int
    colour: str
    link: str = ""


@dataclass(frozen=True)
class Flow:
    """Cost from one node to another, by their indexes in the list of nodes."""

    source: int
    target: int
    amount: Decimal
    colour: str


def sankey(
    nodes: Sequence[Node],
    flows: Sequence[Flow],
    *,
    currency: str,
    height: int = 480,
    suffix: str = "",
) -> str:
    """Draw flows of cost. Amounts below zero cannot be drawn and must not be passed.

    `height` is the expected height in pixels. `suffix` follows the amount of each node, for example
    if credits are not drawn.
    """
    columns = max((node.column for node in nodes), default=1) or 1
    size = _sizes(nodes, flows)
    amounts = [f"{money(amount, currency)}{suffix}" for amount in size]
    trace = go.Sankey(
        arrangement="fixed",
        node={
            "label": [label(node.name, most=30) for node in nodes],
            "color": [node.colour for node in nodes],
            "customdata": list(zip((n.link for n in nodes), amounts, strict=True)),
            "x": [str(min(max(Decimal(n.column) / columns, Decimal("0.001")), Decimal("0.999")))
                  for n in nodes],
            "y": _heights(nodes, size, height),
            "pad": _PAD,
            "thickness": 12,
            "line": {"width": 0},
            "hovertemplate": "%{label}<br>%{customdata[1]}<extra></extra>",
        },
        link={
            "source": [flow.source for flow in flows],
            "target": [flow.target for flow in flows],
            "value": [str(flow.amount) for flow in flows],
            "color": [transparent(flow.colour, alpha="0.32") for flow in flows],
            "customdata": [money(flow.amount, currency) for flow in flows],
            "hovertemplate": "%{source.label} → %{target.label}<br>%{customdata}<extra></extra>",
        },
        textfont={"size": 12},
    )  # fmt: skip
    return figure(trace, margin={"l": 4, "r": 4, "t": 10, "b": 18})


def _sizes(nodes: Sequence[Node], flows: Sequence[Flow]) -> list[Decimal]:
    """The amount of each node: the larger of incoming and outgoing cost."""
    return [
        max(
            added(s.amount for s in flows if s.source == at),
            added(s.amount for s in flows if s.target == at),
        )
        for at in range(len(nodes))
    ]


def _heights(nodes: Sequence[Node], size: Sequence[Decimal], height: int) -> list[str]:
    """Place the nodes of each column in the given order, distributed over the height.

    Plotly reads the middle of a node as a share of the height, and draws all columns to one scale:
    the largest at which every column fits with its gaps.
    """
    columns = [
        [at for at, node in enumerate(nodes) if node.column == column]
        for column in sorted({node.column for node in nodes})
    ]
    scale = min(
        (1 - Decimal(_PAD * (len(inside) - 1)) / height) / (sum(size[at] for at in inside) or 1)
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
