"""Grants: asked for by one person, approved by another, let go by a third; never more than budget and cap.

``disbursed ≤ approved ≤ budget`` holds at every instant because each step is decided together with the
fund's own stream, and stored with it or not at all.
"""

from decimal import Decimal
from typing import Any, Final

from events.facts import grants as facts
from events.money import Money
from workflow.case.state import Case
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.situation import Decision, Situation, case_of, id_from, person_of, reasons_against, said_by, unless
from workflow.subject import CommandRule, StepHook, case_ends, given
from workflow.subjects.grants import commands, refusals
from workflow.subjects.grants.definition import GrantKind
from workflow.subjects.grants.fund import against_paying, for_case_and_fund, fund_needed, fund_of, shares_of
from workflow.subjects.grants.giving_back import grant_given_back, grants_ended, tranches_stopped
from workflow.subjects.grants.state import Grant, grants_of
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.safety.guards import guardian_is_appointed
from workflow.subjects.travel.state import travel_of


def known_grant(command: Any, situation: Situation) -> Grant | Refused:
    """Return the grant a command is about, refused when the case has no such grant."""
    grant = grants_of(case_of(situation)).grants.get(command.grant_id)
    return grant or refused(refusals.GRANT_EXISTS(grant=command.grant_id))


def request_grant(command: commands.RequestGrant, situation: Situation) -> Decision:
    """Return the request; who is to be paid is sealed."""
    case = case_of(situation)
    kind = situation.programme.grant_kind.get(command.kind)
    if kind is None:
        return refused(refusals.GRANT_KIND_IS_KNOWN(kind=command.kind, known=situation.programme.grant_kind))
    guarded = reasons_against(situation.asked(command), (consent_to_assistance, guardian_is_appointed))
    key, return_id = id_from(command.command_id, "G"), _return_of(case)
    asked = said_by(command, facts.GrantRequested, person_id=case.person_id, grant_id=key, return_id=return_id)
    return unless([*guarded, *_against_request(command, case, kind)], situation.about_case(asked))


def _against_request(command: commands.RequestGrant, case: Case, kind: GrantKind) -> list[Reason]:
    same = grants_of(case).of_kind(kind.kind, _return_of(case))
    is_first = all(grant.declined for grant in same)
    not_now = refusals.GRANT_IS_NOT_GIVEN_NOW(kind=kind.kind, stage=case.stage, stages=kind.during)
    # Accounts are sealed, so nobody can tell here whether the new payee is the same as one on hold: all wait.
    waits = any(grant.on_hold and not grant.declined for grant in grants_of(case).grants.values())
    reasons = reasons_if(
        (case.stage not in kind.during, not_now),
        (kind.once_per_return and not is_first, refusals.GRANT_IS_THE_FIRST(kind=kind.kind)),
        (waits, refusals.ANOTHER_PAYEE_WAITS()),
    )
    return [*reasons, *_against_amount(command, kind, same)]


def _against_amount(command: commands.RequestGrant, kind: GrantKind, same: list[Grant]) -> list[Reason]:
    """Return why the sum is not to be had beside what the person had, or may still get, of this kind."""
    if command.amount.currency != kind.cap.currency:
        return [refusals.CURRENCY_IS_THE_GRANTS(kind=kind.kind, currency=kind.cap.currency)]
    received = sum((grant.released if grant.declined else grant.amount for grant in same), Decimal(0))
    left = max(kind.cap.amount - received, Decimal(0))
    if not 0 < command.amount.amount <= left:
        most = Money(amount=left, currency=kind.cap.currency)
        return [refusals.AMOUNT_IS_WITHIN_CAP(amount=command.amount, most=most, cap=kind.cap, left=left)]
    if any(not part.amount for part in command.amount.share(kind.tranches)):
        return [refusals.EVERY_TRANCHE_IS_ABOVE_ZERO(amount=command.amount, parts=len(kind.tranches))]
    return []


def _return_of(case: Case) -> str:
    """Return which return a grant is for: the trip made, or nothing for somebody who stays."""
    trip = travel_of(case).trip
    return trip.trip_id if trip is not None else ""


