"""Who is paid: changed only with a new approval, put on hold by anybody, let go again by somebody else."""

from __future__ import annotations

from events.facts.grants import PayeeChanged, PayeePutOnHold, PayeeReleased
from workflow.reasons import Refused, refused
from workflow.situation import Decision, Situation, person_of, said_by
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import ChangePayee, PutPayeeOnHold, ReleasePayee
from workflow.subjects.grants.found import grant_is_over, grant_of, payment_at_bank, unknown_grant
from workflow.subjects.grants.giving_back import tranches_stopped


def change_payee(command: ChangePayee, situation: Situation) -> Decision:
    """Return that somebody else is to be paid; nothing goes out until another person has approved it."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown_grant(command.grant_id)
    reasons = [*grant_is_over(grant), *payment_at_bank(grant)]
    if reasons:
        return Refused(tuple(reasons))
    changed = said_by(command, PayeeChanged, person_id=person_of(situation))
    if not grant.on_hold:
        return situation.about_case(changed)
    # The hold was on the payee before; the new one is looked at when the grant is approved anew.
    freed = PayeeReleased(grant_id=command.grant_id, reason="another payee")
    return situation.about_case(changed, freed)


def put_payee_on_hold(command: PutPayeeOnHold, situation: Situation) -> Decision:
    """Return that nothing more goes to this payee; what no worker has begun to send is stopped."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown_grant(command.grant_id)
    if grant.on_hold:
        return refused(refusals.PAYEE_WAITS_ALREADY())
    reasons = grant_is_over(grant)
    if reasons:
        return Refused(tuple(reasons))
    held = situation.about_case(PayeePutOnHold(grant_id=command.grant_id, reason=command.reason))
    return [*held, *tranches_stopped(situation, command.grant_id, grant)]


def release_payee(command: ReleasePayee, situation: Situation) -> Decision:
    """Return that the payee may be paid after all, when somebody who did not choose the payee says so."""
    grant = grant_of(command.grant_id, situation)
    if grant is None:
        return unknown_grant(command.grant_id)
    if not grant.on_hold:
        return refused(refusals.PAYEE_IS_ON_HOLD())
    if command.actor in (grant.requested_by, grant.changed_by):
        return refused(refusals.CHOOSER_MAY_NOT_LIFT_HOLD())
    return situation.about_case(PayeeReleased(grant_id=command.grant_id, reason=command.reason))
