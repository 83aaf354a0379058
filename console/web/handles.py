"""Beside every case number of a page stands what the person is called here, for whoever may see the case.

It is put in where all pages are drawn, with one question to the database for a page: no list and no board can forget
it, and nobody who sees a number only (a partner, the money, the auditor) is told by a page that did not think of it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import escape

from console.views.reader import Reader
from handlers.projections.case_handles import handles_shown

# A number as templates write it: alone in an element of this class; one they put the handle beside says so.
_NUMBER: Final = re.compile(
    r'(<(a|span)\b(?![^>]*\bdata-called\b)[^>]*\bclass="number"[^>]*>'
    r"([0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5})</\2>)"
)


def with_handles(page: str, reader: Reader, known: Mapping[str, str] | None = None) -> str:
    """Return a page with handles beside the numbers of the cases its reader may see.

    ``known`` are those of cases whose state the page was drawn from, for whoever may see them.
    """
    places = list(_NUMBER.finditer(page))
    known = known or {}
    asked = {found[3] for found in places} - known.keys()
    return _filled(page, places, {**known, **(handles_of(reader, asked) if asked else {})})


def handles_of(reader: Reader, numbers: Iterable[str]) -> Mapping[str, str]:
    """Return the handles of these cases by number, of those only that the reader may see."""
    with reader.container.database.reading() as connection:
        return handles_shown(connection, reader.account, reader.now, numbers)


def _filled(page: str, places: Iterable[re.Match[str]], handles: Mapping[str, str]) -> str:
    pieces, begin = list[str](), 0
    for found in places:
        if handle := handles.get(found[3], ""):
            pieces += [page[begin : found.end()], f' <bdi class="handle" translate="no">{escape(handle)}</bdi>']
            begin = found.end()
    return "".join((*pieces, page[begin:]))
