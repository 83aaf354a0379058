"""Our own style, script and pictures: a few small files, kept by browsers until they change."""

import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from console.web.context import web_of
from console.web.errors import NotThere
from console.web.rendering import STATIC, static_address
from console.web.request_context import go, session_of
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
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
_NEVER: Final = re.compile(r"q\s*=\s*0(\.0*)?")


@router.get("/static/{digest}/{name}")
def file(request: Request, digest: str, name: str) -> Response:
    """Return a file of ours, under the address that carries its digest; packed, for a browser that unpacks."""
    path = STATIC / name
    is_ours = "/" not in name and path.suffix in _TYPES and path.is_file()
    if not is_ours or static_address(name) != f"/static/{digest}/{name}":
        raise NotThere
    if not takes_gzip(request.headers.get("accept-encoding", "")):
        return FileResponse(path, media_type=_TYPES[path.suffix], headers=_FOR_EVER)
    return Response(_packed(path), media_type=_TYPES[path.suffix], headers=_FOR_EVER | {"content-encoding": "gzip"})


@lru_cache(maxsize=100)
def _packed(path: Path) -> bytes:
    # Only these are packed: a page holds a token beside what somebody else may have put into its address, and how
    # short it comes out would tell of the token, letter by letter (BREACH).
    return gzip.compress(path.read_bytes(), mtime=0)


def takes_gzip(accepted: str) -> bool:
    """Tell whether a browser unpacks what was packed (RFC 9110).

    >>> [takes_gzip(one) for one in ("gzip, deflate, br", "br;q=1.0, gzip;q=0.5", "gzip;q=0", "identity", "")]
    [True, True, False, False, False]
    """
    asked = (part.partition(";") for part in accepted.lower().split(","))
    return any(name.strip() == "gzip" and not _NEVER.fullmatch(how.strip()) for name, _, how in asked)


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
