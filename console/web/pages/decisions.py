"""A decision of two people: what exactly is proposed, and confirming it; also at the desk of whoever proposed it."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from console.accounts.sign_in import Wait, Wrong
from console.views.carrying_out import carry_out
from console.views.last_look import Foresight, Happens, given_back
from console.views.proposal import ProposalView, proposal_view
from console.web.errors import NotReadable
from console.web.filling import context_of, right_of, sent_by
from console.web.names import naming
from console.web.pages.sign_in import asked
from console.web.request_context import RequestContext, go, require
from console.web.second_person import vouched_here
from events.errors import CommandReused
from events.ids import CaseId
from handlers.commanding.answers import Conflict
from handlers.projections.accounts import AccountRow
from workflow.case.proposals import proposals_of
from workflow.command import ConfirmDecision, WithdrawProposal
from workflow.reasons import Reason, Refused
from workflow.rights.command_rights import right_to
from workflow.subjects.access.commands import JoinCases
from workflow.subjects.erasure.commands import ErasePerson

router = APIRouter(include_in_schema=False)
Sees = Annotated[RequestContext, require("case.see", "case.confirm_erasure")]


@router.get("/cases/{case_id}/decisions/{proposal_id}")
def decision(context: Sees, proposal_id: str) -> Response:
    """Show what is proposed, and to whom it belongs to decide."""
    return _page(context, proposal_id)


@router.post("/cases/{case_id}/decisions/{proposal_id}")
def confirm_here(context: Sees, proposal_id: str) -> Response:
    """Let a colleague who stands at this desk confirm in their own name: by password and code, without a session."""
    found = vouched_here(context, context.case.case.case_id)
    if isinstance(found, Wrong | Wait):
        return _page(context, proposal_id, problem=found)
    try:
        answer = carry_out(context.web.container.service, _confirmation(context, found, proposal_id))
    except CommandReused:
        raise NotReadable(422, "form_used_before") from None
    if isinstance(answer, Refused):
        return _page(context, proposal_id, reasons=answer.reasons)
    assert not isinstance(answer, Conflict), "no version was named"
    return go(
        f"/cases/{context.case.case.case_id}?done={ConfirmDecision.__name__}" if context.act == "case.see" else "/"
    )


def _confirmation(context: RequestContext, row: AccountRow, proposal_id: str) -> ConfirmDecision:
    """Return the colleague's own command; whether they may is for the rules to say, like everything else."""
    case, programme = context.case.case, context.case.definition.programme
    right = right_to(row.account, ConfirmDecision, case, programme, context.web.now())
    return ConfirmDecision(
        command_id=sent_by(context).command_id,
        actor=row.account.account,
        case_id=CaseId(case.case_id),
        proposal_id=proposal_id[:40],
        mandate=right.permit.mandate if right else ConfirmDecision.model_fields["mandate"].default,
    )


def _page(
    context: RequestContext,
    proposal_id: str,
    *,
    problem: Wrong | Wait | None = None,
    reasons: tuple[Reason, ...] = (),
) -> Response:
    case, programme = context.case.case, context.case.definition.programme
    found = proposal_view(context.web.container.log, context_of(context, programme, case), proposal_id)
    if context.act != "case.see" and found is not None and found.command != ErasePerson.__name__:
        found = None  # who stands behind erasures reads no plans
    values: dict[str, Any] = {
        "case_id": case.case_id, "found": found, "n": naming(context), "may": _may(context, found),
        "own": found is not None and found.proposer == context.account.account,
        "expected": context.case.version, "reasons": reasons, "gives_back": _gives_back(context, found),
    }  # fmt: skip
    return asked(context.page, "pages/decision.html", problem, 422 if reasons else 200, **values)


def _gives_back(context: RequestContext, found: ProposalView | None) -> list[Happens]:
    """Return what the case gives back that would give way, as it stands now."""
    waits = proposals_of(context.case.case).pending.get(found.proposal_id) if found is not None else None
    if waits is None or waits.command != JoinCases.__name__:
        return []
    said = orjson.loads(waits.given)
    made = context.command(JoinCases, command_id=context.new_id(), case_id=CaseId(context.case.case.case_id), **said)
    if not context.reader.visible_cases([made.other]):
        return []
    facts, words = Foresight(given_back(context.web.container, made, context.web.now())), context.words
    return [*facts.stops(words), *facts.called_off(words), *facts.follows(words)]


def _may(context: RequestContext, found: ProposalView | None) -> frozenset[str]:
    """Return what the visitor may do about it themselves."""
    if found is None:
        return frozenset()
    case, programme = context.case.case, context.case.definition.programme
    kinds = (ConfirmDecision, WithdrawProposal)
    return frozenset(kind.__name__ for kind in kinds if right_of(context, kind, case, programme))
