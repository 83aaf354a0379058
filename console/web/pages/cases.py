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
from handlers.projections.person_search import find

router = APIRouter(include_in_schema=False)
TYPED_LONGEST: Final = 200


@router.get("/cases")
def cases(visitor: Annotated[RequestContext, require("cases.see")], after: str = "") -> Response:
    """Show the cases one may see, without names."""
    filters = known_to(visitor.reader, filters_of(dict(visitor.request.query_params)))
    found = overview(visitor.reader, filters, after[:80])
    return visitor.page(
        "pages/cases.html",
        found=found,
        filters=filters,
        saved=[(view.name, as_filters(view.filters).query(), view.filters == filters.query()) for view in found.saved],
        names=names_of(visitor),
        now=visitor.house.now(),
        problem=visitor.request.query_params.get("problem", ""),
    )


@router.get("/cases/go")
def go_to(visitor: Annotated[RequestContext, require("cases.see", "case.break_glass")], number: str = "") -> Response:
    """Lead to a case by its number; one that is not there and one that is not theirs are told apart by nothing."""
    try:
        case_id = parse_case_id(number[:40])
    except ValueError:
        return go("/cases?problem=number")
    seen = visitor.house.office.look.at(case_id)
    if seen is not None and permitted(visitor.house, visitor.account, ("case.see",), seen):
        return go(f"/cases/{case_id}")
    return visitor.page("pages/case_not_yours.html", 404, number=case_id)


@router.post("/cases/find")
def search(visitor: Annotated[RequestContext, require("case.search")]) -> Response:
    """Find a person's case by name, birth date or telephone; what was typed never gets into an address."""
    name, born, phone = typed(visitor, "name"), typed(visitor, "birth_date"), typed(visitor, "phone")
    cards = found_cards(visitor, name, born, phone) if name or phone else []
    return visitor.page(
        "pages/cases_found.html",
        cards=cards,
        asked=bool(name or phone),
        names=names_of(visitor),
        now=visitor.house.now(),
    )


@router.post("/cases/views")
def keep(visitor: Annotated[RequestContext, require("cases.see")]) -> Response:
    """Keep the filters under a name, or forget a name."""
    filters = known_to(visitor.reader, as_filters(typed(visitor, "filters")))
    if "forget" in visitor.given:
        forget(visitor.reader, typed(visitor, "forget"))
        return go(_address(filters))
    kept = save(visitor.reader, typed(visitor, "name"), filters)
    return go(_address(filters) if kept else "/cases?problem=view")


def found_cards(visitor: RequestContext, name: str, born: str, phone: str) -> list[object]:
    """Return the cases somebody may see that fit what they typed, as cards without names."""
    office = visitor.house.office
    with office.database.reading() as connection:
        found = find(
            office.log, connection, visitor.account, visitor.house.now(), name=name, birth_date=day(born), phone=phone
        )
    return list(cards_of(visitor.reader, [match.case_id for match in found.matches]))


def names_of(visitor: RequestContext) -> dict[str, Naming]:
    """Return how each of the visitor's programmes calls its own things."""
    language = visitor.words.language
    return {
        definition.programme.programme: Naming(language, definition.programme.time_zone, definition.programme)
        for definition in visitor.reader.definitions()
    }


def typed(visitor: RequestContext, name: str) -> str:
    """Return one line of a form as it was typed, with its spaces put right."""
    value = visitor.given.get(name, "")
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
