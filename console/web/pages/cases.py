"""The list of cases: by stage or as a list, narrowed, found by number or by what only the person's people know."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.cases import Filters, as_filters, cards_of, filters_of, forget, known_to, overview, save
from console.web.request_context import RequestContext, go, permitted, require
from console.words.naming import Naming
from events.ids import parse_case_id
from handlers.projections.person_search import search_people

router = APIRouter(include_in_schema=False)
TYPED_LONGEST: Final = 200


@router.get("/cases")
def cases(context: Annotated[RequestContext, require("cases.see")], after: str = "") -> Response:
    """Show the cases one may see, without names."""
    filters = known_to(context.reader, filters_of(dict(context.request.query_params)))
    found = overview(context.reader, filters, after[:80])
    return context.page(
        "pages/cases.html",
        found=found,
        filters=filters,
        saved=[(view.name, as_filters(view.filters).query(), view.filters == filters.query()) for view in found.saved],
        names=names_of(context),
        now=context.web.now(),
        problem=context.request.query_params.get("problem", ""),
    )


@router.get("/cases/go")
def go_to(context: Annotated[RequestContext, require("cases.see", "case.break_glass")], number: str = "") -> Response:
    """Lead to a case by its number; one that is not there and one that is not theirs are told apart by nothing."""
    try:
        case_id = parse_case_id(number[:40])
    except ValueError:
        return go("/cases?problem=number")
    snapshot = context.web.container.cases.at(case_id)
    if snapshot is not None and permitted(context.web, context.account, ("case.see",), snapshot):
        return go(f"/cases/{case_id}")
    return context.page("pages/case_not_yours.html", 404, number=case_id)


@router.post("/cases/find")
def search(context: Annotated[RequestContext, require("case.search")]) -> Response:
    """Find a person's case by name, birth date or telephone; what was typed never gets into an address."""
    name, born, phone = typed(context, "name"), typed(context, "birth_date"), typed(context, "phone")
    cards = found_cards(context, name, born, phone) if name or phone else []
    return context.page(
        "pages/cases_found.html",
        cards=cards,
        asked=bool(name or phone),
        names=names_of(context),
        now=context.web.now(),
    )


@router.post("/cases/views")
def keep(context: Annotated[RequestContext, require("cases.see")]) -> Response:
    """Keep the filters under a name, or forget a name."""
    filters = known_to(context.reader, as_filters(typed(context, "filters")))
    if "forget" in context.given:
        forget(context.reader, typed(context, "forget"))
        return go(_address(filters))
    kept = save(context.reader, typed(context, "name"), filters)
    return go(_address(filters) if kept else "/cases?problem=view")


def found_cards(context: RequestContext, name: str, born: str, phone: str) -> list[object]:
    """Return the cases somebody may see that fit what they typed, as cards without names."""
    container = context.web.container
    with container.database.reading() as connection:
        found = search_people(
            container.log, connection, context.account, context.web.now(), name=name, birth_date=day(born), phone=phone
        )
    return list(cards_of(context.reader, [match.case_id for match in found]))


def names_of(context: RequestContext) -> dict[str, Naming]:
    """Return how each of the visitor's programmes calls its own things."""
    language = context.words.language
    return {
        definition.programme.programme: Naming(language, definition.programme.time_zone, definition.programme)
        for definition in context.reader.definitions()
    }


def typed(context: RequestContext, name: str) -> str:
    """Return one line of a form as it was typed, with its spaces put right."""
    value = context.given.get(name, "")
    return " ".join(value[:TYPED_LONGEST].split()) if isinstance(value, str) else ""


def day(text: str) -> date | None:
    """Return a day as browsers send it, None for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _address(filters: Filters) -> str:
    query = filters.query()
    return f"/cases?{query}" if query else "/cases"
