"""My own account for programs: what others read of me."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, ValidationError

from console.api.problems import Unfit, against, may_fail_writing, reads
from console.api.reading import Strict
from console.api.shapes import Answer, Asked
from console.web.faults import document
from console.web.request_context import RequestContext, require
from console.words.people import called
from workflow.command import Command
from workflow.reasons import Refused
from workflow.subjects.accounts.commands import ChooseName
from workflow.values.shown_names import SHOWN_NAME_LONGEST

router = APIRouter(prefix="/api/v1/me", route_class=Strict, tags=["My account"])
Mine = Annotated[RequestContext, require("self")]


class Me(Answer):
    """My account; `name` is what others read, as I chose it or as it is made of the account."""

    account: str
    name: str
    chosen: bool


class ANewName(Asked):
    """What others are to read; an empty one is made of the account."""

    name: str = Field(max_length=SHOWN_NAME_LONGEST, examples=["Anna Petrova"])


@reads(router, "", Me, "read_me")
def me(context: Mine) -> Any:
    """Return my own account."""
    chosen = context.row_of(context.account.account).account.name
    return Me(account=context.account.account, name=called(context.account.account, context.words), chosen=bool(chosen))


@router.put("/name", status_code=204, response_class=Response, responses=may_fail_writing(), operation_id="choose_name")
def choose_name(context: Mine, given: ANewName) -> Response:
    """Be called so wherever people are shown."""
    return _done(context, _made(context, ChooseName, name=given.name))


def _made(context: RequestContext, kind: type[Command], **fields: object) -> Command:
    try:
        return context.command(kind, command_id=context.new_id(), account=context.account.account, **fields)
    except ValidationError as problem:
        raise Unfit(problem) from None


def _done(context: RequestContext, command: Command) -> Response:
    answer = context.submit(command)
    if isinstance(answer, Refused):
        return document(422, "refused", reasons=[against(context, reason).model_dump() for reason in answer.reasons])
    return Response(status_code=204)
