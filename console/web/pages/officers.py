"""What two officers decide about the house: what waits, what exactly is proposed, and confirming or declining it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError

from console.accounts.credentials import GIVES_A_WAY_IN
from console.accounts.sign_in import Wait, Wrong
from console.views.account import zone_of
from console.views.officers import (
    PUBLISHES,
    HouseProposal,
    account_news,
    changes_to_programme,
    house_proposal,
    house_proposals,
)
from console.views.orphans import concerned
from console.web.errors import NotReadable, NotThere
from console.web.pages.sign_in import asked
from console.web.request_context import RequestContext, go, require
from console.web.second_person import vouched_here
from console.web.sign_in_cookies import typed
from events.errors import CommandReused
from handlers.commanding.answers import Accepted, Answer
from workflow.command import (
    ConfirmOfficeDecision,
    DeclineOfficeDecision,
    OfficeProposalCommand,
    WithdrawOfficeProposal,
)
from workflow.reasons import Reason, Refused

router = APIRouter(include_in_schema=False)
Sees = Annotated[RequestContext, require("accounts.confirm", "programmes.confirm", "programmes.publish")]
Decides = Annotated[RequestContext, require("accounts.confirm", "programmes.confirm", "programmes.publish")]
_DEEDS: Final[Mapping[str, type[OfficeProposalCommand]]] = {
    "confirm": ConfirmOfficeDecision, "decline": DeclineOfficeDecision, "withdraw": WithdrawOfficeProposal,
}  # fmt: skip
DECISIONS: Final = "/settings/decisions"


@router.get(DECISIONS)
def decisions(context: Sees, done: str = "") -> Response:
    """List what waits for a second officer, and what became of accounts lately."""
    found, news = house_proposals(context.reader), account_news(context.reader)
    done = done if done in _DEEDS else ""
    return context.page("pages/officers.html", found=found, news=news, zone=zone_of(context.reader), done=done)


@router.get("/settings/decisions/{proposal_id}")
def decision(context: Sees, proposal_id: str) -> Response:
    """Show exactly what is proposed."""
    return _page(context, proposal_id)


@router.post("/settings/decisions/{proposal_id}")
def confirm_here(context: Decides, proposal_id: str) -> Response:
    """Let another officer who stands at this desk confirm in their own name: by password and code, not a session."""
    found = vouched_here(context)
    if isinstance(found, Wrong | Wait):
        return _page(context, proposal_id, problem=found)
    said = {"actor": found.account.account, "mandate": "officer", "proposal_id": proposal_id}
    answer = _given(context, lambda command_id: ConfirmOfficeDecision.model_validate(said | {"command_id": command_id}))
    return _answered(context, proposal_id, answer) or go(f"{DECISIONS}?done=confirm")


@router.post("/settings/decisions/{proposal_id}/{answer}")
def decide(context: Decides, proposal_id: str, answer: str) -> Response:
    """Confirm, decline or take back; whoever confirmed a new way in is shown its one-time password."""
    if answer not in _DEEDS:
        raise NotThere
    context.fresh(context.act, f"{DECISIONS}/{proposal_id}")
    found = house_proposal(context.reader, proposal_id)
    more = {"reason": typed(context.given, "reason")} if answer == "decline" else {}
    given = _given(
        context, lambda command_id: context.command(
            _DEEDS[answer], command_id=command_id, proposal_id=proposal_id, **more
        )
    )  # fmt: skip
    refused = _answered(context, proposal_id, given)
    if refused is not None:
        return refused
    if found is not None and isinstance(given, Accepted) and not {*GIVES_A_WAY_IN}.isdisjoint(given.facts):
        password = context.web.accounts.hand_over(found.about, context.account.account)
        return context.page("pages/person_issued.html", account=found.about, password=password)
    return go(f"{DECISIONS}?done={answer}")


def _given(context: RequestContext, make: Any) -> Answer:
    """Carry out what was sent; a form sent twice is carried out once."""
    try:
        command = make(typed(context.given, "_command_id"))
        return context.web.container.service.submit(command)
    except ValidationError:
        raise NotReadable(422, "form_without_id") from None
    except CommandReused:
        raise NotReadable(422, "form_used_before") from None


def _answered(context: RequestContext, proposal_id: str, answer: Answer) -> Response | None:
    return _page(context, proposal_id, reasons=answer.reasons) if isinstance(answer, Refused) else None


def _page(
    context: RequestContext,
    proposal_id: str,
    *,
    problem: Wrong | Wait | None = None,
    reasons: tuple[Reason, ...] = (),
) -> Response:
    found = house_proposal(context.reader, proposal_id)
    values: dict[str, Any] = {
        "found": found, "reasons": reasons, "zone": zone_of(context.reader), "lines": _lines(context, found),
        "concerned": concerned(context.web.container, found.command, found.given) if found is not None else {},
    }  # fmt: skip
    return asked(context.page, "pages/officer_decision.html", problem, 422 if reasons else 200, **values)


def _lines(context: RequestContext, found: HouseProposal | None) -> Any:
    return changes_to_programme(context.reader, found) if found is not None and found.command == PUBLISHES else None
