"""Opening what is sealed, for programs: recorded first, told in the answer to that request and nowhere else."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from console.api.commands import Unfit
from console.api.problems import may_fail_writing
from console.api.reading import Strict
from console.api.shapes import Answer, shape_of
from console.views.case import mandate_for
from console.views.opening import OpenedField, opening_of, record_opening, sealed_values
from console.web.errors import NotReadable, NotThere
from console.web.request_context import RequestContext, require
from events.errors import CommandReused
from events.ids import CaseId
from workflow.values.text import ShortText

router = APIRouter(prefix="/api/v1/cases", route_class=Strict, tags=["Cases"])
Compartment = Literal["identity", "contact", "medical", "legal", "money", "story"]


class Open(BaseModel):
    """Which parts are to be opened, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    command_id: UUID | None = None
    compartments: tuple[Compartment, ...] = Field(min_length=1, max_length=6)
    why: ShortText


class Opened(Answer):
    """What was opened; who opened it and why is in the log."""

    command_id: UUID
    fields: list[shape_of(OpenedField)]  # type: ignore[valid-type]


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
    if found == "denied":
        raise NotReadable(403, "sealed_to_this_role")
    opening = opening_of(container.log, case_id, command_id) if found == "opened" else None
    if opening is None or opening.actor != context.account.account:
        raise NotThere
    if not opening.lasts(context.web.now()):
        raise NotReadable(403, "opened_too_long_ago")
    return Opened(command_id=command_id, fields=list(sealed_values(container.log, case_id, opening.compartments)))
