"""Guards about consent."""

from __future__ import annotations

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason, reason
from workflow.subjects.safety.state import safety_of


def consent_to_assistance(asked: GuardContext) -> Reason | None:
    """The person agreed to be assisted (IOM Data Protection Principle 4; HTCDS con_Consent)."""
    return _consent(asked, "assistance")


def consent_to_travel(asked: GuardContext) -> Reason | None:
    """The person agreed that what travel needs is passed on to carriers and hosts."""
    return _consent(asked, "travel")


def _consent(asked: GuardContext, purpose: str) -> Reason | None:
    grown_up = (purpose, "") in safety_of(asked.case).by_guardian and not asked.case.is_child(asked.today)
    if asked.case.consents_to(purpose, asked.today) and not grown_up:
        return None
    advice = f"ask the person, then record GiveConsent purpose={purpose}"
    if grown_up:  # what runs under the guardian's consent goes on; the next step waits for the person's own
        said = f"a guardian consented to {purpose}, and the person is an adult now"
        return reason(f"consent_to_{purpose}", said, advice, purpose=purpose)
    return reason(f"consent_to_{purpose}", f"there is no live consent to {purpose}", advice, purpose=purpose)


GUARDS: Final = (
    consent_to_assistance,
    consent_to_travel,
)
