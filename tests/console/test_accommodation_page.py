"""Beds on the screen: the same figures as on the command line, and no case number for whoever may not see the case."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from handlers.queries.occupancy import occupancy
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.programmes import with_beds, with_rooms
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.statements import reading
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.accommodation.commands import HoldBed, JoinWaitingList, ReleaseBed

HOUSE = "moscow-centre"


@pytest.fixture
def house(office: Office) -> WebHouse:
    office.publish(with_beds(8))
    return WebHouse(office)


def in_the_house(office: Office, people: int) -> list[Story]:
    return [bring(story(office), "care") for _ in range(people)]


def figures(page: str) -> tuple[int, int, int, int]:
    """Return how many beds are free, are there, are taken and are held, as the page of one house says."""
    free = re.search(r"(\d+) beds? of (\d+) (?:is|are) free", page)
    used = re.search(r"(\d+) taken, (\d+) held", page)
    assert free is not None
    assert used is not None
    return int(free[1]), int(free[2]), int(used[1]), int(used[2])


def beds(person: Person, query: str = "") -> str:
    answer = person.get(f"/beds?house={HOUSE}{query}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_the_figures_are_those_of_the_command_line(house: WebHouse, office: Office) -> None:
    in_the_house(office, 3)
    story(office).does(HoldBed)
    told = occupancy(office.service.log, HOUSE, "Europe/Moscow", office.now)
    page = beds(house.sign_in(roles=["supervisor"]))
    assert figures(page) == (told.available, told.maximum, 3, 1) == (4, 8, 3, 1)
    for used in told.used:
        assert f"/cases/{used.case_id}" in page


def test_a_ninth_person_is_refused_and_waits_in_the_line_of_the_page(house: WebHouse, office: Office) -> None:
    in_the_house(office, 8)
    ninth = story(office)
    ninth.when(HoldBed).then_refused("bed_is_free")
    anna = house.sign_in()
    refused = anna.post(f"/cases/{ninth.case_id}/do/HoldBed", {"command_id": str(office.uuid()), "give": "1"})
    assert refused.status_code == 422, refused.text
    assert figures(beds(anna)) == (0, 8, 8, 0)
    ninth.does(JoinWaitingList, facility=HOUSE)
    page = beds(anna)
    assert "Waiting list" in page
    assert f"/cases/{ninth.case_id}/do/HoldBed?facility={HOUSE}" in page


def test_a_hold_shows_its_end_and_the_ways_to_lengthen_it_and_to_give_it_up(house: WebHouse, office: Office) -> None:
    case = story(office).does(HoldBed)
    page = beds(house.sign_in())
    assert "held until" in page
    for command in ("TakeBed", "ExtendHold", "ReleaseBed"):
        assert f"/cases/{case.case_id}/do/{command}" in page
    case.later(hours=office.definition.programme.policies.bed_hold_hours, seconds=1)
    assert figures(beds(house.sign_in("staff:vera", ["supervisor"]))) == (8, 8, 0, 0)  # over, whoever noticed


def test_a_bed_of_somebody_elses_case_is_taken_and_no_more_is_said(house: WebHouse, office: Office) -> None:
    people = in_the_house(office, 8)
    people.append(story(office).does(JoinWaitingList, facility=HOUSE))
    for case in people:
        case.does(AssignCase, owner="staff:vera", team="north")
    page = beds(house.sign_in("staff:igor", team="south"))
    assert figures(page) == (0, 8, 8, 0)
    assert not [case.case_id for case in people if case.case_id in page]
    assert "taken" in page
    assert "somebody of another team" in page


def test_a_nurse_sees_the_house_she_works_in_and_no_other(house: WebHouse) -> None:
    nurse = house.sign_in("staff:nurse", ["medical"], facilities=("hostel",))
    page = nurse.get("/beds").text
    assert "Hostel" in page
    assert "Small house" not in page
    assert nurse.get(f"/beds?house={HOUSE}").status_code == 404
    assert "There is no house" in house.sign_in("staff:doctor", ["medical"]).get("/beds").text


def test_who_has_no_business_with_beds_finds_nothing(house: WebHouse) -> None:
    for role in ("finance_release", "auditor", "donor", "administrator", "partner", "data_protection"):
        assert house.sign_in(f"staff:{role}", [role]).get("/beds").status_code == 404


def test_a_day_of_the_past_is_shown_as_it_was(house: WebHouse, office: Office) -> None:
    case = in_the_house(office, 1)[0]
    day = office.now.date()
    office.pass_time(timedelta(days=3))
    case.does(ReleaseBed, reason="moved to relatives")
    supervisor = house.sign_in("staff:vera", ["supervisor"])
    assert figures(beds(supervisor)) == (8, 8, 0, 0)
    page = beds(supervisor, f"&day={day}")
    assert figures(page) == (7, 8, 1, 0)
    assert case.case_id in page
    assert "/do/" not in page.partition("<main")[2]  # the past cannot be changed
    assert figures(beds(supervisor, "&day=2001-01-01"))[2:] == (0, 0)


@pytest.mark.parametrize("day", ["yesterday", "2007-02-30", "9999-12-31", "0001-01-01", "%00", "2007-03-05T00:00"])
def test_a_day_that_is_none_shows_the_present(house: WebHouse, day: str) -> None:
    assert figures(beds(house.sign_in(), f"&day={day}")) == (8, 8, 0, 0)


def test_rooms_say_for_whom_they_are_and_which_beds_are_free(office: Office) -> None:
    office.publish(with_rooms(("womens-floor", 2, "women", "allowed"), ("mens-room", 3, "men", "no")))
    story(office, gender="woman").does(HoldBed)
    page = beds(WebHouse(office).sign_in(ANNA, ["supervisor"]))
    assert re.search(r"Women&#39;s floor</strong> <span class=\"soft\">\(Women\)</span>:\s+free: 2", page)
    assert re.search(r"Men&#39;s room</strong> <span class=\"soft\">\(Men, adults only\)</span>:\s+free: 3–5", page)


def test_a_full_house_costs_no_more_questions_than_an_empty_one(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    in_the_house(office, 1)
    beds(anna)
    with reading(office) as few:
        beds(anna)
    in_the_house(office, 7)
    story(office).does(JoinWaitingList, facility=HOUSE)
    beds(anna)
    with reading(office) as many:
        beds(anna)
    assert len(many) == len(few)


def test_the_page_is_whole_in_russian(house: WebHouse, office: Office) -> None:
    in_the_house(office, 2)
    page = beds(house.sign_in("staff:rita", language="ru"))
    assert "Свободно 6 мест из 8." in page
    assert "Кто где живёт" in page
