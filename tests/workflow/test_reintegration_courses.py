"""Courses: never more people than seats, and a line in which whoever came first is served first."""

from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from events.catalogue import Fact
from events.facts.reintegration import (
    CourseCompleted,
    CourseEnrolled,
    CourseLeft,
    CourseOffered,
    CourseWaitlisted,
    SeatFreed,
    SeatOffered,
    SeatPassedOn,
    SeatTaken,
)
from events.facts.tasks import ServiceProvided, TaskRequested, TimerCancelled, TimerFired, TimerSet
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.world import World, moscow_with
from workflow.programme.errors import ProgrammeFaulty
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.reintegration.commands import (
    CompleteCourse,
    DeclineTraining,
    EnrolInCourse,
    LeaveCourse,
    OfferSeat,
    RecordAttendance,
    TakeSeat,
)
from workflow.subjects.reintegration.courses import CourseSeats, evolve
from workflow.subjects.reintegration.state import reintegration_of

SEWING = "course:sewing"
TWO_SEATS = ("ru: Швейное дело}, seats: 8", "ru: Швейное дело}, seats: 2")
APRIL = ("ru: Швейное дело}, seats: 8", "ru: Швейное дело}, seats: 2, starts: 2007-04-01, ends: 2007-04-30")


def world(*changes: tuple[str, str]) -> World:
    return World(moscow_with(*(changes or (TWO_SEATS,))))


def person(place: World, **opening: object) -> Story:
    return story(place, **opening).does(GiveConsent, purpose="assistance")


def line_up(place: World, people: int) -> list[Story]:
    """Return people who enrol one after another."""
    return [person(place).does(EnrolInCourse, course="sewing") for _ in range(people)]


def seats(place: World) -> CourseSeats:
    found = place.states[SEWING]
    assert isinstance(found, CourseSeats)
    return found


def test_whoever_finds_a_free_seat_has_it() -> None:
    case = person(world()).when(EnrolInCourse, course="sewing")
    case.then(CourseEnrolled(course="sewing"), SeatTaken(case_id=case.case_id))
    assert reintegration_of(case.case).courses["sewing"].status == "enrolled"


def test_in_a_full_course_one_waits_and_is_told_the_place() -> None:
    place = world()
    *_, third, fourth = line_up(place, 4)
    assert fourth.now_told(CourseWaitlisted) == [CourseWaitlisted(course="sewing", place=2)]
    assert seats(place).waiting == (third.case_id, fourth.case_id)
    assert len(seats(place).taken) == 2


def test_nobody_enrols_twice_without_consent_or_in_a_course_that_is_not_there() -> None:
    case = story(world()).when(EnrolInCourse, course="sewing").then_refused("consent_to_assistance")
    case.when(EnrolInCourse, course="juggling").then_refused("course_is_known")
    case.does(GiveConsent, purpose="assistance").does(EnrolInCourse, course="sewing")
    before = case.case
    case.when(EnrolInCourse, course="sewing").then_refused("is_not_in_course")
    assert case.case == before


def test_a_freed_seat_is_to_be_offered_only_when_somebody_waits() -> None:
    first, second, *_ = line_up(world(), 2)
    first.when(LeaveCourse, course="sewing", reason="moved").then(CourseLeft, SeatFreed)
    third = line_up(first.place, 2)[1]  # type: ignore[arg-type]
    second.when(LeaveCourse, course="sewing", reason="found_work")
    second.then(CourseLeft, TaskRequested, SeatFreed)
    assert second.tasks(kind="offer_seat", course="sewing")
    assert reintegration_of(third.case).courses["sewing"].status == "waiting"


def test_a_newcomer_does_not_overtake_the_line_while_a_seat_is_being_offered() -> None:
    place = world()
    first, _, third = line_up(place, 3)
    first.does(LeaveCourse, course="sewing", reason="moved")
    (fourth,) = line_up(place, 1)
    assert fourth.now_told(CourseWaitlisted)
    fourth.when(OfferSeat, course="sewing", task_id="W-1").then_refused("is_first_in_line")
    third.when(OfferSeat, course="sewing", task_id="W-1")
    third.then(CourseOffered, TimerSet, SeatOffered)
    fourth.when(OfferSeat, course="sewing", task_id="W-1").then_refused("seat_is_free")


