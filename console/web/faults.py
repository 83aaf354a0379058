"""Problems as people and programs read them: a page in their language, or a problem document (RFC 9457).

Whatever goes wrong inside, the answer is one of ours, and no log holds what was typed.
"""

import logging
import re
import traceback
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web.context import web_of
from console.web.errors import FormKept, SignInFirst, StepUpFirst, TooMany, WebProblem
from console.web.request_context import words_for
from events.errors import ClockBehind, StoreFull

log: Final = logging.getLogger("wayhome.console")
PROBLEM_JSON: Final = "application/problem+json"
N_: Final = str  # marks a text for translation; it is translated where it is shown
_UNTITLED: Final = N_("This did not work")
_TITLES: Final[Mapping[int | str, str]] = {
    400: "This request cannot be read",
    401: "Sign in first",
    403: "This form was not accepted",
    404: "There is nothing here",
    405: "This page is not used that way",
    409: "The case has moved on",
    413: "That is more than this page takes",
    415: "This kind of content is not read here",
    422: "Something needs correcting",
    429: "Too much at once",
    500: "Wayhome made a mistake",
    503: "The store does not answer",
    507: "There is no room left",
    "clock": "The clock was set back",
    "crowd": "Very many are signing in",
    "not_sealed": "This is not signed yet",
    "too_many_files": "You have opened very many cases",
}
_ADVICE: Final[Mapping[int | str, str]] = {
    403: "Open the page again and send the form from there; nothing was stored.",
    404: "Check the address or the case number. What is not yours to see looks the same as what does not exist.",
    429: "Wait a little and try again; nothing was stored.",
    500: "Nothing was stored twice. Try again; if it happens again, tell whoever runs Wayhome at what time it was.",
    507: "Nothing was stored; what is there can still be read. Ask whoever runs Wayhome to make room, then try again.",
    "clock": "Nothing is recorded before the newest event. Whoever runs Wayhome sets the clock right, then try again.",
    "crowd": "Nothing was looked at or counted. Wait a few seconds, then send your name and password again.",
    "not_sealed": (
        "The log is signed every few seconds where workers run and witnesses answer. Try again in a minute; if it "
        "stays so, tell whoever runs Wayhome."
    ),
    "too_many_files": (
        "Nothing of any case is shown to this account until somebody else has looked into it: the data-protection "
        "officer, or a supervisor. They have been told."
    ),
    503: "Nothing was lost: what was confirmed is stored. Try again in a minute.",
}


def answer(request: Request, problem: WebProblem) -> Response:
    """Return a known problem; a page that asks for signing in leads there and back."""
    if for_program(request):
        return document(problem.status, problem.code, _retry(problem))
    if isinstance(problem, SignInFirst):
        back = problem.kept or _back(request)
        kept = "&kept=1" if problem.kept else ""
        return RedirectResponse("/sign-in" if back == "/" else f"/sign-in?back={quote(back)}{kept}", 303)
    if isinstance(problem, FormKept):
        return RedirectResponse(problem.page, 303)
    if isinstance(problem, StepUpFirst):
        return RedirectResponse(f"/step-up?back={quote(problem.back or _back(request))}", 303)
    return _page(request, problem.status, _retry(problem), about=problem.code if problem.code in _TITLES else "")


def plain(request: Request, status: int, about: str = "") -> Response:
    """Return an HTTP status as a page or a problem document, in words of its own if it is about something known."""
    if for_program(request):
        return document(status, about or "problem")
    return _page(request, status, about=about)


def store_problem(request: Request, problem: Exception) -> Response:
    """Return that the store did not answer, and why as far as somebody can do something about it."""
    log.warning("the store did not answer: %s", type(problem).__name__)
    if isinstance(problem, ClockBehind):
        return plain(request, 503, "clock")
    return plain(request, 507 if isinstance(problem, StoreFull) else 503)


def unreadable(request: Request, problem: RequestValidationError) -> Response:
    """Return what of a request cannot be read, never repeating it: it may be a name."""
    if for_program(request):
        return document(422, "not_readable", faults=told(problem.errors()))
    return _page(request, 404 if request.method == "GET" else 422)


def told(faults: Iterable[Any]) -> list[dict[str, str]]:
    """Return faults of pydantic's as programs read them."""
    return [
        {"where": ".".join(_named(fault)), "what": str(fault["msg"]).removeprefix("Value error, ")} for fault in faults
    ]


def _named(fault: Any) -> list[str]:
    """Return where a fault is; a field that is none of ours by its name only if that looks like a field's."""
    place = [str(step) for step in fault["loc"]]
    strange = fault["type"] == "extra_forbidden" and not re.fullmatch("[a-z_]{1,40}", place[-1])
    return [*place[:-1], "?"] if strange else place


def document(status: int, code: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """Return a problem document (RFC 9457): its type is a name of ours, its detail says what to do."""
    body = {
        "type": f"urn:wayhome:problem:{code}",
        "title": _TITLES.get(code) or _TITLES.get(status, _UNTITLED),
        "status": status,
        "detail": _ADVICE.get(code) or _ADVICE.get(status, ""),
        **more,
    }
    return JSONResponse(body, status, headers=headers, media_type=PROBLEM_JSON)


def for_program(request: Request) -> bool:
    """Tell whether a program asks, not a person."""
    return request.url.path.startswith("/api/")


def where(bug: BaseException) -> str:
    """Return what kind of bug it was and on which lines of ours, without its text."""
    frames = traceback.extract_tb(bug.__traceback__)[-4:]
    return f"{type(bug).__name__} at " + " < ".join(
        f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in reversed(frames)
    )


def _page(request: Request, status: int, headers: dict[str, str] | None = None, *, about: str = "") -> Response:
    words, said = words_for(request), about or status
    title = words.gettext(_TITLES.get(said, _UNTITLED))
    advice = words.gettext(_ADVICE[said]) if said in _ADVICE else ""
    values = {"context": None, "request": request, "status": status, "title": title, "advice": advice}
    html = web_of(request).rendering.page("problem.html", words, values)
    return HTMLResponse(html, status, headers=headers)


def _back(request: Request) -> str:
    """Return where to go on afterwards: a path of ours, never another site's."""
    path, draft = request.url.path, request.query_params.get("draft", "")
    path += f"?draft={draft}" if re.fullmatch("[0-9a-f-]{36}", draft) else ""
    return path if path.startswith("/") and not path.startswith("//") else "/"


def _retry(problem: WebProblem) -> dict[str, str] | None:
    return {"retry-after": str(problem.wait_s)} if isinstance(problem, TooMany) else None


class ErrorMiddleware:
    """Answers what nobody foresaw, inside the wall, so that the answer wears its headers too.

    A bug is logged by its kind and its lines, never by its text, which may hold a name; and nothing is raised
    further to a server that would log it all.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noticing(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except ClientDisconnect:  # gone, or cut off by the wall because the body was longer than it said
            status = 413
        except Exception as bug:  # noqa: BLE001 - this is where the unforeseen ends
            log.error("a bug: %s", where(bug))  # noqa: TRY400 - a trace would hold its text
            status = 500
        else:
            return
        if not begun:
            await plain(Request(scope), status)(scope, receive, noticing)
