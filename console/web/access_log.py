"""Looking at a case leaves a trace before anything is shown; whoever looks at very many is stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fastapi.responses import Response

from console.web.request_context import RequestContext
from console.words.naming import Naming
from handlers.queries.access_log import record_view


def looked(visitor: RequestContext, page: str) -> Response | None:
    """Record that the visitor looks at the case; return the page that says so when it was one too many."""
    stopped = record_view(
        visitor.house.office.database,
        visitor.case.case.case_id,
        visitor.account.account,
        visitor.session.token_hash[:16],
        page,
        visitor.house.now(),
    )
    if stopped is None:
        return None
    return visitor.page("pages/stopped.html", 429, reasons=[visitor.words.worded(one) for one in stopped.reasons])


def naming(visitor: RequestContext) -> Naming:
    """Return how things of the case's programme are called in the visitor's language."""
    programme = visitor.case.definition.programme
    return Naming(visitor.words.language, programme.time_zone, programme)


def namings(visitor: RequestContext) -> Callable[[str], Naming]:
    """Return how things are called, by programme; a programme is looked up once."""
    language, definitions = visitor.words.language, visitor.house.office.service.definitions

    @cache
    def of(programme: str) -> Naming:
        found = definitions.current(programme)
        return Naming(language, found.programme.time_zone, found.programme) if found else Naming(language)

    return of
