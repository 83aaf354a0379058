"""Training: seats in courses given, offered and freed. Whoever came first is served first.

A full course is no error: the person waits, and the fact says so. A seat that becomes free while somebody waits is
offered to the first in the line by a worker, because nobody's case is changed by a command about another's.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from events.facts import reintegration as facts
from events.facts.tasks import ServiceProvided
from workflow.case.state import Case, Pairs
from workflow.case.tasks import About
from workflow.programme.programme import Programme
from workflow.reasons import Reason, ReasonKind, Refused, reasons_if, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, ends_in, reasons_against, unless
from workflow.subject import CommandRule, StepHook, TimerKind, case_ends
from workflow.subjects.intake.guards import consent_to_assistance
from workflow.subjects.reintegration import commands, refusals
from workflow.subjects.reintegration.courses import CourseSeats, has_ended
from workflow.subjects.reintegration.definition import Course
from workflow.subjects.reintegration.state import CoursePlace, reintegration_of


def enrol_in_course(command: commands.EnrolInCourse, situation: Situation) -> Decision:
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
        return _both(situation, course, facts.CourseEnrolled(course=course.id), facts.SeatTaken(case_id=case_id))
    waits = facts.CourseWaitlisted(course=course.id, place=len(seats.waiting) + 1)
    return _both(situation, course, waits, facts.SeatAwaited(case_id=case_id))


def take_seat(command: commands.TakeSeat, situation: Situation) -> Decision:
    """Return that the offered seat is the person's."""
    case, course = case_of(situation), situation.programme.course_of.get(command.course)
    place = reintegration_of(case).courses.get(command.course)
    if course is None or place is None or place.status != "offered":
        return _not_now(place, command.course, refusals.WHEN_OFFERED())
    reasons = list(reasons_against(situation.asked(command), (consent_to_assistance,)))
    until = _seats(course, situation).offered[case.case_id]
    if until <= situation.now:
        reasons.append(refusals.OFFER_IS_LIVE(until=until))
    return unless(
        reasons, _both(situation, course, facts.CourseEnrolled(course=course.id), facts.SeatTaken(case_id=case.case_id))
    )


def leave_course(command: commands.LeaveCourse, situation: Situation) -> Decision:
    """Return that the seat, the offer or the place in the line is free for others."""
    if command.course not in reintegration_of(case_of(situation)).courses:
        return _not_now(None, command.course, refusals.WHEN_IN_COURSE())
    return seat_freed(situation, command.course, command.reason)


def record_attendance(command: commands.RecordAttendance, situation: Situation) -> Decision:
    """Return whether the person was there; said again of the same day, the last word counts."""
    place = reintegration_of(case_of(situation)).courses.get(command.course)
    if place is None or place.status != "enrolled":
        return _not_now(place, command.course, refusals.WHEN_SEATED())
    reasons = _against_day(command, place, situation)
    return unless(
        reasons,
        situation.about_case(facts.CourseAttended(course=command.course, day=command.day, attended=command.attended)),
    )


def complete_course(command: commands.CompleteCourse, situation: Situation) -> Decision:
    """Return what came of the course; the service is given, the seat is free."""
    case = case_of(situation)
    place = reintegration_of(case).courses.get(command.course)
    if place is None or place.status != "enrolled":
        return _not_now(place, command.course, refusals.WHEN_SEATED())
    if not place.has_attended:
        return refused(refusals.COURSE_WAS_ATTENDED())
    course = situation.programme.course_of[command.course]
    waiting = len(_seats(course, situation).waiting)
    completed = facts.CourseCompleted(course=course.id, outcome=command.outcome, waiting=waiting)
    given = ServiceProvided(task_id="", service=course.service, reference=course.id)
    free = facts.SeatFreed(case_id=case.case_id, reason=command.outcome)
    return [*situation.about_case(completed, given), StreamFact(course.stream, free)]


def decline_training(command: commands.DeclineTraining, situation: Situation) -> Decision:
    """Return that the person wants no course; what they began they leave first."""
    begun = sorted(reintegration_of(case_of(situation)).courses)
    if begun:
        return refused(refusals.IS_IN_NO_COURSE(courses=begun))
    return situation.about_case(facts.TrainingDeclined(reason=command.reason))


def offer_seat(command: commands.OfferSeat, situation: Situation) -> Decision:
    """Return that a freed seat is kept for the person, who must be the first in the line."""
    case, course = case_of(situation), situation.programme.course_of.get(command.course)
    if course is None:
        return _unknown(situation.programme)
    seats, reasons = _seats(course, situation), []
    reasons += reasons_if(
        (seats.waiting[:1] != (case.case_id,), refusals.IS_FIRST_IN_LINE()),
        (not seats.free(course.seats), refusals.SEAT_IS_FREE(seats=course.seats)),
        (has_ended(course, situation.today), refusals.COURSE_IS_OPEN(day=course.ends)),
    )
    if reasons:
        return Refused(tuple(reasons))
    until = situation.now + timedelta(days=situation.programme.policies.seat_offer_days)
    offered = facts.CourseOffered(course=course.id, until=until)
    return _both(situation, course, offered, facts.SeatOffered(case_id=case.case_id, until=until))


