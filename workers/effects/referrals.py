"""Letters about referrals: asking a provider, taking it back, and thanking whoever sent the person.

None of them is about the person: a service, a language and a reference to quote. Everything else is shown at
the office, part by part, as the provider's profile and the person's consent allow.
"""

from typing import Any

from events.instants import instant
from handlers.states.case_reader import CaseSnapshot
from workers.errors import Refused
from workers.mail.clocks import on_day, when
from workers.mail.letters import CalendarEntry, Letter, letter_effect
from workers.running.jobs import Job
from workflow.programme.programme import Programme
from workflow.subjects.care.expected import APPOINTMENT_LENGTH
from workflow.subjects.referrals.decisions import ReferralLetter, ReferrerLetter
from workflow.subjects.referrals.sending import PURPOSE, answer_due
from workflow.subjects.referrals.state import referrals_of

_ASKED_EN = "We would like to refer somebody to you. Reference: {reference}. Service: {service}.{language}"
_ASKED_RU = "Мы хотели бы направить к вам человека. Номер направления: {reference}. Услуга: {service}.{language}"
_ANSWER_EN = (
    "Please answer within {days} working days, by {until_en}: can you take the person on, is there a waiting list, or "
    "can you not? Please quote the reference and name nobody. All else is told at the office."
)
_ANSWER_RU = (
    "Пожалуйста, ответьте до {until_ru} (рабочих дней: {days}): можете ли вы принять человека, есть ли очередь или это "
    "невозможно. Укажите номер направления и не называйте имён. Остальное сообщат в офисе."
)
_BACK_EN = "Referral {reference} is taken back. Please do nothing more about it, and destroy what you were told."
_BACK_RU = (
    "Направление {reference} отозвано. Пожалуйста, ничего больше не предпринимайте и уничтожьте полученные сведения."
)
_MEETING_EN = (
    "The first meeting of referral {reference}: {at_en}. Please put it into your calendar. "
    "If the time does not suit you, please write to {office} and quote the reference."
)
_MEETING_RU = (
    "Первая встреча по направлению {reference}: {at_ru}. Пожалуйста, внесите её в календарь. "
    "Если время вам не подходит, напишите на адрес {office} и укажите номер направления."
)
_RECEIVED_EN = "The referral you sent us was received on {day_en} and is being looked after. Thank you."
_RECEIVED_RU = "Ваше направление получено {day_ru}, им занимаются. Спасибо."


def referral_letter(job: Job[ReferralLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks a provider; refused when consent ran out while it waited."""
    reference = job.about.referral_id
    if referrals_of(seen.case).referrals[reference].status != "queued" or not _agreed(job, seen):
        raise Refused("the referral may not be sent any more")
    english, russian = _service(seen, reference)
    language = referrals_of(seen.case).referrals[reference].language
    programme = seen.definition.programme
    days = programme.policies.referral_ack_working_days
    until = on_day("until", programme.day(answer_due(job.begun_at, programme)))
    return _letter(
        job, seen, f"Referral {reference}",
        _ASKED_EN.format(reference=reference, service=english, language=_wish("Language", language)),
        _ANSWER_EN.format(days=days, **until),
        _ASKED_RU.format(reference=reference, service=russian, language=_wish("Язык", language)),
        _ANSWER_RU.format(days=days, **until),
    )  # fmt: skip


def meeting_letter(job: Job[ReferralLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that gives a provider the first meeting for its calendar; refused when consent ran out."""
    reference, at, programme = job.about.referral_id, job.about.meets_at, seen.definition.programme
    if at is None or not _agreed(job, seen):
        raise Refused("the provider may not be told of the meeting any more")
    said = {"reference": reference, "office": programme.office.email, **when("at", at, _zone(job, programme))}
    lines = (_MEETING_EN.format(**said), _MEETING_RU.format(**said))
    return _letter(job, seen, f"First meeting, referral {reference}", *lines, entry=_entry(job, programme))


def revocation_letter(job: Job[ReferralLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that takes a referral back."""
    reference = job.about.referral_id
    english, russian = _BACK_EN.format(reference=reference), _BACK_RU.format(reference=reference)
    entry = _entry(job, seen.definition.programme, cancelled=True)
    return _letter(job, seen, f"Referral {reference} is taken back", english, russian, entry=entry)


def referrer_letter(job: Job[ReferrerLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter to whoever sent the person; it says that somebody came, and not who."""
    if not _agreed(job, seen):
        raise Refused("the person does not agree to that any more")
    day = on_day("day", seen.definition.programme.day(instant(seen.case.opened_at)))
    return _letter(job, seen, "Your referral was received", _RECEIVED_EN.format(**day), _RECEIVED_RU.format(**day))


def _service(seen: CaseSnapshot, reference: str) -> tuple[str, str]:
    """Return what is asked for in English and in Russian; a service the programme has no words for by its name."""
    name = referrals_of(seen.case).referrals[reference].service
    service = seen.definition.programme.service_of.get(name)
    return (service.in_letters.en, service.in_letters.ru) if service else (name, name)


def _letter(job: Job[Any], seen: CaseSnapshot, subject: str, *lines: str, entry: CalendarEntry | None = None) -> Letter:
    provider = seen.definition.programme.provider_of[job.about.provider]
    return Letter(provider.name, provider.email, subject, lines, entry)


def _entry(job: Job[ReferralLetter], programme: Programme, *, cancelled: bool = False) -> CalendarEntry | None:
    """Return the meeting's place in the provider's calendar, or that it is taken out again."""
    about = job.about
    if about.meets_at is None:
        return None
    thread, ends_at = f"{about.referral_id}.{about.provider}", about.meets_at + APPOINTMENT_LENGTH
    where, zone = programme.provider_of[about.provider].name, _zone(job, programme)
    return CalendarEntry(thread, about.meets_at, ends_at, where, zone, int(cancelled), cancelled)


def _zone(job: Job[ReferralLetter], programme: Programme) -> str:
    """Return by whose clocks a provider is told a time: those of its hours, else the programme's."""
    hours = programme.provider_of[job.about.provider].hours
    return hours.time_zone if hours else programme.time_zone


def _agreed(job: Job[Any], seen: CaseSnapshot) -> bool:
    return seen.case.consents_to(PURPOSE, seen.definition.programme.day(job.begun_at), job.about.provider)


def _wish(word: str, language: str) -> str:
    return f" {word}: {language}." if language else ""


EFFECTS = (
    letter_effect("send_referral", referral_letter),
    letter_effect("tell_meeting", meeting_letter),
    letter_effect("revoke_referral", revocation_letter),
    letter_effect("answer_referrer", referrer_letter),
)
