"""A new referral: first whether the person is known here, then what is known of them.

The first step tells nothing of cases one may not see: for a stranger and for somebody unknown it is the same page.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.form import form_for
from console.forms.given import Given, command_of, read
from console.views.carrying_out import carry_out
from console.web.errors import NotThere
from console.web.filling import context_of, drawn, right_of, sent_by
from console.web.pages.cases import day, found_cards, names_of, typed
from console.web.request_context import RequestContext, go, require
from events.errors import CommandReused
from handlers.commanding.answers import Accepted
from workflow.programme.programme import Programme
from workflow.rights.visibility import speaks_for_office
from workflow.subjects.intake.commands import OpenCase
from workflow.values.name_matching import folded_phone

router = APIRouter(include_in_schema=False)
CARRIED: Final = ("programme", "name", "birth_date", "phone", "previous_case", "consultation")
_CODE: Final = re.compile(r"K-[0-9A-HJKMNP-TV-Z]{6}")  # of somebody who was advised; it belongs to no call


@router.get("/cases/new")
def ask(
    context: Annotated[RequestContext, require("case.open")], consultation: str = "", programme: str = ""
) -> Response:
    """Ask who the person is, before a second case is opened for them."""
    given = {"consultation": consultation} if _CODE.fullmatch(consultation) else {}
    given |= {"programme": programme[:40]} if programme else {}
    return context.page("pages/new_case.html", programmes=_choices(context), given=given, faults={})


@router.post("/cases/new")
def look_for(context: Annotated[RequestContext, require("case.open")]) -> Response:
    """Show the cases one may see that fit; of others nothing is said."""
    given = {name: typed(context, name) for name in CARRIED}
    _programme(context, given["programme"])
    faults = _faults(context, given)
    if faults:
        return context.page("pages/new_case.html", 422, programmes=_choices(context), given=given, faults=faults)
    cards = found_cards(context, given["name"], given["birth_date"], given["phone"])
    return context.page(
        "pages/new_case_known.html", cards=cards, given=given, names=names_of(context), now=context.web.now()
    )


@router.post("/cases/new/form")
def offer(context: Annotated[RequestContext, require("case.open")]) -> Response:
    """Offer the form of a new case with what was typed before."""
    programme = _programme(context, typed(context, "programme"))
    pairs = [(name, value) for name in CARRIED if (value := typed(context, name))]
    given = read(OpenCase, pairs, context_of(context, programme))
    return _drawn(context, programme, given._replace(faults={}))


@router.post("/cases/new/open")
def open_case(context: Annotated[RequestContext, require("case.open")]) -> Response:
    """Open the case, or show the form again with everything that is in the way."""
    programme = _programme(context, typed(context, "programme"))
    sent, form_context = sent_by(context), context_of(context, programme)
    given = read(OpenCase, sent.pairs, form_context)
    right = right_of(context, OpenCase, None, programme)
    if right is None:
        raise NotThere
    made = command_of(
        OpenCase, given, form_context, command_id=sent.command_id, actor=context.account.account,
        mandate=right.permit.mandate,
    )  # fmt: skip
    if isinstance(made, dict):
        return _drawn(context, programme, given, 422, errors=made, command_id=sent.command_id)
    try:
        answer = carry_out(context.web.container.service, made)
    except CommandReused:
        return _drawn(context, programme, given, 409, used=True)
    if isinstance(answer, Accepted):
        return go(f"/cases/{answer.case_id}?done=OpenCase")
    reasons = [context.words.worded(reason, programme) for reason in getattr(answer, "reasons", ())]
    return _drawn(context, programme, given, 422, reasons=reasons, command_id=sent.command_id)


def _drawn(context: RequestContext, programme: Programme, given: Given, status: int = 200, **values: Any) -> Response:
    errors, reasons = values.pop("errors", None), values.pop("reasons", ())
    form = form_for(OpenCase, context_of(context, programme), given, errors, reasons)
    envelope = {"command_id": context.new_id(), "action": "/cases/new/open", "back": "/cases/new"}
    back_label = context.words.gettext("New referral")
    return drawn(context, form, status, **{**envelope, "back_label": back_label, **values})


def _faults(context: RequestContext, given: dict[str, str]) -> dict[str, str]:
    _ = context.words.gettext
    found = {}
    if given["birth_date"] and day(given["birth_date"]) is None:
        found["birth_date"] = _("Write the day with its month and year.")
    if given["phone"] and not folded_phone(given["phone"]):
        found["phone"] = _("Write the number with its country, like +7 495 797 87 22.")
    return found


def _choices(context: RequestContext) -> list[tuple[str, str]]:
    """Return the programmes a case can be opened in."""
    language = context.words.language
    return [
        (definition.programme.programme, str(getattr(definition.programme.title, language)))
        for definition in context.reader.definitions()
        if speaks_for_office(context.account.account, definition.programme)
    ]


def _programme(context: RequestContext, name: str) -> Programme:
    """Return the programme in force of a name; raises NotThere when the visitor does not work for it."""
    definition = context.web.container.service.definitions.current(name) if name in context.account.programmes else None
    if definition is None or not speaks_for_office(context.account.account, definition.programme):
        raise NotThere
    return definition.programme
