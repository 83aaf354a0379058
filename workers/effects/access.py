"""The letter that tells the data-protection officer that a case was opened in an emergency."""

from events.instants import instant
from handlers.states.case_reader import CaseSnapshot
from workers.mail.clocks import when
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Job
from workflow.programme.programme import Programme
from workflow.subjects.access.emergency import EmergencyLetter
from workflow.subjects.access.state import access_of


def emergency_access_letter(job: Job[EmergencyLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter; it says no more than the open log does, and whose case it is only by its number."""
    office, number, about = seen.definition.programme.office, seen.case.case_id, job.about
    owner, until = access_of(seen.case).owner, _until(about, seen.definition.programme)
    who, why = f"{about.account} ({about.mandate})", about.reason.replace("_", " ")
    english = (
        f"Case {number} was opened in an emergency by {who}, until {until['at_en']}. Reason: {why}. "
        f"Owner: {owner or 'nobody'}. Somebody else is to review it."
    )
    russian = (
        f"Дело {number} открыто в экстренном порядке: {who}, до {until['at_ru']}. Причина: {why}. "
        f"Ведёт дело: {owner or 'никто'}. Этот доступ должен проверить кто-то другой."
    )
    email = office.data_protection_email or office.email
    return Letter(office.name, email, f"Emergency access {number}", (english, russian))


def _until(about: EmergencyLetter, programme: Programme) -> dict[str, str]:
    """Return until when; a letter asked for before Wayhome told places' clocks holds a text that is told as it is."""
    try:
        return when("at", instant(about.until), programme.time_zone)
    except ValueError:
        return {"at_en": about.until, "at_ru": about.until}


EFFECTS = (letter_effect("tell_of_glass", emergency_access_letter),)
