"""Opening a case in an emergency, and looking at it afterwards with other eyes.

Until an emergency is recorded a number that is nobody's and one that is somebody's get the same page.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.views.carrying_out import carry_out
from console.web.filling import sent_by
from console.web.kept_page import KeptPage, kept_page
from console.web.names import naming
from console.web.request_context import RequestContext, case_number, go, require
from events.errors import CommandReused
from events.facts.access import Emergency
from events.ids import CaseId
from events.instants import instant_text
from handlers.commanding.answers import Accepted
from handlers.queries.access_log import AccessRecord, accesses_of_case
from workflow.reasons import Refused
from workflow.subjects.access.commands import BreakGlass, ReviewAccess
from workflow.subjects.access.state import EmergencyAccess, access_of

router = APIRouter(include_in_schema=False)
WHY_SHORTEST: Final = 10
WHY_LONGEST: Final = 2000


@router.get("/cases/{number}/break-glass")
def ask(context: Annotated[RequestContext, require("case.break_glass")], number: str) -> Response:
    """Ask why a case must be opened that is not the visitor's; the second factor is asked for first."""
    case_id = case_number(number[:40])
    kept = _kept(context, case_id)
    asked, typed = kept.found()
    context.fresh("case.break_glass", kept.place.address(asked.draft) if asked else "")
    shown = {"resumed": asked, "draft": asked} if asked else {"unsent": kept.drafts()}
    return _form(context, case_id, typed.get("reason", ""), typed.get("why", ""), {}, **shown)


@router.post("/cases/{number}/break-glass")
def break_glass(context: Annotated[RequestContext, require("case.break_glass")], number: str) -> Response:
    """Open the case for a few hours; owner and data-protection officer are told at once."""
    case_id = case_number(number[:40])
    command_id, given, kept = sent_by(context).command_id, context.given, _kept(context, case_id)
    reason, why = str(given.get("reason", "")), str(given.get("why", "")).strip()
    if not {"keep", "drop"}.isdisjoint(given):
        answered, shown = kept.pressed()
        return answered or _form(context, case_id, reason, why, {}, **shown)
    kept.proved("case.break_glass")
    faults = _faults(context, reason, why)
    if faults:
        return _form(context, case_id, reason, why, faults, 422)
    try:
        command = context.command(BreakGlass, command_id=command_id, case_id=case_id, reason=reason, why=why)
        answer = carry_out(context.web.container.service, command)
    except ValidationError:
        said = {"why": context.words.gettext("This text cannot be stored as it is; write it in plain letters.")}
        return _form(context, case_id, reason, why, said, 422)
    except CommandReused:
        return _form(context, case_id, reason, why, {}, 409)
    if isinstance(answer, Accepted) or context.sees(case_id):
        kept.done()
        return go(f"/cases/{case_id}")
    known = answer.reasons if isinstance(answer, Refused) and "case_exists" not in answer.codes else ()
    reasons = [context.words.worded(one) for one in known]
    return context.page("pages/no_such_case.html", 422 if known else 404, number=case_id, reasons=reasons)


@router.get("/cases/{case_id}/review")
def look_at(context: Annotated[RequestContext, require("case.review")]) -> Response:
    """Show who opened the case in an emergency, why, and what they looked at; never what is sealed."""
    return _review(context, {})


@router.post("/cases/{case_id}/review")
def review(context: Annotated[RequestContext, require("case.review")]) -> Response:
    """Record whether it was right."""
    command_id, given, _ = sent_by(context).command_id, context.given, context.words.gettext
    fields = {name: str(given.get(name, "")) for name in ("account", "outcome")}
    note = str(given.get("note", "")).strip() or None
    case_id = context.case.case.case_id
    try:
        command = context.command(ReviewAccess, command_id=command_id, case_id=case_id, note=note, **fields)
        answer = carry_out(context.web.container.service, command)
    except (ValidationError, CommandReused):
        return _review(context, {"outcome": _("Say whether it was justified.")}, 422)
    if isinstance(answer, Accepted):
        return go("/work")
    reasons = [context.words.worded(one).text for one in getattr(answer, "reasons", ())]
    return _review(context, {"outcome": " ".join(reasons) or _("Somebody was quicker; look again.")}, 422)


def _kept(context: RequestContext, case_id: CaseId) -> KeptPage:
    """Return the form as drafts know it; of a number that is nobody's a draft is kept like of any other."""
    return kept_page(context, f"/cases/{case_id}/break-glass", ("reason", "why"), ("reason",))


def _form(
    context: RequestContext, case_id: CaseId, reason: str, why: str, faults: Mapping[str, str], status: int = 200,
    **drafts: Any,
) -> Response:  # fmt: skip
    label = context.words.label
    draft = drafts.get("draft")
    shown = _kept(context, case_id).shown(**drafts)
    choices = [(name, label("choice", f"BreakGlass.reason.{name}"), name == reason) for name in get_args(Emergency)]
    return context.page(
        "pages/break_glass.html", status, number=case_id, choices=choices, why=why, faults=faults,
        command_id=draft.draft if draft else context.new_id(), longest=WHY_LONGEST, **shown,
    )  # fmt: skip


def _faults(context: RequestContext, reason: str, why: str) -> dict[str, str]:
    _ = context.words.gettext
    found = {} if reason in get_args(Emergency) else {"reason": _("Choose what kind of emergency it is.")}
    if not WHY_SHORTEST <= len(why) <= WHY_LONGEST:
        found["why"] = _("Say in a sentence what has happened.")
    return found


def _review(context: RequestContext, faults: Mapping[str, str], status: int = 200) -> Response:
    case, log = context.case.case, context.web.container.log
    reads = accesses_of_case(log, case.case_id)
    broken = [(emergency, list(_read_under(emergency, reads))) for emergency in access_of(case).unreviewed.values()]
    return context.page(
        "pages/review.html", status, case_id=case.case_id, broken=broken, owner=access_of(case).owner, faults=faults,
        sees=context.may("case.see") is not None, command_ids=[context.new_id() for _ in broken], n=naming(context),
    )  # fmt: skip


def _read_under(emergency: EmergencyAccess, reads: Iterable[AccessRecord]) -> Iterator[AccessRecord]:
    since, until = emergency.broken_at, instant_text(emergency.until)
    return (read for read in reads if read.account == emergency.account and since <= read.at <= until)
