"""The web application: pages, files and JSON by address."""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp

from apportion import __version__
from apportion.model.access import EVERYTHING
from apportion.model.errors.base import ApportionError, WrongUseError
from apportion.reports.formats import report_of
from apportion.usecases.dashboard.run_cache import RunCache

from . import static_files
from .api import ErrorResponse, PageResponse, PeriodsResponse, page_response
from .auth.config import AuthConfig
from .auth.middleware import AuthMiddleware, error_response
from .auth.request_bodies import BodyLimit
from .auth.user import SESSION_SECONDS, has_full_access, user_of
from .html import page_html
from .layout import create_layout
from .page_loader import PageLoader, load_page
from .page_registry import PAGES, PageKind
from .response_cache import ResponseCache
from .security_headers import SecurityHeaders

if TYPE_CHECKING:
    from .auth.oidc import OidcSignIn

#: Seconds between two checks of the ledger for new runs.
REFRESH_SECONDS = 2.0

_LOG = logging.getLogger(__name__)
_FAILED = "The page could not be created. See the server log for the reason."

_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorResponse, "description": "Not signed in."},
    404: {"model": ErrorResponse, "description": "Not found, or not visible to this user."},
    422: {"model": ErrorResponse, "description": "An unknown or invalid parameter."},
}


def create_app(runs: RunCache, *, auth: AuthConfig | None = None, watch: bool = True) -> ASGIApp:
    """Create the application: security headers, sign-in, response cache and pages.

    `watch` checks the ledger for new runs while the server is up.
    """
    auth = auth or AuthConfig()
    app = _pages(runs, auth, watch=watch)
    cached = ResponseCache(
        app,
        ledger_version=lambda: runs.ledger_version.id,
        scope_key=lambda scope: user_of(scope).scope.key,
    )
    secured: ASGIApp = AuthMiddleware(cached, auth)
    if auth.sessions is not None:
        secured = SessionMiddleware(
            secured,
            secret_key=auth.session_secret,
            session_cookie="__Host-apportion" if auth.encrypted else "apportion",
            max_age=SESSION_SECONDS,
            same_site="lax",
            https_only=auth.encrypted,
        )
    return SecurityHeaders(BodyLimit(secured), hosts=auth.hosts, encrypted=auth.encrypted)


def warm_up(runs: RunCache) -> None:
    """Create the two largest pages once, so that the first request does not wait for imports."""
    for name in ("overview", "flow"):
        if runs.ledger_version.periods:
            loaded = load_page(runs, EVERYTHING, name, PAGES[name].query_model.model_validate({}))
            page_html(loaded.page, create_layout(loaded.view, name), loaded.view.links)


def _pages(runs: RunCache, auth: AuthConfig, *, watch: bool) -> FastAPI:
    app = FastAPI(
        title="Apportion",
        version=__version__,
        summary="Cost of a cloud bill by owner, with explanations.",
        description="Every page as JSON. Amounts are exact decimals, written as text. Amounts of "
        "different currencies are never added. A response contains only the owners that the "
        "user's groups may see.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_refreshing(runs) if watch else None,
    )
    _add_errors(app)
    pages = PageLoader(runs)
    for name, kind in PAGES.items():
        _add_page(app, pages, name, kind, account="/account" if auth.sessions else "")
    _add_others(app, runs)
    if auth.sessions is not None:
        _add_sign_in(app, auth.sessions)
    return app


