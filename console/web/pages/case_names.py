"""Names beside the handles, for whoever looks after a case: recorded, shown once, gone when the page is left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.case_names import open_names, own_cases
from console.views.cases import overview
from console.views.opening import SHOWN_FOR
from console.web.access_log import looking, record_case
from console.web.errors import StepUpFirst
from console.web.filling import id_of
from console.web.pages.cases import address_of, filters_sent, names_of
from console.web.request_context import RequestContext, go, require

router = APIRouter(include_in_schema=False)
PAGE_NAME: Final = "case.names"


@router.get("/cases/names")
def back(context: Annotated[RequestContext, require("cases.see")]) -> Response:
    """Lead to the list: names are asked for by a button, and shown once."""
    del context  # whoever it is
    return go("/cases?view=list&whose=mine")


@router.post("/cases/names")
def names(context: Annotated[RequestContext, require("cases.see")]) -> Response:
    """Show the names of those cases of a page of the list that the visitor looks after, for a few minutes.

    Each counts as an opened case, as if it had been opened by itself: whoever opens too many is asked for a fresh
    proof, then stopped, and a planted case among them stops at once, before any name is opened.
    """
    form_id, filters = id_of(context), filters_sent(context)._replace(view="list")
    address = address_of(filters)
    found = overview(context.reader, filters, str(context.given.get("after", ""))[:100])
    assert found.listed is not None, "a list was asked for"
    own = own_cases(context.reader, found.listed.cards)
    with _proved_at(address):
        for one in own:
            record_case(looking(context.web, context.session, PAGE_NAME, one.case.case_id))
    opened = open_names(context.reader, form_id, own)
    if opened.before:
        return go(address)
    page = context.page(
        "pages/cases_named.html", found=found, names=names_of(context), shown=opened.names, address=address,
    )  # fmt: skip
    page.headers["refresh"] = f"{int(SHOWN_FOR.total_seconds())};url={address}"
    return page


@contextmanager
def _proved_at(address: str) -> Iterator[None]:
    """Lead back to the list once a fresh proof was given: the form itself is not sent again by that."""
    try:
        yield
    except StepUpFirst:
        raise StepUpFirst(address) from None
