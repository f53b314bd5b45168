"""Errors about journals.

WrongUseError
├── UnknownTemplateError   no template of this name
├── NoJournalError         no exported journal with this id
├── OutdatedJournalError   others were sent since the journal was exported
└── NotAPostingDateError   the posting date is not a day
"""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.wording import join_words

from .base import WrongUseError


class UnknownTemplateError(WrongUseError):
    """No template of this name, and no file."""

    def __init__(self, wanted: str, known: Sequence[str], near: str) -> None:
        super().__init__(
            f"There is no journal template {wanted!r}; there are {join_words(known, last='and')}. "
            f"{near} A file of your own is named with its path and ends with .yaml.".replace(
                "  ", " "
            )
        )


class NoJournalError(WrongUseError):
    """No exported journal with this id, or several."""

    def __init__(self, wanted: str, have: Sequence[str]) -> None:
        known = f" Exported: {', '.join(have)}." if have else ""
        super().__init__(
            f"There is not exactly one exported journal {wanted!r}.{known} "
            "`apportion journal list` shows them."
        )


class OutdatedJournalError(WrongUseError):
    """Other journals of the month were marked as sent after this one was exported."""

    def __init__(
        self, batch: str, period: str, expected: Sequence[str], sent: Sequence[str]
    ) -> None:
        before = ", ".join(expected) or "no other"
        super().__init__(
            f"Journal {batch} of {period} continues {before}, but sent are {', '.join(sent)}: both "
            "would post the same cost. Nothing was marked. Export again: it writes the difference."
        )


class NotAPostingDateError(WrongUseError):
    """The posting date is not a day."""

    def __init__(self, written: str) -> None:
        super().__init__(f"A posting date is written 2026-09-30; found {written!r}.")
