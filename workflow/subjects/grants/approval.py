"""Approving a grant, its changed payee, or declining it; money is set aside and given free here."""

from __future__ import annotations

from events.facts.grants import FundsCommitted, GrantApproved, PayeeApproved
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, case_of
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import ApproveGrant, DeclineGrant
from workflow.subjects.grants.found import for_case_and_fund, grant_amount, grant_of, payee_on_hold, unknown_grant
from workflow.subjects.grants.fund import against_paying, fund_of, shares_of
from workflow.subjects.grants.giving_back import grant_given_back
from workflow.subjects.grants.state import Grant


def approve_grant(command: ApproveGrant, situation: Situation) -> Decision:
    """Return the approval with each line's share set aside; a changed payee's approval sets nothing more aside."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown_grant(command.grant_id)
    anew = bool(grant.approved_by) and bool(grant.changed_by)
    reasons = _against_approval(command, grant, situation)
    if not anew:
        reasons += against_paying(
            situation.programme, fund_of(situation), grant.kind, grant_amount(grant), situation.today
        )
    if reasons:
        return Refused(tuple(reasons))
    if anew:
        return situation.about_case(PayeeApproved(grant_id=command.grant_id))
    shares = shares_of(situation.programme, grant.kind, grant_amount(grant), situation.today)
    return for_case_and_fund(
        situation,
        GrantApproved(grant_id=command.grant_id, shares=shares),
        FundsCommitted(case_id=case_of(situation).case_id, grant_id=command.grant_id, shares=shares),
    )


def decline_grant(command: DeclineGrant, situation: Situation) -> Decision:
    """Return that the grant, or what is left of it, will not be paid; what was set aside is free again."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown_grant(command.grant_id)
    if grant.settled or grant.declined:
        return refused(refusals.GRANT_IS_SETTLED())
    if grant.at_the_bank:
        return refused(refusals.GRANT_IS_AT_THE_BANK())
    return grant_given_back(situation, command.grant_id, grant, command.reason)


def _against_approval(command: ApproveGrant, grant: Grant, situation: Situation) -> list[Reason]:
    reasons = []
    if not grant.awaits_approval:
        reasons.append(refusals.GRANT_IS_REQUESTED())
    if command.actor == grant.requested_by:
        reasons.append(refusals.ASKER_MAY_NOT_APPROVE())
    elif command.actor == grant.changed_by:
        reasons.append(refusals.CHANGER_MAY_NOT_APPROVE())
    kind = situation.programme.grant_kind[grant.kind]
    if kind.approvers and command.mandate not in kind.approvers:
        reasons.append(refusals.APPROVER_HAS_THE_RIGHT(kind=kind.kind, mandate=command.mandate, known=kind.approvers))
    return [*reasons, *payee_on_hold(grant)]