def test_who_takes_the_offered_seat_has_it_and_the_offer_stops_running_out() -> None:
    first, _, third = line_up(world(), 3)
    first.does(LeaveCourse, course="sewing", reason="moved")
    third.when(TakeSeat, course="sewing").then_refused("has_a_place_in_course")
    third.does(OfferSeat, course="sewing", task_id="W-1")
    third.when(TakeSeat, course="sewing").then(CourseEnrolled, TimerCancelled, SeatTaken)
    assert seats(third.place).offered == {}  # type: ignore[arg-type]


def test_an_offer_nobody_took_goes_to_the_next() -> None:
    place = world()
    first, _, third, fourth = line_up(place, 4)
    first.does(LeaveCourse, course="sewing", reason="moved")
    third.does(OfferSeat, course="sewing", task_id="W-1").later(days=3)
    third.when(TakeSeat, course="sewing").then_refused("offer_is_live")
    third.fires("seat_offer").then(TimerFired, CourseLeft, TaskRequested, SeatFreed)
    assert "sewing" not in reintegration_of(third.case).courses
    fourth.does(OfferSeat, course="sewing", task_id="W-2").does(TakeSeat, course="sewing")
    assert fourth.case_id in seats(place).taken


def test_who_gives_up_waiting_frees_no_seat() -> None:
    place = world()
    *_, third, fourth = line_up(place, 4)
    third.when(LeaveCourse, course="sewing", reason="moved").then(CourseLeft, SeatFreed)
    assert seats(place).waiting == (fourth.case_id,)


@pytest.mark.parametrize(
    ("trigger", "reason"), [("withdraw", ""), ("lose_contact", "lost_contact"), ("record_death", "deceased")]
)
def test_a_case_that_ends_frees_its_seat_for_the_next(trigger: str, reason: str) -> None:
    place = world()
    first, _, third = line_up(place, 3)
    first.ends(trigger, reason=reason)
    assert first.tasks(kind="offer_seat")  # asked for though the case has ended: others wait
    assert reintegration_of(first.case).courses == {}
    third.does(OfferSeat, course="sewing", task_id="W-1")
    first.finish(first.task(kind="offer_seat"), reference="1").then(SeatPassedOn)
    assert not first.case.tasks


def test_a_course_is_completed_by_who_came_and_the_outcome_is_part_of_the_plan() -> None:
    case = person(world())
    case.does(EnrolInCourse, course="sewing")
    case.when(CompleteCourse, course="sewing", outcome="certificate").then_refused("course_was_attended")
    today = case.place.now.date()
    case.does(RecordAttendance, course="sewing", day=today, attended=False)
    case.when(CompleteCourse, course="sewing", outcome="certificate").then_refused("course_was_attended")
    case.does(RecordAttendance, course="sewing", day=today, attended=True)  # the last word counts
    case.later(days=1).does(RecordAttendance, course="sewing", day=today + timedelta(days=1), attended=False)
    case.when(CompleteCourse, course="sewing", outcome="certificate")
    case.then(CourseCompleted, ServiceProvided, SeatFreed)
    (result,) = reintegration_of(case.case).results
    assert result == ("sewing", "certificate", 1, 1)
    assert "training" in case.case.provided


def test_attendance_is_recorded_of_days_of_the_course_that_are_over() -> None:
    case = person(world()).does(EnrolInCourse, course="sewing")
    today = case.place.now.date()
    case.when(RecordAttendance, course="sewing", day=today + timedelta(days=1), attended=True)
    case.then_refused("day_is_past")
    case.when(RecordAttendance, course="sewing", day=today - timedelta(days=1), attended=True)
    case.then_refused("day_is_in_course")
    case.when(RecordAttendance, course="cooking", day=today, attended=True).then_refused("has_a_place_in_course")


