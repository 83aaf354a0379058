"""Rows 7 and 26: people are met at airport or station; a delay moves the pick-up, a no-show is looked after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar
from pydantic import ValidationError

from events.facts.reception import (
    ArrivalCancelled,
    ArrivalPlanned,
    MeeterFreed,
    PersonMet,
    PickupBooked,
    PickupCancelled,
)
from events.facts.tasks import Escalated, ServiceProvided, TaskRequested, TimerCancelled, TimerFired, TimerSet
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import consents, met, ready_to_be_received
from tests.kit.story import Story, present, story
from tests.kit.workshop import Workshop
from workflow.command import CaseCommand
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.reception.commands import CancelArrival, DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.state import reception_of

LETTERS = {"book_pickup", "move_pickup", "cancel_pickup"}


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(office, tmp_path / "shop")
    yield shop
    shop.close()


def expected(office: Office, *, hours: float = 20, **fields: object) -> Story:
    """Return somebody who agreed to help and is to arrive."""
    case = consents(story(office, **{"language": "tg"} | fields), "assistance")
    at = office.now + timedelta(hours=hours)
    return case.does(PlanArrival, at=at, place="Шереметьево, терминал D", means="flight", number="SU 1491")


def letters(case: Story, office: Office) -> Counter[str]:
    """Return which letters about pick-ups were asked for and not taken back before they were written."""
    rows = [row for row in office.rows("tasks", case_id=case.case_id) if row["kind"] in LETTERS]
    return Counter(row["kind"] for row in rows if row["status"] != "cancelled")


def sent(shop: Workshop) -> list[tuple[EmailMessage, Calendar]]:
    with shop.crew() as crew:
        crew.settle()
    found = []
    for mail in shop.mails():
        (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        calendar = Calendar.from_ical(part.get_content())
        assert isinstance(calendar, Calendar)
        found.append((mail, calendar))
    return sorted(found, key=lambda pair: sequence(pair[1]))


def sequence(calendar: Calendar) -> int:
    """Return how often an appointment was changed."""
    return int(str(calendar.walk("VEVENT")[0].decoded("SEQUENCE")))


@ON_BOTH_DATABASES
def test_who_speaks_the_language_meets_the_person_and_gets_a_letter_without_a_name(shop: Workshop) -> None:
    case = expected(shop.office, name="Зебо Ҳакимова")
    arrival = reception_of(case.case).arrival
    assert arrival is not None
    assert (arrival.meeter, arrival.language, arrival.number) == ("meeter-02", "tg", "SU1491")
    ((mail, calendar),) = sent(shop)
    (event,) = calendar.walk("VEVENT")
    assert "meeter-02@" in str(mail["To"])
    assert event["UID"] == f"{arrival.arrival_id}@wayhome"
    assert event.decoded("DTSTART") == arrival.at
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert arrival.sign in text
    assert "Шереметьево, терминал D" in text
    assert not [word for word in ("Зебо", "Ҳакимова", case.case_id, "tg ") if word in text + str(mail["Subject"])]


@ON_BOTH_DATABASES
def test_a_flight_three_hours_late_moves_the_pick_up_and_leads_to_one_notice(shop: Workshop) -> None:
    case = expected(shop.office)
    sent(shop)
    late = shop.office.now + timedelta(hours=23)
    case.does(DelayArrival, at=late)
    (worry,) = case.now_told(TimerSet)
    assert worry.due_at == late + timedelta(hours=2)
    (_, first), (_, second) = sent(shop)
    one, two = first.walk("VEVENT")[0], second.walk("VEVENT")[0]
    assert (one["UID"], sequence(second)) == (two["UID"], 1)
    assert two.decoded("DTSTART") == late
    assert letters(case, shop.office) == {"book_pickup": 1, "move_pickup": 1}


@ON_BOTH_DATABASES
def test_a_second_delay_before_the_first_notice_went_out_replaces_it(shop: Workshop) -> None:
    case = expected(shop.office)
    sent(shop)
    for hours in (22, 24):
        case.does(DelayArrival, at=shop.office.now + timedelta(hours=hours))
    found = sent(shop)
    assert [sequence(calendar) for _, calendar in found] == [0, 2]
    assert found[-1][1].walk("VEVENT")[0].decoded("DTSTART") == shop.office.now + timedelta(hours=24)


def test_a_delay_before_anybody_was_written_to_needs_no_notice(office: Office) -> None:
    case = expected(office)
    case.does(DelayArrival, at=office.now + timedelta(hours=23))
    assert letters(case, office) == {"book_pickup": 1}
    case.when(DelayArrival, at=office.now + timedelta(hours=23)).then()


def test_a_delay_while_the_first_letter_is_being_written_is_told_after_it(office: Office) -> None:
    case = expected(office)
    first = case.task(kind="book_pickup")
    case.claims(first).does(DelayArrival, at=office.now + timedelta(hours=23))
    case.finish(first).accepted().finish(case.task(kind="move_pickup")).accepted()
    assert letters(case, office) == {"book_pickup": 1, "move_pickup": 1}
    assert reception_of(case.case).arrival is not None
    assert present(reception_of(case.case).arrival).notified


def test_when_the_driver_is_elsewhere_at_the_new_time_another_one_comes(office: Office) -> None:
    other, case = expected(office, hours=26), expected(office)
    assert reception_of(case.case).arrival is not None
    case.finish(case.task(kind="book_pickup")).accepted()
    case.does(DelayArrival, at=office.now + timedelta(hours=27))
    assert present(reception_of(case.case).arrival).meeter != (
        one.meeter if (one := reception_of(other.case).arrival) else ""
    )
    assert letters(case, office) == {"book_pickup": 2, "cancel_pickup": 1}


def test_nobody_who_meets_people_is_in_two_places(office: Office) -> None:
    taken = [reception_of(expected(office).case).arrival for _ in range(4)]
    assert len({arrival.meeter for arrival in taken if arrival}) == 4
    late = expected(office)
    assert reception_of(late.case).arrival is not None
    assert (present(reception_of(late.case).arrival).meeter, set(late.case.escalations)) == ("", {"nobody_to_meet"})
    assert not letters(late, office)
    met(late)
    assert not late.case.escalations


def test_without_a_driver_who_speaks_the_language_somebody_looks_for_an_interpreter(office: Office) -> None:
    case = expected(office, language="ka", name="ნინო ბერიძე")
    assert reception_of(case.case).arrival is not None
    assert present(reception_of(case.case).arrival).meeter
    assert "interpreter_wanted" in case.case.escalations


@ON_BOTH_DATABASES
def test_nobody_there_two_hours_after_the_arrival_is_an_escalation(office: Office) -> None:
    case = ready_to_be_received(story(office)).goes("receive")
    case.later(hours=2).fires("no_show").then(TimerFired, Escalated(kind="no_show"))
    assert office.rows("work_items", case_id=case.case_id, item="escalation:no_show")
    case.does(MeetPerson)
    assert not case.case.escalations


def test_whoever_was_met_is_received(office: Office) -> None:
    case = ready_to_be_received(story(office, name="Gʻulnora Toʻrayeva")).goes("receive")
    case.advance("accommodate").then_refused("airport_reception_is_provided", "bed_is_held")
    met(case).then_among_others(PersonMet, ServiceProvided, MeeterFreed)
    case.does(HoldBed).goes("accommodate")
    case.when(MeetPerson).then_refused("arrival_is_ahead")
    case.when(DelayArrival, at=office.now).then_refused("arrival_is_ahead")


@ON_BOTH_DATABASES
def test_withdrawal_before_the_arrival_tells_the_driver_once(shop: Workshop) -> None:
    case = expected(shop.office)
    sent(shop)
    case.goes("withdraw")
    found = sent(shop)
    assert [str(calendar["METHOD"]) for _, calendar in found] == ["REQUEST", "CANCEL"]
    assert letters(case, shop.office) == {"book_pickup": 1, "cancel_pickup": 1}
    assert not case.case.tasks
    state = shop.office.state("meeters:moscow")
    assert not state.errands


def test_withdrawal_before_the_driver_was_written_to_tells_nobody(office: Office) -> None:
    case = expected(office).goes("withdraw")
    assert not letters(case, office)


def test_a_driver_written_to_while_the_person_withdrew_is_told_afterwards(office: Office) -> None:
    case = expected(office)
    begun = case.task(kind="book_pickup")
    case.claims(begun).goes("withdraw")
    case.finish(begun).then_among_others(PickupBooked, TaskRequested)
    case.finish(case.task(kind="cancel_pickup")).then(PickupCancelled)
    assert letters(case, office) == {"book_pickup": 1, "cancel_pickup": 1}


def test_nobody_is_written_to_before_the_person_consents(office: Office) -> None:
    case = story(office)
    case.does(PlanArrival, at=office.now + timedelta(hours=5), place="Казанский вокзал", means="train", number="061Ч")
    assert not letters(case, office)
    case.does(GiveConsent, purpose="assistance")
    assert letters(case, office) == {"book_pickup": 1}
    case.does(WithdrawConsent, purpose="assistance")
    assert not letters(case, office)


def test_planning_again_takes_the_first_pick_up_back(office: Office) -> None:
    case = expected(office)
    case.finish(case.task(kind="book_pickup")).accepted()
    case.does(PlanArrival, at=office.now + timedelta(hours=30), place="DME", means="flight")
    assert letters(case, office) == {"book_pickup": 2, "cancel_pickup": 1}


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (MeetPerson, {}, "arrival_is_planned"),
        (DelayArrival, {"at": "2007-03-06T10:00Z"}, "arrival_is_planned"),
        (CancelArrival, {"reason": "stays"}, "arrival_is_planned"),
        (PlanArrival, {"at": "2006-11-30T10:00Z", "place": "SVO", "means": "bus"}, "programme_has_begun"),
    ],
)
def test_what_cannot_be_recorded_changes_nothing(
    office: Office, kind: type[CaseCommand], fields: dict[str, object], code: str
) -> None:
    case = story(office)
    before = case.case
    case.when(kind, **fields).then_refused(code)
    assert case.case == before


def test_a_cancelled_arrival_is_not_waited_for(office: Office) -> None:
    case = expected(office).when(CancelArrival, reason="stays where they are").accepted()
    case.then_among_others(ArrivalCancelled, MeeterFreed, TimerCancelled)
    case.when(CancelArrival, reason="again").then_refused("arrival_is_planned")
    case.does(PlanArrival, at=office.now, place="SVO", means="on_foot").then_among_others(ArrivalPlanned)


@pytest.mark.parametrize(
    "fields",
    [
        {"means": "balloon"},
        {"number": "Иванова"},
        {"number": "SU1491; DROP"},
        {"place": "two\nlines"},
        {"at": "2007-03-06T10:00"},
        {"language": "Tajik"},
    ],
)
def test_a_plan_nobody_could_follow_is_not_taken(office: Office, fields: dict[str, object]) -> None:
    case = story(office)
    plan = {"at": "2007-03-06T10:00Z", "place": "SVO", "means": "flight"} | fields
    with pytest.raises(ValidationError):
        case.command(PlanArrival, **plan)
