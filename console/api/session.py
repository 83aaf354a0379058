"""Signing a program in: an account, its password and a code, for a token that lasts as long as any session."""

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from console.accounts.sessions import ABSOLUTE, IDLE
from console.accounts.sign_in import Wait, Wrong
from console.api.problems import may_fail_writing
from console.api.reading import Strict
from console.api.shapes import Answer, Asked
from console.web.context import web_of
from console.web.errors import NotReadable, TooMany
from console.web.request_context import RequestContext, require
from console.web.sign_in_cookies import source_of

Proof = TypeVar("Proof")
router = APIRouter(prefix="/api/session", route_class=Strict, tags=["Session"])


class SignIn(Asked):
    """Who signs in, and both factors."""

    account: str = Field(max_length=80, examples=["staff:anna"])
    password: str = Field(max_length=1000)
    code: str = Field(max_length=20, description="of the authenticator app", examples=["123456"])


class Code(Asked):
    """A fresh second factor."""

    code: str = Field(max_length=20, examples=["123456"])


class Token(Answer):
    """What is sent with every request: `Authorization: Bearer` and the token."""

    token: str
    account: str
    idle_s: int = Field(description="the session ends after so many seconds without a request")
    lasts_s: int = Field(description="and after so many in any case")


@router.post("", status_code=201, response_model=Token, responses=may_fail_writing(429), operation_id="sign_in")
def sign_in(request: Request, given: SignIn) -> Any:
    """Sign in; too many wrong tries are slowed down."""
    way_in, source = web_of(request).sign_in, source_of(request)
    half = _right(way_in.password(given.account, given.password, source))
    if half.setting_up or half.must_change:
        raise NotReadable(403, "first_sign_in_is_at_the_page")
    found = _right(way_in.code(half.token, given.code, source))
    return Token(token=found.token, account=found.account, idle_s=IDLE.seconds, lasts_s=ABSOLUTE.seconds)


@router.put("", status_code=204, response_class=Response, responses=may_fail_writing(429), operation_id="strengthen")
def strengthen(context: Annotated[RequestContext, require("self")], request: Request, given: Code) -> Response:
    """Give the second factor again, for deeds that ask for a fresh one."""
    _right(web_of(request).sign_in.strengthen(context.session, source_of(request), code=given.code), 403)
    return Response(status_code=204)


@router.delete("", status_code=204, response_class=Response, responses=may_fail_writing(), operation_id="sign_out")
def sign_out(context: Annotated[RequestContext, require("self")]) -> Response:
    """End the session; its token opens nothing any more."""
    context.web.sessions.end_one(context.account.account, context.session.token_hash)
    return Response(status_code=204)


def _right(found: Proof | Wrong | Wait, status: int = 401) -> Proof:
    """Return what was proved; raises TooMany, or NotReadable when it is not right."""
    if isinstance(found, Wait):
        raise TooMany(found.seconds)
    if isinstance(found, Wrong):
        raise NotReadable(status, "not_right")
    return found
