"""Training: seats in courses given, offered and freed. Whoever came first is served first.

A full course is no error: the person waits, and the fact says so. A seat that becomes free while somebody waits is
offered to the first in the line by a worker, because nobody's case is changed by a command about another's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from events.facts.reintegration import (
    CourseAttended,
    CourseCompleted,
    CourseEnrolled,
    CourseLeft,
    CourseOffered,
    CourseWaitlisted,
    SeatAwaited,
    SeatFreed,
    SeatOffered,
    SeatPassedOn,
    SeatTaken,
    TrainingDeclined,
)
from events.facts.tasks import ServiceProvided
from workflow.case.change import Pairs
from workflow.case.state import Case
from workflow.case.tasks import Task
from workflow.command import FinishTask
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import (
    Decision,
    Situation,
    StreamFact,
    TaskKind,
    case_of,
    reasons_against,
)
from workflow.subject import CommandRule, StepHook, TimerKind, case_ends
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.reintegration.commands import (
    CompleteCourse,
    DeclineTraining,
    EnrolInCourse,
    LeaveCourse,
    OfferSeat,
    RecordAttendance,
    TakeSeat,
)
from workflow.subjects.reintegration.courses import Seats, has_ended
from workflow.subjects.reintegration.definition import Course
from workflow.subjects.reintegration.state import Place


def enrol_in_course(command: EnrolInCourse, situation: Situation) -> Decision:
    """Return a seat in the course, or a place in its line when it is full or others came before."""
    course = situation.programme.course_of.get(command.course)
    if course is None:
        return _unknown(situation.programme)
    reasons = [
        *reasons_against(situation.asked(command), (consent_to_assistance,)),
        *_against_enrolling(course, situation),
    ]
    if reasons:
        return Refused(tuple(reasons))
    seats, case_id = _seats(course, situation), case_of(situation).case_id
    if seats.has_room(course.seats):
        return _both(situation, course, CourseEnrolled(course=course.id), SeatTaken(case_id=case_id))
    waits = CourseWaitlisted(course=course.id, place=len(seats.waiting) + 1)
    return _both(situation, course, waits, SeatAwaited(case_id=case_id))


def take_seat(command: TakeSeat, situation: Situation) -> Decision:
    """Return that the offered seat is the person's."""
    case, course = case_of(situation), situation.programme.course_of.get(command.course)
    place = case.reintegration.courses.get(command.course)
    if course is None or place is None or place.status != "offered":
        return _not_now(place, command.course, "a seat is offered")
    reasons = list(reasons_against(situation.asked(command), (consent_to_assistance,)))
    until = _seats(course, situation).offered[case.case_id]
    if until <= situation.now:
        advice = "record EnrolInCourse again when the next person was asked"
        reasons.append(reason("offer_is_live", "the offer has run out", advice, until=until))
    if reasons:
        return Refused(tuple(reasons))
    return _both(situation, course, CourseEnrolled(course=course.id), SeatTaken(case_id=case.case_id))


def leave_course(command: LeaveCourse, situation: Situation) -> Decision:
    """Return that the seat, the offer or the place in the line is free for others."""
    if command.course not in case_of(situation).reintegration.courses:
        return _not_now(None, command.course, "the person is in the course or waits for it")
    return freed(situation, command.course, command.reason)


def record_attendance(command: RecordAttendance, situation: Situation) -> Decision:
    """Return whether the person was there; said again of the same day, the last word counts."""
    place = case_of(situation).reintegration.courses.get(command.course)
    if place is None or place.status != "enrolled":
        return _not_now(place, command.course, "the person has a seat")
    reasons = _against_day(command, place, situation)
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(CourseAttended(course=command.course, day=command.day, attended=command.attended))


def complete_course(command: CompleteCourse, situation: Situation) -> Decision:
    """Return what came of the course; the service is given, the seat is free."""
    case = case_of(situation)
    place = case.reintegration.courses.get(command.course)
    if place is None or place.status != "enrolled":
        return _not_now(place, command.course, "the person has a seat")
    if not place.has_attended:
        advice = "record RecordAttendance first, or LeaveCourse if they never came"
        return refused("course_was_attended", "the person was at no day of the course", advice)
    course = situation.programme.course_of[command.course]
    waiting = len(_seats(course, situation).waiting)
    completed = CourseCompleted(course=course.id, outcome=command.outcome, waiting=waiting)
    given = ServiceProvided(task_id="", service=course.service, reference=course.id)
    free = SeatFreed(case_id=case.case_id, reason=command.outcome)
    return [*situation.about_case(completed, given), StreamFact(course.stream, free)]


def decline_training(command: DeclineTraining, situation: Situation) -> Decision:
    """Return that the person wants no course; what they began they leave first."""
    begun = sorted(case_of(situation).reintegration.courses)
    if begun:
        advice = "record LeaveCourse for each first"
        return refused("is_in_no_course", f"the person is in: {', '.join(begun)}", advice)
    return situation.about_case(TrainingDeclined(reason=command.reason))