def seat_freed(situation: Situation, course_id: str, why: str) -> list[StreamFact]:
    """Return both sides of a seat, an offer or a place in the line given up."""
    course = situation.programme.course_of[course_id]
    waiting = [one for one in _seats(course, situation).waiting if one != case_of(situation).case_id]
    left = facts.CourseLeft(course=course_id, reason=why, waiting=len(waiting))
    return _both(situation, course, left, facts.SeatFreed(case_id=case_of(situation).case_id, reason=why))


def seats_freed_at_end(situation: Situation, why: str) -> list[StreamFact]:
    """Return what becomes of the seats of a case that ends: all are free for others."""
    return [
        one for course in reintegration_of(case_of(situation)).courses for one in seat_freed(situation, course, why)
    ]


def course_streams(programme: Programme, case: Case) -> tuple[str, ...]:
    """Return the streams of the courses a case is in or waits for."""
    return tuple(programme.course_of[course].stream for course in reintegration_of(case).courses)


def _against_enrolling(course: Course, situation: Situation) -> list[Reason]:
    return reasons_if(
        (course.id in reintegration_of(case_of(situation)).courses, refusals.IS_NOT_IN_COURSE()),
        (has_ended(course, situation.today), refusals.COURSE_IS_OPEN(day=course.ends)),
        (not course.is_offered, refusals.COURSE_IS_OFFERED()),
    )


def _against_day(command: commands.RecordAttendance, place: CoursePlace, situation: Situation) -> list[Reason]:
    course, reasons = situation.programme.course_of[command.course], []
    if command.day > situation.today:
        reasons.append(refusals.DAY_IS_PAST())
    since = situation.programme.day(place.since)
    first = max(since, course.starts or since)
    if command.day < first or has_ended(course, command.day):
        reasons.append(
            refusals.DAY_IS_OUTSIDE_COURSE(first=first, ends=course.ends, day=command.day)
            if course.ends
            else refusals.DAY_IS_BEFORE_SEAT(first=first, day=command.day)
        )
    return reasons


_NOT_NOW: Final[Mapping[str, ReasonKind]] = {
    "waiting": refusals.WAITS_FOR_COURSE,
    "offered": refusals.SEAT_IS_OFFERED,
    "enrolled": refusals.IS_ENROLLED,
}


def _not_now(place: CoursePlace | None, course: str, wanted: Reason) -> Refused:
    stands = place.status if place else "not in it"
    kind = _NOT_NOW.get(stands, refusals.IS_NOT_IN_COURSE_YET)
    return refused(kind(wanted=wanted, stands=stands, course=course))


def _unknown(programme: Programme) -> Refused:
    return refused(refusals.COURSE_IS_KNOWN(known=(one.id for one in programme.courses if one.is_offered)))


def _seats(course: Course, situation: Situation) -> CourseSeats:
    return situation.state_of(course.stream, CourseSeats)


def _both(situation: Situation, course: Course, mine: Any, theirs: Any) -> list[StreamFact]:
    return [*situation.about_case(mine), StreamFact(course.stream, theirs)]


def _offer_is_over(situation: Situation, subject: Pairs) -> list[StreamFact]:
    course = dict(subject)["course"]
    place = reintegration_of(case_of(situation)).courses.get(course)
    return seat_freed(situation, course, "offer_ran_out") if place and place.status == "offered" else []


class FreeSeat(About):
    """The course whose free seats are offered to those in its line."""

    course: str


def _course(programme: Programme, command: Any) -> tuple[str, ...]:
    course = programme.course_of.get(command.course)
    return (course.stream,) if course else ()


# A freed seat is passed on whatever becomes of the case that freed it.
TASKS: Final = (
    TaskKind("offer_seat", FreeSeat, ends_in(facts.SeatPassedOn, "offered"), gives_back=True, is_letter=False),
)
# Which course a decision looks at is known from the command itself.


def _offered_course(programme: Programme, _case: Case, subject: Pairs) -> tuple[str, ...]:
    return (programme.course_of[dict(subject)["course"]].stream,)


RULES: Final = (
    CommandRule(commands.EnrolInCourse, enrol_in_course, office_needs=_course),
    CommandRule(commands.TakeSeat, take_seat, office_needs=_course),
    CommandRule(commands.LeaveCourse, leave_course, office_needs=_course),
    CommandRule(commands.CompleteCourse, complete_course, office_needs=_course),
    CommandRule(commands.OfferSeat, offer_seat, office_needs=_course),
    CommandRule(commands.RecordAttendance, record_attendance),
    CommandRule(commands.DeclineTraining, decline_training),
)
TIMERS: Final = (TimerKind("seat_offer", _offer_is_over, _offered_course),)
ON_ENTERING: Final = StepHook(
    case_ends, lambda situation, dest: seats_freed_at_end(situation, f"case_{dest}"), course_streams
)
