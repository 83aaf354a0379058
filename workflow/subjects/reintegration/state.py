"""Life after the return as the case sees it: the plan, seats in courses, visits."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from events.facts import reintegration as facts
from events.facts.journey import StageEntered
from events.instants import instant
from workflow.case.retraction import Instead, Retractable, Told, given_once_less
from workflow.case.state import NOTHING, At, Case, Change, Part, without
from workflow.reasons import Reason
from workflow.subjects.reintegration import refusals
from workflow.subjects.reintegration.definition import FOLLOW_UP_VISIT

# What a visit or a plan that came late has left on the work list; moving on settles it.
OVERDUE = frozenset({"plan_overdue", "visit_overdue", "retention_due"})


class ReintegrationPlan(NamedTuple):
    """The reintegration plan: which version it is, what it aims at, whether two people stand behind it."""

    number: int = 0
    goals: tuple[str, ...] = ()
    agreed: bool = False


class CoursePlace(NamedTuple):
    """Where the person stands with a course: waiting, offered a seat, or enrolled; and on which days they came."""

    status: str
    since: datetime
    days: Mapping[date, bool] = NOTHING

    @property
    def has_attended(self) -> bool:
        """Tell whether the person came at least once."""
        return any(self.days.values())


class CourseResult(NamedTuple):
    """What came of a course."""

    course: str
    outcome: str
    attended: int
    missed: int


class FollowUp(NamedTuple):
    """What a visit found; scores are from 0 (worst) to 3, or None when nobody asked."""

    made_on: date
    how: str
    outcome: str
    economic: int | None = None
    social: int | None = None
    psychosocial: int | None = None


class Reintegration(NamedTuple):
    """Everything about life after the return that rules and statistics look at."""

    plan: ReintegrationPlan = ReintegrationPlan()
    courses: Mapping[str, CoursePlace] = NOTHING
    results: tuple[CourseResult, ...] = ()  # the courses' part of the plan
    training_declined: bool = False
    visits_from: date | None = None
    due: frozenset[int] = frozenset()  # months whose visit is due and not recorded
    follow_ups: Mapping[int, FollowUp] = NOTHING  # by month
    plan_agreed: bool = False  # at least once
    visits: frozenset[int] = frozenset()  # made, by month


reintegration_of: Final = Part("reintegration", Reintegration())


def _moved_on(case: Case, _fact: StageEntered, _at: At) -> Case:
    """Return the case in its next stage: visits that were due in the stage before are not waited for any more."""
    life = reintegration_of(case)
    if not life.due and case.escalations.isdisjoint(OVERDUE):
        return case
    return reintegration_of.changed(case.calm(*OVERDUE), due=frozenset())


def _agreed(case: Case, fact: facts.PlanAgreed, _at: At) -> Case:
    plan = reintegration_of(case).plan._replace(number=fact.number, agreed=True)
    return reintegration_of.changed(case.calm("plan_overdue"), plan=plan, plan_agreed=True)


def _place(status: str) -> Change:
    def change(case: Case, fact: Any, at: At) -> Case:
        place = CoursePlace(status, instant(at.recorded_at))
        courses = {**reintegration_of(case).courses, fact.course: place}
        return reintegration_of.changed(case, courses=courses, training_declined=False)

    return change


def _out(case: Case, fact: facts.CourseLeft | facts.CourseCompleted, _at: At) -> Case:
    return reintegration_of.changed(case, courses=without(reintegration_of(case).courses, fact.course))


def _attended(case: Case, fact: facts.CourseAttended, _at: At) -> Case:
    courses = reintegration_of(case).courses
    place = courses[fact.course]
    here = place._replace(days={**place.days, fact.day: fact.attended})
    return reintegration_of.changed(case, courses={**courses, fact.course: here})


def _completed(case: Case, fact: facts.CourseCompleted, at: At) -> Case:
    came = list(reintegration_of(case).courses[fact.course].days.values())
    result = CourseResult(fact.course, fact.outcome, came.count(True), came.count(False))
    return reintegration_of.changed(_out(case, fact, at), results=(*reintegration_of(case).results, result))


def _visited(case: Case, fact: facts.FollowUpVisited, _at: At) -> Case:
    scores = (fact.economic, fact.social, fact.psychosocial)
    found = FollowUp(fact.made_on, fact.how, fact.outcome, *scores)
    case = reintegration_of.changed(case, follow_ups={**reintegration_of(case).follow_ups, fact.month: found})
    if fact.outcome == "not_reached":
        return case  # nobody knows yet how the person is: the visit is still to be made
    due = reintegration_of(case).due - {fact.month}
    visits = reintegration_of(case).visits | {fact.month}
    return reintegration_of.changed(case if due else case.calm("visit_overdue"), visits=visits, due=due)


def _before_visit(case: Case, fact: facts.FollowUpVisited) -> tuple[FollowUp | None, bool, bool, bool]:
    life, month = reintegration_of(case), fact.month
    return life.follow_ups.get(month), month in life.visits, month in life.due, fact.outcome != "not_reached"


def _no_visit(case: Case, told: Told) -> Case:
    """Return the case with the month as it was: its visit is still to be made if nobody made it before."""
    before, was_made, was_due, reached = told.before
    life, month = reintegration_of(case), int(dict(told.about)["month"])
    others = without(life.follow_ups, month)
    visits, due = (life.visits - {month}, life.due - {month}) if reached else (life.visits, life.due)
    case = reintegration_of.changed(
        case, follow_ups=others if before is None else {**others, month: before},
        visits=visits | ({month} if was_made else set()), due=due | ({month} if was_due else set()),
    )  # fmt: skip
    return given_once_less(case, FOLLOW_UP_VISIT) if reached else case


def _no_attendance(case: Case, told: Told) -> Case:
    said, courses = dict(told.about), reintegration_of(case).courses
    place, day = courses[said["course"]], date.fromisoformat(said["day"])
    others = without(place.days, day)
    days = others if told.before is None else {**others, day: told.before}
    return reintegration_of.changed(case, courses={**courses, said["course"]: place._replace(days=days)})


def _is_over(case: Case, told: Told) -> list[Reason]:
    course = dict(told.about)["course"]
    return [] if course in reintegration_of(case).courses else [refusals.COURSE_RESTS_ON_IT(course=course)]


def _attended_before(case: Case, fact: facts.CourseAttended) -> bool | None:
    place = reintegration_of(case).courses.get(fact.course)
    return None if place is None else place.days.get(fact.day)


RETRACTABLE: Final = (
    Retractable(
        facts.FollowUpVisited, "RecordFollowUp", _no_visit, about=lambda f: (("month", str(f.month)),),
        keeps=_before_visit, guards=frozenset({"follow_up_is_done"}),
    ),
    Retractable(
        facts.CourseAttended, "RecordAttendance", _no_attendance,
        about=lambda f: (("course", f.course), ("day", f.day.isoformat())), keeps=_attended_before,
        guards=frozenset({"training_is_settled"}), against=_is_over,
    ),
)  # fmt: skip
INSTEAD: Final = {
    "PlanDrafted": Instead(("DraftPlan",)),
    "PlanAgreed": Instead(("RevisePlan",)),
    "PlanRevised": Instead(("RevisePlan",)),
    "CourseEnrolled": Instead(back="LeaveCourse", anew="EnrolInCourse"),
    "CourseWaitlisted": Instead(back="LeaveCourse", anew="EnrolInCourse"),
    "CourseLeft": Instead(("EnrolInCourse",)),
    "TrainingDeclined": Instead(("EnrolInCourse",)),
}
CHANGES: dict[str, Change] = {
    "StageEntered": _moved_on,
    "PlanDrafted": lambda c, f, _: reintegration_of.changed(c, plan=ReintegrationPlan(f.number, f.goals)),
    "PlanAgreed": _agreed,
    "PlanRevised": lambda c, f, _: reintegration_of.changed(c, plan=ReintegrationPlan(f.number, f.goals, agreed=True)),
    "CourseEnrolled": _place("enrolled"),
    "CourseWaitlisted": _place("waiting"),
    "CourseOffered": _place("offered"),
    "CourseLeft": _out,
    "CourseAttended": _attended,
    "CourseCompleted": _completed,
    "TrainingDeclined": lambda c, _f, _: reintegration_of.changed(c, training_declined=True),
    "FollowUpScheduled": lambda c, f, _: reintegration_of.changed(c, visits_from=f.start),
    "FollowUpDue": lambda c, f, _: reintegration_of.changed(c, due=reintegration_of(c).due | {f.month}),
    "FollowUpVisited": _visited,
}