def _add_page(app: FastAPI, pages: PageLoader, name: str, kind: PageKind, *, account: str) -> None:
    """Add a page, its files and its JSON; they run in threads, as they wait for the engine."""
    query_model = kind.query_model

    def page(request: Request, query: Annotated[query_model, Query()]) -> Response:  # type: ignore[valid-type]
        loaded = pages.load(user_of(request.scope).scope, name, query)
        layout = create_layout(loaded.view, name, account=account)
        return HTMLResponse(page_html(loaded.page, layout, loaded.view.links))

    def file(
        request: Request,
        section: str,
        form: str,
        query: Annotated[query_model, Query()],  # type: ignore[valid-type]
    ) -> Response:
        loaded = pages.load(user_of(request.scope).scope, name, query)
        part = loaded.page.section(section)
        if part is None or form not in _MEDIA_TYPES:
            raise HTTPException(404, f"This page has no file named {section}.{form}.")
        file_name = f"{name}-{section}-{loaded.view.period}.{form}"
        headers = {"content-disposition": f'attachment; filename="{file_name}"'}
        content = report_of(form).write(part.rows, part.exported)
        return Response(content, media_type=_MEDIA_TYPES[form], headers=headers)

    def json(request: Request, query: Annotated[query_model, Query()]) -> PageResponse:  # type: ignore[valid-type]
        return page_response(pages.load(user_of(request.scope).scope, name, query))

    app.get(f"/{name}", include_in_schema=False)(page)
    app.get(f"/files/{name}/{{section}}.{{form}}", include_in_schema=False)(file)
    app.get(f"/api/v1/{name}", summary=kind.summary, operation_id=name, responses=_ERROR_RESPONSES)(
        json
    )


def _add_others(app: FastAPI, runs: RunCache) -> None:
    @app.get("/", include_in_schema=False)
    def home() -> Response:
        return RedirectResponse("/overview", 307)

    @app.get("/api/v1/periods", summary="Allocated months, newest first.", operation_id="periods")
    def periods() -> PeriodsResponse:
        return PeriodsResponse(periods=list(runs.ledger_version.periods))

    @app.get("/health", include_in_schema=False)
    async def health() -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    @app.get("/static/{version}/{name}", include_in_schema=False)
    async def static(request: Request, version: str, name: str) -> Response:
        found = static_files.static_files().get(name)
        if found is None:
            raise HTTPException(404, "File not found.")
        compressed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"vary": "Accept-Encoding"}
        if version == static_files.version():
            headers["cache-control"] = "public, max-age=31536000, immutable"
        if compressed:
            headers["content-encoding"] = "gzip"
        content = found.compressed if compressed else found.content
        return Response(content, media_type=found.media_type, headers=headers)


def _add_sign_in(app: FastAPI, sessions: "OidcSignIn") -> None:
    app.get("/auth/sign-in", include_in_schema=False)(sessions.sign_in)
    app.get("/auth/callback", include_in_schema=False)(sessions.callback)
    app.get("/account", include_in_schema=False)(sessions.account)
    app.post("/auth/sign-out", include_in_schema=False)(sessions.sign_out)


def _add_errors(app: FastAPI) -> None:
    """Turn every error into a sentence; invalid values from the address are not repeated."""

    def apportion_error(request: Request, error: Exception) -> Response:
        if isinstance(error, WrongUseError):
            return error_response(request.url.path, str(error), 404)
        _LOG.error("%s failed: %s", request.url.path, error)
        # The message may name files, totals and owners outside the user's scope.
        shown = str(error) if has_full_access(request.scope) else _FAILED
        return error_response(request.url.path, shown, 500)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        names = sorted({str(each["loc"][-1]) for each in error.errors()})
        return error_response(request.url.path, f"Invalid parameters: {', '.join(names)}.", 422)

    def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        sentence = error.detail if error.detail != "Not Found" else "Page not found."
        return error_response(request.url.path, sentence, error.status_code)

    app.add_exception_handler(ApportionError, apportion_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http_error)


def _refreshing(runs: RunCache) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stopped = threading.Event()
        thread = threading.Thread(target=_refresh, args=(runs, stopped), daemon=True)
        thread.start()
        yield
        stopped.set()

    return lifespan


def _refresh(runs: RunCache, stopped: threading.Event) -> None:
    """Check for new runs until stopped; a temporary failure (disk not available) is retried."""
    while not stopped.wait(REFRESH_SECONDS):
        try:
            runs.refresh()
        except (ApportionError, OSError):
            continue
