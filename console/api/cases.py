"""Cases for programs: the list, one case with its version as ETag, what may come next, what happened.

Opening what is sealed is recorded first, and told in the answer to that request and nowhere else.
"""

from typing import Annotated, Any, Final, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field, ValidationError

from console.api.problems import Against, Unfit, against, may_fail, may_fail_writing, reads
from console.api.reading import Strict
from console.api.shapes import Answer, Asked, shape_of
from console.views.case import mandate_for, panels_of
from console.views.case_filters import filters_of
from console.views.cases import Card, overview
from console.views.opening import OpenedField, opening_of, record_opening, sealed_values
from console.views.record import CaseRecord, record
from console.views.timeline import TimelineEntry, onwards
from console.web.errors import NotReadable, NotThere
from console.web.faults import document
from console.web.request_context import RequestContext, require
from events.errors import CommandReused
from events.ids import CaseId
from workflow.reasons import Refused
from workflow.values.text import ShortText

router = APIRouter(prefix="/api/v1/cases", route_class=Strict, tags=["Cases"])
_Word = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")]
_Place = Annotated[str, Query(max_length=100, pattern=r"^([0-9A-Za-z:.+ _-]{1,80}~[0-9A-Z-]{11})?$")]
_Filter = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_:.+-]*$")]
AFTER_MAX: Final = 2**31 - 1
Version = Annotated[int, Query(ge=-1, le=AFTER_MAX)]
Compartment = Literal["identity", "contact", "medical", "legal", "money", "story"]
Seeing = Annotated[RequestContext, require("case.see")]


class Cases(Answer):
    """A page of the cases one may see, those that have waited longest in their stage first."""

    cases: list[shape_of(Card)]  # type: ignore[valid-type]
    counts: dict[str, int]
    total: int
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


class Open(Asked):
    """Which parts are to be opened, and why."""

    command_id: UUID | None = None
    compartments: tuple[Compartment, ...] = Field(min_length=1, max_length=6)
    why: ShortText


class Opened(Answer):
    """What was opened; who opened it and why is in the log."""

    command_id: UUID
    fields: list[shape_of(OpenedField)]  # type: ignore[valid-type]


@reads(router, "", Cases, "list_cases")
def list_cases(  # noqa: PLR0913 - each is a word of the address
    context: Annotated[RequestContext, require("cases.see")], *,
    programme: _Word = "", stage: _Word = "", whose: _Word = "",
    child: _Word = "", waits: _Word = "", ended: _Word = "",
    owner: _Filter = "", house: _Word = "", language: _Word = "", country: _Word = "", age: _Filter = "",
    risk: _Word = "", overdue: _Word = "", due: _Word = "", sort: _Word = "", desc: _Word = "", after: _Place = "",
) -> Any:  # fmt: skip
    """Return the cases one may see, narrowed and sorted as the page is; `next` is the address of the next page."""
    given = {
        "view": "list", "programme": programme, "stage": stage, "whose": whose, "child": child, "waits": waits,
        "ended": ended, "owner": owner, "house": house, "language": language, "country": country, "age": age,
        "risk": risk, "overdue": overdue, "due": due, "sort": sort, "desc": desc,
    }  # fmt: skip
    filters = filters_of(given)
    found = overview(context.reader, filters, after)
    filters, listed = found.filters, found.listed
    assert listed is not None, "a list was asked for"
    following = f"/api/v1/cases?{filters.query()}&after={quote(listed.after)}" if listed.after else None
    return {"cases": listed.cards, "counts": found.counts, "total": found.listed_total, "next": following}


@router.get(
    "/{case_id}", response_model=shape_of(CaseRecord), operation_id="get_case",
    responses=may_fail(429) | {304: {"description": "The case is at the version of If-None-Match."}},
)  # fmt: skip
def get_case(context: Seeing, response: Response) -> Any:
    """Return one case; its version is its ETag. What is sealed is not in it."""
    tag = f'"{context.case.version}"'
    known = context.request.headers.get("if-none-match", "").split(",")
    if tag in {one.strip().removeprefix("W/") for one in known}:
        return Response(status_code=304, headers={"etag": tag})
    response.headers["etag"] = tag
    return record(context.case, panels_of(context.reader, context.case))


@reads(router, "/{case_id}/options", Options, "list_options", 429)
def options(context: Annotated[RequestContext, require("case.advance")]) -> Any:
    """Return every way on from where the person is, allowed or with all reasons against it."""
    snapshot, programme = context.case, context.case.definition.programme
    found = context.web.container.cases.options(snapshot, context.account.account, now=context.web.now())
    ways = [
        Way(
            trigger=one.trigger, to=one.dest, ends=snapshot.definition.journey.stage(one.dest).ends,
            allowed=not one.reasons, reasons=[against(context, reason, programme) for reason in one.reasons],
        )
        for one in found
    ]  # fmt: skip
    return {"version": snapshot.version, "stage": snapshot.case.stage, "options": ways}


@reads(router, "/{case_id}/timeline", Timeline, "list_timeline", 429)
def timeline(context: Seeing, after: Version = -1) -> Any:
    """Return what happened after a version, in its order, as far as this role is told of it."""
    log, snapshot = context.web.container.log, context.case
    found = onwards(log, snapshot.case.case_id, panels_of(context.reader, snapshot), after)
    return {"events": found.entries, "after": found.after, "version": max(found.version, snapshot.version)}


@router.post("/{case_id}/opened", response_model=Opened, responses=may_fail_writing(), operation_id="open_sealed")
def opened(context: Annotated[RequestContext, require("case.open_sealed")], given: Open) -> Any:
    """Open sealed parts of a case; asked again with the same id within five minutes, the answer is the same."""
    container, case_id = context.web.container, CaseId(context.case.case.case_id)
    command_id = given.command_id or context.new_id()
    who = (context.account.account, mandate_for(context.reader, context.case, given.compartments))
    try:
        found = record_opening(container, command_id, case_id, who, given.compartments, given.why)
    except CommandReused:
        raise NotReadable(422, "id_was_used") from None
    except ValidationError as problem:
        raise Unfit(problem) from None
    if isinstance(found, Refused):
        programme = context.case.definition.programme
        reasons = [against(context, reason, programme).model_dump() for reason in found.reasons]
        return document(422, "refused", reasons=reasons)
    if found == "denied":
        raise NotReadable(403, "sealed_to_this_role")
    opening = opening_of(container.log, case_id, command_id)
    if opening is None or opening.actor != context.account.account or opening.file_id:
        raise NotThere
    if not opening.lasts(context.web.now()):
        raise NotReadable(403, "opened_too_long_ago")
    values = sealed_values(container.log, case_id, opening.compartments, command_id)
    return Opened(command_id=command_id, fields=list(values))
