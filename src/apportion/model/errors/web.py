"""Errors at the start of the dashboard."""

from __future__ import annotations

from .base import WrongUseError


class NoWebError(WrongUseError):
    """The `web` extra is not installed."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            f"The dashboard needs packages that are not installed ({missing}). Install them with "
            "pip install 'apportion[web]'."
        )


class NotLoopbackError(WrongUseError):
    """Other machines could open the dashboard without sign-in."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Other machines could connect to {host} without sign-in. Configure sign-in in "
            "access.yaml (docs/how-to/dashboard.md), or omit --host to serve this machine only."
        )


class NoSecretError(WrongUseError):
    """A secret that access.yaml names is not in the environment."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"access.yaml reads a secret from the environment variable {variable}, which is empty. "
            "Set it before `apportion serve`."
        )


class WeakSecretError(WrongUseError):
    """The secret that signs cookies is too weak."""

    def __init__(self, variable: str, least: int) -> None:
        super().__init__(
            f"The secret in {variable} is too weak to sign cookies: expected at least {least} "
            "random characters. Create one with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`, or leave the variable "
            "empty: each start then creates its own."
        )


class PortTakenError(WrongUseError):
    """The port is in use."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"Cannot listen on {host}:{port} ({why}). Choose another port with --port; "
            "0 picks a free one."
        )
