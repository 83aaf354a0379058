"""The first time: a password of one's own and an authenticator app, on one calm page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from console.accounts.passwords import SHORTEST
from console.accounts.sessions import Session
from console.accounts.sign_in import HalfWay, SignedIn
from console.accounts.totp import Enrolment
from console.web.context import WebContext
from console.web.pages.sign_in import page
from console.web.request_context import go, not_forged, web_of
from console.web.sign_in_cookies import Sent, back_of, half_way, let_in, typed, with_back
from workflow.reasons import Refused

router = APIRouter(include_in_schema=False)


@router.get("/sign-in/first")
def ask(request: Request, back: str = "/") -> Response:
    """Ask for a password of one's own, and show what an authenticator app is to scan."""
    found = half_way(request)
    if found is None or not found[0].setting_up:
        return go(with_back("/sign-in/code" if found else "/sign-in", back_of(back)))
    return _asked(request, found, web_of(request).factors.codes.begin(found[0].account), back_of(back))


@router.post("/sign-in/first")
def take(request: Request, form: Sent) -> Response:
    """Keep the password, then the app; whoever got one of them right is not asked for it again."""
    web, found, back = web_of(request), half_way(request), back_of(typed(form, "back"))
    if found is None or not found[0].setting_up:
        return go(with_back("/sign-in", back))
    half, session = found
    not_forged(request, session.csrf, form)
    enrolment = web.factors.codes.shown_again(half.account, typed(form, "factor"))
    if enrolment is None:
        return go(with_back("/sign-in/first", back))
    faults = _taken(web, half, session, form)
    signed_in = None if faults else web.sign_in.set_up(half.token)
    if isinstance(signed_in, SignedIn):
        return let_in(web, go(back), signed_in.token)
    return _asked(request, half_way(request) or found, enrolment, back, faults)


def _taken(web: WebContext, half: HalfWay, session: Session, form: FormData) -> dict[str, str]:
    """Return what is wrong, field by field."""
    if half.must_change:
        fault = _password(web, half, typed(form, "password"), typed(form, "again"))
        if fault:
            return {"password": fault}
    added = web.factors.add_code(session, typed(form, "factor"), typed(form, "code"))
    return {"code": "wrong"} if isinstance(added, Refused) else {}


def _password(web: WebContext, half: HalfWay, password: str, again: str) -> str:
    if password != again:
        return "differs"
    fault = web.sign_in.set_password(half.token, password)
    return fault if isinstance(fault, str) else "wrong" if fault is not None else ""


def _asked(
    request: Request,
    found: tuple[HalfWay, Session],
    enrolment: Enrolment,
    back: str,
    faults: dict[str, str] | None = None,
) -> Response:
    half, session = found
    values = {
        "back": back, "token": session.csrf, "account": half.account, "must_change": half.must_change,
        "enrolment": enrolment, "faults": faults or {}, "shortest": SHORTEST,
    }  # fmt: skip
    return page(request, "pages/sign_in_first.html", 422 if faults else 200, **values)
