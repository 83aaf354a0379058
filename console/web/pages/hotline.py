"""The hotline desk on one screen: open or closed, the call form, who is to call again, and what was counted today."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.form import form_for
from console.subjects import OFFICE_FORMS
from console.views.hotline import DeskView, desk_view, desks
from console.web.errors import NotThere
from console.web.filling import context_of, right_of
from console.web.request_context import RequestContext, require
from workflow.subjects.hotline.commands import RecordMissedCall, TakeCall

router = APIRouter(include_in_schema=False)


@router.get("/hotline")
def hotline(
    context: Annotated[RequestContext, require("hotline.see")], programme: str = "", done: str = ""
) -> Response:
    """Show the desk of a programme; whoever counts calls has the form at once."""
    known = desks(context.reader)
    if programme and programme not in known:
        raise NotThere
    if not known:
        return context.page("pages/hotline.html", desk=None)
    chosen = known[programme] if programme else next(iter(known.values()))
    desk = desk_view(context.reader, chosen.programme)
    values = _forms(context, desk) | {"desk": desk, "programmes": list(known)}
    done = done if done in OFFICE_FORMS else ""
    return context.page("pages/hotline.html", version=context.web.container.log.size(), done=done, **values)


def _forms(context: RequestContext, desk: DeskView) -> dict[str, Any]:
    """Return the form of the call that is being taken, or of the one that came too late, by its fields."""
    kind = TakeCall if desk.status.is_open else RecordMissedCall
    if right_of(context, kind, None, desk.programme) is None:
        return {"form": None}
    form = form_for(kind, context_of(context, desk.programme))
    fields = {field.name: field for field in form.fields}
    return {"form": form, "fields": fields, "command_id": context.new_id(), "may_open": bool(context.may("case.open"))}
