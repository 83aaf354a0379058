"""Travel on the screen: the rows of the command line, with what is missing and the form that helps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.queries.arrivals_departures import departures
from tests.console.test_travel import board as board_of_the_command_line
from tests.kit.offices import Office
from tests.kit.roads import booked, bring, consents, plan_trip, ready_to_travel
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse, behind
from tests.kit.web.statements import reading
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.documents.commands import RecordDocumentLoss
from workflow.subjects.reception.commands import DelayArrival, PlanArrival
from workflow.subjects.travel.state import travel_of


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


def travel(person: Person, days: int = 7) -> str:
    answer = person.get(f"/travel?days={days}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def expected(office: Office, **more: float) -> Story:
    """Return somebody who is expected tomorrow."""
    case = consents(story(office), "assistance", "travel")
    at = office.now + timedelta(**(more or {"days": 1}))
    return case.does(PlanArrival, at=at, place="SVO", means="flight", number="SU 1491")


def row_of(page: str, case_id: str, part: str) -> str:
    """Return the text of the row of a case in a part of the page."""
    section = page.partition(f'data-part="{part}"')[2].partition("</section>")[0]
    return next(row for row in section.split("<tr>") if case_id in row)


def test_who_leaves_is_shown_with_what_the_guards_miss(house: WebHouse, office: Office) -> None:
    case = plan_trip(ready_to_travel(bring(story(office), "documents"), "medical"))
    row = row_of(travel(house.sign_in()), case.case_id, "leaving")
    (told,) = board_of_the_command_line(office, office.now + timedelta(days=7))
    assert told.missing == ("ticket", "host", "escort")
    for words in ("✗ ticket", "✗ host's answer", "✗ escort"):
        assert words in row
    assert "✗ travel document" not in row
    assert f"/cases/{case.case_id}/do/AnswerEscort" in row
    assert f"/cases/{case.case_id}/do/AnswerHost" in row


def test_when_nothing_is_missing_the_row_says_so(house: WebHouse, office: Office) -> None:
    case = booked(plan_trip(ready_to_travel(bring(story(office), "documents"))), "ticket", "arrival_host")
    row = row_of(travel(house.sign_in()), case.case_id, "leaving")
    assert "✓ nothing is missing" in row
    assert "not needed" in row
    assert f"/cases/{case.case_id}" in row


def test_a_document_that_runs_out_before_the_journey_is_missing(house: WebHouse, office: Office) -> None:
    case = ready_to_travel(bring(story(office), "documents"))
    plan_trip(case, days=3).does(RecordDocumentLoss, how="stolen")
    row = row_of(travel(house.sign_in()), case.case_id, "leaving")
    assert "✗ travel document" in row
    assert f"/cases/{case.case_id}/do/RecordTravelDocument" in row


def test_who_comes_is_shown_with_who_meets_them_and_whether_they_have_a_bed(house: WebHouse, office: Office) -> None:
    case = expected(office)
    page = travel(house.sign_in())
    row = row_of(page, case.case_id, "coming")
    for words in ("tomorrow", "SVO", "SU1491", "driver not told yet", "no bed yet", "/do/HoldBed", "/do/MeetPerson"):
        assert words in row.replace("SU 1491", "SU1491"), words
    case.finish(case.task(kind="book_pickup")).accepted().does(HoldBed)
    case.does(DelayArrival, at=office.now + timedelta(days=2))
    row = row_of(travel(house.sign_in()), case.case_id, "coming")
    assert "delayed" in row
    assert "has a bed" in row


def test_whoever_did_not_come_stays_in_sight_as_overdue(house: WebHouse, office: Office) -> None:
    case = expected(office, hours=1)
    case.later(hours=30).fires("no_show")
    row = row_of(travel(house.sign_in(), 3), case.case_id, "coming")
    assert "did not come" in row
    assert "overdue" in row


def test_an_escort_is_free_then_away_then_resting_then_free(house: WebHouse, office: Office) -> None:
    case = plan_trip(ready_to_travel(bring(story(office), "documents"), "medical"))
    trip = travel_of(case.case).trip
    assert trip is not None
    name = office.definition.programme.escort_of[trip.escort].name
    anna = house.sign_in("staff:vera", ["supervisor"])

    def now() -> str:
        row = row_of(travel(anna), name, "escorts")
        return next(words for words in ("is free", "on the way there", "resting", "on the way back") if words in row)

    assert case.case_id in row_of(travel(anna), name, "escorts")
    rest = office.definition.programme.policies.escort_rest_hours
    seen = [now()]
    for hours in (73, 6, rest):
        office.pass_time(timedelta(hours=hours))
        seen.append(now())
    assert seen == ["is free", "on the way there", "resting", "on the way back"]


def test_the_journeys_of_another_team_are_not_told(house: WebHouse, office: Office) -> None:
    leaves = plan_trip(ready_to_travel(bring(story(office), "documents"), "medical"))
    comes = expected(office)
    for case in (leaves, comes):
        case.does(AssignCase, owner="staff:vera", team="north")
    page = travel(house.sign_in("staff:igor", team="south"))
    assert leaves.case_id not in page
    assert comes.case_id not in page
    assert "a journey of another team" in page
    assert leaves.case_id in travel(house.sign_in("staff:vera", team="north"))


def test_who_has_no_business_with_travel_finds_nothing(house: WebHouse) -> None:
    for role in ("medical", "legal", "finance_approve", "auditor", "donor", "hotline", "partner"):
        assert house.sign_in(f"staff:{role}", [role]).get("/travel").status_code == 404


@pytest.mark.parametrize("days", ["0", "-1", "1e9", "x", "7;", "٣"])
def test_a_number_of_days_that_is_none_is_a_week(house: WebHouse, days: str) -> None:
    assert 'href="/travel?days=7" aria-current="true"' in house.sign_in().get("/travel", params={"days": days}).text


def test_many_travellers_cost_no_more_questions_than_one(house: WebHouse, office: Office) -> None:
    anna = house.sign_in()
    expected(office)
    travel(anna)
    with reading(office) as few:
        travel(anna)
    for _ in range(5):
        expected(office)
    plan_trip(ready_to_travel(bring(story(office), "documents")))
    travel(anna)
    with reading(office) as many:
        travel(anna)
    assert len(many) == len(few)


def test_the_page_is_whole_in_russian(house: WebHouse, office: Office) -> None:
    case = expected(office)
    row = row_of(travel(house.sign_in("staff:rita", language="ru")), case.case_id, "coming")
    assert "завтра" in row
    assert "Самолёт" in row
    assert departures(behind(office).cases.at_many([case.case_id]), office.now) == []
