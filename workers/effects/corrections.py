"""Telling a provider that what it was told of somebody has changed: that it has, and never how, nor of whom."""

from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Job
from workflow.subjects.corrections.letters import CorrectionLetter
from workflow.subjects.referrals.sending import PURPOSE

_CHANGED_EN = (
    "Something we told you about referral {reference} has changed. Please look again at what is shown to you of it, "
    "or ask the office at {office}; quote the reference and name nobody. What you keep of it may be wrong now."
)
_CHANGED_RU = (
    "То, что мы сообщали вам по направлению {reference}, изменилось. Пожалуйста, посмотрите ещё раз, что вам по нему "
    "показано, или спросите офис по адресу {office}: укажите номер направления и не называйте имён. "
    "Сведения, которые у вас хранятся, могут быть неверными."
)


def correction_letter(job: Job[CorrectionLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter; refused when the person does not agree any more that the provider is told about them."""
    programme, reference = seen.definition.programme, job.about.referral_id
    if not seen.case.consents_to(PURPOSE, programme.day(job.begun_at), job.about.provider):
        raise Refused("the provider may not be told of the person any more")
    said = {"reference": reference, "office": programme.office.email}
    provider = programme.provider_of[job.about.provider]
    lines = (_CHANGED_EN.format(**said), _CHANGED_RU.format(**said))
    return Letter(provider.name, provider.email, f"Referral {reference}: something has changed", lines)


EFFECTS = (letter_effect("tell_correction", correction_letter),)
