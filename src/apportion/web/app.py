"""The web server's application: addresses to pages, files and JSON."""

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
from apportion.ports.reports import Report
from apportion.reports.csv import CsvReport
from apportion.reports.excel import ExcelReport
from apportion.reports.json import JsonReport
from apportion.reports.parquet import ParquetReport
from apportion.usecases.dashboard.run_cache import RunCache

from . import static_files
from .api import ErrorAnswer, PageAnswer, PeriodsAnswer, page_answer
from .auth.config import AuthConfig
from .auth.middleware import AuthMiddleware, refusal
from .auth.request_bodies import Bodies
from .auth.user import SECONDS, sees_everything, viewer_of
from .cache import AnswerCache
from .html import page_html
from .layout import shell
from .page_loader import read
from .page_registry import PAGES, PageKind
from .security_headers import SecurityHeaders

if TYPE_CHECKING:
    from .auth.oidc import SignedIn

#: How often it is looked whether the ledger holds more, in seconds.
LOOK_EVERY = 2.0

_LOG = logging.getLogger(__name__)
_FAILED = "The page could not be created. The server's log has the reason."

_FORMS: dict[str, tuple[Report, str]] = {
    "csv": (CsvReport(), "text/csv; charset=utf-8"),
    "parquet": (ParquetReport(), "application/vnd.apache.parquet"),
    "json": (JsonReport(), "application/json"),
    "xlsx": (
        ExcelReport(),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}
_WRONG: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorAnswer, "description": "Not signed in."},
    404: {"model": ErrorAnswer, "description": "Not found, or not visible to this user."},
    422: {"model": ErrorAnswer, "description": "An unknown or invalid parameter."},
}


def create_app(library: RunCache, *, door: AuthConfig | None = None, watch: bool = True) -> ASGIApp:
    """Make the application: headers and hosts, who asks, answers given before, and pages.

    With `watch`, it looks again and again whether the ledger holds more.
    """
    door = door or AuthConfig()
    app = _pages(library, door, watch=watch)
    kept: ASGIApp = AnswerCache(
        app, edition=lambda: library.ledger_version.id, who=lambda scope: viewer_of(scope).scope.key
    )
    entered: ASGIApp = AuthMiddleware(kept, door)
    if door.sessions is not None:
        entered = SessionMiddleware(
            entered,
            secret_key=door.session_secret,
            session_cookie="__Host-apportion" if door.encrypted else "apportion",
            max_age=SECONDS,
            same_site="lax",
            https_only=door.encrypted,
        )
    return SecurityHeaders(Bodies(entered), hosts=door.hosts, encrypted=door.encrypted)


def rehearse(library: RunCache) -> None:
    """Make the two largest pages once, so that nobody's first page waits for what they import."""
    for name in ("overview", "flow"):
        if library.ledger_version.periods:
            found = read(library, EVERYTHING, name, PAGES[name].asked.model_validate({}))
            page_html(found.page, shell(found.view, name), found.view.links)


def _pages(library: RunCache, door: AuthConfig, *, watch: bool) -> FastAPI:
    app = FastAPI(
        title="Apportion",
        version=__version__,
        summary="Cost of a cloud bill by owner, with its explanation.",
        description="Every page as JSON. Amounts are exact decimals written as text; currencies "
        "are never added. A user sees the owners that the user's groups may see.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_looking(library) if watch else None,
    )
    _add_errors(app)
    for name, kind in PAGES.items():
        _add_page(app, library, name, kind, account="/account" if door.sessions else "")
    _add_others(app, library)
    if door.sessions is not None:
        _add_sign_in(app, door.sessions)
    return app


