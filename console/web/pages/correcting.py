"""Putting a name, a birth date or a telephone right in front of what is recorded: opened first, and written down.

The form holds what was opened. What comes back as it was shown is no correction: the page knows it by a mark that only
this session can make, so that nothing has to be opened again.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.given import AS_SHOWN, read
from console.subjects import CASE_FORMS
from console.views.case import mandate_for
from console.views.erased import against_erased
from console.views.opening import opening_of, record_opening, values_in_force
from console.web.errors import NotReadable, NotThere
from console.web.filling import Filling, filling_of, id_of
from console.web.pages.commands import carried_out
from console.web.request_context import RequestContext, go, require
from console.web.session_keys import as_shown, is_key, key_of, mark_of
from events.errors import CommandReused
from events.ids import CaseId
from workflow.reasons import Refused
from workflow.subjects.corrections.commands import CorrectIdentity

router = APIRouter(include_in_schema=False)
_PARTS: Final = ("identity", "contact")
_WHY: Final = "check: to put right what is recorded"
_FIELDS: Final = ("name", "birth_date", "phone")
Corrector = Annotated[RequestContext, require("case.record", page="forms")]


@router.post("/cases/{case_id}/correct")
def open_first(context: Annotated[RequestContext, require("case.open_sealed")]) -> Response:
    """Record that the name, birth date and telephone are opened to be put right, and lead to their form."""
    number, command_id = _number(context), id_of(context)
    if against_erased(CorrectIdentity, context.case) or not context.may("case.record"):
        return go(f"/cases/{number}/do/{CorrectIdentity.__name__}")
    who = (context.account.account, mandate_for(context.reader, context.case, _PARTS))
    try:
        found = record_opening(context.web.container, command_id, number, who, _PARTS, _WHY)
    except CommandReused:
        raise NotReadable(422, "form_used_before") from None
    if isinstance(found, Refused) or found == "denied":
        return go(f"/cases/{number}/do/{CorrectIdentity.__name__}")
    return go(f"/cases/{number}/correct/{command_id}?key={key_of(context.session, command_id)}")


@router.get("/cases/{case_id}/correct/{command_id}")
def offer(context: Annotated[RequestContext, require("case.open_sealed")], command_id: UUID, key: str = "") -> Response:
    """Show the form with what is recorded, to whoever opened it, in the same session, for a few minutes."""
    number = _number(context)
    opening = opening_of(context.web.container.log, number, command_id)
    theirs = opening is not None and opening.actor == context.account.account and not opening.denied
    if opening is None or not theirs or not is_key(key, context.session, command_id) or not context.may("case.record"):
        raise NotThere
    if not opening.lasts(context.web.now()):
        return go(f"/cases/{number}/do/{CorrectIdentity.__name__}")
    values = values_in_force(context.web.container.log, number, command_id)
    shown = {f"{CorrectIdentity.__name__}.{name}": value for name, value in values.items() if name in _FIELDS}
    filling = _filling(context)
    filling = filling._replace(about=filling.about._replace(opened=shown))
    return filling.offered(
        marks=[(f"{AS_SHOWN}{name}", mark_of(context.session.csrf, name, values.get(name, ""))) for name in _FIELDS]
    )


@router.post("/cases/{case_id}/correct/put")
def put_right(context: Corrector) -> Response:
    """Carry out the correction of what is not as it was shown, or show the form again with what is in the way."""
    filling = _filling(context).received(lambda pairs: [one for one in pairs if not one[0].startswith(AS_SHOWN)])
    assert filling.sent is not None, "it was received"
    pairs = [(name, str(value)) for name, value in context.given.multi_items()]
    marks, shown = [one for one in pairs if one[0].startswith(AS_SHOWN)], as_shown(pairs, context.session.csrf)
    changed = [pair for pair in filling.sent.pairs if pair[0] not in shown]
    filling = filling._replace(wanted=read(filling.kind, changed, filling.about), marks=tuple(marks))
    return carried_out(filling)


def _filling(context: RequestContext) -> Filling:
    case, programme = context.case.case, context.case.definition.programme
    number = case.case_id
    frame: Mapping[str, Any] = {
        "action": f"/cases/{number}/correct/put", "back": f"/cases/{number}",
        "back_label": context.words.gettext("Case %(number)s") % {"number": number},
    }  # fmt: skip
    return filling_of(context, CASE_FORMS[CorrectIdentity.__name__], programme, case, lambda _right: frame)


def _number(context: RequestContext) -> CaseId:
    return CaseId(context.case.case.case_id)
