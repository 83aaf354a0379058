"""Guards about consent."""

from typing import Final

from workflow.guard_context import GuardContext
from workflow.reasons import Reason
from workflow.refusals import CONSENT_IS_MISSING
from workflow.subjects.corrections.state import corrections_of
from workflow.subjects.intake import refusals
from workflow.subjects.safety.state import safety_of


def consent_to_assistance(asked: GuardContext) -> Reason | None:
    """The person agreed to be assisted (IOM Data Protection Principle 4; HTCDS con_Consent)."""
    return _consent(asked, "assistance")


def consent_to_travel(asked: GuardContext) -> Reason | None:
    """The person agreed that what travel needs is passed on to carriers and hosts."""
    return _consent(asked, "travel")


def _consent(asked: GuardContext, purpose: str) -> Reason | None:
    grown_up = (purpose, "") in safety_of(asked.case).by_guardian and not asked.case.is_child(asked.today)
    if purpose in corrections_of(asked.case).own_word and asked.case.is_child(asked.today):
        return refusals.GUARDIAN_CONSENTS_NOW(purpose=purpose)
    if asked.case.consents_to(purpose, asked.today) and not grown_up:
        return None
    if grown_up:  # what runs under the guardian's consent goes on; the next step waits for the person's own
        return refusals.GUARDIANS_CONSENT_IS_OVER(purpose=purpose)
    return CONSENT_IS_MISSING(purpose=purpose)


GUARDS: Final = (consent_to_assistance, consent_to_travel)
