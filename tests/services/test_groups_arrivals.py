"""People who belong together are met together: one driver, enough seats, one letter."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from console.forms.people_table import PersonRow
from console.views.opening_several import commands_for
from console.views.together import Members, all_or_none
from handlers.commanding.answers import Accepted
from tests.kit.families import FLIGHT, MOTHER, SON, done, family, mails, together
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from tests.kit.roads import consents
from tests.kit.story import Story, present, story
from tests.kit.workshop import Workshop
from workflow.command import CaseCommand
from workflow.reasons import Refused
from workflow.subjects.reception.commands import CancelArrival, DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.state import Arrival, reception_of


def arrival(person: Story) -> Arrival:
    return present(reception_of(person.case).arrival)


@ON_BOTH_DATABASES
def test_a_family_is_met_by_one_driver_who_is_written_to_once(shop: Workshop) -> None:
    office = shop.office
    people = family(office)
    done(together(office, people, PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT))
    assert {arrival(one).meeter for one in people} == {"meeter-03"}
    assert len({arrival(one).sign for one in people}) == 1
    (letter,) = mails(shop, "meeter-03")
    assert "Guests to meet, as it stands now: 3. Seats: 3, of them with a seat for a child: 2." in letter
    assert arrival(people[0]).sign in letter
    assert all(arrival(one).notified for one in people)
    assert not [one.case_id for one in people if one.case_id in letter]


def test_who_comes_in_more_than_one_car_holds_gets_several(shop: Workshop) -> None:
    office = shop.office
    people = family(office, MOTHER, *[SON] * 6)
    done(together(office, people, PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT))
    cars = sorted(
        [arrival(one).meeter for one in people].count(name) for name in {arrival(one).meeter for one in people}
    )
    assert cars == [3, 4]
    assert sum(len(mails(shop, f"meeter-0{number}")) for number in (1, 2, 3, 4)) == 2


def test_a_charter_of_a_hundred_and_fifty_is_met_as_far_as_there_are_seats(office: Office) -> None:
    rows = tuple(PersonRow(n, {"programme": "moscow", "source": "ngo", "name": f"Guest {n}"}) for n in range(2, 152))
    who = {"actor": ANNA, "mandate": "case_manager"}
    opened = commands_for(rows, "travelling", None, office.service.machine_ids, office.uuid(), who, who)
    assert office.service.submit_together(opened.commands).is_done
    plan = office.command(PlanArrival, case_id=opened.case_ids[0], at=office.now + timedelta(hours=20), **FLIGHT)
    assert isinstance(plan, CaseCommand)
    ids: Members = {case_id: {} for case_id in opened.case_ids}
    done(all_or_none(plan, ids, office.service, office.definition.programme))
    cases = [office.case(case_id) for case_id in opened.case_ids]
    cars = Counter(present(reception_of(case).arrival).meeter for case in cases)
    assert cars == {"meeter-01": 4, "meeter-02": 4, "meeter-03": 4, "meeter-04": 4, "": 134}
    assert sum("nobody_to_meet" in case.escalations for case in cases) == 134


def test_a_driver_of_a_family_is_taken_for_nobody_else(office: Office) -> None:
    people = family(office)
    at = office.now + timedelta(hours=20)
    done(together(office, people, PlanArrival, at=at, **FLIGHT))
    stranger = consents(story(office, **MOTHER), "assistance").does(PlanArrival, at=at, **FLIGHT)
    assert arrival(stranger).meeter not in {"", arrival(people[0]).meeter}


@ON_BOTH_DATABASES
def test_a_child_who_is_withdrawn_leaves_a_seat_and_the_driver_is_told_once(shop: Workshop) -> None:
    office = shop.office
    people = family(office)
    done(together(office, people, PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT))
    assert len(mails(shop, "meeter-03")) == 1
    people[1].ends("withdraw", reason="personal_decision")
    (_, now) = sorted(mails(shop, "meeter-03"), key=lambda text: "as it stands now: 2" in text)
    assert "as it stands now: 2. Seats: 2, of them with a seat for a child: 1." in now
    assert "Please do not go there" not in now
    office.pass_time(timedelta(hours=21))
    done(together(office, [people[0], people[2]], MeetPerson))


def test_a_delay_moves_all_of_them_with_the_same_driver_and_one_letter(shop: Workshop) -> None:
    office = shop.office
    people = family(office)
    done(together(office, people, PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT))
    assert len(mails(shop, "meeter-03")) == 1
    done(together(office, people, DelayArrival, at=office.now + timedelta(hours=22)))
    assert {arrival(one).meeter for one in people} == {"meeter-03"}
    letters = mails(shop, "meeter-03")
    assert len(letters) == 2
    done(together(office, people, CancelArrival, reason="no visa"))
    (off,) = [text for text in mails(shop, "meeter-03") if text not in letters]
    assert "is cancelled. Please do not go there." in off


def test_of_a_family_one_may_be_refused_and_then_nothing_is_stored_of_any(office: Office) -> None:
    people = family(office)
    people[1].ends("withdraw", reason="personal_decision")
    answer = together(office, people, PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT)
    assert not answer.is_done
    refused = {one.case_id: one.answer.codes for one in answer.each if isinstance(one.answer, Refused)}
    assert refused == {people[1].case_id: ("case_is_open",)}
    assert reception_of(people[0].case).arrival is None
    assert not [row for row in office.rows("tasks") if row["kind"] == "book_pickup"]


def test_a_form_for_several_sent_twice_is_carried_out_once(office: Office) -> None:
    people = family(office)
    first = office.command(PlanArrival, case_id=people[0].case_id, at=office.now + timedelta(hours=20), **FLIGHT)
    assert isinstance(first, CaseCommand)
    ids: Members = {one.case_id: {} for one in people}
    programme = office.definition.programme
    done(all_or_none(first, ids, office.service, programme))
    before = [arrival(one) for one in people]
    again = all_or_none(first, ids, office.service, programme)
    assert all(isinstance(one.answer, Accepted) and one.answer.repeated for one in again.each)
    assert [arrival(one) for one in people] == before
