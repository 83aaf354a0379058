"""What the case manager of a rehearsal does after the return: a plan, a course, and visits when they are due."""

from datetime import timedelta
from typing import Final

from console.simulation.managed_case import ManagedCase, Steps
from workflow.command import Command
from workflow.subjects.reintegration.commands import (
    AgreePlan,
    CompleteCourse,
    DeclineTraining,
    DraftPlan,
    EnrolInCourse,
    LeaveCourse,
    RecordAttendance,
    RecordFollowUp,
    TakeSeat,
)
from workflow.subjects.reintegration.state import CoursePlace, reintegration_of
from workflow.values.calendars import months_later

COURSE_DAYS: Final = 7
PATIENCE_DAYS: Final = 20


def plan_and_training(managed: ManagedCase) -> Steps:
    """Write a plan and have it approved; take part in a course, unless the person wants none."""
    life = reintegration_of(managed.case)
    if not life.plan.number:
        yield managed.make(DraftPlan, goals=("work", "housing"), content="What somebody made up hopes for.")
    if not life.plan.agreed:
        yield managed.make(AgreePlan)
    if "training" not in managed.case.provided and not life.training_declined:
        yield from _training(managed)


def visits(managed: ManagedCase) -> Steps:
    """Visit some days after a visit was due; now and then so late that a supervisor has to ask."""
    life = reintegration_of(managed.case)
    days = 20 if managed.number % 17 == 0 else managed.number % 9
    for month in sorted(life.due):
        assert life.visits_from is not None
        if managed.today >= months_later(life.visits_from, month) + timedelta(days=days):
            yield _visit(managed, month)


def _visit(managed: ManagedCase, month: int) -> Command:
    number = managed.number + month
    score = min(3, 1 + month // 4 + number % 2)
    outcome = ("well", "getting_on", "getting_on", "in_need")[number % 4]
    how = ("visit", "call", "partner")[number % 3]
    scores = {"economic": max(score - 1, 0), "social": score, "psychosocial": score}
    return managed.make(RecordFollowUp, month=month, outcome=outcome, how=how, note="made up", **scores)


def _training(managed: ManagedCase) -> Steps:
    courses = list(managed.programme.courses)
    wants_none = managed.number % 13 == 0
    if wants_none or not courses:
        yield managed.make(DeclineTraining, reason="has_work")
        return
    course = courses[managed.number % len(courses)].id
    place = reintegration_of(managed.case).courses.get(course)
    if place is None:
        yield managed.make(EnrolInCourse, course=course)
    elif place.status == "offered":
        yield managed.make(TakeSeat, course=course)
    elif place.status == "enrolled":
        yield from _in_course(managed, course, place)
    elif managed.now - place.since > timedelta(days=PATIENCE_DAYS):
        yield managed.make(LeaveCourse, course=course, reason="waited_too_long")
        yield managed.make(DeclineTraining, reason="waited_too_long")


def _in_course(managed: ManagedCase, course: str, place: CoursePlace) -> Steps:
    today = managed.today
    if managed.number % 19 == 0 and len(place.days) == 2:
        yield managed.make(LeaveCourse, course=course, reason="found_work")
        yield managed.make(DeclineTraining, reason="found_work")
    elif today not in place.days:
        came = (managed.number + today.toordinal()) % 8 != 0
        yield managed.make(RecordAttendance, course=course, day=today, attended=came)
    elif len(place.days) >= COURSE_DAYS:
        yield managed.make(CompleteCourse, course=course, outcome="certificate")
