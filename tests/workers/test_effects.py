"""What workers do in the world, from the command that asks for it to the file, the mail and the order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.kit.roads import bring, grant, plan_trip, ready_to_travel, release
from tests.kit.story import Story, present, story
from tests.kit.workshop import Killed, Workshop
from workers.running.durable_file import write_once
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.travel.commands import AnswerEscort, CancelTrip
from workflow.subjects.travel.state import travel_of

NAME, STORY = "Zlatovlaska Kanarejkina", "a canary sang in the cellar"
KEPT_PRIVATE = ("Zlatovlaska", "Kanarejkina", "canary", "cellar", "+37322000000")
Write = Callable[[Path, bytes], bool]


def about_to_travel(shop: Workshop) -> Story:
    """Return somebody with a plan for the way home, an escort to be asked and nothing done yet."""
    case = bring(story(shop.office, name=NAME, story=STORY, phone="+37322000000"), "documents")
    return plan_trip(ready_to_travel(case, "operational"))


def with_a_grant(shop: Workshop) -> tuple[Story, str]:
    case = bring(story(shop.office), "reintegration")
    return case, grant(case, "reinstallation", "EUR 200")


def calendar_of(mail: EmailMessage) -> Calendar:
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    found = Calendar.from_ical(part.get_content())
    assert isinstance(found, Calendar)
    return found


def said_in(mail: EmailMessage) -> str:
    """Return everything a reader or a mail provider can see of a message."""
    parts = [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts, str(calendar_of(mail).to_ical())])


def invitations(shop: Workshop) -> list[EmailMessage]:
    """Return the letters to escorts; hosts and drivers have theirs."""
    return [mail for mail in shop.mails() if "escort-" in str(mail["To"])]


def methods(shop: Workshop) -> Counter[str]:
    return Counter(str(calendar_of(mail)["METHOD"]) for mail in invitations(shop))


def orders(shop: Workshop) -> Counter[str]:
    """Return what was asked of providers and how often, whatever key it came under."""
    rows = shop.book._file.execute("SELECT what, times FROM orders WHERE what LIKE '%ticket%'")
    return Counter({what.partition(":flight")[0]: times for what, times in rows})


# -- escorts ---------------------------------------------------------------------------------------------------


def test_an_escort_is_written_to_once_and_reads_nothing_about_the_person(shop: Workshop) -> None:
    case = about_to_travel(shop)
    with shop.crew() as crew:
        crew.settle()
        crew.settle()
    (mail,) = invitations(shop)
    assert travel_of(case.case).trip is not None
    assert mail["Subject"] == f"Travel assignment {present(travel_of(case.case).trip).trip_id}"
    assert [word for word in KEPT_PRIVATE if word in said_in(mail)] == []
    assert case.case_id not in said_in(mail)
    (event,) = calendar_of(mail).walk("VEVENT")
    assert event["SUMMARY"] == mail["Subject"]
    assert event.decoded("DTSTART") == present(travel_of(case.case).trip).departs_at
    (invited,) = shop.facts(case, "EscortInvited")
    assert (invited.trip_id, invited.escort) == (
        present(travel_of(case.case).trip).trip_id,
        present(travel_of(case.case).trip).escort,
    )
    assert "escort_answer" in shop.items(case)


def test_a_cancelled_return_gives_everything_back_once(shop: Workshop) -> None:
    case = about_to_travel(shop)
    with shop.crew() as crew:
        crew.settle()
        case.does(AnswerEscort, accepted=True)
        case.does(CancelTrip, reason="the person changed their mind")
        crew.settle()
        case.when(CancelTrip, reason="again").then_refused("trip_is_planned")
        crew.settle()
    assert methods(shop) == {"REQUEST": 1, "CANCEL": 1}
    assert orders(shop) == {"ticket": 1, "release:ticket": 1}
    given_back = sorted(fact.booking for fact in shop.facts(case, "BookingReleased"))
    assert given_back == ["arrival_host", "escort", "ticket"]
    cancellation, invitation = sorted(invitations(shop), key=lambda mail: str(calendar_of(mail)["METHOD"]))
    (invited,), (cancelled,) = calendar_of(invitation).walk("VEVENT"), calendar_of(cancellation).walk("VEVENT")
    assert invited["UID"] == cancelled["UID"], "calendars take it for the same appointment"
    assert (invited["SEQUENCE"], cancelled["SEQUENCE"]) == (0, 1)
    assert [word for word in KEPT_PRIVATE if word in said_in(cancellation)] == []


def test_an_escort_who_declined_is_not_written_to_again(shop: Workshop) -> None:
    case = about_to_travel(shop)
    with shop.crew() as crew:
        crew.settle()
        case.does(AnswerEscort, accepted=False, reason="ill").does(CancelTrip, reason="nobody to go along")
        crew.settle()
    assert methods(shop) == {"REQUEST": 1}
    assert orders(shop) == {"ticket": 1, "release:ticket": 1}


def test_a_trip_called_off_before_anybody_was_asked_leaves_no_trace_outside(shop: Workshop) -> None:
    case = about_to_travel(shop).does(CancelTrip, reason="ill")
    with shop.crew() as crew:
        crew.settle()
    assert (invitations(shop), orders(shop), case.tasks(kind="release_escort")) == ([], {}, {})


def test_a_booking_that_came_through_too_late_is_given_back(shop: Workshop) -> None:
    case, hand = about_to_travel(shop), shop.worker()
    jobs = hand.leases.claim(list(case.tasks()), shop.now)
    case.does(CancelTrip, reason="ill")
    hand.performer.report([outcome for job in jobs for outcome in hand.performer._do(job.kind, [job])])
    with shop.crew() as crew:
        crew.settle()
    assert methods(shop) == {"REQUEST": 1, "CANCEL": 1}
    assert orders(shop) == {"ticket": 1, "release:ticket": 1}


# -- grants ----------------------------------------------------------------------------------------------------


def test_a_tranche_becomes_one_payment_file(shop: Workshop) -> None:
    case, grant_id = with_a_grant(shop)
    with shop.crew() as crew:
        tranche_id = release(case, grant_id)
        crew.settle()
        crew.settle()
    (file,) = shop.payments()
    (told,) = shop.facts(case, "TrancheInstructed")
    assert (told.tranche_id, told.message_id) == (tranche_id, file.stem)
    assert tranche_id in file.read_text()
    assert "Rusu" not in file.name


def test_a_payment_names_the_offices_day_its_iban_and_a_payer_that_tells_nothing(shop: Workshop) -> None:
    text = shipped_programme_text("moscow").replace('"40702810900000000001"', "DE89370400440532013000")
    shop.office.publish(text.replace("Europe/Moscow", "Asia/Vladivostok"))
    case, grant_id = with_a_grant(shop)
    case.later(hours=20 - shop.office.now.hour)  # early on the next day in Vladivostok
    with shop.crew() as crew:
        release(case, grant_id)
        crew.settle()
    (file,) = shop.payments()
    data = file.read_text()
    tomorrow = shop.office.now.date() + timedelta(days=1)
    assert f"<Dt>{tomorrow}</Dt>" in data
    assert "<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>" in data
    assert "<Dbtr><Nm>North Street Fund</Nm></Dbtr>" in data
    assert "eintegration" not in data


def dies_before(_path: Path, _data: bytes) -> bool:
    raise Killed


def dies_at_the_link(path: Path, data: bytes) -> bool:
    def link(_draft: Path, _name: Path) -> None:
        raise Killed

    return write_once(path, data, link=link)


def dies_after_the_link(path: Path, data: bytes) -> bool:
    def link(draft: Path, name: Path) -> None:
        os.link(draft, name)
        raise Killed

    return write_once(path, data, link=link)


def dies_after(path: Path, data: bytes) -> bool:
    write_once(path, data)
    raise Killed


@pytest.mark.parametrize("dies", [dies_before, dies_at_the_link, dies_after_the_link, dies_after])
def test_wherever_a_worker_is_stopped_a_payment_is_written_once(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, dies: Write
) -> None:
    case, grant_id = with_a_grant(shop)
    release(case, grant_id)
    task_id = case.task(kind="disburse_grant")
    written: list[bytes] = []
    for attempt in (dies, dies, write_once):
        monkeypatch.setattr("workers.effects.grants.write_once", partial(noted, attempt, written))
        stopped_or_done(shop, task_id)
        shop.lapse()
        shop.worker("sweeping").sweeper.sweep()
    (file,) = shop.payments()
    assert len(written) >= 2
    assert set(written) == {file.read_bytes()}, "every attempt says the same, byte for byte"
    assert shop.told(case, "TrancheInstructed") == ["TrancheInstructed"]
    assert list(file.parent.iterdir()) == [file]


def noted(attempt: Write, written: list[bytes], path: Path, data: bytes) -> bool:
    written.append(data)
    return attempt(path, data)


def stopped_or_done(shop: Workshop, task_id: str) -> None:
    try:
        shop.worker(f"worker-{shop.office.uuid()}").performer.perform([task_id])
    except Killed:
        assert shop.status(task_id) == "claimed"


def test_a_payment_the_bank_has_fetched_is_not_written_again(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    case, grant_id = with_a_grant(shop)
    release(case, grant_id)
    task_id = case.task(kind="disburse_grant")
    monkeypatch.setattr("workers.effects.grants.write_once", dies_after)
    stopped_or_done(shop, task_id)
    (file,) = shop.payments()
    file.replace(Path(shop.folders.bank_sent) / file.name)
    monkeypatch.setattr("workers.effects.grants.write_once", write_once)
    shop.lapse()
    with shop.crew() as crew:
        crew.settle()
    assert [path.parent.name for path in shop.payments()] == ["sent"]
    assert shop.told(case, "TrancheInstructed") == ["TrancheInstructed"]


def test_another_file_under_a_payments_name_is_left_and_shown_to_a_person(shop: Workshop) -> None:
    case, grant_id = with_a_grant(shop)
    release(case, grant_id)
    strange = Path(shop.folders.bank_out) / f"{case.task(kind='disburse_grant')}.xml"
    strange.write_text("somebody else's")
    with shop.crew() as crew:
        crew.settle()
    assert (strange.read_text(), shop.told(case, "TrancheInstructed")) == ("somebody else's", [])
    assert "task_refused" in shop.items(case)


# -- services --------------------------------------------------------------------------------------------------


def test_a_stage_brings_its_appointments_and_each_is_asked_for_once(shop: Workshop) -> None:
    case = bring(story(shop.office, name=NAME, story=STORY), "care")
    with shop.crew() as crew:
        crew.settle()
        crew.settle()
    letters = [mail for mail in shop.mails() if str(mail["Subject"]).startswith("Appointment ")]
    asked = [fact.appointment for fact in shop.facts(case, "AppointmentRequested")]
    assert sorted(str(mail["Subject"]) for mail in letters) == sorted(f"Appointment {key}" for key in asked)
    assert len({str(mail["To"]) for mail in letters}) == 3
    assert not any(word in str(part.get_content()) for mail in letters for part in mail.walk()
                   for word in (*KEPT_PRIVATE, case.case_id) if not part.is_multipart())  # fmt: skip
    assert "appointment_to_book" in shop.items(case)
    assert not case.tasks()
