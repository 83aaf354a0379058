"""Putting right what was recorded, from the record itself: changed where it stands, or taken back and written anew.

The form that follows on taking back holds what was recorded, so that only what was wrong is typed again. What is sealed
stands in it once it was opened there, which is recorded, and is in no draft unless it was changed.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.given import AS_SHOWN
from console.forms.shapes import shapes_of
from console.forms.written import as_recorded, said, sealed_fields
from console.subjects import CASE_FORMS
from console.views.case import mandate_for, panels_of
from console.views.erased import commands_on
from console.views.mending import WHOLE, Record, WayToMend, record_of, way_by, ways_to_mend
from console.views.opening import opening_of, record_opening
from console.web.errors import NotReadable, NotThere
from console.web.filling import Filling, context_of, filling_of, id_of
from console.web.names import naming
from console.web.pages.commands import CaseWork, carried_out
from console.web.request_context import RequestContext, go, require
from console.web.session_keys import as_shown, is_key, key_of, mark_of
from events.catalogue import Fact
from events.errors import CommandReused
from events.ids import CaseId
from events.instants import instant
from events.receipts import RecordedOpening
from workflow.case.retraction import records_of
from workflow.command import RetractRecord
from workflow.reasons import Refused
from workflow.retracting import is_retracted_alone, stands_on
from workflow.rights.compartments import compartments_closed_to

router = APIRouter(include_in_schema=False)
_WHY: Final = "check: to write anew what was recorded"
_ITSELF: Final = frozenset({"CorrectIdentity"})  # opens what is recorded on a page of its own
_NUMBER_MAX: Final = 2**31


@router.get("/cases/{case_id}/mend/{record}")
def ways(context: CaseWork, record: int) -> Response:
    """Show a record and how it is put right, or why it stays; lead to the form where there is one way only."""
    told = _record(context, record)
    about = context_of(context, context.case.definition.programme, context.case.case)
    found = ways_to_mend(told, about, commands_on(context.reader, context.case))
    if len(found) == 1:
        return go(_path(context, told, found[0]))
    offered = [(_path(context, told, way), way) for way in found]
    may_note = "AddNote" in commands_on(context.reader, context.case)
    return context.page(
        "pages/mend.html", recorded=told.entry, n=naming(context), offered=offered, case_id=_number(context),
        may_note=may_note, by_two=False, anew="", opens_record="",
    )  # fmt: skip


@router.get("/cases/{case_id}/mend/{record}/{form}")
def offer(context: CaseWork, record: int, form: str, look: str = "", key: str = "") -> Response:
    """Show the form of one way, filled in with what was recorded; what stands on a record is said at once."""
    told = _record(context, record)
    filling, way = _filling(context, told, form)
    if filling is None:
        return go(f"/cases/{_number(context)}/mend/{record}")
    if way.command == RetractRecord.__name__:
        standing = records_of(context.case.case).standing[record]
        against = stands_on(context.case.case, record, standing)
        return filling.refused(against, 200) if against else filling.offered()
    fact, opened = _opened(context, told, look, key)
    given = as_recorded(filling.kind, fact, filling.about, _happened(told))
    shown = sealed_fields(filling.kind, fact, _hidden(context, fact)) if opened else frozenset()
    marks = [(f"{AS_SHOWN}{name}", mark_of(context.session.csrf, name, str(said(fact, name)))) for name in shown]
    more = {"opens_record": ""} if opened else {}
    return filling._replace(given=given, frame={**filling.frame, **more}).offered(marks)


@router.post("/cases/{case_id}/mend/{record}/{form}/open")
def open_first(context: Annotated[RequestContext, require("case.open_sealed")], record: int, form: str) -> Response:
    """Record that what is sealed of a record is opened to be written anew, and lead to the form that holds it."""
    told, number, command_id = _record(context, record), _number(context), id_of(context)
    where, parts = f"/cases/{number}/mend/{record}/{form}", _parts(told)
    filling, _ = _filling(context, told, form)
    if filling is None or not parts:
        return go(where)
    who = (context.account.account, mandate_for(context.reader, context.case, parts))
    try:
        found = record_opening(context.web.container, command_id, number, who, parts, _WHY)
    except CommandReused:
        raise NotReadable(422, "form_used_before") from None
    if isinstance(found, Refused) or found == "denied":
        return go(where)
    return go(f"{where}?look={command_id}&key={key_of(context.session, command_id)}")


@router.post("/cases/{case_id}/mend/{record}/{form}")
def give(context: CaseWork, record: int, form: str) -> Response:
    """Carry out one way; taking back leads on to the form by which the record is written anew."""
    told = _record(context, record)
    filling, way = _filling(context, told, form)
    if filling is None:
        return go(f"/cases/{_number(context)}/mend/{record}")
    filling = filling.received(lambda pairs: [one for one in pairs if not one[0].startswith(AS_SHOWN)])
    assert filling.given is not None, "it was received"
    if way.command == RetractRecord.__name__:
        filling = filling._replace(given=filling.given._replace(values={**filling.given.values, "record": record}))
    pairs = [(name, str(value)) for name, value in context.given.multi_items()]
    marks = tuple(one for one in pairs if one[0].startswith(AS_SHOWN))
    return carried_out(filling._replace(marks=marks, unkept=as_shown(pairs, context.session.csrf)))


# -- the record, and the form that mends it -----------------------------------------------------------------------


def _record(context: RequestContext, record: int) -> Record:
    """Return the record an address names; raises NotThere when it is none this visitor may speak of."""
    whole = WHOLE in commands_on(context.reader, context.case)
    panels = panels_of(context.reader, context.case)
    in_range = 0 <= record < _NUMBER_MAX
    found = record_of(context.reader, _number(context), record, panels, whole=whole) if in_range else None
    if found is None:
        raise NotThere
    return found


def _filling(context: RequestContext, told: Record, command: str) -> tuple[Filling | None, WayToMend]:
    """Return the form of one way and the way; no form where the record is not put right by it now."""
    case, programme = context.case.case, context.case.definition.programme
    about = context_of(context, programme, case)
    way = way_by(told, command, about, commands_on(context.reader, context.case))
    if way is None or way.command in _ITSELF:
        return None, WayToMend(command)
    filling = filling_of(context, CASE_FORMS.get(command), programme, case, lambda _right: _frame(context, told, way))
    chosen = {"record"} if way.command == RetractRecord.__name__ else set()
    shapes = tuple(shape for shape in shapes_of(filling.kind) if shape.name not in chosen)
    return filling._replace(shapes=shapes), way


def _frame(context: RequestContext, told: Record, way: WayToMend) -> Mapping[str, Any]:
    number, _ = _number(context), context.words.gettext
    here, may = f"/cases/{number}/mend/{told.number}", commands_on(context.reader, context.case)
    standing = records_of(context.case.case).standing.get(told.number)
    alone = standing is None or is_retracted_alone(
        context.case.case, standing, context.account.account, context.web.now()
    )
    anew = way.anew if way.anew in may else ""
    return {
        "action": f"{here}/{way.command}", "back": f"/cases/{number}",
        "back_label": _("Case %(number)s") % {"number": number},
        "then": f"{here}/{anew}" if anew else "", "recorded": told.entry, "n": naming(context), "anew": anew,
        "by_two": way.command == RetractRecord.__name__ and not alone,
        "opens_record": f"{here}/{way.command}/open" if _may_open(context, told, way) else "",
    }  # fmt: skip


def _path(context: RequestContext, told: Record, way: WayToMend) -> str:
    number = _number(context)
    if way.command in _ITSELF:
        return f"/cases/{number}/do/{way.command}"
    return f"/cases/{number}/mend/{told.number}/{way.command}"


# -- what of it is sealed -----------------------------------------------------------------------------------------


def _parts(told: Record) -> tuple[str, ...]:
    return tuple(sorted({part.compartment for part in told.event.envelope.sealed}))


def _may_open(context: RequestContext, told: Record, way: WayToMend) -> bool:
    """Tell whether there is something sealed that the form would hold, and this visitor may open it."""
    parts, writes = _parts(told), not way.back and CASE_FORMS[way.command].sealed
    if not parts or not writes or context.may("case.open_sealed") is None:
        return False
    return not compartments_closed_to(mandate_for(context.reader, context.case, parts), parts)


def _opened(context: RequestContext, told: Record, look: str, key: str) -> tuple[Fact, bool]:
    """Return the fact, with what is sealed where this session opened it for this within the last minutes."""
    log, parts = context.web.container.log, _parts(told)
    try:
        command_id = UUID(look)
    except ValueError:
        return told.fact, False
    opening = opening_of(log, _number(context), command_id)
    if opening is None or opening.denied or opening.actor != context.account.account:
        return told.fact, False
    in_time = is_key(key, context.session, command_id) and opening.lasts(context.web.now())
    if not in_time or not set(parts) <= set(opening.compartments) or context.may("case.open_sealed") is None:
        return told.fact, False
    return log.opened(told.event, parts, RecordedOpening(str(command_id))), True


def _hidden(context: RequestContext, fact: Fact) -> frozenset[str]:
    return frozenset(context.web.container.log.catalogue.shape_of(fact).hidden)


def _happened(told: Record) -> Any:
    return instant(told.entry.occurred_at) if told.entry.is_late else None


def _number(context: RequestContext) -> CaseId:
    return CaseId(context.case.case.case_id)
