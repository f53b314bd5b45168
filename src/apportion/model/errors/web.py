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
    """The dashboard would be open to other machines without sign-in."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} can be reached from other machines, without sign-in. Set up sign-in in "
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
    """The secret that signs cookies could be found by guessing."""

    def __init__(self, variable: str, least: int) -> None:
        super().__init__(
            f"The secret in {variable} is too weak to sign cookies: expected at least {least} "
            "random letters, found fewer, or few different ones. Create one with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`, or leave the variable "
            "empty: each start then makes its own."
        )


class PortTakenError(WrongUseError):
    """The port is in use."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"Cannot listen on {host}:{port} ({why}). Name another port with --port; "
            "0 chooses a free one."
        )
