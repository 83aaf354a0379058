"""Guards about consent."""

from __future__ import annotations

from typing import Final

from workflow.guards.asked import Asked
from workflow.reasons import Reason, reason


def consent_to_assistance(asked: Asked) -> Reason | None:
    """The person agreed to be assisted (IOM Data Protection Principle 4; HTCDS con_Consent)."""
    return _consent(asked, "assistance")


def consent_to_travel(asked: Asked) -> Reason | None:
    """The person agreed that what travel needs is passed on to carriers and hosts."""
    return _consent(asked, "travel")


def _consent(asked: Asked, purpose: str) -> Reason | None:
    if asked.case.consents_to(purpose, asked.today):
        return None
    advice = f"ask the person, then record GiveConsent purpose={purpose}"
    return reason(f"consent_to_{purpose}", f"there is no live consent to {purpose}", advice, purpose=purpose)


GUARDS: Final = (
    consent_to_assistance,
    consent_to_travel,
)
