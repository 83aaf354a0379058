"""Every command a person can give, one route each: the body is its own fields, the answer says what came of it.

Sent twice with the same id it is done once; with If-Match it is done only to the version that was looked at.
"""

# No "from __future__ import annotations" here: the routes are made in a loop, and what stands in their annotations
# are the loop's own commands, which nobody could find again by their names.

import re
from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError, create_model

from console.api.problems import Unfit, against, may_fail_writing
from console.api.reading import Strict
from console.api.shapes import Answer, Asked
from console.subjects import CASE_FORMS, OFFICE_FORMS, is_shown
from console.views.carrying_out import as_seen, carry_out
from console.views.case import panels_of
from console.web.errors import NotReadable, NotThere
from console.web.faults import document
from console.web.filling import programme_of
from console.web.request_context import RequestContext, require
from events.errors import CommandReused
from events.facts.hotline import CallBackPromised, CaseCodesPrinted
from handlers.commanding.answers import Accepted, Conflict
from handlers.queries.told_ids import ids_of
from workflow.command import CaseCommand, Command, Instant, OfficeCommand, fields_of
from workflow.programme.programme import Programme
from workflow.rights.command_rights import ACTS_OF, Right, right_to, stays_within
from workflow.subjects.intake.commands import OpenCase

router = APIRouter(route_class=Strict)
_VERSION: Final = re.compile(r'(?:W/)?"?(0|[1-9][0-9]{0,8})"?')
_WORDS: Final = re.compile(r"(?<!^)(?=[A-Z])")
IdempotencyKey = Annotated[
    UUID | None, Header(alias="Idempotency-Key", description="the command's id, if not in the body")
]
IfMatch = Annotated[str | None, Header(max_length=40, description="the version that was looked at: the case's ETag")]


class Done(Answer):
    """What came of a command that was accepted; the same command sent again gets the same answer."""

    command_id: UUID
    case_id: str
    version: int = Field(description="of the case, after the command and all that followed from it")
    facts: list[str]
    repeated: bool
    proposal: str = Field(default="", description="what waits for a second person: nothing has happened before")
    ids: dict[str, str] = Field(default={}, description="of what was made or changed, as the next command names it")
    codes: list[str] = Field(default=[], description="codes to tell a caller or to hand out")


class _Command(Asked):
    command_id: UUID | None = Field(default=None, description="made by whoever asks, once for each intention")
    occurred_at: Instant | None = Field(default=None, description="when it happened, if that was earlier")


def body_of(kind: type[Command]) -> type[BaseModel]:
    """Return the body of a command: its own fields, and an id."""
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in fields_of(kind).items()}
    return create_model(kind.__name__, __base__=_Command, __doc__=kind.__doc__, **fields)


def snake(name: str) -> str:
    """Return a command's name as an operation's.

    >>> snake("HoldBed")
    'hold_bed'
    """
    return _WORDS.sub("_", name).lower()


# -- one route for each ---------------------------------------------------------------------------------------------


