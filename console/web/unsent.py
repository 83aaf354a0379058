"""A person's own drafts as pages list them: what they are of and when they were kept, never what stands in them."""

from collections.abc import Sequence
from typing import NamedTuple

from console.views.account import zone_of
from console.web.drafts import drafts_of, dropped_quietly, form_at
from console.web.filling import right_of
from console.web.request_context import RequestContext
from handlers.drafts.store import Draft


class Unsent(NamedTuple):
    """A draft in a list."""

    draft: str
    title: str
    address: str
    case_id: str
    when: str
    until: str
    sent: bool


def own_drafts(context: RequestContext, page: str = "", case_id: str = "") -> Sequence[Draft]:
    """Return what this account keeps, at one form or of one case if asked so, the newest first."""
    return drafts_of(context.web, context.account.account, page, case_id)


def unsent_of(context: RequestContext, drafts: Sequence[Draft]) -> list[Unsent]:
    """Return the drafts whose forms are still theirs to give; of the others nothing is said, and none is kept."""
    found = [(draft, _listed(context, draft)) for draft in drafts]
    for draft, listed in found:
        if listed is None:
            dropped_quietly(context.web, context.account.account, draft.draft)
    return [listed for _, listed in found if listed is not None]


def _listed(context: RequestContext, draft: Draft) -> Unsent | None:
    words, place = context.words, form_at(draft.of.place)
    if place is None or not _is_theirs(context, draft):
        return None
    zone, title = zone_of(context.reader), words.label("command", place.kind.__name__)
    when, until = words.moment(draft.kept_at, zone), words.day_at(draft.until, zone)
    return Unsent(draft.draft, title, place.address(draft.draft), draft.of.case_id, when, until, draft.sent)


def _is_theirs(context: RequestContext, draft: Draft) -> bool:
    """Tell whether they may still give the command, if it is about a case; the other forms ask for themselves."""
    place = form_at(draft.of.place)
    if place is None or place.case_id is None:
        return place is not None
    seen = context.web.container.cases.at(place.case_id)
    return seen is not None and right_of(context, place.kind, seen.case, seen.definition.programme) is not None
