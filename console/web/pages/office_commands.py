"""Forms of what concerns a programme's office and no single case: its calls, its houses, its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.form import form_for
from console.forms.given import command_of, read
from console.subjects import OFFICE_FORMS
from console.views.carrying_out import carry_out
from console.web.errors import NotThere
from console.web.filling import context_of, drawn, is_fresh, right_of, sent_by
from console.web.request_context import RequestContext, go, require
from events.catalogue import Fact
from events.errors import CommandReused
from events.facts.hotline import CallBackPromised, CaseCodesPrinted
from handlers.commanding.answers import Accepted, Conflict
from workflow.command import OfficeCommand
from workflow.programme.programme import Programme
from workflow.rights.acts import Act
from workflow.rights.command_rights import ACTS_OF, Right
from workflow.rights.visibility import speaks_for_office
from workflow.subjects.hotline.commands import PrintCaseCodes

router = APIRouter(include_in_schema=False)
ACTS: Final[tuple[Act, ...]] = tuple(sorted({act for kind in OFFICE_FORMS.values() for act in ACTS_OF[kind]}))
_BACK: Final = {"hotline.record": "/hotline", "office.close": "/beds"}


class CallBackPromise(NamedTuple):
    """What a caller is told who wants to be helped later."""

    code: str
    due: str


@router.get("/office/{programme}/do/{command}")
def offer(context: Annotated[RequestContext, require(*ACTS)], programme: str, command: str) -> Response:
    """Offer the form of a command."""
    found = _programme(context, programme)
    kind, right = _kind(context, command, found)
    context.fresh(right.act)
    preset = {name: value[:80] for name, value in context.request.query_params.items()}
    form = form_for(kind, context_of(context, found), preset=preset)
    return drawn(context, form, 200, command_id=context.new_id(), **_frame(context, right))


@router.post("/office/{programme}/do/{command}")
def give(context: Annotated[RequestContext, require(*ACTS)], programme: str, command: str) -> Response:
    """Carry the command out, or show the form again with everything that is in the way."""
    found = _programme(context, programme)
    kind, right = _kind(context, command, found)
    sent, form_context, frame = sent_by(context), context_of(context, found), _frame(context, right)
    given = read(kind, sent.pairs, form_context)
    made = command_of(
        kind, given, form_context, command_id=sent.command_id, actor=context.account.account,
        mandate=right.permit.mandate, programme=found.programme,
    )  # fmt: skip
    if isinstance(made, dict):
        return drawn(context, form_for(kind, form_context, given, made), 422, command_id=sent.command_id, **frame)
    if not is_fresh(context, right.act):
        form = form_for(kind, form_context, given)
        return drawn(context, form, 403, command_id=sent.command_id, step_up=True, **frame)
    try:
        answer = carry_out(context.web.container.service, made)
    except CommandReused:
        return drawn(context, form_for(kind, form_context, given), 409, command_id=context.new_id(), used=True, **frame)
    if isinstance(answer, Accepted):
        return go(f"/office/{found.programme}/done/{made.command_id}?command={kind.__name__}")
    assert not isinstance(answer, Conflict), "a form of the office expects no version"
    reasons = [context.words.worded(reason, found) for reason in answer.reasons]
    return drawn(
        context, form_for(kind, form_context, given, reasons=reasons), 422, command_id=sent.command_id, **frame
    )


@router.get("/office/{programme}/done/{command_id}")
def done(
    context: Annotated[RequestContext, require(*ACTS)], programme: str, command_id: UUID, command: str = ""
) -> Response:
    """Show what came of a command: the code a caller is told, the codes to hand out."""
    found = _programme(context, programme)
    kind, right = _kind(context, command, found)
    facts = list(_told(context, found, command_id)) if right.act == "hotline.record" else []
    promised = next((fact for fact in facts if isinstance(fact, CallBackPromised)), None)
    if right.act == "hotline.record" and promised is None and kind is not PrintCaseCodes:
        # Nothing is to be told: the desk is ready for the next call.
        return go(f"/hotline?programme={found.programme}&done={kind.__name__}")
    return context.page(
        "pages/office_told.html",
        title=context.words.label("command", kind.__name__),
        call_back=CallBackPromise(promised.code, _due(context, found, promised.due_at)) if promised else None,
        codes=[code for fact in facts if isinstance(fact, CaseCodesPrinted) for code in fact.codes],
        **_frame(context, right),
    )


def _told(context: RequestContext, programme: Programme, command_id: UUID) -> Iterable[Fact]:
    """Yield what a command of this visitor told the programme's own desk."""
    log = context.web.container.log
    for event in log.of_command(str(command_id)):
        mine = event.envelope.actor == context.account.account
        if mine and event.envelope.stream == programme.hotline_stream:
            yield log.fact(event)


def _due(context: RequestContext, programme: Programme, due_at: datetime) -> str:
    return context.words.moment(due_at, programme.time_zone)


def _programme(context: RequestContext, name: str) -> Programme:
    """Return the programme in force of a name; raises NotThere when the visitor does not work for it."""
    definition = context.web.container.service.definitions.current(name) if name in context.account.programmes else None
    if definition is None or not speaks_for_office(context.account.account, definition.programme):
        raise NotThere
    return definition.programme


def _kind(context: RequestContext, name: str, programme: Programme) -> tuple[type[OfficeCommand], Right]:
    kind = OFFICE_FORMS.get(name)
    right = right_of(context, kind, None, programme) if kind else None
    if kind is None or right is None:
        raise NotThere
    return kind, right


def _frame(context: RequestContext, right: Right) -> dict[str, Any]:
    """Return where the form is sent, and where its reader goes back to."""
    return {
        "action": context.request.url.path,
        "back": _BACK.get(right.act, "/"),
        "back_label": context.words.gettext("Back"),
    }
