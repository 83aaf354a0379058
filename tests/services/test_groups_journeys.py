"""People who belong together travel together: one escort, one letter, each handed over in their own way."""

from __future__ import annotations

from typing import Any

from console.views.together import Members, all_or_none, those_who_can
from tests.kit.families import FLIGHT, MOTHER, SON, done, family, mails, ready, together
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import ready_to_travel
from tests.kit.story import Story, present, trip
from tests.kit.workshop import Workshop
from workflow.command import AdvanceCase, CaseCommand
from workflow.reasons import Refused
from workflow.subjects.groups.commands import LeaveGroup
from workflow.subjects.intake.commands import WithdrawConsent
from workflow.subjects.reception.commands import MeetPerson, PlanArrival
from workflow.subjects.safety.commands import AssessRisk
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, CancelTrip, HandOver, PlanTrip
from workflow.subjects.travel.state import Trip, travel_of


def journey(person: Story) -> Trip:
    return present(travel_of(person.case).trip)


@ON_BOTH_DATABASES
def test_a_family_travels_with_one_escort_who_is_written_to_once(shop: Workshop) -> None:
    office = shop.office
    people = ready(office)
    done(together(office, people, PlanTrip, **trip(office.now)))
    mother, son, daughter = (journey(one) for one in people)
    assert son.escort == daughter.escort != ""
    assert mother.escort == ""  # an adult who may travel alone goes with them all the same
    assert mother.party == son.party == daughter.party != ""
    assert len(mails(shop, son.escort)) == 1
    (asked,) = mails(shop, "arrivals@chisinau".partition("@")[0])
    assert "how many, as it stands now: 3" in asked
    done(together(office, [people[1], people[2]], AnswerEscort, accepted=True))
    done(together(office, people, AnswerHost, accepted=True))


def test_one_escort_has_what_every_one_of_them_needs(office: Office) -> None:
    mother, son = family(office, MOTHER, SON, purposes=("assistance", "travel"))
    ready_to_travel(mother, escort="medical")
    ready_to_travel(son)
    done(together(office, [son, mother], PlanTrip, **trip(office.now)))
    assert journey(son).escort == journey(mother).escort == "escort-05"


def test_an_escort_of_a_family_is_free_only_when_the_last_of_them_stays(shop: Workshop) -> None:
    office = shop.office
    people = ready(office)
    done(together(office, people, PlanTrip, **trip(office.now)))
    escort = journey(people[1]).escort
    assert len(mails(shop, escort)) == 1
    people[1].does(LeaveGroup, reason="lives with his aunt").does(CancelTrip, reason="stays")
    assert len(mails(shop, escort)) == 1  # the daughter still needs them
    assert journey(people[2]).escort == escort
    assert any("as it stands now: 2" in text for text in mails(shop, "arrivals"))
    people[2].does(CancelTrip, reason="stays")
    assert len(mails(shop, escort)) == 2


def test_who_left_the_family_after_the_ticket_keeps_it(shop: Workshop) -> None:
    office = shop.office
    people = ready(office)
    done(together(office, people, PlanTrip, **trip(office.now)))
    mails(shop, "nobody")
    booked = travel_of(people[0].case).booked
    assert "ticket" in booked
    people[0].does(LeaveGroup, reason="goes on alone")
    assert travel_of(people[0].case).booked == booked
    assert not [row for row in office.rows("tasks") if row["kind"] == "cancel_ticket"]


def test_whoever_falls_behind_is_not_left_by_the_others_unless_somebody_says_so(office: Office) -> None:
    mother, son = family(office, MOTHER, SON)
    for one in (mother, son):
        one.does(AssessRisk, level="low", safe_to_return=True)
        one.does(PlanArrival, at=office.now, **FLIGHT)
    mother.does(MeetPerson)
    step = office.command(AdvanceCase, case_id=mother.case_id, trigger="receive")
    assert isinstance(step, CaseCommand)
    ids: Members = {mother.case_id: {}, son.case_id: {}}
    son.does(WithdrawConsent, purpose="assistance")
    assert not all_or_none(step, ids, office.service, office.definition.programme).is_done
    assert mother.case.stage == "referral"
    done = those_who_can(step, ids, office.service)
    assert [case_id for case_id, _ in done.refused] == [son.case_id]
    assert mother.case.stage == "reception"


def test_a_child_is_handed_over_to_a_guardian_and_its_mother_to_the_host_at_once(office: Office) -> None:
    people = ready(office, MOTHER, SON)
    done(together(office, people, PlanTrip, **trip(office.now)))
    fields: dict[str, Any] = {"received_by": "host", "receiver": "Елена Попа"}
    answer = together(office, people, HandOver, **fields)
    assert {code for one in answer.each if isinstance(one.answer, Refused) for code in one.answer.codes} == {
        "has_departed", "receiving_guardian_is_there",
    }  # fmt: skip
