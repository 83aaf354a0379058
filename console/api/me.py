"""My own account for programs: what others read of me, and where I am told what waits."""

from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, ValidationError

from console.accounts.mails import ADDRESS_LONGEST
from console.api.problems import Unfit, against, may_fail_writing, reads
from console.api.reading import Strict
from console.api.shapes import Answer, Asked
from console.web.errors import NotReadable
from console.web.faults import document
from console.web.request_context import RequestContext, require
from console.words.people import called
from handlers.commanding.answers import Answer as CommandAnswer
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
    return _told(context, context.submit(_made(context, ChooseName, name=given.name)))


class Mail(Answer):
    """Where I am told in the morning what waits: the address that counts, the one whose code is awaited."""

    address: str
    asked: str
    on: bool


class AnAddress(Asked):
    """A mail address; a code goes there first."""

    address: str = Field(max_length=ADDRESS_LONGEST, examples=["anna@example.org"])


class ACode(Asked):
    """The code from the mail."""

    code: str = Field(max_length=20, examples=["12345678"])


class Wanted(Asked):
    """Whether mail comes in the morning."""

    on: bool


_WRITES: Final[dict[str, Any]] = {"status_code": 204, "response_class": Response, "responses": may_fail_writing()}


@reads(router, "/mail", Mail, "read_my_mail")
def mail(context: Mine) -> Any:
    """Return where I am told what waits."""
    found = context.web.mails.of(context.account.account)
    return Mail(address=found.address, asked=found.asked, on=found.is_on)


@router.put("/mail", operation_id="give_mail_address", **_WRITES)
def give_address(context: Annotated[RequestContext, require("self", proved=True)], given: AnAddress) -> Response:
    """Take a mail address; asks for a fresh second factor."""
    answer = context.web.mails.ask(context.session, given.address)
    if answer is None:
        raise NotReadable(422, "not_readable")
    return _told(context, answer)


@router.post("/mail/code", operation_id="confirm_mail_address", **_WRITES)
def give_code(context: Mine, given: ACode) -> Response:
    """Let the address count whose code came back."""
    return _told(context, context.web.mails.confirm(context.session, given.code))


@router.delete("/mail", operation_id="forget_mail_address", **_WRITES)
def forget_address(context: Mine) -> Response:
    """Take the address away."""
    return _told(context, context.web.mails.forget(context.session))


@router.put("/mail/morning", operation_id="switch_digest", **_WRITES)
def switch(context: Mine, given: Wanted) -> Response:
    """Be told in the morning, or not."""
    return _told(context, context.web.mails.switch(context.session, on=given.on))


def _made(context: RequestContext, kind: type[Command], **fields: object) -> Command:
    try:
        return context.command(kind, command_id=context.new_id(), account=context.account.account, **fields)
    except ValidationError as problem:
        raise Unfit(problem) from None


def _told(context: RequestContext, answer: CommandAnswer) -> Response:
    if isinstance(answer, Refused):
        return document(422, "refused", reasons=[against(context, reason).model_dump() for reason in answer.reasons])
    return Response(status_code=204)
