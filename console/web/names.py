"""How things and people are called on a page: in the visitor's language, by the programme a case is of."""

from collections.abc import Callable
from functools import cache

from console.web.request_context import RequestContext
from console.words.naming import Naming


def naming(context: RequestContext) -> Naming:
    """Return how things of the case's programme are called in the visitor's language."""
    programme = context.case.definition.programme
    return Naming(context.words.language, programme.time_zone, programme)


def namings(context: RequestContext) -> Callable[[str], Naming]:
    """Return how things are called, by programme; a programme is looked up once."""
    language, definitions = context.words.language, context.web.container.service.definitions
    theirs = {one.programme.programme: one for one in context.reader.definitions()}

    @cache
    def of(programme: str) -> Naming:
        found = theirs.get(programme) or definitions.current(programme)
        return Naming(language, found.programme.time_zone, found.programme) if found else Naming(language)

    return of
