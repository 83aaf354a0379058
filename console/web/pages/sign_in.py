"""Signing in: a name and a password, then a code or a passkey. An unknown name and a wrong password look the same."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from console.accounts.sign_in import HalfWay, SignedIn, Wait, Wrong
from console.web.errors import SignInFirst
from console.web.request_context import go, not_forged, session_of, web_of, words_for
from console.web.sign_in_cookies import (
    Sent,
    back_of,
    half_way,
    let_half_in,
    let_in,
    page_token,
    sent_token,
    source_of,
    typed,
    with_back,
    with_page_token,
)

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def ask(request: Request, back: str = "/") -> Response:
    """Ask who is there; whoever is in already goes on."""
    if session_of(request) is not None:
        return go(back_of(back))
    return _first_step(request, back_of(back))


@router.post("/sign-in")
def take(request: Request, form: Sent) -> Response:
    """Take a name and a password."""
    web, back = web_of(request), back_of(typed(form, "back"))
    not_forged(request, sent_token(request), form)
    found = web.sign_in.password(typed(form, "account"), typed(form, "password"), source_of(request))
    if not isinstance(found, HalfWay):
        return _first_step(request, back, account=typed(form, "account")[:80], problem=found)
    step = "/sign-in/first" if found.setting_up or found.must_change else "/sign-in/code"
    return let_half_in(web, go(with_back(step, back)), found.token)


@router.get("/sign-in/code")
def ask_code(request: Request, back: str = "/") -> Response:
    """Ask for the second factor."""
    return _second_step(request, back_of(back))


@router.post("/sign-in/code")
def take_code(request: Request, form: Sent) -> Response:
    """Take a code from an authenticator app."""
    web, (half, session) = web_of(request), _half_way(request)
    not_forged(request, session.csrf, form)
    found = web.sign_in.code(half.token, typed(form, "code"), source_of(request))
    return _signed_in(request, found, back_of(typed(form, "back")))


@router.post("/sign-in/passkey/options")
def passkey_options(request: Request) -> Response:
    """Return what a passkey is to sign; only our own script asks for it."""
    web, (half, session) = web_of(request), _half_way(request)
    not_forged(request, session.csrf, None)
    options = web.sign_in.passkey_options(half.token)
    return JSONResponse({}, 404) if options is None else Response(options, media_type="application/json")


@router.post("/sign-in/passkey")
def take_passkey(request: Request, form: Sent) -> Response:
    """Take what a passkey signed."""
    web, (half, session) = web_of(request), _half_way(request)
    not_forged(request, session.csrf, form)
    found = web.sign_in.passkey(half.token, typed(form, "answer"), source_of(request))
    return _signed_in(request, found, back_of(typed(form, "back")))


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page for somebody who is not signed in."""
    given = {"context": None, "request": request, **values}
    return HTMLResponse(web_of(request).rendering.page(template, words_for(request), given), status)


def status_of(problem: object) -> int:
    """Return the status of a page that asks again."""
    return 200 if problem is None else 429 if isinstance(problem, Wait) else 422


def seconds_of(problem: object) -> int:
    """Return how long to wait before the next try, 0 when a try is welcome."""
    return problem.seconds if isinstance(problem, Wait) else 0


def asked_again(answer: Response, problem: object) -> Response:
    """Say to programs, too, how long to wait."""
    if isinstance(problem, Wait):
        answer.headers["retry-after"] = str(problem.seconds)
    return answer


def _half_way(request: Request) -> Any:
    found = half_way(request)
    if found is None:
        raise SignInFirst
    return found


def _first_step(request: Request, back: str, *, account: str = "", problem: Wait | Wrong | None = None) -> Response:
    token = page_token(request)
    values = {
        "back": back,
        "account": account,
        "token": token,
        "wait": seconds_of(problem),
        "wrong": problem is not None,
    }
    answer = page(request, "pages/sign_in.html", status_of(problem), **values)
    return asked_again(with_page_token(request, answer, token), problem)


def _second_step(request: Request, back: str, problem: Wait | Wrong | None = None) -> Response:
    found = half_way(request)
    if found is None:
        return go(with_back("/sign-in", back))
    half, session = found
    if half.setting_up:
        return go(with_back("/sign-in/first", back))
    values = {
        "back": back, "token": session.csrf, "kinds": half.kinds, "account": half.account,
        "wait": seconds_of(problem), "wrong": problem is not None,
    }  # fmt: skip
    return asked_again(page(request, "pages/sign_in_code.html", status_of(problem), **values), problem)


def _signed_in(request: Request, found: SignedIn | Wrong | Wait, back: str) -> Response:
    if not isinstance(found, SignedIn):
        return _second_step(request, back, found)
    return let_in(web_of(request), go(back), found.token)
