"""Rows of people who belong together: who belongs, rooms together, who decides with a child."""

from __future__ import annotations

from datetime import timedelta

from events.facts.groups import GroupJoined
from handlers.commanding.answers import Accepted
from tests.kit.erasures import erased, with_officers
from tests.kit.families import FLIGHT, MOTHER, SON, done, family, ready, together
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import BORIS
from tests.kit.roads import consents, ready_to_travel
from tests.kit.story import Story, present, story, trip
from tests.kit.workshop import at_once
from workflow.programme.loading import shipped_programme_text
from workflow.reasons import Refused
from workflow.situation import Situation
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.groups.commands import FormGroup, JoinGroup, LeaveGroup
from workflow.subjects.groups.state import Group, belonging_of, group_stream
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.safety.commands import AppointGuardian, EndGuardianship
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.commands import PlanTrip
from workflow.subjects.travel.state import travel_of


def group_of(office: Office, member: Story) -> Group:
    found = office.state(group_stream(belonging_of(member.case).group_id))
    assert isinstance(found, Group)
    return found


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


# -- rooms together ---------------------------------------------------------------------------------------------------


def test_a_family_lives_in_one_room(office: Office) -> None:
    people = family(office)
    done(together(office, people, HoldBed, family=True))
    beds = [present(accommodation_of(one.case).bed) for one in people]
    assert {house for house, _ in beds} == {"moscow-centre"}
    assert {57, 58, 59, 60} >= {bed for _, bed in beds}  # the family rooms


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


@ON_BOTH_DATABASES
def test_when_the_mother_who_decides_leaves_somebody_looks_who_decides_for_her_children(office: Office) -> None:
    mother, son, daughter = family(office)
    for child in (son, daughter):
        child.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    daughter.does(LeaveGroup, reason="lives with her aunt").ends("withdraw", reason="personal_decision")
    mother.ends("withdraw", reason="personal_decision")
    assert "guardian_wanted" in son.case.escalations
    assert safety_of(son.case).guardian_case == mother.case_id, "whether she still does is a person's to say"
    assert "guardian_wanted" not in daughter.case.escalations, "her case has ended"
    son.does(AppointGuardian, kind="state")
    assert "guardian_wanted" not in son.case.escalations
    office.check()


def test_nobody_looks_for_who_decides_when_another_of_the_family_leaves(office: Office) -> None:
    mother, son, daughter = family(office)
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    son.does(LeaveGroup, reason="goes to his father")
    daughter.ends("withdraw", reason="personal_decision")
    assert "guardian_wanted" not in son.case.escalations
    mother.ends("withdraw", reason="personal_decision")
    assert "guardian_wanted" in son.case.escalations, "she decided for him though he left the group"


def test_the_same_mother_may_be_said_to_decide_still_after_her_case_has_ended(office: Office) -> None:
    mother, son, _ = family(office)
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    mother.ends("withdraw", reason="personal_decision")
    son.does(AppointGuardian, kind="parent", member=mother.case_id).confirmed(BORIS)
    assert "guardian_wanted" not in son.case.escalations
    assert safety_of(son.case).guardian_case == mother.case_id


def test_a_case_in_a_stage_of_an_older_file_keeps_nobody_of_the_family_from_going(office: Office) -> None:
    mother, son, _ = family(office)
    now, definition = office.now, office.definition
    asked = Situation(None, definition.programme, definition.journey, now)
    assert not asked.has_ended(mother.case._replace(stage="of_an_older_file"))
    assert asked.has_ended(son.ends("withdraw", reason="personal_decision").case)