def _add_page(app: FastAPI, library: RunCache, name: str, kind: PageKind, *, account: str) -> None:
    """Add a page, its files and its JSON; each is made in a thread, as it asks the engine."""
    asked_of = kind.asked

    def page(request: Request, asked: Annotated[asked_of, Query()]) -> Response:  # type: ignore[valid-type]
        found = read(library, viewer_of(request.scope).scope, name, asked)
        frame = shell(found.view, name, account=account)
        return HTMLResponse(page_html(found.page, frame, found.view.links))

    def file(
        request: Request,
        section: str,
        form: str,
        asked: Annotated[asked_of, Query()],  # type: ignore[valid-type]
    ) -> Response:
        found = read(library, viewer_of(request.scope).scope, name, asked)
        part = found.page.section(section)
        if part is None or form not in _FORMS:
            raise HTTPException(404, f"This page has no file {section}.{form}.")
        report, media_type = _FORMS[form]
        title = f"{name}-{section}-{found.view.period}.{form}"
        headers = {"content-disposition": f'attachment; filename="{title}"'}
        content = report.write(part.rows, part.exported)
        return Response(content, media_type=media_type, headers=headers)

    def answer(request: Request, asked: Annotated[asked_of, Query()]) -> PageAnswer:  # type: ignore[valid-type]
        return page_answer(read(library, viewer_of(request.scope).scope, name, asked))

    app.get(f"/{name}", include_in_schema=False)(page)
    app.get(f"/files/{name}/{{section}}.{{form}}", include_in_schema=False)(file)
    app.get(f"/api/v1/{name}", summary=kind.about, operation_id=name, responses=_WRONG)(answer)


def _add_others(app: FastAPI, library: RunCache) -> None:
    @app.get("/", include_in_schema=False)
    def home() -> Response:
        return RedirectResponse("/overview", 307)

    @app.get(
        "/api/v1/periods", summary="The allocated months, newest first.", operation_id="periods"
    )
    def periods() -> PeriodsAnswer:
        return PeriodsAnswer(periods=list(library.ledger_version.periods))

    @app.get("/health", include_in_schema=False)
    async def health() -> Response:
        return JSONResponse({"status": "fine", "version": __version__})

    @app.get("/static/{version}/{name}", include_in_schema=False)
    async def static(request: Request, version: str, name: str) -> Response:
        found = static_files.static_files().get(name)
        if found is None:
            raise HTTPException(404, "No such file.")
        packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"vary": "Accept-Encoding"}
        if version == static_files.version():
            headers["cache-control"] = "public, max-age=31536000, immutable"
        if packed:
            headers["content-encoding"] = "gzip"
        content = found.packed if packed else found.content
        return Response(content, media_type=found.media_type, headers=headers)


def _add_sign_in(app: FastAPI, sessions: "SignedIn") -> None:
    app.get("/auth/in", include_in_schema=False)(sessions.enter)
    app.get("/auth/back", include_in_schema=False)(sessions.arrive)
    app.get("/account", include_in_schema=False)(sessions.account)
    app.post("/auth/out", include_in_schema=False)(sessions.leave)


def _add_errors(app: FastAPI) -> None:
    """Every failure is a sentence; what is wrong in an address is said without its own text."""

    def wrong(request: Request, error: Exception) -> Response:
        if isinstance(error, WrongUseError):
            return refusal(request.url.path, str(error), 404)
        _LOG.error("%s failed: %s", request.url.path, error)
        # What failed may name files, totals and owners that are not this reader's to see.
        shown = str(error) if sees_everything(request.scope) else _FAILED
        return refusal(request.url.path, shown, 500)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        names = sorted({str(each["loc"][-1]) for each in error.errors()})
        return refusal(request.url.path, f"Invalid parameters: {', '.join(names)}.", 422)

    def missing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        sentence = error.detail if error.detail != "Not Found" else "Page not found."
        return refusal(request.url.path, sentence, error.status_code)

    app.add_exception_handler(ApportionError, wrong)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, missing)


def _looking(library: RunCache) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=_look, args=(library, ended), daemon=True)
        thread.start()
        yield
        ended.set()

    return life


def _look(library: RunCache, ended: threading.Event) -> None:
    """Look again and again; what fails now (a disk that is away) may be there the next time."""
    while not ended.wait(LOOK_EVERY):
        try:
            library.refresh()
        except (ApportionError, OSError):
            continue
