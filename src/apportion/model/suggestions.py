"""What someone probably meant: the closest of the words that would have been right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from .tags.tag_keys import normalise_value

#: Comparing is quadratic in the length; longer words are not compared.
_LONGEST = 80
#: Of more options, those of nearest length are compared: a thousand take some milliseconds.
_MOST_OPTIONS = 1_000


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Write `Did you mean X?`, or nothing if no option is close.

    An option that differs in case and separators only wins; ties go to the option named first.
    """
    nearest = closest(word, options)
    return f"Did you mean {nearest}?" if nearest else ""


def closest(word: str, options: Iterable[str]) -> str:
    """Find the option that a word was probably meant to be; empty where none is close."""
    if len(word) > _LONGEST:
        return ""
    wanted = normalise_value(word)
    written: dict[str, str] = {}
    for option in options:
        written.setdefault(normalise_value(option), option)
    if wanted in written:
        return written[wanted]
    near = sorted(written, key=lambda option: abs(len(option) - len(wanted)))
    matches = get_close_matches(wanted, near[:_MOST_OPTIONS], n=1, cutoff=0.65)
    return written[matches[0]] if matches else ""


def shown(text: str) -> str:
    """Quote what a user wrote, on one line, shortened, control characters made visible."""
    short = text if len(text) <= 60 else f"{text[:57]}..."
    return "".join(
        character if character.isprintable() else _escaped(character) for character in short
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
