"""Rows of people who belong together: one pick-up, rooms together, one journey with one escort, each one's own kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console.forms.people_table import PersonRow
from console.views.opening_several import commands_for
from console.views.together import CarriedOut, Members, all_or_none, those_who_can
from events.facts.groups import GroupJoined
from handlers.commanding.answers import Accepted
from tests.kit.erasures import erased, with_officers
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import consents, ready_to_travel
from tests.kit.story import Story, present, story, trip
from tests.kit.workshop import Workshop, at_once
from workflow.command import AdvanceCase, CaseCommand
from workflow.programme.loading import shipped_programme_text
from workflow.reasons import Refused
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.groups.commands import FormGroup, JoinGroup, LeaveGroup
from workflow.subjects.groups.state import Group, belonging_of, group_stream
from workflow.subjects.intake.commands import WithdrawConsent
from workflow.subjects.reception.commands import CancelArrival, DelayArrival, MeetPerson, PlanArrival
from workflow.subjects.reception.state import Arrival, reception_of
from workflow.subjects.safety.commands import AppointGuardian, AssessRisk, EndGuardianship
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost, CancelTrip, HandOver, PlanTrip
from workflow.subjects.travel.state import Trip, travel_of

MOTHER = {"gender": "female", "age_band": "30-38", "language": "ro", "citizenships": ("MD",)}
SON = {"gender": "male", "birth_date": "1999-06-15", "age_band": None, "language": "ro", "citizenships": ("MD",)}
DAUGHTER = {"gender": "female", "age_band": "0-8", "language": "ro", "citizenships": ("MD",)}
FLIGHT = {"place": "Шереметьево", "means": "flight", "number": "SU1491"}


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(office, tmp_path / "shop")
    yield shop
    shop.close()


def family(office: Office, *people: dict[str, Any], purposes: tuple[str, ...] = ("assistance",)) -> list[Story]:
    """Return a parent and their children, who belong together and agreed to help."""
    first, *others = [consents(story(office, **one), *purposes) for one in people or (MOTHER, SON, DAUGHTER)]
    first.does(FormGroup)
    for child in others:
        child.does(JoinGroup, with_case=first.case_id, relation="child")
    return [first, *others]


def group_of(office: Office, member: Story) -> Group:
    found = office.state(group_stream(belonging_of(member.case).group_id))
    assert isinstance(found, Group)
    return found


def together(office: Office, people: list[Story], kind: type[CaseCommand], **fields: Any) -> CarriedOut:
    """Do something for several in one breath, in the order in which the page does it."""
    first = office.command(kind, case_id=people[0].case_id, **fields)
    assert isinstance(first, CaseCommand)
    return all_or_none(first, {one.case_id: {} for one in people}, office.service, office.definition.programme)


def done(answer: CarriedOut) -> None:
    assert answer.is_done, [one.answer.codes for one in answer.each if isinstance(one.answer, Refused)]


def arrival(person: Story) -> Arrival:
    return present(reception_of(person.case).arrival)


def journey(person: Story) -> Trip:
    return present(travel_of(person.case).trip)


def mails(shop: Workshop, to: str) -> list[str]:
    """Return the texts of the letters to somebody, after everything that is due is done."""
    with shop.crew() as crew:
        crew.settle()
    bodies = [mail.get_body(("plain",)) for mail in shop.mails() if f"{to}@" in str(mail["To"])]
    return [str(present(body).get_content()) for body in bodies]


# -- who belongs together ---------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_a_family_is_begun_joined_and_left_at_any_time(office: Office) -> None:
    mother, son, daughter = family(office)
    group = group_of(office, mother)
    assert [*group.members] == [mother.case_id, son.case_id, daughter.case_id]
    assert [*group.parents_of(son.case_id)] == [mother.case_id]
    son.does(LeaveGroup, reason="goes to his father")
    assert [*group_of(office, mother).members] == [mother.case_id, daughter.case_id]
    assert belonging_of(son.case).group_id == ""
    son.does(JoinGroup, with_case=daughter.case_id, relation="sibling")
    assert son.case_id in group_of(office, mother).members


def test_nobody_joins_who_cannot(office: Office) -> None:
    _, son, _ = family(office)
    alone, other = story(office), story(office)
    alone.when(JoinGroup, with_case=alone.case_id, relation="sibling").then_refused("member_is_another")
    alone.when(JoinGroup, with_case=other.case_id, relation="sibling").then_refused("member_is_in_a_group")
    alone.when(JoinGroup, with_case="00000-00000", relation="child").then_refused("member_exists")
    alone.when(LeaveGroup, reason="alone").then_refused("is_in_a_group")
    alone.when(PlanArrival, at=office.now + timedelta(hours=9), company=2, **FLIGHT).then_refused("company_is_a_group")
    son.when(FormGroup).then_refused("belongs_to_no_group")


def test_what_somebody_is_to_another_is_put_right_by_saying_it_again(office: Office) -> None:
    mother, son, _ = family(office)
    son.does(JoinGroup, with_case=mother.case_id, relation="sibling").then_among_others(GroupJoined)
    assert [*group_of(office, mother).parents_of(son.case_id)] == []
    assert belonging_of(son.case).relation == "sibling"


def test_somebody_of_another_programme_does_not_join(office: Office) -> None:
    mother, _ = family(office, MOTHER, SON)
    office.publish(shipped_programme_text("st-petersburg"), "st-petersburg")
    office.pass_time(timedelta(days=2400))  # until that programme has begun
    other = Story(office, programme="st-petersburg", actor="redcross:olga").accepted()
    joins = {"with_case": mother.case_id, "relation": "partner", "actor": "redcross:olga"}
    other.when(JoinGroup, **joins).then_refused("member_is_of_the_programme")


def test_of_whom_was_erased_the_family_keeps_a_number_and_the_others_go_on(office: Office) -> None:
    with_officers(office)
    people = family(office)
    gone = people[1].ends("withdraw", reason="declined")
    erased(gone)
    assert gone.case_id in group_of(office, people[0]).members
    done(together(office, [people[0], people[2]], PlanArrival, at=office.now + timedelta(hours=20), **FLIGHT))
    stranger = story(office)
    stranger.when(JoinGroup, with_case=gone.case_id, relation="sibling").then_refused("member_exists")
    gone.does(LeaveGroup, reason="parted")
    assert gone.case_id not in group_of(office, people[0]).members


@ON_BOTH_DATABASES
def test_two_who_join_each_other_at_the_same_moment_wait_for_each_other_once(office: Office) -> None:
    mother, son, daughter = family(office)
    commands = [
        one.command(JoinGroup, with_case=other.case_id, relation="sibling")
        for one, other in ((son, daughter), (daughter, son)) * 8
    ]
    answers = at_once(*(lambda command=command: office.another_service().submit(command) for command in commands))
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert {*group_of(office, mother).members} == {one.case_id for one in (mother, son, daughter)}


# -- met together -----------------------------------------------------------------------------------------------------


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


# -- rooms together ---------------------------------------------------------------------------------------------------


def test_a_family_lives_in_one_room(office: Office) -> None:
    people = family(office)
    done(together(office, people, HoldBed, family=True))
    beds = [present(accommodation_of(one.case).bed) for one in people]
    assert {house for house, _ in beds} == {"moscow-centre"}
    assert {57, 58, 59, 60} >= {bed for _, bed in beds}  # the family rooms


# -- the way home -----------------------------------------------------------------------------------------------------


def ready(office: Office, *people: dict[str, Any]) -> list[Story]:
    found = family(office, *people, purposes=("assistance", "travel"))
    return [ready_to_travel(one) for one in found]


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


# -- who decides with a child -----------------------------------------------------------------------------------------


def test_a_parent_who_came_along_decides_for_the_child_only_when_two_people_say_so(office: Office) -> None:
    mother, son, _ = family(office)
    son.does(AppointGuardian, kind="parent", member=mother.case_id)
    assert safety_of(son.case).guardian_case == ""
    son.confirmed(BORIS)
    assert safety_of(son.case).guardian_case == mother.case_id
    stranger = story(office)
    son.when(AppointGuardian, kind="relative", member=stranger.case_id).then_refused("guardian_is_of_the_group")


def test_a_guardian_who_is_suspected_decides_no_more_and_travels_no_more_with_the_child(office: Office) -> None:
    mother, son, daughter = ready(office)
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    son.does(EndGuardianship, because="suspected")
    assert "guardian_wanted" in son.case.escalations
    son.when(EndGuardianship, because="suspected").then_refused("guardian_is_appointed")
    refused = together(office, [mother, son], PlanTrip, **trip(office.now))
    codes = {code for one in refused.each if isinstance(one.answer, Refused) for code in one.answer.codes}
    assert "no_suspect_is_along" in codes
    assert travel_of(mother.case).trip is None
    son.does(AppointGuardian, kind="state")
    assert "guardian_wanted" not in son.case.escalations
    done(together(office, [son, daughter], PlanTrip, **trip(office.now)))
    son.when(AppointGuardian, kind="parent", member=mother.case_id).then_refused("guardian_is_not_suspected")


def test_who_is_suspected_is_so_under_every_number_of_theirs(office: Office) -> None:
    mother, son, daughter = ready(office)
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    son.does(EndGuardianship, because="suspected")
    again = Story(office, previous_case=mother.ends("withdraw", reason="declined").case_id, **MOTHER)
    again = ready_to_travel(
        consents(again, "assistance", "travel").does(JoinGroup, with_case=daughter.case_id, relation="parent")
    )
    son.when(AppointGuardian, kind="parent", member=again.case_id).then_refused("guardian_is_not_suspected")
    refused = together(office, [again, son], PlanTrip, **trip(office.now))
    assert "no_suspect_is_along" in {
        code for one in refused.each if isinstance(one.answer, Refused) for code in one.answer.codes
    }


def test_who_was_erased_decides_for_nobody(office: Office) -> None:
    with_officers(office)
    mother, son, _ = family(office)
    erased(mother.ends("withdraw", reason="declined"))
    son.when(AppointGuardian, kind="parent", member=mother.case_id).then_refused("guardian_is_of_the_group")


def test_a_suspected_parent_takes_no_child_into_their_room(office: Office) -> None:
    mother, son, _ = family(office)
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    son.does(EndGuardianship, because="suspected")
    mother.does(HoldBed)
    son.does(HoldBed)
    (_, hers), (_, his) = (present(accommodation_of(one.case).bed) for one in (mother, son))
    assert hers in range(45, 53)  # the women's floor
    assert his in range(1, 45)


# -- a house for women, and sons -----------------------------------------------------------------------------------


def women_only(text: str, children_to: str = "    children_to: 9\n") -> str:
    """Return the programme with a house for women alone that takes children up to nine years."""
    for line in (
        "      - {id: ground-floor, beds: 44, for: any}\n",
        '      - {id: mens-room, beds: 4, for: men, minors: "no"}\n',
        "      - {id: family-rooms, beds: 4, for: family}\n",
    ):
        assert line in text
        text = text.replace(line, "")
    return text.replace("    rooms:\n", f"{children_to}    rooms:\n", 1)


def test_a_house_for_women_takes_their_sons_of_the_age_it_says(office: Office) -> None:
    office.publish(women_only(office.text))
    mother, son, daughter = family(office)
    teenager = consents(story(office, **SON | {"birth_date": "1995-01-01"}), "assistance")
    teenager.does(JoinGroup, with_case=mother.case_id, relation="child")
    son.when(HoldBed).then_refused("room_fits")  # not before his mother lives there
    done(together(office, [mother, son, daughter], HoldBed))
    assert {present(accommodation_of(one.case).bed)[0] for one in (mother, son, daughter)} == {"moscow-centre"}
    teenager.when(HoldBed).then_refused("room_fits")


def test_a_son_lives_in_the_room_of_his_mother_and_in_no_other_womans(office: Office) -> None:
    two_rooms = "      - {id: womens-floor, beds: 2, for: women}\n      - {id: upstairs, beds: 8, for: women}\n"
    text = women_only(office.text)
    office.publish(text.replace("      - {id: womens-floor, beds: 8, for: women}\n", two_rooms))
    mother, son, brother = family(office, MOTHER, SON, SON)
    done(together(office, [mother, son], HoldBed))
    assert {present(accommodation_of(one.case).bed)[1] for one in (mother, son)} == {1, 2}
    brother.when(HoldBed).then_refused("bed_is_free")


def test_a_house_that_says_no_age_takes_no_sons(office: Office) -> None:
    office.publish(women_only(office.text, ""))
    mother, son = family(office, MOTHER, SON)
    assert not together(office, [mother, son], HoldBed).is_done
    assert accommodation_of(mother.case).bed is None
