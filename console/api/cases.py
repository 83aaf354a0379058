"""Cases for programs: the list, one case with its version as ETag, what may come next, what happened."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import Response

from console.api.problems import Against, may_fail
from console.api.reading import Strict
from console.api.shapes import Answer, shape_of
from console.views.case import panels_of
from console.views.cases import Card, filters_of, overview
from console.views.record import CaseRecord, record
from console.views.timeline import TimelineEntry, onwards
from console.web.errors import NotReadable
from console.web.request_context import RequestContext, require
from handlers.queries.access_log import record_view
from workflow.programme.programme import Programme
from workflow.reasons import Reason

router = APIRouter(prefix="/api/v1/cases", route_class=Strict, tags=["Cases"])
_Word = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")]
_Place = Annotated[str, Query(max_length=60, pattern=r"^([0-9TZ:.+-]{10,40}~[0-9A-Z-]{11})?$")]
AFTER_MAX: Final = 2**31 - 1
Version = Annotated[int, Query(ge=-1, le=AFTER_MAX)]
Seeing = Annotated[RequestContext, require("case.see")]


class Cases(Answer):
    """A page of the cases one may see, those that have waited longest in their stage first."""

    cases: list[shape_of(Card)]  # type: ignore[valid-type]
    counts: dict[str, int]
    next: str | None


class Way(Answer):
    """A way on from where the person is, with everything that stands against it."""

    trigger: str
    to: str
    ends: bool
    allowed: bool
    reasons: list[Against]


class Options(Answer):
    """What may come next."""

    version: int
    stage: str
    options: list[Way]


class Timeline(Answer):
    """What happened after a version; asked with `after` of the answer, it goes on."""

    events: list[shape_of(TimelineEntry)]  # type: ignore[valid-type]
    after: int
    version: int


@router.get("", response_model=Cases, responses=may_fail(), operation_id="list_cases")
def list_cases(
    context: Annotated[RequestContext, require("cases.see")], *,
    programme: _Word = "", stage: _Word = "", whose: _Word = "",
    child: _Word = "", waits: _Word = "", ended: _Word = "", after: _Place = "",
) -> Any:  # fmt: skip
    """Return the cases one may see, narrowed as the page is; `next` is the address of the next page."""
    given = {
        "view": "list", "programme": programme, "stage": stage, "whose": whose, "child": child, "waits": waits,
        "ended": ended,
    }  # fmt: skip
    filters = filters_of(given)
    found = overview(context.reader, filters, after)
    listed = found.listed
    assert listed is not None, "a list was asked for"
    following = f"/api/v1/cases?{filters.query()}&after={quote(listed.after)}" if listed.after else None
    return {"cases": listed.cards, "counts": found.counts, "next": following}


@router.get(
    "/{case_id}", response_model=shape_of(CaseRecord), operation_id="get_case",
    responses=may_fail(429) | {304: {"description": "The case is at the version of If-None-Match."}},
)  # fmt: skip
def get_case(context: Seeing, response: Response) -> Any:
    """Return one case; its version is its ETag. What is sealed is not in it."""
    looked(context)
    tag = f'"{context.case.version}"'
    if tag in _tags(context.request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers={"etag": tag})
    response.headers["etag"] = tag
    return record(context.case, panels_of(context.reader, context.case))


@router.get("/{case_id}/options", response_model=Options, responses=may_fail(429), operation_id="list_options")
def options(context: Annotated[RequestContext, require("case.advance")]) -> Any:
    """Return every way on from where the person is, allowed or with all reasons against it."""
    looked(context)
    snapshot, programme = context.case, context.case.definition.programme
    found = context.web.container.cases.options(snapshot, context.account.account, now=context.web.now())
    ways = [
        Way(
            trigger=one.trigger,
            to=one.dest,
            ends=snapshot.definition.journey.stage(one.dest).ends,
            allowed=not one.reasons,
            reasons=[against(context, reason, programme) for reason in one.reasons],
        )
        for one in found
    ]
    return {"version": snapshot.version, "stage": snapshot.case.stage, "options": ways}


@router.get("/{case_id}/timeline", response_model=Timeline, responses=may_fail(429), operation_id="list_timeline")
def timeline(context: Seeing, after: Version = -1) -> Any:
    """Return what happened after a version, in its order, as far as this role is told of it."""
    looked(context)
    log, snapshot = context.web.container.log, context.case
    found = onwards(log, snapshot.case.case_id, panels_of(context.reader, snapshot), after)
    return {"events": found.entries, "after": found.after, "version": max(found.version, snapshot.version)}


def looked(context: RequestContext) -> None:
    """Record that the case was looked at before anything of it is told; raises NotReadable when it was one too many."""
    stopped = record_view(
        context.web.container.database,
        context.case.case.case_id,
        context.account.account,
        context.session.token_hash[:16],
        "api",
        context.web.now(),
    )
    if stopped is not None:
        raise NotReadable(429, stopped.codes[0])


def against(context: RequestContext, reason: Reason, programme: Programme | None = None) -> Against:
    """Return a reason in the account's language, with what was looked at."""
    said = context.words.worded(reason, programme)
    return Against(code=reason.code, text=said.text, help=said.help, looked_at=dict(reason.looked_at))


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
