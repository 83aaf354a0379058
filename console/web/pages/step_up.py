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
def ask(visitor: SignedIn, back: str = "/") -> Response:
    """Ask for the second factor again."""
    return _asked(visitor, back_of(back))


@router.post("/step-up")
def take(visitor: SignedIn) -> Response:
    """Take a code or what a passkey signed."""
    given, back = visitor.given, back_of(typed(visitor.given, "back"))
    proof = {"code": typed(given, "code"), "answer": typed(given, "answer")}
    found = visitor.house.sign_in.strengthen(visitor.session, source_of(visitor.request), **proof)
    return _asked(visitor, back, found) if isinstance(found, Wrong | Wait) else go(back)


@router.post("/step-up/options")
def options(visitor: SignedIn) -> Response:
    """Return what a passkey is to sign."""
    row = visitor.house.accounts.row(visitor.account.account)
    if row is None or not any(kind == "passkey" for kind, _ in row.factors):
        return JSONResponse({}, 404)
    asked = visitor.house.factors.passkeys.authentication_options(visitor.session, row)
    return Response(asked, media_type="application/json")


def _asked(visitor: RequestContext, back: str, problem: Wait | Wrong | None = None) -> Response:
    row = visitor.house.accounts.row(visitor.account.account)
    kinds = frozenset(kind for kind, _ in row.factors) if row else frozenset()
    values = {"back": back, "kinds": kinds, "wait": seconds_of(problem)}
    answer = visitor.page("pages/step_up.html", status_of(problem), wrong=problem is not None, **values)
    return asked_again(answer, problem)
