"""Approving a grant, its changed payee, or declining it; money is set aside and given free here."""

from __future__ import annotations

from events.facts.grants import FundsCommitted, GrantApproved, PayeeApproved
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, case_of
from workflow.subjects.grants.commands import ApproveGrant, DeclineGrant
from workflow.subjects.grants.found import both, grant_of, money_of, on_hold, unknown
from workflow.subjects.grants.fund import against_paying, fund_of, shares_of
from workflow.subjects.grants.giving_back import given_back
from workflow.subjects.grants.state import Grant


def approve_grant(command: ApproveGrant, situation: Situation) -> Decision:
    """Return the approval with each line's share set aside; a changed payee's approval sets nothing more aside."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown(command.grant_id)
    anew = bool(grant.approved_by) and bool(grant.changed_by)
    reasons = _against_approval(command, grant, situation)
    if not anew:
        reasons += against_paying(situation.programme, fund_of(situation), grant.kind, money_of(grant), situation.today)
    if reasons:
        return Refused(tuple(reasons))
    if anew:
        return situation.about_case(PayeeApproved(grant_id=command.grant_id))
    shares = shares_of(situation.programme, grant.kind, money_of(grant), situation.today)
    return both(
        situation,
        GrantApproved(grant_id=command.grant_id, shares=shares),
        FundsCommitted(case_id=case_of(situation).case_id, grant_id=command.grant_id, shares=shares),
    )


def decline_grant(command: DeclineGrant, situation: Situation) -> Decision:
    """Return that the grant, or what is left of it, will not be paid; what was set aside is free again."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown(command.grant_id)
    if grant.settled or grant.declined:
        return refused("grant_is_open", "the grant is already settled", "nothing needs to be done")
    if grant.at_the_bank:
        return refused("bank_has_answered", "a part of the grant is at the bank", "wait for the bank's answer")
    return given_back(situation, command.grant_id, grant, command.reason)


def _against_approval(command: ApproveGrant, grant: Grant, situation: Situation) -> list[Reason]:
    reasons = []
    if not grant.awaits_approval:
        reasons.append(reason("grant_is_requested", "the grant was already decided on", "look at the case's history"))
    if command.actor == grant.requested_by:
        reasons.append(reason("approver_is_another", "whoever asked for a grant may not approve it", "ask a colleague"))
    elif command.actor == grant.changed_by:
        said = "whoever changed the payee may not approve it"
        reasons.append(reason("approver_is_another", said, "ask a colleague"))
    kind = situation.programme.grant_kind[grant.kind]
    if kind.approvers and command.mandate not in kind.approvers:
        said, known = f"{kind.kind} is not approved by the right of {command.mandate}", ", ".join(kind.approvers)
        reasons.append(reason("approver_has_the_right", said, f"ask one of: {known}"))
    return [*reasons, *on_hold(grant)]
