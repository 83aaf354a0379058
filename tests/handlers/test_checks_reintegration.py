"""The check of what must always hold finds courses with more people than seats, and sides that do not agree."""

from collections.abc import Iterator

import pytest

from events.catalogue import Fact
from events.database import sqlite_url
from events.facts.reintegration import SeatAwaited, SeatFreed, SeatTaken
from events.writing import EventMetadata
from handlers.checks.walk import check_log
from tests.kit.offices import Office
from tests.kit.story import Story
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.reintegration.commands import EnrolInCourse, LeaveCourse, OfferSeat, TakeSeat

SEWING = "course:sewing"


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    office = Office(sqlite_url(tmp_path_factory.mktemp("office") / "log.sqlite").render_as_string())
    office.publish(office.text.replace("ru: Швейное дело}, seats: 8", "ru: Швейное дело}, seats: 1"))
    yield office
    office.close()


def person(office: Office) -> Story:
    return Story(office).does(GiveConsent, purpose="assistance").does(EnrolInCourse, course="sewing")


def forge(office: Office, fact: Fact) -> None:
    """Write into the course's stream what no command would."""
    definition = office.service.definitions.current("moscow")
    assert definition is not None
    with office.service.log.writing() as writing:
        writing.lock([SEWING])
        said = EventMetadata("forged", "staff:nobody", "admin", "command:Forged", writing.now, definition.hash)
        writing.append(SEWING, fact, said)


def faults(office: Office) -> list[str]:
    found = check_log(office.service.log, now=office.now)
    return [fault for one in found if one.name == "I6" for fault in one.faults]


def test_courses_as_they_should_be_pass(office: Office) -> None:
    first, second = person(office), person(office)
    first.does(LeaveCourse, course="sewing", reason="moved")
    second.does(OfferSeat, course="sewing", task_id="W-1").does(TakeSeat, course="sewing")
    assert faults(office) == []


def test_more_people_than_seats_are_found(office: Office) -> None:
    person(office)
    late = person(office)
    forge(office, SeatTaken(case_id=late.case_id))
    said = faults(office)
    assert "2 people for 1 seats" in said[0]
    assert any("by one side only" in fault for fault in said)


def test_somebody_who_stands_in_the_line_twice_is_found(office: Office) -> None:
    person(office)
    waiting = person(office)
    forge(office, SeatAwaited(case_id=waiting.case_id))
    assert any(f"{waiting.case_id} is there twice" in fault for fault in faults(office))


def test_a_seat_freed_of_which_the_case_knows_nothing_is_found(office: Office) -> None:
    case = person(office)
    forge(office, SeatFreed(case_id=case.case_id, reason="mistake"))
    assert faults(office) == [f"{case.case_id} is enrolled in course sewing by one side only"]