def _about_a_case(kind: type[CaseCommand], body: Any) -> Callable[..., Response]:
    def give(
        context: Annotated[RequestContext, require(*ACTS_OF[kind])],
        given: body,
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> Response:
        case, programme = context.case.case, context.case.definition.programme
        right = right_to(context.account, kind, case, programme, context.web.now())
        more = {"case_id": case.case_id, "expected": version_of(if_match)}
        command = made(context, kind, given, right, idempotency_key, more)
        if right is None or not stays_within(right.permit, command, case, programme):
            raise NotThere
        return answer(context, command, programme)

    return give


def _about_an_office(kind: type[OfficeCommand], body: Any) -> Callable[..., Response]:
    def give(
        context: Annotated[RequestContext, require(*ACTS_OF[kind])],
        programme: str,
        given: body,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        found = programme_of(context, programme)
        right = right_to(context.account, kind, None, found, context.web.now())
        command = made(context, kind, given, right, idempotency_key, {"programme": found.programme})
        return answer(context, command, found)

    return give


_Opening = body_of(OpenCase)


def _open_case(
    context: Annotated[RequestContext, require("case.open")],
    given: _Opening,  # type: ignore[valid-type]
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Open a case for a referral that came in."""
    programme = programme_of(context, given.programme)  # type: ignore[attr-defined]
    right = right_to(context.account, OpenCase, None, programme, context.web.now())
    return answer(context, made(context, OpenCase, given, right, idempotency_key, {}), programme)


def _routes() -> None:
    _add("/api/v1/cases", OpenCase, _open_case, "Cases")
    for kind in CASE_FORMS.values():
        path = f"/api/v1/cases/{{case_id}}/commands/{kind.__name__}"
        _add(path, kind, _about_a_case(kind, body_of(kind)), "Commands about a case")
    for office_kind in OFFICE_FORMS.values():
        path = f"/api/v1/office/{{programme}}/commands/{office_kind.__name__}"
        _add(path, office_kind, _about_an_office(office_kind, body_of(office_kind)), "Commands about an office")


def _add(path: str, kind: type[Command], endpoint: Callable[..., Response], tag: str) -> None:
    again: dict[int | str, dict[str, Any]] = {
        200: {"model": Done, "description": "It had been carried out before; this is the first answer."}
    }
    router.add_api_route(
        path, endpoint, methods=["POST"], status_code=201, response_model=Done, tags=[tag],
        response_description="It was carried out, durably.", responses=again | may_fail_writing(409),
        operation_id=f"record_{snake(kind.__name__)}",
        summary=" ".join((kind.__doc__ or "").partition("\n\n")[0].split()),
    )  # fmt: skip


# -- what they share ------------------------------------------------------------------------------------------------


def made(
    context: RequestContext, kind: type[Command], given: BaseModel, right: Right | None, key: UUID | None,
    more: dict[str, Any],
) -> Command:  # fmt: skip
    """Return the command, in the name of whoever is signed in; raises NotThere when it is not theirs to give."""
    if right is None:
        raise NotThere
    context.fresh(right.act)
    fields = given.model_dump(exclude_unset=True)
    named = fields.pop("command_id", None)
    if named and key and named != key:
        raise NotReadable(422, "two_ids")
    who = {"command_id": named or key or context.new_id(), "mandate": right.permit.mandate}
    try:
        return context.command(kind, **fields | who | more)
    except ValidationError as problem:
        raise Unfit(problem) from None


def answer(context: RequestContext, command: Command, programme: Programme) -> Response:
    """Carry a command out and return what came of it."""
    try:
        found = carry_out(context.web.container.service, as_seen(context.reader, command))
    except CommandReused:
        raise NotReadable(422, "id_was_used") from None
    if isinstance(found, Accepted):
        return _done(context, found)
    if isinstance(found, Conflict):
        return _overtaken(context, found)
    reasons = [against(context, reason, programme).model_dump() for reason in found.reasons]
    return document(422, "refused", reasons=reasons)


def _done(context: RequestContext, found: Accepted) -> Response:
    ids = ids_of(context.web.container.log, found.command_id)
    done = Done(**found._asdict(), proposal=found.proposal, ids=ids, codes=_codes(context, found))
    headers = {"location": f"/api/v1/cases/{found.case_id}", "etag": f'"{found.version}"'} if found.case_id else {}
    return JSONResponse(done.model_dump(mode="json"), 200 if found.repeated else 201, headers=headers)


def _codes(context: RequestContext, found: Accepted) -> list[str]:
    """Return the codes a command of the desk made up: nobody could tell them a second time."""
    if not {"CallBackPromised", "CaseCodesPrinted"} & {*found.facts}:
        return []
    log = context.web.container.log
    facts = [log.fact(event) for event in log.of_command(found.command_id)]
    promised = [fact.code for fact in facts if isinstance(fact, CallBackPromised)]
    return promised + [code for fact in facts if isinstance(fact, CaseCodesPrinted) for code in fact.codes]


def _overtaken(context: RequestContext, found: Conflict) -> Response:
    panels = panels_of(context.reader, context.case) if context.may("case.see") else ()
    shapes = context.web.container.log.catalogue.shapes
    since = [
        {"version": one.version, "fact": one.type, "recorded_at": one.recorded_at, "actor": one.actor}
        for one in (event.envelope for event in found.since)
        if is_shown(shapes[one.type].fact, panels)
    ]
    return document(409, "moved_on", expected=found.expected, version=found.version, since=since)


def version_of(header: str | None) -> int | None:
    """Return the version an If-Match names, None for any.

    >>> version_of('"12"'), version_of("*"), version_of(None)
    (12, None, None)
    """
    if header is None or header.strip() == "*":
        return None
    found = _VERSION.fullmatch(header.strip())
    if found is None:
        raise NotReadable(400, "if_match_is_no_version")
    return int(found[1])


_routes()
