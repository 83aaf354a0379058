"""A new referral: first whether the person is known here, then what is known of them."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.given import read
from console.web.drafts import NEW_CASE, asked_draft
from console.web.filling import Filling, filling_of, programme_of
from console.web.pages.cases import born_typed, day_typed, found_cards, names_of, typed
from console.web.request_context import RequestContext, go, require
from console.web.unsent import own_drafts, unsent_of
from handlers.commanding.answers import Accepted, Conflict
from handlers.drafts.store import Draft
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
    drafts = own_drafts(context, NEW_CASE)
    if sent := next((draft for draft in drafts if draft.sent), None):
        return go(f"{NEW_CASE}?draft={sent.draft}")
    return _who(context, given, {}, drafts)


@router.post("/cases/new")
def look_for(context: Annotated[RequestContext, require("case.open")]) -> Response:
    """Show the cases one may see that fit; of others nothing is said."""
    given = {name: typed(context, name) for name in CARRIED}
    programme_of(context, given["programme"])
    faults = _faults(context, given)
    if faults:
        return _who(context, given, faults)
    cards, fits = found_cards(context, given["name"], born_typed(context), given["phone"])
    return context.page("pages/new_case_known.html", cards=cards, fits=fits, given=given, names=names_of(context))


@router.post("/cases/new/form")
def offer(context: Annotated[RequestContext, require("case.open")]) -> Response:
    """Offer the form of a new case with what was typed before."""
    filling = _filling(context)
    pairs = [(name, value) for name in CARRIED if (value := typed(context, name))]
    return filling._replace(given=read(OpenCase, pairs, filling.about)._replace(faults={})).drawn()


@router.get(NEW_CASE)
def offer_again(context: Annotated[RequestContext, require("case.open")]) -> Response:
    """Show the form of a new case as a draft has it; without one, begin with who the person is."""
    draft = asked_draft(context.request, own_drafts(context, NEW_CASE))
    kept = context.web.drafts.opened(draft) if draft else None
    if kept is None:
        return go("/cases/new")
    return _filling(context, dict(kept).get("programme", "")).offered()


@router.post("/cases/new/open")
def open_case(context: Annotated[RequestContext, require("case.open")]) -> Response:
    """Open the case, or show the form again with everything that is in the way."""
    answer = _filling(context).received().carried_out()
    assert not isinstance(answer, Conflict), "a new case has no version"
    return go(f"/cases/{answer.case_id}?done=OpenCase") if isinstance(answer, Accepted) else answer


def _who(
    context: RequestContext, given: dict[str, str], faults: dict[str, str], drafts: Sequence[Draft] = ()
) -> Response:
    values = {
        "programmes": opening_programmes(context),
        "given": given,
        "faults": faults,
        "drafts": unsent_of(context, drafts),
    }
    return context.page("pages/new_case.html", 422 if faults else 200, **values)


def _filling(context: RequestContext, named: str = "") -> Filling:
    programme = programme_of(context, named or typed(context, "programme"))
    frame = {"action": "/cases/new/open", "back": "/cases/new", "back_label": context.words.gettext("New referral")}
    return filling_of(context, OpenCase, programme, None, lambda _: frame)


def _faults(context: RequestContext, given: dict[str, str]) -> dict[str, str]:
    _ = context.words.gettext
    found = {}
    if given["birth_date"] and day_typed(given["birth_date"]) is None:
        found["birth_date"] = _("Write the day with its month and year.")
    if given["phone"] and not folded_phone(given["phone"]):
        found["phone"] = _("Write the number with its country, like +7 495 797 87 22.")
    return found


def opening_programmes(context: RequestContext) -> list[tuple[str, str]]:
    """Return the programmes a case can be opened in."""
    language = context.words.language
    return [
        (definition.programme.programme, str(getattr(definition.programme.title, language)))
        for definition in context.reader.definitions()
        if speaks_for_office(context.account.account, definition.programme)
    ]
