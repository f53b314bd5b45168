"""The HTTP client: httpx2, the successor of httpx.

authlib and Starlette use httpx2 if it is installed, and httpx otherwise. Their errors must be
caught by the classes of the same module, so every other file takes the client from here.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

httpx = import_module("httpx2" if find_spec("httpx2") else "httpx")
