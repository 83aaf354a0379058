"""Who falls out on the way, and who must be kept apart: what the others have is right afterwards."""

from __future__ import annotations

import re
from datetime import timedelta

from handlers.checks.walk import check_log
from tests.kit.families import FLIGHT, MOTHER, done, family, mails, ready, together
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.roads import comes
from tests.kit.story import Story, present, trip
from tests.kit.workshop import Workshop
from workflow.subjects.accommodation.commands import HoldBed, TakeBed
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Shelter
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.groups.commands import LeaveGroup
from workflow.subjects.reception.commands import DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.meeters import MeeterPool
from workflow.subjects.reception.state import Arrival, reception_of
from workflow.subjects.safety.commands import AppointGuardian, EndGuardianship
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.commands import CancelTrip, HandOver, PlanTrip
from workflow.subjects.travel.escorts import EscortPool
from workflow.subjects.travel.state import travel_of


def arrival(person: Story) -> Arrival:
    return present(reception_of(person.case).arrival)


def faults(office: Office) -> list[object]:
    return [fault for one in check_log(office.service.log, now=office.now) for fault in one.faults]


def escorts(office: Office) -> EscortPool:
    found = office.state(office.definition.programme.escorts_stream)
    assert isinstance(found, EscortPool)
    return found


def drivers(office: Office) -> MeeterPool:
    found = office.state(office.definition.programme.meeters_stream)
    assert isinstance(found, MeeterPool)
    return found


def under_a_parent(office: Office) -> list[Story]:
    """A mother who decides for her son, and his sister; ready to go home."""
    people = ready(office)
    people[1].does(AppointGuardian, kind="parent", member=people[0].case_id).confirmed(BORIS)
    return people


def at_once(text: str) -> str:
    """Return the programme with a way from referral into the train, so that a test need not walk all of it."""
    found = re.sub(
        r"source: documents\n( +dest: returning\n +conditions: )\[[^]]*\]",
        r"source: [referral, documents]\n\1[consent_to_assistance, trip_is_planned]",
        text,
    )
    assert found != text
    return found


# -- a child is withdrawn on the way --------------------------------------------------------------------------------


def test_a_child_withdrawn_before_the_pickup_gives_back_seat_and_bed_and_the_others_keep_theirs(
    shop: Workshop,
) -> None:
    office = shop.office
    mother, son, daughter = family(office)
    done(together(office, [mother, son, daughter], PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT))
    done(together(office, [mother, son, daughter], HoldBed, family=True))
    beds = [accommodation_of(one.case).bed for one in (mother, daughter)]
    cars = [arrival(one) for one in (mother, daughter)]
    son.ends("withdraw", reason="personal_decision")
    assert accommodation_of(son.case).bed is None
    assert reception_of(son.case).arrival is None
    assert [accommodation_of(one.case).bed for one in (mother, daughter)] == beds
    assert [arrival(one) for one in (mother, daughter)] == cars
    assert drivers(office).errands.keys() == {one.arrival_id for one in cars}
    house = office.state(facility_stream("moscow-centre"))
    assert isinstance(house, Shelter)
    assert {bed.case_id for bed in house.beds.values()} == {mother.case_id, daughter.case_id}
    office.pass_time(timedelta(hours=21))
    done(together(office, [mother, daughter], MeetPerson))
    office.check()
    assert faults(office) == []


def test_a_child_withdrawn_before_the_journey_gives_back_ticket_and_escort_and_the_others_still_go(
    shop: Workshop,
) -> None:
    office = shop.office
    mother, son, daughter = ready(office)
    done(together(office, [mother, son, daughter], PlanTrip, **trip(office.now)))
    mails(shop, "nobody")
    hers, escort = present(travel_of(daughter.case).trip), present(travel_of(son.case).trip).escort
    son.ends("withdraw", reason="personal_decision")
    mails(shop, "nobody")
    assert travel_of(son.case).trip is None
    assert travel_of(daughter.case).trip == hers
    assert [one.case_id for one in escorts(office).trips.values() if one.escort == escort] == [daughter.case_id]
    assert [one["case_id"] for one in office.rows("tasks") if one["kind"] == "cancel_ticket"] == [son.case_id]
    assert any("as it stands now: 2" in text for text in mails(shop, "arrivals"))
    daughter.ends("withdraw", reason="personal_decision")
    assert present(travel_of(mother.case).trip).escort == ""  # an adult who goes alone now
    assert [*escorts(office).trips.values()] == []
    assert "departure_not_ready" not in mother.case.escalations
    office.check()
    assert faults(office) == []


def test_a_child_withdrawn_in_the_train_leaves_the_escort_with_the_sister(office: Office) -> None:
    office.publish(at_once(office.text))
    mother, son, daughter = ready(office)
    done(together(office, [mother, son, daughter], PlanTrip, **trip(office.now)))
    comes(mother, present(travel_of(mother.case).trip).departs_at)
    for one in (mother, son, daughter):
        one.goes("depart")
    son.ends("withdraw", reason="personal_decision")
    assert [one.case_id for one in escorts(office).trips.values()] == [daughter.case_id]
    assert {one.case.stage for one in (mother, daughter)} == {"returning"}
    comes(mother, present(travel_of(mother.case).trip).arrives_at)
    mother.does(HandOver, received_by="host")
    daughter.does(HandOver, received_by="guardian", receiver="Марина Иванова")


