"""One case: where the person is, what may come next and why not, what runs, what waits, what happened."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from console.drawing.journey import journey_svg
from console.drawing.sight import Links, Sight
from console.subjects import CASE_FORMS
from console.views.case import CaseView, case_view, panels_of
from console.views.timeline import history
from console.web.access_log import looked, naming
from console.web.errors import NotThere
from console.web.request_context import RequestContext, require
from events.instants import instant
from events.log import END
from events.money import Money

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}")
def case(context: Annotated[RequestContext, require("case.see")], done: str = "") -> Response:
    """Show a case; that it was looked at is recorded first."""
    stopped = looked(context, "case")
    if stopped is not None:
        return stopped
    view = case_view(context.reader, context.case)
    return context.page(
        "pages/case.html",
        view=view,
        n=naming(context),
        now=context.web.now(),
        since=instant(view.snapshot.case.since),
        picture=_picture(context, view) if "next" in view.panels else "",
        money=lambda amount, currency: Money(amount=amount, currency=currency),
        done=done if done in (*CASE_FORMS, "OpenCase") else "",
    )


@router.get("/cases/{case_id}/history")
def everything(context: Annotated[RequestContext, require("case.see")], before: int = END) -> Response:
    """Show everything that happened to a case, page by page, the last first."""
    stopped = looked(context, "history")
    if stopped is not None:
        return stopped
    if before < 0:
        raise NotThere
    log, case_id = context.web.container.log, context.case.case.case_id
    found = history(log, case_id, panels_of(context.reader, context.case), before=min(before, END), machinery=True)
    return context.page(
        "pages/case_history.html", history=found, case_id=case_id, n=naming(context), now=context.web.now()
    )


def _picture(context: RequestContext, view: CaseView) -> Markup:
    case_id = view.snapshot.case.case_id
    # The ends that are open from everywhere are no step anybody is led to, as long as there is another.
    ways = [way for way in view.ways if not way.ends] or view.ways
    sight = Sight(view.snapshot.case.stage, view.walked, {way.trigger: way.open for way in ways})
    links = Links(trigger=lambda trigger: f"/cases/{case_id}#way-{trigger}")
    return journey_svg(view.snapshot.definition, context.words, sight=sight, links=links)
