"""Letters to the data-protection officer: a case was opened in an emergency, an account opened too many."""

from handlers.states.case_reader import CaseSnapshot
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Job
from workflow.subjects.access.emergency import EmergencyLetter
from workflow.subjects.access.looking import StopLetter
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


def stop_letter(job: Job[StopLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that says who was stopped; of the cases it says nothing, not even a number."""
    office, about = seen.definition.programme.office, job.about
    english = (
        f"The account {about.account} opened {about.cases} cases within an hour and was stopped, on {about.at}. "
        "Nothing of any case is shown to it until you or a supervisor have looked into it: in the console, under "
        "“Who looked at what”."
    )
    russian = (
        f"Учётная запись {about.account} открыла за час {about.cases} дел и остановлена: {about.at}. "
        "Никакие дела ей не показываются, пока вы или руководитель с этим не разберётесь: «Кто что смотрел» в консоли."
    )
    email = office.data_protection_email or office.email
    return Letter(office.name, email, "Too many cases were opened by one account", (english, russian))


EFFECTS = (letter_effect("tell_of_glass", emergency_access_letter), letter_effect("tell_of_stop", stop_letter))
