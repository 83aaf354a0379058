"""Looking at a case leaves a trace before anything is shown; whoever looks at very many is stopped."""

from collections.abc import Callable
from functools import cache

from fastapi.responses import Response

from console.web.request_context import RequestContext
from console.words.naming import Naming
from handlers.queries.access_log import record_view
from workflow.reasons import Refused


def recorded(context: RequestContext, page: str) -> Refused | None:
    """Record that the visitor looks at the case; return the refusal when it was one too many."""
    database, who, session = context.web.container.database, context.account.account, context.session.token_hash[:16]
    return record_view(database, context.case.case.case_id, who, session, page, context.web.now())


def looked(context: RequestContext, page: str) -> Response | None:
    """Record that the visitor looks at the case; return the page that says so when it was one too many."""
    stopped = recorded(context, page)
    if stopped is None:
        return None
    return context.page("pages/stopped.html", 429, reasons=[context.words.worded(one) for one in stopped.reasons])


def naming(context: RequestContext) -> Naming:
    """Return how things of the case's programme are called in the visitor's language."""
    programme = context.case.definition.programme
    return Naming(context.words.language, programme.time_zone, programme)


def namings(context: RequestContext) -> Callable[[str], Naming]:
    """Return how things are called, by programme; a programme is looked up once."""
    language, definitions = context.words.language, context.web.container.service.definitions

    @cache
    def of(programme: str) -> Naming:
        found = definitions.current(programme)
        return Naming(language, found.programme.time_zone, found.programme) if found else Naming(language)

    return of
