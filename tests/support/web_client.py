"""Requests to the real application, in one process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from apportion.core.dashboard.access_file import read_access
from apportion.model.access import Access
from apportion.usecases.dashboard.run_cache import RunCache
from apportion.web.app import create_app
from apportion.web.auth.config import create_auth_config
from web_ledger import run_cache_of

ACCESS = """\
access: 1
sign_in:
  secret_header: {secret_header: X-Proxy-Secret, secret_from: PROXY_SECRET}
groups:
  finance: everything
  shop: {cost_center: [SHOP]}
  euro: {cost_center: EURO}
  others: {environment: [SHOP]}
"""
SECRET = "only the proxy knows"


def access_of(text: str = ACCESS) -> Access:
    """Read a valid access.yaml."""
    found, findings = read_access(text, name="access.yaml")
    assert found is not None, findings
    return found


def application(folder: Path, *, runs: RunCache | None = None, access: str = ACCESS) -> TestClient:
    """Open the application behind a proxy that shares a secret."""
    app = behind_proxy(runs or run_cache_of(folder), access=access)
    return TestClient(app, follow_redirects=False)


def behind_proxy(runs: RunCache, *, access: str = ACCESS) -> ASGIApp:
    """Create the application with sign-in by the proxy."""
    auth = create_auth_config(access_of(access), {"PROXY_SECRET": SECRET}, host="0.0.0.0")
    return create_app(runs, auth=auth, watch=False)


def as_one_of(*groups: str) -> Mapping[str, str]:
    """The headers of the proxy for a user in these groups."""
    return {
        "X-Proxy-Secret": SECRET,
        "X-Forwarded-User": "ada@example.com",
        "X-Forwarded-Groups": ", ".join(groups),
    }
