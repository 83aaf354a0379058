"""The list of cases, narrowed, found by number or by what only the person's people know; and one alone.

Opening one tells nothing of cases one may not see: for a stranger and for somebody unknown it is the same page.
"""

import re
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from console.drawing.journey import journey_svg
from console.drawing.sight import Links, Sight
from console.subjects import CASE_FORMS
from console.views.case import CaseView, case_view, panels_of
from console.views.case_filters import Filters, as_filters, filters_of, known_to
from console.views.cases import Overview, cards_of, choose_columns, forget, overview, save
from console.views.erased import commands_on
from console.views.standing_in import stood_in_for
from console.views.suggested_actions import SuggestedAction
from console.views.timeline import history
from console.web.errors import NotThere
from console.web.names import naming
from console.web.request_context import RequestContext, from_one_state, go, require
from console.web.unsent import own_drafts, unsent_of
from console.words.language import Language
from console.words.naming import Naming
from console.words.reasons import Worded
from events.ids import CaseId, parse_case_id
from events.instants import instant
from events.log import END
from events.money import Money
from handlers.projections.case_handles import search_handles
from handlers.queries.person_matches import search_people

router = APIRouter(include_in_schema=False)
TYPED_LONGEST: Final = 200
_ANY_CASE: Final = "/cases/(any)"  # where pictures lead that are drawn for whichever case stands there
FILTERS_LONGEST: Final = 1000
_YEAR: Final = re.compile(r"(19|20)[0-9]{2}", re.ASCII)


@router.get("/cases")
@from_one_state
def cases(context: Annotated[RequestContext, require("cases.see")], after: str = "") -> Response:
    """Show the cases one may see, without names."""
    filters = known_to(context.reader, filters_of(dict(context.request.query_params)))
    found = overview(context.reader, filters, after[:100])
    filters = found.filters
    query, problem = filters.query(), context.request.query_params.get("problem", "")
    saved = [(view.name, as_filters(view.filters).query(), view.filters == query) for view in found.saved]
    return context.page(
        "pages/cases.html", found=found, filters=filters, saved=saved, names=names_of(context), problem=problem,
        after=after[:100], owns=_owns(context, found),
    )  # fmt: skip


def _owns(context: RequestContext, found: Overview) -> bool:
    """Tell whether the visitor looks after a case of this page, so that there are names to show."""
    cards = found.listed.cards if found.listed else ()
    return any(card.owner == context.account.account for card in cards) and context.may_ever("case.open_sealed")


@router.get("/cases/go")
def go_to(context: Annotated[RequestContext, require("cases.see", "case.break_glass")], number: str = "") -> Response:
    """Lead to a case by its number; one that is not there and one that is not theirs are told apart by nothing."""
    case_id = _number_in(number)
    return _led_to(context, case_id) if case_id else go("/cases?problem=number")


@router.post("/cases/go")
def go_or_find(
    context: Annotated[RequestContext, require("cases.see", "case.break_glass", page="case.search")],
) -> Response:
    """Lead to a case by its number; what is none is looked for as a name, by whoever may look for people."""
    sought = typed(context, "name")
    case_id = _number_in(sought)
    # Ten letters read as a number too, as "Clear Brook" does: without a digit it is a name, unless there is the case.
    is_number = case_id is not None and (any(map(str.isdigit, sought)) or context.sees(case_id))
    if sought and not is_number and context.may("case.search"):
        return _found(context, sought, None, "")
    return _led_to(context, case_id) if case_id else go("/cases?problem=number")


def _number_in(text: str) -> CaseId | None:
    try:
        return parse_case_id(text[:40])
    except ValueError:
        return None


def _led_to(context: RequestContext, case_id: CaseId) -> Response:
    if context.sees(case_id):
        return go(f"/cases/{case_id}")
    return context.page("pages/case_not_yours.html", 404, number=case_id)


@router.post("/cases/find")
def search(context: Annotated[RequestContext, require("case.search")]) -> Response:
    """Find a person's case by name, birth date or telephone; what was typed never gets into an address."""
    return _found(context, typed(context, "name"), born_typed(context), typed(context, "phone"))


def _found(context: RequestContext, name: str, born: date | int | None, phone: str) -> Response:
    asked = bool(name or phone)
    cards, fits = found_cards(context, name, born, phone, by_handle=True) if asked else ([], {})
    return context.page("pages/cases_found.html", cards=cards, fits=fits, asked=asked, names=names_of(context))


@router.post("/cases/views")
def keep(context: Annotated[RequestContext, require("cases.see")]) -> Response:
    """Keep the filters under a name, or forget a name."""
    filters = filters_sent(context)
    if "forget" in context.given:
        forget(context.reader, typed(context, "forget"))
        return go(address_of(filters))
    kept = save(context.reader, typed(context, "name"), filters)
    return go(address_of(filters) if kept else "/cases?problem=view")


@router.post("/cases/columns")
def columns(context: Annotated[RequestContext, require("cases.see")]) -> Response:
    """Remember which columns somebody wants to see, and show the list with them."""
    choose_columns(context.reader, [str(one) for one in context.given.getlist("columns")])
    return go(address_of(filters_sent(context)._replace(view="list")))


