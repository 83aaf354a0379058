"""Telling a provider that something has changed of what it was told; never what, and of nobody by name."""

from typing import Final

from events.facts.corrections import CorrectionTold
from workflow.case.tasks import About, Recipient
from workflow.programme.programme import Programme
from workflow.situation import Situation, TaskKind, case_of, ends_in
from workflow.subjects.referrals.sending import PURPOSE
from workflow.subjects.referrals.state import referrals_of


class CorrectionLetter(About):
    """Which provider is told, and about which referral."""

    recipient = Recipient("provider_of", "provider")
    provider: str
    referral_id: str


def _is_wanted(about: CorrectionLetter, situation: Situation) -> bool:
    case = case_of(situation)
    found = referrals_of(case).referrals.get(about.referral_id)
    return found is not None and found.is_open and case.consents_to(PURPOSE, situation.today, about.provider)


def _consent(about: CorrectionLetter, _programme: Programme) -> tuple[str, str]:
    return PURPOSE, about.provider


TASKS: Final = (
    TaskKind("tell_correction", CorrectionLetter, ends_in(CorrectionTold), wanted=_is_wanted, consent=_consent),
)
