"""Consent: given for a purpose and a recipient, taken back with immediate effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from events.facts import case as told
from workflow import commands as ask
from workflow.deciding import Decide, Decision, Situation
from workflow.reasons import Refused, reason, refused


def give_consent(command: ask.GiveConsent, situation: Situation) -> Decision:
    """Return the consent; a child's is given by a guardian."""
    assert situation.case is not None
    reasons = []
    if command.purpose not in situation.programme.purposes:
        known = ", ".join(situation.programme.purposes)
        reasons.append(reason("purpose_is_known", f"there is no purpose {command.purpose}", f"one of: {known}"))
    if command.until is not None and command.until < situation.today:
        reasons.append(
            reason("consent_is_live", "the consent would already be over", "check the date", until=command.until)
        )
    if command.by == "guardian" and not situation.case.guardian:
        reasons.append(
            reason("guardian_is_appointed", "nobody is recorded as guardian", "record AppointGuardian first")
        )
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(
        told.ConsentGiven(purpose=command.purpose, recipient=command.recipient, by=command.by, until=command.until)
    )


def withdraw_consent(command: ask.WithdrawConsent, situation: Situation) -> Decision:
    """Return the withdrawal; what is queued for the purpose is cancelled in the same moment."""
    assert situation.case is not None
    if (command.purpose, command.recipient) not in situation.case.consents:
        return refused(
            "consent_exists", f"there is no consent to {command.purpose}", "check the purpose and the recipient"
        )
    return situation.about_case(told.ConsentWithdrawn(purpose=command.purpose, recipient=command.recipient))


CANCELLING: Final = (ask.WithdrawConsent,)


DECISIONS: Final[Mapping[type[ask.Command], Decide]] = {
    ask.GiveConsent: give_consent,
    ask.WithdrawConsent: withdraw_consent,
}
