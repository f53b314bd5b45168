"""The Plotly template of all charts, and the function that makes names safe in them."""

from __future__ import annotations

import html

import plotly.graph_objects as go

from .palette import BACKGROUND, BORDER, MUTED, SERIES, TEXT

_FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"


def template() -> go.layout.Template:
    """Create the template."""
    axis = {
        "gridcolor": BORDER,
        "linecolor": BORDER,
        "zerolinecolor": MUTED,
        "zerolinewidth": 1,
        "gridwidth": 1,
        "ticks": "",
        "automargin": True,
        "tickfont": {"color": MUTED, "size": 12},
        "title": {"font": {"color": MUTED, "size": 12}},
    }
    layout = go.Layout(
        font={"family": _FONT, "size": 13, "color": TEXT},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=list(SERIES),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        bargap=0.18,
        hoverlabel={"bgcolor": BACKGROUND, "bordercolor": BORDER,
                    "font": {"color": TEXT, "size": 13}},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.14, "yanchor": "top",
                "font": {"color": TEXT, "size": 12}, "traceorder": "normal"},
        xaxis={**axis, "showgrid": False},
        yaxis={**axis, "showline": False},
        separators=".,",
        hovermode="closest",
    )  # fmt: skip
    return go.layout.Template(layout=layout)


def figure(*traces: object, **layout: object) -> str:
    """Create a figure as JSON."""
    made = go.Figure(data=list(traces), layout={"template": template(), **layout})
    # The JSON is inside a script element, which no text in it may close.
    return str(made.to_json()).replace("<", "\\u003c")


def label(text: str, *, most: int = 60) -> str:
    """Make a text safe for Plotly, which interprets some HTML.

    Every name in a figure goes through this function.
    """
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)
    # Plotly replaces %{...} in its templates, so names must not contain it.
    return html.escape(visible or "(none)", quote=False).replace("%{", "%\u200b{")