def offer_seat(command: OfferSeat, situation: Situation) -> Decision:
    """Return that a freed seat is kept for the person, who must be the first in the line."""
    case, course = case_of(situation), situation.programme.course_of.get(command.course)
    if course is None:
        return _unknown(situation.programme)
    seats, reasons = _seats(course, situation), []
    if seats.waiting[:1] != (case.case_id,):
        reasons.append(reason("is_first_in_line", "somebody else is served first", "offer it to them"))
    if not seats.free(course.seats):
        reasons.append(reason("seat_is_free", f"all {course.seats} seats are taken", "wait until one is freed"))
    if has_ended(course, situation.today):
        reasons.append(reason("course_is_open", f"the course ended on {course.ends}", "choose another course"))
    if reasons:
        return Refused(tuple(reasons))
    until = situation.now + timedelta(days=situation.programme.policies.seat_offer_days)
    offered = CourseOffered(course=course.id, until=until)
    return _both(situation, course, offered, SeatOffered(case_id=case.case_id, until=until))


def freed(situation: Situation, course_id: str, why: str) -> list[StreamFact]:
    """Return both sides of a seat, an offer or a place in the line given up."""
    course = situation.programme.course_of[course_id]
    waiting = [one for one in _seats(course, situation).waiting if one != case_of(situation).case_id]
    left = CourseLeft(course=course_id, reason=why, waiting=len(waiting))
    return _both(situation, course, left, SeatFreed(case_id=case_of(situation).case_id, reason=why))


def ended(situation: Situation, why: str) -> list[StreamFact]:
    """Return what becomes of the seats of a case that ends: all are free for others."""
    return [one for course in case_of(situation).reintegration.courses for one in freed(situation, course, why)]


def streams_of(programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the streams of the courses a case is in or waits for."""
    return tuple(programme.course_of[course].stream for course in case.reintegration.courses)


def _against_enrolling(course: Course, situation: Situation) -> list[Reason]:
    reasons = []
    if course.id in case_of(situation).reintegration.courses:
        reasons.append(reason("is_not_in_course", "the person is in the course or waits for it", "look at the case"))
    if has_ended(course, situation.today):
        reasons.append(reason("course_is_open", f"the course ended on {course.ends}", "choose another course"))
    return reasons


def _against_day(command: RecordAttendance, place: Place, situation: Situation) -> list[Reason]:
    course, reasons = situation.programme.course_of[command.course], []
    if command.day > situation.today:
        reasons.append(reason("day_is_past", "the day lies in the future", "record it when it is over"))
    first = max(place.since, course.starts or place.since)
    if command.day < first or has_ended(course, command.day):
        said = f"the person's seat is from {first}" + (f", the course ends on {course.ends}" if course.ends else "")
        reasons.append(reason("day_is_in_course", said, "check the day", day=command.day))
    return reasons


def _not_now(place: Place | None, course: str, wanted: str) -> Refused:
    stands = place.status if place else "not in it"
    advice = {
        "waiting": "wait for an offer",
        "offered": "record TakeSeat first",
        "enrolled": "nothing needs to be done",
    }
    help_ = advice.get(stands, "record EnrolInCourse first")
    return refused("has_a_place_in_course", f"only when {wanted}; the person is {stands}", help_, course=course)


def _unknown(programme: Programme) -> Refused:
    known = ", ".join(programme.course_of) or "none is in the programme file"
    return refused("course_is_known", "there is no such course", f"one of: {known}")


def _seats(course: Course, situation: Situation) -> Seats:
    return situation.state_of(course.stream, Seats)


def _both(situation: Situation, course: Course, mine: Any, theirs: Any) -> list[StreamFact]:
    return [*situation.about_case(mine), StreamFact(course.stream, theirs)]


def _offer_is_over(situation: Situation, subject: Pairs) -> list[StreamFact]:
    course = dict(subject)["course"]
    place = case_of(situation).reintegration.courses.get(course)
    return freed(situation, course, "offer_ran_out") if place and place.status == "offered" else []


def _passed_on(command: FinishTask, task: Task) -> SeatPassedOn:
    return SeatPassedOn(task_id=command.task_id, course=task.about("course"), offered=command.reference)


def _course(programme: Programme, command: Any) -> tuple[str, ...]:
    course = programme.course_of.get(command.course)
    return (course.stream,) if course else ()


# A freed seat is passed on whatever becomes of the case that freed it.
TASKS: Final = (TaskKind("offer_seat", _passed_on, gives_back=True),)
# Which course a decision looks at is known from the command itself.


def _offered_course(programme: Programme, _case: Case, subject: Pairs) -> tuple[str, ...]:
    return (programme.course_of[dict(subject)["course"]].stream,)


RULES: Final = (
    CommandRule(EnrolInCourse, enrol_in_course, office_needs=_course),
    CommandRule(TakeSeat, take_seat, office_needs=_course),
    CommandRule(LeaveCourse, leave_course, office_needs=_course),
    CommandRule(CompleteCourse, complete_course, office_needs=_course),
    CommandRule(OfferSeat, offer_seat, office_needs=_course),
    CommandRule(RecordAttendance, record_attendance),
    CommandRule(DeclineTraining, decline_training),
)
TIMERS: Final = (TimerKind("seat_offer", _offer_is_over, _offered_course),)


ON_ENTERING: Final = StepHook(case_ends, lambda situation, dest: ended(situation, f"case_{dest}"), streams_of)
