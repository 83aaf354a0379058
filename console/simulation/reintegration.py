"""What the case manager of a rehearsal does after the return: a plan, a course, and visits when they are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

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
from workflow.subjects.reintegration.state import Place, reintegration_of
from workflow.values.calendars import months_later

if TYPE_CHECKING:
    from console.simulation.manager import Look

BORIS: Final = "staff:boris"
COURSE_DAYS: Final = 7
PATIENCE_DAYS: Final = 20
Steps = Iterator[Command]


def plan_and_training(look: Look) -> Steps:
    """Write a plan and have it approved; take part in a course, unless the person wants none."""
    life = reintegration_of(look.case)
    if not life.plan.number:
        yield look.make(DraftPlan, goals=("work", "housing"), content="What somebody made up hopes for.")
    if not life.plan.agreed:
        yield look.make(AgreePlan, second=BORIS)
    if "training" not in look.case.provided and not life.training_declined:
        yield from _training(look)


def visits(look: Look) -> Steps:
    """Visit some days after a visit was due; now and then so late that a supervisor has to ask."""
    life = reintegration_of(look.case)
    days = 20 if _number(look) % 17 == 0 else _number(look) % 9
    for month in sorted(life.due):
        assert life.visits_from is not None
        if look.now.date() >= months_later(life.visits_from, month) + timedelta(days=days):
            yield _visit(look, month)


def _visit(look: Look, month: int) -> Command:
    number = _number(look) + month
    score = min(3, 1 + month // 4 + number % 2)
    outcome = ("well", "getting_on", "getting_on", "in_need")[number % 4]
    how = ("visit", "call", "partner")[number % 3]
    scores = {"economic": max(score - 1, 0), "social": score, "psychosocial": score}
    return look.make(RecordFollowUp, month=month, outcome=outcome, how=how, note="made up", **scores)


def _training(look: Look) -> Steps:
    courses = list(look.seen.definition.programme.courses)
    wants_none = _number(look) % 13 == 0
    if wants_none or not courses:
        yield look.make(DeclineTraining, reason="has_work")
        return
    course = courses[_number(look) % len(courses)].id
    place = reintegration_of(look.case).courses.get(course)
    if place is None:
        yield look.make(EnrolInCourse, course=course)
    elif place.status == "offered":
        yield look.make(TakeSeat, course=course)
    elif place.status == "enrolled":
        yield from _in_course(look, course, place)
    elif look.now.date() - place.since > timedelta(days=PATIENCE_DAYS):
        yield look.make(LeaveCourse, course=course, reason="waited_too_long")
        yield look.make(DeclineTraining, reason="waited_too_long")


def _in_course(look: Look, course: str, place: Place) -> Steps:
    today = look.now.date()
    if _number(look) % 19 == 0 and len(place.days) == 2:
        yield look.make(LeaveCourse, course=course, reason="found_work")
        yield look.make(DeclineTraining, reason="found_work")
    elif today not in place.days:
        came = (_number(look) + today.toordinal()) % 8 != 0
        yield look.make(RecordAttendance, course=course, day=today, attended=came)
    elif len(place.days) >= COURSE_DAYS:
        yield look.make(CompleteCourse, course=course, outcome="certificate")


def _number(look: Look) -> int:
    """Return a number that stays the same for a person, so that they always fare the same."""
    return sum(look.case.case_id.encode())