def test_a_child_withdrawn_is_decided_for_by_nobody_of_the_family_and_the_sister_still_is(office: Office) -> None:
    mother, son, daughter = under_a_parent(office)
    daughter.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    son.ends("withdraw", reason="personal_decision")
    assert safety_of(daughter.case).guardian_case == mother.case_id
    assert daughter.case.escalations == mother.case.escalations == frozenset()
    son.when(AppointGuardian, kind="parent", member=mother.case_id).then_refused("case_is_open")


def test_a_child_lives_on_where_it_is_when_the_brother_is_withdrawn(office: Office) -> None:
    mother, son, daughter = family(office)
    done(together(office, [mother, son, daughter], HoldBed, family=True))
    done(together(office, [mother, son, daughter], TakeBed))
    rooms = [accommodation_of(one.case).bed for one in (mother, daughter)]
    son.ends("withdraw", reason="personal_decision")
    assert [accommodation_of(one.case).bed for one in (mother, daughter)] == rooms
    assert all(accommodation_of(one.case).moved_in for one in (mother, daughter))


# -- who is suspected of the harm ----------------------------------------------------------------------------------


def test_a_journey_with_a_guardian_who_is_suspected_later_is_called_off_for_the_child(shop: Workshop) -> None:
    office = shop.office
    mother, son, daughter = under_a_parent(office)
    done(together(office, [mother, son, daughter], PlanTrip, **trip(office.now)))
    mails(shop, "nobody")
    hers = present(travel_of(daughter.case).trip)
    son.does(EndGuardianship, because="suspected")
    assert travel_of(son.case).trip is None
    assert travel_of(daughter.case).trip == hers
    assert travel_of(mother.case).trip is not None
    assert {one.case_id for one in escorts(office).trips.values()} == {daughter.case_id}
    mails(shop, "nobody")
    assert [one["case_id"] for one in office.rows("tasks") if one["kind"] == "cancel_ticket"] == [son.case_id]
    office.check()
    assert faults(office) == []


def test_whoever_cannot_any_more_still_travels_with_the_child(office: Office) -> None:
    mother, son, _ = under_a_parent(office)
    done(together(office, [mother, son], PlanTrip, **trip(office.now)))
    son.does(EndGuardianship, because="unable")
    assert travel_of(son.case).trip is not None


def test_a_child_is_met_by_a_driver_of_its_own_and_never_left_at_the_airport(shop: Workshop) -> None:
    office = shop.office
    mother, son, daughter = under_a_parent(office)
    done(together(office, [mother, son, daughter], PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT))
    assert len(mails(shop, "meeter-03")) == 1
    son.does(EndGuardianship, because="suspected")
    apart, hers = arrival(son), arrival(mother)
    assert (apart.at, apart.place, apart.number) == (hers.at, hers.place, hers.number)
    assert apart.meeter not in {"", hers.meeter}
    assert apart.party == ""
    assert apart.sign != hers.sign
    assert arrival(daughter) == arrival(daughter)._replace(meeter=hers.meeter, party=hers.party)
    (told,) = mails(shop, apart.meeter)
    assert f"the word {apart.sign}" in told
    assert any("as it stands now: 2" in text for text in mails(shop, "meeter-03"))
    son.does(DelayArrival, at=office.now + timedelta(hours=22))
    assert arrival(son).meeter != hers.meeter
    office.check()
    assert faults(office) == []


def test_when_no_other_driver_is_free_somebody_is_told_at_once(office: Office) -> None:
    mother, son, _ = under_a_parent(office)
    at = office.now + timedelta(hours=20)
    done(together(office, [mother, son], PlanArrival, at=at, **FLIGHT))
    for _ in range(3):
        ready(office, MOTHER)[0].does(PlanArrival, at=at, **FLIGHT)
    son.does(EndGuardianship, because="suspected")
    assert arrival(son).meeter == ""
    assert {"nobody_to_meet", "guardian_wanted"} <= son.case.escalations


def test_on_the_way_nothing_is_called_off_and_somebody_is_told_at_once(office: Office) -> None:
    office.publish(at_once(office.text))
    mother, son, _ = under_a_parent(office)
    done(together(office, [mother, son], PlanTrip, **trip(office.now)))
    comes(son, present(travel_of(son.case).trip).departs_at).goes("depart")
    son.does(EndGuardianship, because="suspected")
    assert travel_of(son.case).trip is not None
    assert {"suspect_is_along", "guardian_wanted"} <= son.case.escalations


def test_nobody_goes_round_it_by_planning_each_alone_on_the_same_train(office: Office) -> None:
    mother, son, _ = under_a_parent(office)
    son.does(EndGuardianship, because="suspected").does(AppointGuardian, kind="state")
    times = trip(office.now)
    mother.does(PlanTrip, **times)
    son.when(PlanTrip, **times).then_refused("no_suspect_is_along")
    mother.does(CancelTrip, reason="another day")
    son.does(PlanTrip, **times)
    mother.when(PlanTrip, **times).then_refused("no_suspect_is_along")
    son.does(CancelTrip, reason="another day")
    mother.does(PlanTrip, **times).does(LeaveGroup, reason="goes on alone")
    son.when(PlanTrip, **times).then_refused("no_suspect_is_along")
    son.does(PlanTrip, **trip(office.now, days=5))
