"""The HTTP client: the errors that the dashboard catches are those that authlib raises."""

from __future__ import annotations

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client


def test_sign_in_catches_the_errors_of_the_client_that_authlib_uses() -> None:
    assert issubclass(AsyncOAuth2Client, httpx2.AsyncClient)
