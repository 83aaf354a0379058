"""Signing in: a name and a password, then a code or a passkey; and leaving at once.

An unknown name and a wrong password look the same. The first time there is a password of one's own to be set and an
authenticator app to be added, on one calm page.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.datastructures import FormData

from console.accounts.passwords import SHORTEST
from console.accounts.sessions import Session
from console.accounts.sign_in import HalfWay, SignedIn, Wait, Wrong
from console.accounts.totp import Enrolment
from console.web import sign_in_cookies as cookies
from console.web.context import WebContext, web_of
from console.web.errors import SignInFirst
from console.web.rendering import LANGUAGES
from console.web.request_context import go, session_of, words_for
from console.web.sent_from import from_elsewhere, is_ours, not_forged
from console.web.sign_in_cookies import Sent, back_of, half_way, source_of, typed, with_back
from workflow.reasons import Refused
from workflow.subjects.accounts.commands import ChooseLanguage

router = APIRouter(include_in_schema=False)
# Whoever looks over a shoulder sees nothing, and reloading shows nothing again.
_EMPTY: Final = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>-</title></head><body></body></html>'
# Cookies are taken away by their names: one stays, the mark of the device.
_CLEAR: Final = {"clear-site-data": '"cache", "storage"'}


@router.get("/sign-in")
def ask(request: Request, back: str = "/", kept: str = "") -> Response:
    """Ask who is there; whoever is in already goes on."""
    if session_of(request) is not None:
        return go(back_of(back))
    return _first_step(request, back_of(back), kept=kept == "1")


@router.post("/sign-in")
def take(request: Request, form: Sent) -> Response:
    """Take a name and a password."""
    web, back = web_of(request), back_of(typed(form, "back"))
    not_forged(request, cookies.sent_token(request), form)
    found = web.sign_in.password(typed(form, "account"), typed(form, "password"), source_of(request))
    if not isinstance(found, HalfWay):
        return _first_step(request, back, account=typed(form, "account")[:80], problem=found)
    step = "/sign-in/first" if found.setting_up or found.must_change else "/sign-in/code"
    return cookies.let_half_in(web, go(with_back(step, back)), found.token)


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


def asked(page: Callable[..., Response], template: str, problem: object, status: int = 200, **values: Any) -> Response:
    """Return a page that asks for a proof, again when there is a problem; it says how long to wait, to programs too."""
    wait = problem.seconds if isinstance(problem, Wait) else 0
    status = 429 if isinstance(problem, Wait) else 422 if problem is not None else status
    answer = page(template, status, wait=wait, wrong=problem is not None, **values)
    if isinstance(problem, Wait):
        answer.headers["retry-after"] = str(wait)
    return answer


def _half_way(request: Request) -> Any:
    found = half_way(request)
    if found is None:
        raise SignInFirst
    return found


def _first_step(
    request: Request, back: str, *, account: str = "", problem: Wait | Wrong | None = None, kept: bool = False
) -> Response:
    token = cookies.page_token(request)
    asks = partial(page, request)
    answer = asked(asks, "pages/sign_in.html", problem, back=back, account=account, token=token, kept=kept)
    return cookies.with_page_token(request, answer, token)


def _second_step(request: Request, back: str, problem: Wait | Wrong | None = None) -> Response:
    found = half_way(request)
    if found is None:
        return go(with_back("/sign-in", back))
    half, session = found
    if half.setting_up:
        return go(with_back("/sign-in/first", back))
    values: dict[str, Any] = {"back": back, "token": session.csrf, "kinds": half.kinds, "account": half.account}
    return asked(partial(page, request), "pages/sign_in_code.html", problem, **values)


def _signed_in(request: Request, found: SignedIn | Wrong | Wait, back: str) -> Response:
    if not isinstance(found, SignedIn):
        return _second_step(request, back, found)
    return cookies.let_in(web_of(request), go(back), found)


# -- the first time -----------------------------------------------------------------------------------------------


@router.get("/sign-in/first")
def ask_first(request: Request, back: str = "/") -> Response:
    """Ask for a password of one's own, and show what an authenticator app is to scan."""
    found = half_way(request)
    if found is None or not found[0].setting_up:
        return go(with_back("/sign-in/code" if found else "/sign-in", back_of(back)))
    return _first_page(request, found, web_of(request).factors.codes.begin(found[0].account), back_of(back), {})


@router.post("/sign-in/first")
def take_first(request: Request, form: Sent) -> Response:
    """Keep the password, then the app; whoever got one of them right is not asked for it again."""
    web, found, back = web_of(request), half_way(request), back_of(typed(form, "back"))
    if found is None or not found[0].setting_up:
        return go(with_back("/sign-in", back))
    half, session = found
    not_forged(request, session.csrf, form)
    enrolment = web.factors.codes.shown_again(half.account, typed(form, "factor"))
    if enrolment is None:
        return go(with_back("/sign-in/first", back))
    faults = _first_faults(web, half, session, form)
    signed_in = None if faults else web.sign_in.set_up(half.token)
    if isinstance(signed_in, SignedIn):
        return cookies.let_in(web, go(back), signed_in)
    return _first_page(request, half_way(request) or found, enrolment, back, faults)


def _first_faults(web: WebContext, half: HalfWay, session: Session, form: FormData) -> dict[str, str]:
    """Return what is wrong, field by field."""
    if half.must_change and (fault := _password_fault(web, half, typed(form, "password"), typed(form, "again"))):
        return {"password": fault}
    added = web.factors.add_code(session, typed(form, "factor"), typed(form, "code"))
    return {"code": "wrong"} if isinstance(added, Refused) else {}


def _password_fault(web: WebContext, half: HalfWay, password: str, again: str) -> str:
    if password != again:
        return "differs"
    fault = web.sign_in.set_password(half.token, password)
    return fault if isinstance(fault, str) else "wrong" if fault is not None else ""


def _first_page(
    request: Request, found: tuple[HalfWay, Session], enrolment: Enrolment, back: str, faults: dict[str, str]
) -> Response:
    half, session = found
    values = {
        "back": back, "token": session.csrf, "account": half.account, "must_change": half.must_change,
        "enrolment": enrolment, "faults": faults, "shortest": SHORTEST,
    }  # fmt: skip
    return page(request, "pages/sign_in_first.html", 422 if faults else 200, **values)


# -- leaving, and another language: both work for anybody, signed in or not -----------------------------------------


@router.post("/leave")
def leave(request: Request) -> Response:
    """End the session and show nothing; without a session it does no harm, and other sites' pages end none."""
    if from_elsewhere(request):
        return HTMLResponse(_EMPTY, 403)
    cookies.end_sessions(request)
    return cookies.show_out(web_of(request), HTMLResponse(_EMPTY, headers=_CLEAR))


@router.post("/language")
def language(request: Request, form: Sent) -> Response:
    """Keep which language is read on this machine, and in the account of whoever is signed in."""
    web, chosen, answer = web_of(request), typed(form, "language"), go(back_of(typed(form, "back")))
    if chosen not in LANGUAGES:
        return answer
    found = session_of(request)
    if found is not None and found[1].language != chosen and is_ours(request, found[0].csrf, form):
        own = {"actor": found[1].account, "account": found[1].account, "mandate": "account_holder"}
        fields = {"command_id": web.container.chance.uuid(), "language": chosen, **own}
        web.container.service.submit(ChooseLanguage.model_validate(fields))
    cookies.remember_language(web, answer, chosen)
    return answer