def approve_grant(command: commands.ApproveGrant, grant: Grant, situation: Situation) -> Decision:
    """Return the approval with each line's share set aside; a changed payee's approval sets nothing more aside."""
    anew = facts.PayeeApproved if grant.changed_by else facts.GrantApprovedAnew
    reasons, sum_and_day = _against_approval(command, grant, situation), (grant.money, situation.today)
    if grant.approved_by:
        return unless(reasons, situation.about_case(anew(grant_id=command.grant_id)))
    reasons += against_paying(situation.programme, fund_of(situation), grant.kind, *sum_and_day)
    if reasons:
        return Refused(tuple(reasons))
    shares = shares_of(situation.programme, grant.kind, *sum_and_day)
    aside = facts.FundsCommitted(case_id=case_of(situation).case_id, grant_id=command.grant_id, shares=shares)
    return for_case_and_fund(situation, facts.GrantApproved(grant_id=command.grant_id, shares=shares), aside)


def _against_approval(command: commands.ApproveGrant, grant: Grant, situation: Situation) -> list[Reason]:
    kind, asked = situation.programme.grant_kind[grant.kind], command.actor == grant.requested_by
    no_right = kind.approvers and command.mandate not in kind.approvers
    rights = refusals.APPROVER_HAS_THE_RIGHT(kind=kind.kind, mandate=command.mandate, known=kind.approvers)
    return reasons_if(
        (not grant.awaits_approval, refusals.GRANT_IS_REQUESTED()),
        (asked, refusals.ASKER_MAY_NOT_APPROVE()),
        (not asked and command.actor in grant.choosers, refusals.CHANGER_MAY_NOT_APPROVE()),
        (no_right, rights),
        (grant.on_hold, refusals.PAYEE_WAITS()),
        (grant.disputed, refusals.BANK_ANSWER_IS_SETTLED()),
    )


def decline_grant(command: commands.DeclineGrant, grant: Grant, situation: Situation) -> Decision:
    """Return that the grant, or what is left of it, will not be paid; what was set aside is free again."""
    if grant.settled or grant.declined:
        return refused(refusals.GRANT_IS_SETTLED())
    if grant.at_the_bank:
        return refused(refusals.GRANT_IS_AT_THE_BANK())
    return grant_given_back(situation, command.grant_id, grant, command.reason)


def change_payee(command: commands.ChangePayee, grant: Grant, situation: Situation) -> Decision:
    """Return that somebody else is to be paid; nothing goes out until another person has approved it."""
    reasons = reasons_if(
        (grant.settled or grant.declined, refusals.GRANT_TAKES_NO_CHANGE()),
        (grant.at_the_bank, refusals.GRANT_IS_STILL_AT_THE_BANK()),
    )
    changed = said_by(command, facts.PayeeChanged, person_id=person_of(situation))
    # The hold was on the payee before; the new one is looked at when the grant is approved anew.
    freed = [facts.PayeeReleased(grant_id=command.grant_id, reason="another payee")] if grant.on_hold else []
    return unless(reasons, situation.about_case(changed, *freed))


def put_payee_on_hold(command: commands.PutPayeeOnHold, grant: Grant, situation: Situation) -> Decision:
    """Return that nothing more goes to this payee; what no worker has begun to send is stopped."""
    if grant.on_hold:
        return refused(refusals.PAYEE_WAITS_ALREADY())
    if grant.settled or grant.declined:
        return refused(refusals.GRANT_TAKES_NO_CHANGE())
    held = situation.about_case(facts.PayeePutOnHold(grant_id=command.grant_id, reason=command.reason))
    return [*held, *tranches_stopped(situation, command.grant_id, grant)]


def release_payee(command: commands.ReleasePayee, grant: Grant, situation: Situation) -> Decision:
    """Return that the payee may be paid after all, when somebody who did not choose the payee says so."""
    if not grant.on_hold:
        return refused(refusals.PAYEE_IS_ON_HOLD())
    if command.actor in grant.choosers:
        return refused(refusals.CHOOSER_MAY_NOT_LIFT_HOLD())
    return situation.about_case(facts.PayeeReleased(grant_id=command.grant_id, reason=command.reason))


RULES: Final = (
    CommandRule(commands.RequestGrant, request_grant, in_person=True),
    CommandRule(commands.ApproveGrant, given(known_grant, approve_grant), needs=fund_needed, in_person=True),
    CommandRule(commands.DeclineGrant, given(known_grant, decline_grant), needs=fund_needed),
    CommandRule(commands.ChangePayee, given(known_grant, change_payee), in_person=True),
    CommandRule(commands.PutPayeeOnHold, given(known_grant, put_payee_on_hold), cancels=True),
    CommandRule(commands.ReleasePayee, given(known_grant, release_payee), in_person=True),
)
ON_ENTERING: Final = StepHook(case_ends, lambda situation, dest: grants_ended(situation, f"case {dest}"), fund_needed)
