"""The console put together: walls, doors, pages, the API. A route without a rule is not served at all."""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.types import Lifespan

from console.accounts.passwords import HashingBusy
from console.api import ROUTERS
from console.web import live, static
from console.web.context import WebContext
from console.web.errors import WebProblem
from console.web.faults import ErrorMiddleware, answer, plain, store_problem, unreadable
from console.web.pages import PAGES
from console.web.recorded_answers import AccessLogMiddleware
from console.web.security import SecurityMiddleware
from events.errors import CommandReused, EventsError
from handlers.commanding.errors import HandlersError
from workflow.rights.acts import Act
from workflow.rights.table import ABOUT_A_CASE

# What anybody may ask for without being signed in; everything else names its act.
OPEN: Final = frozenset({
    "/", "/sign-in", "/sign-in/code", "/sign-in/passkey", "/sign-in/passkey/options", "/sign-in/first", "/leave",
    "/language", "/static/{digest}/{name}", "/healthz", "/favicon.ico",
    "/api/session", "/api/openapi.json",
})  # fmt: skip


def console(web: WebContext, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Return the console as an ASGI application; raises AssertionError when a route has no rule."""
    app = FastAPI(title="Wayhome", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.web = web
    for router in (static.router, live.router, *PAGES, *ROUTERS):
        app.include_router(router)
    _faults(app)
    without = routes_without_rule(app)
    assert not without, f"these routes name no act of workflow.rights: {', '.join(without)}"
    app.add_middleware(AccessLogMiddleware)
    app.add_middleware(ErrorMiddleware)
    app.add_middleware(SecurityMiddleware, site=web.site, chance=web.container.chance)
    return app


def routes_without_rule(app: FastAPI) -> list[str]:
    """Return the routes nobody thought about: neither open to all nor tied to an act (and to a case, where it asks)."""
    return [f"{sorted(route.methods or ())} {route.path}" for route in routes(app) if not _has_rule(route)]


def routes(app: FastAPI) -> list[RouteContext]:
    """Return every route of the console, those of its routers too."""
    return list(iter_route_contexts(app.routes))


def acts_of(route: RouteContext) -> tuple[Act, ...] | None:
    """Return the acts a route asks for; None when it asks nobody."""
    if not isinstance(route.original_route, APIRoute):
        return None
    asked = (getattr(dependency.call, "acts", None) for dependency in route.dependant.dependencies)
    return next((acts for acts in asked if acts is not None), None)


def _has_rule(route: RouteContext) -> bool:
    acts = acts_of(route)
    if acts is None or route.path is None:
        return route.path in OPEN
    return "{case_id}" in route.path or "{programme}" in route.path or ABOUT_A_CASE.isdisjoint(acts)


def _faults(app: FastAPI) -> None:
    """Say known problems plainly; what is not known ends in ``ErrorMiddleware``."""
    app.exception_handler(WebProblem)(answer)
    app.exception_handler(RequestValidationError)(unreadable)

    @app.exception_handler(HTTPException)
    def _http(request: Request, problem: HTTPException) -> Response:
        return plain(request, problem.status_code)

    @app.exception_handler(EventsError)
    @app.exception_handler(HandlersError)
    def _store(request: Request, problem: Exception) -> Response:
        return store_problem(request, problem)

    @app.exception_handler(HashingBusy)
    def _crowd(request: Request, problem: HashingBusy) -> Response:
        answer = plain(request, 503, "crowd")
        answer.headers["retry-after"] = str(problem.seconds)
        return answer

    @app.exception_handler(CommandReused)
    def _reused(request: Request, problem: CommandReused) -> Response:
        return plain(request, 422)