def test_a_course_with_days_takes_nobody_after_its_end_and_counts_no_day_outside() -> None:
    place = world(APRIL)
    early = person(place).does(EnrolInCourse, course="sewing")  # in March: one may enrol before it starts
    early.when(RecordAttendance, course="sewing", day=date(2007, 3, 5), attended=True)
    early.then_refused("day_is_in_course")
    early.later(days=60)
    early.when(RecordAttendance, course="sewing", day=date(2007, 5, 1), attended=True)
    early.then_refused("day_is_in_course")
    early.does(RecordAttendance, course="sewing", day=date(2007, 4, 30), attended=True)
    person(place).when(EnrolInCourse, course="sewing").then_refused("course_is_open")


def test_a_seat_in_a_course_that_is_over_is_offered_to_nobody() -> None:
    place = world(APRIL)
    first, _, third = line_up(place, 3)
    first.later(days=60).does(LeaveCourse, course="sewing", reason="over")
    third.when(OfferSeat, course="sewing", task_id="W-1").then_refused("course_is_open")


def test_who_wants_no_course_moves_on_without_one() -> None:
    case = bring(story(world()), "reintegration")
    case.does(EnrolInCourse, course="sewing")
    case.when(DeclineTraining, reason="has_work").then_refused("is_in_no_course")
    blocked = case.advance("follow_up").last
    assert "training_is_settled" in blocked.codes  # type: ignore[union-attr]
    case.does(LeaveCourse, course="sewing", reason="has_work").does(DeclineTraining, reason="has_work")
    blocked = case.advance("follow_up").last
    assert "training_is_settled" not in blocked.codes  # type: ignore[union-attr]


STEPS = st.lists(st.tuples(st.sampled_from(("enrol", "leave", "offer", "take", "end")), st.integers(0, 7)), max_size=60)


@for_all(STEPS)
def test_whatever_people_do_there_are_never_more_of_them_than_seats(steps: list[tuple[str, int]]) -> None:
    place = world()
    people = [person(place) for _ in range(8)]
    for what, who in steps:
        case = people[who]
        match what:
            case "enrol":
                case.when(EnrolInCourse, course="sewing")
            case "leave":
                case.when(LeaveCourse, course="sewing", reason="moved")
            case "offer":
                case.when(OfferSeat, course="sewing", task_id="W-1")
            case "take":
                case.when(TakeSeat, course="sewing")
            case _:
                case.advance("withdraw")
        _in_order(place, people)


def _in_order(place: World, people: list[Story]) -> None:
    """Both sides say the same, nobody stands twice, and never are more seats given than there are."""
    state = place.states.get(SEWING) or CourseSeats()
    assert len(state.taken) + len(state.offered) <= 2
    standing = [*state.taken, *state.offered, *state.waiting]
    assert len(standing) == len(set(standing))
    for case in people:
        stands = reintegration_of(case.case).courses.get("sewing")
        sides = {"enrolled": state.taken, "offered": tuple(state.offered), "waiting": state.waiting}
        assert [name for name, ids in sides.items() if case.case_id in ids] == ([stands.status] if stands else [])


def test_what_is_not_about_seats_leaves_a_course_as_it_is() -> None:
    class Other(Fact):
        """Something else."""

    full = CourseSeats(taken=("A",), waiting=("B",))
    assert evolve(full, Other()) == full


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "provider: skills-centre}\n  - {id: cooking",
            "provider: nobody}\n  - {id: cooking",
            "unknown provider nobody",
        ),
        ("seats: 6, language: ru,", "seats: 6, service: dancing, language: ru,", "unknown service dancing"),
        ("seats: 6,", "seats: 6, starts: 2007-05-01, ends: 2007-04-30,", "cooking ends before it starts"),
        ("{id: cooking,", "{id: sewing,", "sewing is listed twice"),
        ("seats: 6,", "seats: 0,", "courses.1.seats: input should be greater than or equal to 1"),
    ],
)
def test_faults_of_courses_are_told(old: str, new: str, said: str) -> None:
    text = shipped_programme_text("moscow")
    assert old in text
    with pytest.raises(ProgrammeFaulty) as caught:
        load_definition(text.replace(old, new, 1))
    assert said in [fault.text for fault in caught.value.faults]
