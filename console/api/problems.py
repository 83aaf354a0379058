"""Problem documents (RFC 9457) as the description of the API tells of them."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from console.web.errors import NotReadable
from console.web.faults import PROBLEM_JSON, told
from console.web.request_context import RequestContext
from workflow.programme.programme import Programme
from workflow.reasons import Reason

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_WHEN: Final = {
    400: "The request is no readable JSON, or says a thing twice.",
    401: "Nobody is signed in by this token.",
    403: "A fresh second factor is needed, for this deed or after very many cases; or the deed is closed to this role.",
    404: "There is nothing here, or nothing for this account: the two look the same.",
    409: "The case has moved on since it was looked at; `since` says what happened.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    422: "Something needs correcting: `faults` names fields, `reasons` the rules that say no.",
    429: "Too much at once: Retry-After says how long to wait; or this account is shown nothing of any case any more.",
    503: "The store does not answer, or very many are signing in; nothing was acknowledged, try again.",
}


class Fault(BaseModel):
    """What of a request cannot be read; what was sent is not repeated, it may be a name."""

    where: str
    what: str


class Against(BaseModel):
    """Why a rule says no, and what helps."""

    code: str
    text: str
    help: str
    looked_at: dict[str, str]


class Happened(BaseModel):
    """Something that happened meanwhile."""

    version: int
    fact: str
    recorded_at: str
    actor: str


class MemberRefused(BaseModel):
    """Why it may not be for one of several."""

    case_id: str
    reasons: list[Against]


class Problem(BaseModel):
    """A problem document: what it is, and what to do about it."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="a name of ours, like urn:wayhome:problem:not_there")
    title: str
    status: int
    detail: str
    faults: list[Fault] | None = None
    reasons: list[Against] | None = None
    members: list[MemberRefused] | None = None
    expected: int | None = None
    version: int | None = None
    since: list[Happened] | None = None


class Unfit(NotReadable):
    """The fields are each readable, and do not go together; what was sent is not repeated."""

    def __init__(self, problem: ValidationError) -> None:
        super().__init__(422, "not_readable")
        self.faults = told(problem.errors(include_input=False, include_url=False, include_context=False))


def against(context: RequestContext, reason: Reason, programme: Programme | None = None) -> Against:
    """Return a reason in the account's language, with what was looked at."""
    said = context.words.worded(reason, programme)
    return Against(code=reason.code, text=said.text, help=said.help, looked_at=dict(reason.looked_at))


def may_fail(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems of a route besides those every route has."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    known = sorted({401, 403, 404, 422, 429, 503, *statuses})
    return {status: {"description": _WHEN[status], "content": content} for status in known}


def reads(
    router: APIRouter, path: str, model: Any, name: str, *statuses: int, tag: str | None = None
) -> Callable[[Endpoint], Endpoint]:
    """Return what makes a function the route that answers a GET with a model."""
    tags: list[str | Enum] | None = [tag] if tag else None
    return router.get(path, response_model=model, responses=may_fail(*statuses), operation_id=name, tags=tags)


def may_fail_writing(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems of a route that takes a body."""
    return may_fail(400, 403, 413, 415, *statuses)
