"""Our own style, script and pictures: a few small files, kept by browsers until they change."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from console.web.errors import NotThere
from console.web.rendering import STATIC, static_address
from console.web.request_context import go, session_of, web_of
from workflow.rights.acts import Act
from workflow.rights.table import may_ever

router = APIRouter(include_in_schema=False)
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
# Where somebody begins: with what waits for them, or with what their role is there for.
_FIRST: Final[tuple[tuple[Act, str], ...]] = (
    ("work.see", "/work"),
    ("history.see", "/history"),
    ("accounts.see", "/settings"),
    ("statistics.see", "/statistics"),
)
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}


@router.get("/static/{digest}/{name}")
def file(digest: str, name: str) -> Response:
    """Return a file of ours, under the address that carries its digest."""
    path = STATIC / name
    is_ours = "/" not in name and path.suffix in _TYPES and path.is_file()
    if not is_ours or static_address(name) != f"/static/{digest}/{name}":
        raise NotThere
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=_FOR_EVER)


@router.get("/favicon.ico")
def favicon() -> Response:
    """Send browsers that ask by themselves to the picture we have."""
    return RedirectResponse(static_address("mark.svg"), 301)


@router.get("/healthz")
def health(request: Request) -> Response:
    """Tell a watchdog that the process answers and the log can be read."""
    web_of(request).container.log.size()
    return PlainTextResponse("ok\n")


@router.get("/")
def home(request: Request) -> Response:
    """Lead to where somebody begins, or to the door."""
    found = session_of(request)
    if found is None:
        return go("/sign-in")
    return go(next((path for act, path in _FIRST if may_ever(found[1].roles, act)), "/me"))