def filters_sent(context: RequestContext) -> Filters:
    """Return the filters a form of the list carries; of a programme or stage that is none of ours nothing is left."""
    given = context.given.get("filters", "")
    return known_to(context.reader, as_filters(given[:FILTERS_LONGEST] if isinstance(given, str) else ""))


def found_cards(
    context: RequestContext, name: str, born: date | int | None, phone: str, *, by_handle: bool = False
) -> tuple[list[object], dict[str, tuple[str, ...]]]:
    """Return the cases somebody may see that fit what they typed, as cards without names, and what of each fits.

    A handle's come first.
    """
    log, account, now = context.web.container.log, context.account, context.web.now()
    with log.database.reading() as connection:
        found = search_people(log, connection, account, now, name=name, birth_date=born, phone=phone)
        called = search_handles(connection, account, now, name) if by_handle else []
    fits = dict.fromkeys(called, ("handle",)) | {one.case_id: one.fits for one in found}
    return list(cards_of(context.reader, list(dict.fromkeys((*called, *(one.case_id for one in found)))))), fits


class _Names(dict[str, Naming]):
    """Names by programme; what another programme calls its things is told by our own words."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language: Final = language

    def __missing__(self, _programme: str) -> Naming:
        return Naming(self._language)


def names_of(context: RequestContext) -> dict[str, Naming]:
    """Return how each of the visitor's programmes calls its own things."""
    language = context.words.language
    found = _Names(language)
    for definition in context.reader.definitions():
        programme = definition.programme
        found[programme.programme] = Naming(language, programme.time_zone, programme)
    return found


def typed(context: RequestContext, name: str) -> str:
    """Return one line of a form as it was typed, with its spaces put right."""
    value = context.given.get(name, "")
    return " ".join(value[:TYPED_LONGEST].split()) if isinstance(value, str) else ""


def day_typed(text: str) -> date | None:
    """Return a day as browsers send it, None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def born_typed(context: RequestContext) -> date | int | None:
    """Return the birth date of a form, or the year when that is all that is known."""
    day, year = day_typed(typed(context, "birth_date")), typed(context, "birth_year")
    return day or (int(year) if _YEAR.fullmatch(year) else None)


# -- one case: its addresses come after those that say more than any case's number ----------------------------------


@router.get("/cases/{case_id}")
@from_one_state
def case(context: Annotated[RequestContext, require("case.see")], done: str = "", proposed: str = "") -> Response:
    """Show a case."""
    view = case_view(context.reader, context.case)
    return context.page(
        "pages/case.html", view=view, n=naming(context), since=instant(view.snapshot.case.since),
        picture=_picture(context, view) if "next" in view.panels else "",
        money=lambda amount, currency: Money(amount=amount, currency=currency),
        drafts=unsent_of(context, own_drafts(context, case_id=context.case.case.case_id)),
        done=done if done in (*CASE_FORMS, "OpenCase", "AttachFile") else "",
        proposed=proposed if proposed in CASE_FORMS else "",
        arrange=_arrange(context, view),
    )  # fmt: skip


@router.get("/cases/{case_id}/history")
@from_one_state
def everything(context: Annotated[RequestContext, require("case.see")], before: int = END) -> Response:
    """Show everything that happened to a case, page by page, the last first."""
    if before < 0:
        raise NotThere
    log, case_id = context.web.container.log, context.case.case.case_id
    found = history(log, case_id, panels_of(context.reader, context.case), before=min(before, END), machinery=True)
    stood = stood_in_for(log, context.case.case, found.entries, context.web.accounts.list())
    return context.page(
        "pages/case_history.html", history=found, case_id=case_id, n=naming(context), stood=stood,
        may=commands_on(context.reader, context.case),
    )  # fmt: skip


def _arrange(context: RequestContext, view: CaseView) -> list[tuple[Worded, list[SuggestedAction]]]:
    """Return what no longer fits since a correction, in words, each with the forms that help."""
    programme = view.snapshot.definition.programme
    said = ((one, context.words.worded(one, programme)) for one in view.unfitting)
    return [(words, [SuggestedAction(name) for name in one.helps_with if name in view.may]) for one, words in said]


def _picture(context: RequestContext, view: CaseView) -> Markup:
    case, definition, words = view.snapshot.case, view.snapshot.definition, context.words
    # The ends that are open from everywhere are no step anybody is led to, as long as there is another.
    ways = [way for way in view.ways if not way.ends] or view.ways
    sight = Sight(case.stage, view.walked, {way.trigger: way.open for way in ways})
    links = Links(trigger=lambda trigger: f"{_ANY_CASE}#way-{trigger}")
    seen = (definition.hash, words.language, sight.here, sight.walked, tuple(sight.allowed.items()))
    drawn = context.web.rendering.kept.of(seen, lambda: journey_svg(definition, words, sight=sight, links=links))
    return Markup(drawn.replace(_ANY_CASE, f"/cases/{case.case_id}"))  # noqa: S704 - drawn by us, and a number


def address_of(filters: Filters) -> str:
    """Return where the list is shown that is narrowed and sorted so."""
    return f"/cases?{query}" if (query := filters.query()) else "/cases"
