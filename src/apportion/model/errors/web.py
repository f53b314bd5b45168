"""What can fail before pages are shown; each error builds its own sentence."""

from __future__ import annotations

from .base import WrongUseError


class NoWebError(WrongUseError):
    """What the pages need is an extra of the package, and is not installed."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            f"The pages need packages that are not installed ({missing}): install them with "
            "pip install 'apportion[web]'."
        )


class NotLoopbackError(WrongUseError):
    """Others could reach the pages, and nobody would be asked who they are."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} can be reached from other machines, and nobody would have to sign in. "
            "Say in access.yaml how people sign in and what they see "
            "(docs/how-to/dashboard.md), or leave --host away to serve this machine alone."
        )


class NoSecretError(WrongUseError):
    """A secret that access.yaml names is not in the environment."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"access.yaml takes a secret from the environment variable {variable}, which is "
            "empty. Set it before `apportion serve`."
        )


class WeakSecretError(WrongUseError):
    """The secret that signs cookies could be found by guessing."""

    def __init__(self, variable: str, least: int) -> None:
        super().__init__(
            f"The secret in {variable} is too weak to sign cookies: expected at least {least} "
            "random letters, found fewer, or the same few again and again. Make one with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(32))'`, or leave the variable "
            "empty: each start then makes its own."
        )


class PortTakenError(WrongUseError):
    """Something else listens where the pages should be."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"{host}:{port} cannot be listened to ({why}). Name another port with --port; "
            "0 takes any that is free."
        )
