"""The second factor once more, before a deed that asks for a fresh one; then back to the deed."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from console.accounts.sign_in import Wait, Wrong
from console.web.pages.sign_in import asked_again, seconds_of, status_of
from console.web.request_context import RequestContext, SignedIn, go
from console.web.sign_in_cookies import back_of, source_of, typed

router = APIRouter(include_in_schema=False)


@router.get("/step-up")
def ask(context: SignedIn, back: str = "/") -> Response:
    """Ask for the second factor again."""
    return _asked(context, back_of(back))


@router.post("/step-up")
def take(context: SignedIn) -> Response:
    """Take a code or what a passkey signed."""
    given, back = context.given, back_of(typed(context.given, "back"))
    proof = {"code": typed(given, "code"), "answer": typed(given, "answer")}
    found = context.web.sign_in.strengthen(context.session, source_of(context.request), **proof)
    return _asked(context, back, found) if isinstance(found, Wrong | Wait) else go(back)


@router.post("/step-up/options")
def options(context: SignedIn) -> Response:
    """Return what a passkey is to sign."""
    row = context.web.accounts.row(context.account.account)
    if row is None or not any(kind == "passkey" for kind, _ in row.factors):
        return JSONResponse({}, 404)
    asked = context.web.factors.passkeys.authentication_options(context.session, row)
    return Response(asked, media_type="application/json")


def _asked(context: RequestContext, back: str, problem: Wait | Wrong | None = None) -> Response:
    row = context.web.accounts.row(context.account.account)
    kinds = frozenset(kind for kind, _ in row.factors) if row else frozenset()
    values = {"back": back, "kinds": kinds, "wait": seconds_of(problem)}
    answer = context.page("pages/step_up.html", status_of(problem), wrong=problem is not None, **values)
    return asked_again(answer, problem)
