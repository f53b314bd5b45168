"""Who has signed in, kept on the server: a browser's cookie holds the name of a session alone.

So a cookie stays small whatever groups somebody is in, and a session that was ended is over for
every copy of its cookie. A restart ends all of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_urlsafe

from .user import SECONDS

#: How many sessions are kept; the oldest ends first.
MOST_SESSIONS = 20_000


@dataclass(frozen=True)
class Session:
    """Somebody who has signed in; `at` is when, in seconds; `token` is for their own form."""

    name: str
    groups: frozenset[str]
    at: float
    token: str = field(default_factory=lambda: token_urlsafe(24))


class Sessions:
    """The sessions of a server; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, Session] = OrderedDict()

    def begin(self, name: str, groups: frozenset[str]) -> str:
        """Begin a session; gives what its cookie holds."""
        key = token_urlsafe(32)
        self._kept[key] = Session(name, groups, self._clock())
        while len(self._kept) > MOST_SESSIONS or self._is_over(next(iter(self._kept.values()))):
            self._kept.popitem(last=False)
        return key

    def find(self, key: object) -> Session | None:
        """Find a session; None where it never was, or is over."""
        found = self._kept.get(key) if isinstance(key, str) else None
        return None if found is None or self._is_over(found) else found

    def end(self, key: object) -> None:
        """End a session, for every copy of its cookie."""
        if isinstance(key, str):
            self._kept.pop(key, None)

    def _is_over(self, session: Session) -> bool:
        return self._clock() - session.at > SECONDS
