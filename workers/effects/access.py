"""The letter that tells the data-protection officer that a case was opened in an emergency."""

from handlers.states.case_reader import CaseSnapshot
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Job
from workflow.subjects.access.emergency import EmergencyLetter
from workflow.subjects.access.state import access_of


def emergency_access_letter(job: Job[EmergencyLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter; it says no more than the open log does, and whose case it is only by its number."""
    office, number, about = seen.definition.programme.office, seen.case.case_id, job.about
    owner, until = access_of(seen.case).owner, about.until
    who, why = f"{about.account} ({about.mandate})", about.reason.replace("_", " ")
    english = (
        f"Case {number} was opened in an emergency by {who}, until {until}. Reason: {why}. "
        f"Owner: {owner or 'nobody'}. Somebody else is to review it."
    )
    russian = (
        f"Дело {number} открыто в экстренном порядке: {who}, до {until}. Причина: {why}. "
        f"Ведёт дело: {owner or 'никто'}. Этот доступ должен проверить кто-то другой."
    )
    email = office.data_protection_email or office.email
    return Letter(office.name, email, f"Emergency access {number}", (english, russian))


EFFECTS = (letter_effect("tell_of_glass", emergency_access_letter),)
