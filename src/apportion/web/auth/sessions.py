"""Sessions of signed-in users, in memory; a cookie contains only the key of a session.

So a cookie is small for any number of groups, and signing out ends a session for every copy of its
cookie. A restart ends all sessions.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_urlsafe

from .user import SESSION_SECONDS

#: The number of sessions; the oldest ends first.
MAX_SESSIONS = 20_000


@dataclass(frozen=True)
class Session:
    """A session: `at` is the time of sign-in in seconds, `token` protects the sign-out form."""

    name: str
    groups: frozenset[str]
    at: float
    token: str = field(default_factory=lambda: token_urlsafe(24))


class Sessions:
    """The sessions of a server; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, name: str, groups: frozenset[str]) -> str:
        """Begin a session; return its key for the cookie."""
        key = token_urlsafe(32)
        self._sessions[key] = Session(name, groups, self._clock())
        while len(self._sessions) > MAX_SESSIONS or self._has_expired(
            next(iter(self._sessions.values()))
        ):
            self._sessions.popitem(last=False)
        return key

    def find(self, key: object) -> Session | None:
        """Find a session; None if it is unknown or expired."""
        found = self._sessions.get(key) if isinstance(key, str) else None
        return None if found is None or self._has_expired(found) else found

    def end(self, key: object) -> None:
        """End a session, for every copy of its cookie."""
        if isinstance(key, str):
            self._sessions.pop(key, None)

    def _has_expired(self, session: Session) -> bool:
        return self._clock() - session.at > SESSION_SECONDS
