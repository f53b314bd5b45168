"""The colours of charts. Figures have those of light mode; the script replaces them in dark mode.

Series differ in lightness as well as in hue (after Okabe and Ito, and Tol), so that people with
every kind of colour blindness can distinguish them, and each has contrast with the background.
"""

from __future__ import annotations

#: Colours in light mode and in dark mode.
_PAIRS = {
    "text": ("#20262d", "#e6e8ea"),
    "muted": ("#5a6572", "#9aa6b2"),
    "border": ("#dfe2e5", "#2d343b"),
    "background": ("#ffffff", "#161a1f"),
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

TEXT, MUTED, BORDER, BACKGROUND, GREY = (
    _PAIRS[name][0] for name in ("text", "muted", "border", "background", "grey")
)
BLUE, AMBER, TEAL, ROSE, VIOLET = (
    _PAIRS[name][0] for name in ("blue", "amber", "teal", "rose", "violet")
)

#: The colours of series in order; grey is for all others.
SERIES = tuple(
    _PAIRS[name][0] for name in ("blue", "amber", "teal", "rose", "violet", "sky", "olive", "brown")
)

#: Colours of light mode to colours of dark mode, for the script.
DARK_COLOURS = dict(_PAIRS.values())


def transparent(colour: str, *, alpha: str = "0.35") -> str:
    """Make a colour transparent."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
