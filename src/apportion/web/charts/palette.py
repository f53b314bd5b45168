"""The colours of charts. Figures are made in those for light grounds; browsers exchange them.

The series differ in lightness as well as in hue (after Okabe and Ito, and Tol), so that they can be
told apart with every kind of colour blindness, and each stands out from its ground.
"""

from __future__ import annotations

#: For light grounds, and what stands for it on dark ones.
_PAIRS = {
    "ink": ("#20262d", "#e6e8ea"),
    "soft": ("#5a6572", "#9aa6b2"),
    "line": ("#dfe2e5", "#2d343b"),
    "ground": ("#ffffff", "#161a1f"),
    "blue": ("#2f5d9e", "#6f9fe0"),
    "amber": ("#c9822b", "#e3a857"),
    "teal": ("#2a8c82", "#58b8ad"),
    "rose": ("#b14a66", "#dd7f98"),
    "violet": ("#7a62b3", "#a794da"),
    "sky": ("#6ba4cf", "#9cc8ea"),
    "olive": ("#86883a", "#b9bb6b"),
    "brown": ("#7d6350", "#b39a86"),
    "grey": ("#8d969f", "#727d88"),
}

INK, SOFT, LINE, GROUND, GREY = (
    _PAIRS[name][0] for name in ("ink", "soft", "line", "ground", "grey")
)
BLUE, AMBER, TEAL, ROSE, VIOLET = (
    _PAIRS[name][0] for name in ("blue", "amber", "teal", "rose", "violet")
)

#: The colours of series, in the order in which they are given out; grey is for all others.
SERIES = tuple(
    _PAIRS[name][0] for name in ("blue", "amber", "teal", "rose", "violet", "sky", "olive", "brown")
)

#: Light colours to dark ones, for the script that shows charts.
ON_DARK = dict(_PAIRS.values())


def fainter(colour: str, *, part: str = "0.35") -> str:
    """Let the ground shine through a colour."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{part})"
