"""The console for programs: the same views and the same rights as the pages, as JSON; and its description.

The description (OpenAPI 3.1) is made from the routes themselves.
"""

from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from pydantic.json_schema import models_json_schema

from console.api import attachments, cases, commands, me, office, session
from console.api.problems import Problem

router = APIRouter(include_in_schema=False)
_ABOUT: Final = """\
The same rules as the pages: an account sees and does here what it sees and does there.
Sign in with `POST /api/session` and send the token with every request.
Nothing that is sealed is in any GET; it is told by `POST /api/v1/cases/{case_id}/opened`, which is recorded first.
"""
ROUTERS: Final[tuple[APIRouter, ...]] = (
    session.router, attachments.router, attachments.uploads, cases.router, commands.router, me.router, office.router,
    router,
)  # fmt: skip


@router.get("/api/openapi.json")
def describe(request: Request) -> Response:
    """Return the description."""
    app: FastAPI = request.app
    if not hasattr(app.state, "description"):
        app.state.description = described(app)
    return JSONResponse(app.state.description)


def described(app: FastAPI) -> dict[str, Any]:
    """Return the description of an application's API."""
    routes = [route for route in iter_route_contexts(app.routes) if (route.path or "").startswith("/api/")]
    made = get_openapi(title="Wayhome", version="1", description=_ABOUT, routes=routes)
    _, problems = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    parts = made.setdefault("components", {})
    parts.setdefault("schemas", {}).update(problems["$defs"])
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    made["paths"]["/api/session"]["post"]["security"] = []
    return made
