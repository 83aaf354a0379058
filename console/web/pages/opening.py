"""Opening what is sealed: chosen parts, a purpose and a reason; recorded first, shown for five minutes, then closed."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.views.case import mandate_for
from console.views.erased import against_erased
from console.views.opening import SHOWN_FOR, opening_of, record_opening, sealed_values
from console.web.errors import NotReadable, NotThere
from console.web.filling import id_of
from console.web.names import naming
from console.web.request_context import RequestContext, go, require
from console.web.session_keys import is_key, key_of
from events.catalogue import COMPARTMENTS
from events.errors import CommandReused
from events.ids import CaseId
from workflow.reasons import Reason, Refused
from workflow.rights.compartments import COMPARTMENTS_OF_ROLE, compartments_closed_to, roles_that_open
from workflow.subjects.intake.commands import OpenSealed

router = APIRouter(include_in_schema=False)

N_: Final = str  # marks a text for translation; it is translated where it is shown
PURPOSES: Final[Mapping[str, str]] = {
    "contact": N_("To reach the person"),
    "journey": N_("To arrange a journey or a document"),
    "care": N_("To arrange care"),
    "legal": N_("For a legal matter"),
    "safety": N_("For the person's safety"),
    "payment": N_("To pay out a grant"),
    "check": N_("To check what was recorded"),
    "their_wish": N_("The person asked for it"),
}
WHY_LONGEST: Final = 160


@router.get("/cases/{case_id}/open")
def ask(context: Annotated[RequestContext, require("case.open_sealed")]) -> Response:
    """Ask which parts are to be opened, and what for."""
    if gone := against_erased(OpenSealed, context.case):
        return _refused(context, gone, 410)
    wanted = context.request.query_params.getlist("parts")
    return _form(context, [part for part in wanted if part in COMPARTMENTS], "", "", {})


@router.post("/cases/{case_id}/open")
def open_parts(context: Annotated[RequestContext, require("case.open_sealed")]) -> Response:
    """Record the opening and lead to what was opened; parts that are closed to the role are refused, and recorded."""
    given = context.given
    parts = tuple(part for part in COMPARTMENTS if part in given.getlist("parts"))
    purpose, why = str(given.get("purpose", "")), " ".join(str(given.get("why", "")).split())
    faults = _faults(context, parts, purpose, why)
    if faults:
        return _form(context, parts, purpose, why, faults, 422)
    command_id, mandate = id_of(context), mandate_for(context.reader, context.case, parts)
    who = (context.account.account, mandate)
    try:
        found = record_opening(context.web.container, command_id, _number(context), who, parts, f"{purpose}: {why}")
    except (CommandReused, ValidationError):
        raise NotReadable(422, "form_used_before") from None
    if isinstance(found, Refused):
        return _refused(context, found.reasons, 422)
    if found == "denied":
        return _form(context, parts, purpose, why, {"parts": _closed(context, parts, mandate)}, 403)
    return go(f"/cases/{_number(context)}/opened/{command_id}?key={key_of(context.session, command_id)}")


@router.get("/cases/{case_id}/opened/{command_id}")
def opened(
    context: Annotated[RequestContext, require("case.open_sealed")], command_id: UUID, key: str = ""
) -> Response:
    """Show what was opened, to whoever opened it, in the same session, for a few minutes."""
    log, number = context.web.container.log, _number(context)
    opening = opening_of(log, number, command_id)
    theirs = opening is not None and opening.actor == context.account.account and not opening.denied
    theirs = theirs and opening is not None and not opening.file_id  # a look at one file opens nothing else
    if opening is None or not theirs or not is_key(key, context.session, command_id):
        raise NotThere
    if not opening.lasts(context.web.now()):
        return go(f"/cases/{number}/open?" + "&".join(f"parts={part}" for part in opening.compartments))
    values = sealed_values(log, number, opening.compartments, command_id)
    purpose, _, why = opening.why.partition(": ")
    said = context.words.gettext(PURPOSES.get(purpose, purpose))
    return context.page(
        "pages/opened.html", case_id=number, opening=opening, purpose=said, why=why, values=values,
        until=opening.at + SHOWN_FOR, n=naming(context),
    )  # fmt: skip


def _form(
    context: RequestContext, parts: Sequence[str], purpose: str, why: str, faults: Mapping[str, str], status: int = 200
) -> Response:
    opens = COMPARTMENTS_OF_ROLE.get(mandate_for(context.reader, context.case, parts), frozenset())
    _ = context.words.gettext
    return context.page(
        "pages/open.html", status, case_id=_number(context), why=why, faults=faults,
        parts=[(part, part in opens, part in parts) for part in COMPARTMENTS],
        purposes=[(name, _(said), name == purpose) for name, said in PURPOSES.items()],
        command_id=context.new_id(), longest=WHY_LONGEST,
    )  # fmt: skip


def _refused(context: RequestContext, against: Sequence[Reason], status: int) -> Response:
    """Say why nothing is opened any more, without a form: nobody needs to give a reason first."""
    programme = context.case.definition.programme
    reasons = [context.words.worded(reason, programme) for reason in against]
    return context.page("pages/not_opened.html", status, case_id=_number(context), reasons=reasons)


def _faults(context: RequestContext, parts: Sequence[str], purpose: str, why: str) -> dict[str, str]:
    _ = context.words.gettext
    found = {} if parts else {"parts": _("Choose what is to be opened.")}
    return found | purpose_faults(context, purpose, why)


def purpose_faults(context: RequestContext, purpose: str, why: str) -> dict[str, str]:
    """Return what is wrong with the reason somebody gives for a look at what is sealed."""
    _, found = context.words.gettext, {}
    if purpose not in PURPOSES:
        found["purpose"] = _("Choose what it is needed for.")
    if not 3 <= len(why) <= WHY_LONGEST:
        found["why"] = _("Say why in a few words.")
    return found


def _closed(context: RequestContext, parts: Sequence[str], mandate: str) -> str:
    """Return what is closed to somebody's role and whom to ask; that they asked is recorded."""
    words, shut = context.words, compartments_closed_to(mandate, parts)
    closed = ", ".join(words.label("compartment", part) for part in shut)
    openers = dict.fromkeys(opener for part in shut for opener in roles_that_open(part))
    who = ", ".join(words.label("mandate", opener) for opener in openers)
    said = words.gettext("Closed to you: %(parts)s. Nothing was opened, and that you asked was recorded. Ask: %(who)s.")
    return said % {"parts": closed, "who": who}


def _number(context: RequestContext) -> CaseId:
    return CaseId(context.case.case.case_id)
