"""Letters to the data-protection officer: a case was opened in an emergency, an account opened too many."""

from events.instants import instant
from handlers.states.case_reader import CaseSnapshot
from workers.mail.clocks import when
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Job
from workflow.programme.programme import Programme
from workflow.subjects.access.emergency import EmergencyLetter
from workflow.subjects.access.looking import StopLetter
from workflow.subjects.access.state import access_of
from workflow.subjects.intake.state import handle_of


def emergency_access_letter(job: Job[EmergencyLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter; it says no more than the open log does, and whose case it is by number and handle."""
    office, number, about = seen.definition.programme.office, seen.case.case_id, job.about
    called = handle_of(seen.case, seen.definition.programme)
    owner, until = access_of(seen.case).owner, _told(about.until, seen.definition.programme)
    who, why = f"{about.account} ({about.mandate})", about.reason.replace("_", " ")
    english = (
        f"Case {number} ({called}) was opened in an emergency by {who}, until {until['at_en']}. Reason: {why}. "
        f"Owner: {owner or 'nobody'}. Somebody else is to review it."
    )
    russian = (
        f"Дело {number} ({called}) открыто в экстренном порядке: {who}, до {until['at_ru']}. Причина: {why}. "
        f"Ведёт дело: {owner or 'никто'}. Этот доступ должен проверить кто-то другой."
    )
    email = office.data_protection_email or office.email
    return Letter(office.name, email, f"Emergency access {number}", (english, russian))


def stop_letter(job: Job[StopLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that says who was stopped; of the cases it says nothing, not even a number."""
    programme, about = seen.definition.programme, job.about
    at = _told(about.at, programme)
    planted = about.cases == "1"
    many_en = "looked at a planted case" if planted else f"opened {about.cases} cases within an hour"
    many_ru = "заглянула в подставное дело" if planted else f"открыла за час {about.cases} дел"
    english = (
        f"The account {about.account} {many_en} and was stopped, on {at['at_en']}. "
        "Nothing of any case is shown to it until you or a supervisor have looked into it: in the console, under "
        "“Who looked at what”."
    )
    russian = (
        f"Учётная запись {about.account} {many_ru} и остановлена: {at['at_ru']}. "
        "Никакие дела ей не показываются, пока вы или руководитель с этим не разберётесь: «Кто что смотрел» в консоли."
    )
    email = programme.office.data_protection_email or programme.office.email
    subject = "Somebody looked at a planted case" if planted else "Too many cases were opened by one account"
    return Letter(programme.office.name, email, subject, (english, russian))


def _told(at: str, programme: Programme) -> dict[str, str]:
    """Return when; a letter asked for before Wayhome told places' clocks holds a text that is told as it is."""
    try:
        return when("at", instant(at), programme.time_zone)
    except ValueError:
        return {"at_en": at, "at_ru": at}


EFFECTS = (letter_effect("tell_of_glass", emergency_access_letter), letter_effect("tell_of_stop", stop_letter))
