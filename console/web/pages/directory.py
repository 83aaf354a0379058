"""The directory: who and what there is to choose from, how each stands, and everything that happened to it."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from console.views.directory_entries import ENTRY_KINDS, directories_of, entry_rows, entry_view
from console.views.entry_proposals import EntryProposal, proposals_of
from console.views.entry_words import in_words
from console.web.errors import NotThere
from console.web.filling import programme_of
from console.web.request_context import RequestContext, require
from workflow.programme.loading import Definition

router = APIRouter(include_in_schema=False)
SeesDirectory = Annotated[RequestContext, require("directory.see")]


@router.get("/directory")
def directory(context: SeesDirectory, programme: str = "", kind: str = "") -> Response:
    """Show the entries of a programme, all of them or those of a kind."""
    known = context.reader.own_programmes()
    if (programme and programme not in known) or (kind and kind not in ENTRY_KINDS):
        raise NotThere
    definition = known.get(programme) or next(iter(known.values()), None)
    if definition is None:
        return context.page("pages/directory.html", programme=None)
    waiting = _waiting(context, definition)
    return context.page(
        "pages/directory.html", programme=definition.programme, programmes=list(known), kinds=ENTRY_KINDS, kind=kind,
        rows=entry_rows(context.reader, definition.programme, kind),
        waiting=[one for one in waiting if kind in ("", one.kind)],
    )  # fmt: skip


@router.get("/directory/{programme}/{kind}/{entry}")
def entry(context: SeesDirectory, programme: str, kind: str, entry: str) -> Response:
    """Show one entry with its history, and what may be done about it."""
    found, known = programme_of(context, programme), context.reader.own_programmes()
    shown = entry_view(context.reader, found, (kind, entry))
    if shown is None:
        raise NotThere
    waiting = [one for one in _waiting(context, known[programme]) if (one.kind, one.entry) == (kind, entry)]
    return context.page(
        "pages/directory_entry.html", programme=found, told=shown, waiting=waiting,
        in_words=in_words(context.words, found),
    )  # fmt: skip


def _waiting(context: RequestContext, definition: Definition) -> list[EntryProposal]:
    """Return what is proposed and waits for a second person."""
    directory = directories_of(context.reader).get(definition.programme.programme)
    return list(proposals_of(context.reader, definition, directory)) if directory is not None else []
