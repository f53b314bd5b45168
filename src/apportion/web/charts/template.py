"""Our Plotly template: thin lines, figures that align, no ink that says nothing."""

from __future__ import annotations

import html

import plotly.graph_objects as go

from .palette import GROUND, INK, LINE, SERIES, SOFT

_FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"


def template() -> go.layout.Template:
    """Make the template that every figure of ours wears."""
    axis = {
        "gridcolor": LINE,
        "linecolor": LINE,
        "zerolinecolor": SOFT,
        "zerolinewidth": 1,
        "gridwidth": 1,
        "ticks": "",
        "automargin": True,
        "tickfont": {"color": SOFT, "size": 12},
        "title": {"font": {"color": SOFT, "size": 12}},
    }
    layout = go.Layout(
        font={"family": _FONT, "size": 13, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        colorway=list(SERIES),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        bargap=0.18,
        hoverlabel={"bgcolor": GROUND, "bordercolor": LINE, "font": {"color": INK, "size": 13}},
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.14, "yanchor": "top",
                "font": {"color": INK, "size": 12}, "traceorder": "normal"},
        xaxis={**axis, "showgrid": False},
        yaxis={**axis, "showline": False},
        separators=".,",
        hovermode="closest",
    )  # fmt: skip
    return go.layout.Template(layout=layout)


def figure(*traces: object, **layout: object) -> str:
    """Make a figure and write it as JSON."""
    made = go.Figure(data=list(traces), layout={"template": template(), **layout})
    # It stands in a page between script tags, which nothing in it may close.
    return str(made.to_json()).replace("<", "\\u003c")


def label(text: str, *, most: int = 60) -> str:
    """Make a text of anyone's safe to be shown by Plotly, which takes some HTML for its own.

    The only way in which a name enters a figure. A name of blanks is shown as what it is.
    """
    short = text if len(text) <= most else f"{text[: most - 1]}…"
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)
    # Plotly puts values in for %{...} in texts of ours; a name has none of that.
    return html.escape(visible or "(none)", quote=False).replace("%{", "%\u200b{")
