"""What waits for a second person in the directory: what stands and what would be; confirmed, declined, taken back."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.accounts.sign_in import Wait, Wrong
from console.views.entry_proposals import EntryProposal, proposed_entry
from console.views.entry_words import in_words
from console.web.errors import NotReadable, NotThere
from console.web.filling import programme_of
from console.web.pages.sign_in import asked
from console.web.request_context import RequestContext, go, require
from console.web.second_person import vouched_here
from console.web.sign_in_cookies import typed
from events.errors import CommandReused
from handlers.commanding.answers import Answer
from workflow.command import Command
from workflow.reasons import Reason, Refused
from workflow.rights.command_rights import right_to
from workflow.subjects.directory.commands import (
    ConfirmEntry,
    DeclineEntry,
    EntryProposalCommand,
    WithdrawEntry,
)

router = APIRouter(include_in_schema=False)
Sees = Annotated[RequestContext, require("directory.confirm", "directory.stop", "directory.edit")]
Proposes = Annotated[RequestContext, require("directory.stop", "directory.edit")]
Decides = Annotated[RequestContext, require("directory.confirm")]
# What else stands on the page, or is typed there: whom one stands behind, and why not.
_ANSWERS: Final[Mapping[str, tuple[type[EntryProposalCommand], tuple[str, ...]]]] = {
    "confirm": (ConfirmEntry, ("proposer",)), "decline": (DeclineEntry, ("reason",)),
}  # fmt: skip


@router.get("/decisions/{programme}/{proposal_id}")
def decision(context: Sees, programme: str, proposal_id: str) -> Response:
    """Show exactly what is proposed of an entry."""
    return _page(context, programme, proposal_id)


@router.post("/decisions/{programme}/{proposal_id}")
def confirm_here(context: Sees, programme: str, proposal_id: str) -> Response:
    """Let a colleague who stands at this desk confirm in their own name: by password and code, not a session."""
    found = vouched_here(context)
    if isinstance(found, Wrong | Wait):
        return _page(context, programme, proposal_id, problem=found)
    right = right_to(found.account, ConfirmEntry, None, programme_of(context, programme), context.web.now())
    who = {"actor": found.account.account, "mandate": right.permit.mandate if right else "supervisor"}
    who["proposer"] = typed(context.given, "proposer")
    return _said(context, programme, proposal_id, lambda given: ConfirmEntry.model_validate(given | who))


@router.post("/decisions/{programme}/{proposal_id}/withdraw")
def withdraw(context: Proposes, programme: str, proposal_id: str) -> Response:
    """Take back what one proposed oneself."""
    return _decided(context, programme, proposal_id, WithdrawEntry, ())


@router.post("/decisions/{programme}/{proposal_id}/{answer}")
def decide(context: Decides, programme: str, proposal_id: str, answer: str) -> Response:
    """Confirm or decline what a colleague proposed."""
    if answer not in _ANSWERS:
        raise NotThere
    return _decided(context, programme, proposal_id, *_ANSWERS[answer])


def _decided(
    context: RequestContext, programme: str, proposal_id: str, kind: type[EntryProposalCommand], own: tuple[str, ...]
) -> Response:
    right = right_to(context.account, kind, None, programme_of(context, programme), context.web.now())
    if right is None:
        raise NotThere
    context.fresh(right.act, f"/decisions/{programme}/{proposal_id}")
    more = {name: typed(context.given, name) for name in own} | {"mandate": right.permit.mandate}
    return _said(context, programme, proposal_id, lambda given: context.command(kind, **given | more))


def _said(
    context: RequestContext, programme: str, proposal_id: str, made: Callable[[dict[str, Any]], Command]
) -> Response:
    """Carry out what was said to a proposal; a form sent twice is carried out once."""
    shown = proposed_entry(context.reader, programme, proposal_id)
    kept = {name: typed(context.given, name) for name in ("kind", "entry")}
    given = {"programme": programme, "proposal_id": proposal_id, "command_id": typed(context.given, "_command_id")}
    try:
        answer: Answer = context.web.container.service.submit(made(given | kept))
    except ValidationError:
        raise NotReadable(422, "form_without_id") from None
    except CommandReused:
        raise NotReadable(422, "form_used_before") from None
    if isinstance(answer, Refused):
        return _page(context, programme, proposal_id, reasons=answer.reasons)
    return go(_after(shown.found) if shown is not None else f"/directory?programme={programme}")


def _after(found: EntryProposal) -> str:
    return f"/directory?programme={found.programme}&kind={found.kind}"


def _page(
    context: RequestContext, programme: str, proposal_id: str, *,
    problem: Wrong | Wait | None = None, reasons: tuple[Reason, ...] = (),
) -> Response:  # fmt: skip
    found = programme_of(context, programme)
    values: dict[str, Any] = {
        "shown": proposed_entry(context.reader, programme, proposal_id), "programme": programme, "reasons": reasons,
        "zone": found.time_zone, "in_words": in_words(context.words, found),
    }  # fmt: skip
    return asked(context.page, "pages/entry_decision.html", problem, 422 if reasons else 200, **values)
