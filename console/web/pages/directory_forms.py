"""Adding to the directory and changing it in the browser: a field for each key, and what is wrong beside it."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from console.forms.entry import as_command, as_it_is, entry_shapes, still_empty
from console.forms.faults import GENERAL
from console.views.directory_entries import entry_changes
from console.web.errors import NotThere
from console.web.filling import Filling, filling_of, programme_of
from console.web.request_context import RequestContext, go, require
from handlers.commanding.answers import Accepted
from workflow.programme.programme import Programme
from workflow.subjects.directory.commands import ChangeEntry, ListEntry
from workflow.subjects.directory.entries import KINDS, part_of

router = APIRouter(include_in_schema=False)
KeepsDirectory = Annotated[RequestContext, require("directory.edit")]


@router.get("/directory/{programme}/{kind}")
def offer_new(context: KeepsDirectory, programme: str, kind: str) -> Response:
    """Ask for everything a new entry of a kind has."""
    filling = _filling_new(context, programme, kind)
    return filling._replace(given=still_empty(kind, filling.about)).offered()


@router.post("/directory/{programme}/{kind}")
def list_new(context: KeepsDirectory, programme: str, kind: str) -> Response:
    """Add the entry, or show the form again with everything that is in the way."""
    filling = _filling_new(context, programme, kind).received()
    return _given(filling, kind, "")


@router.get("/directory/{programme}/{kind}/{entry}/change")
def offer_change(context: KeepsDirectory, programme: str, kind: str, entry: str) -> Response:
    """Show an entry as it is, to be changed."""
    filling = _filling_change(context, programme, kind, entry)
    part = part_of(filling.about.programme, (kind, entry))
    assert part is not None, "it was found for the form"
    return filling._replace(given=as_it_is(part)).offered()


@router.post("/directory/{programme}/{kind}/{entry}/change")
def change(context: KeepsDirectory, programme: str, kind: str, entry: str) -> Response:
    """Change the entry, or show the form again; nothing is applied over what somebody else changed meanwhile."""
    filling = _filling_change(context, programme, kind, entry).received()
    assert filling.sent is not None, "it was received"
    if filling.sent.button == "give" and str(filling.sent.expected) != filling.frame["version"]:
        said = context.words.gettext("Somebody changed this entry meanwhile. Compare it, then press the button again.")
        return filling.drawn(409, filling.form({GENERAL: (said,)}), expected=filling.frame["version"])
    return _given(filling, kind, entry)


def _given(filling: Filling, kind: str, entry: str) -> Response:
    programme, given = filling.about.programme, filling.given
    assert given is not None, "it was received"
    if filling.sent is not None and filling.sent.button == "give":
        before = part_of(programme, (kind, entry)) if entry else None
        filling = filling._replace(given=as_command(given, kind, entry, before, filling.about))
    answer = filling.carried_out(programme=programme.programme)
    if not isinstance(answer, Accepted):
        assert isinstance(answer, Response), "a form of the office expects no version"
        return answer
    if answer.proposal:
        return go(f"/decisions/{programme.programme}/{answer.proposal}")
    entry = entry or str(given.values["entry"])
    return go(f"/directory/{programme.programme}/{kind}/{entry}")


def _filling_new(context: RequestContext, programme: str, kind: str) -> Filling:
    found = _known(context, programme, kind)
    frame = _frame(context, f"/directory?programme={programme}&kind={kind}", "")
    return filling_of(context, ListEntry, found, None, lambda _: frame)._replace(shapes=entry_shapes(kind, is_new=True))


def _filling_change(context: RequestContext, programme: str, kind: str, entry: str) -> Filling:
    found = _known(context, programme, kind)
    if part_of(found, (kind, entry)) is None:
        raise NotThere
    version = str(entry_changes(context.reader, found, (kind, entry)))
    frame = _frame(context, f"/directory/{programme}/{kind}/{entry}", version)
    shapes = entry_shapes(kind, is_new=False)
    return filling_of(context, ChangeEntry, found, None, lambda _: frame)._replace(shapes=shapes)


def _known(context: RequestContext, programme: str, kind: str) -> Programme:
    found = programme_of(context, programme)
    if kind not in KINDS:
        raise NotThere
    return found


def _frame(context: RequestContext, back: str, version: str) -> dict[str, Any]:
    return {
        "action": context.request.url.path,
        "back": back,
        "back_label": context.words.gettext("Back"),
        "version": version,
    }
