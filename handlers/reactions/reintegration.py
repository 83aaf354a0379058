"""What follows for life after the return: the plan's reminder, visits on their days, and the end of keeping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from events.catalogue import Fact
from events.facts.journey import StageEntered
from events.facts.reintegration import (
    CourseCompleted,
    CourseEnrolled,
    CourseLeft,
    CourseOffered,
    FollowUpDue,
    FollowUpScheduled,
    FollowUpVisited,
    PlanAgreed,
)
from handlers.reactions.moment import (
    Reaction,
    ReactionContext,
    call_off_tasks,
    cancel_timers,
    is_consented,
    request_task,
    set_timer,
    timers_of,
)
from workflow.subjects.referrals.directory import providers_of
from workflow.subjects.reintegration.decisions import VisitLetter
from workflow.subjects.reintegration.definition import FOLLOW_UP_VISIT
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.reintegration.training import FreeSeat
from workflow.subjects.travel.state import travel_of
from workflow.values.calendars import months_later


def _entered(fact: StageEntered, moment: ReactionContext) -> Iterator[Fact]:
    stage, policies = moment.definition.journey.stage(fact.dest), moment.definition.programme.policies
    if stage.ends:
        yield set_timer(moment, "retention", months_later(moment.now, policies.retention_months))
        return
    yield from cancel_timers(moment, "retention")
    if stage.plan_due and not reintegration_of(moment.after).plan_agreed and not timers_of(moment.after, "plan_due"):
        yield set_timer(moment, "plan_due", moment.now + timedelta(days=policies.plan_due_days))
    if stage.visits:
        yield from _visits(moment)


def _visits(moment: ReactionContext) -> Iterator[Fact]:
    wanted = moment.definition.programme.policies.follow_up_months
    months = tuple(month for month in wanted if month not in reintegration_of(moment.after).visits)
    yield FollowUpScheduled(start=moment.now.date(), months=months)
    for month in months:
        yield set_timer(moment, "follow_up", months_later(moment.now, month), (("month", str(month)),))


def _agreed(_fact: PlanAgreed, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "plan_due")


def _due(fact: FollowUpDue, moment: ReactionContext) -> Iterator[Fact]:
    """Wait for the visit, and ask a partner near the person to make it, if there is one."""
    month = str(fact.month)
    days = moment.definition.programme.policies.visit_overdue_days
    yield set_timer(moment, "visit_overdue", moment.now + timedelta(days=days), (("month", month),))
    provider = _visitor(moment)
    if provider:
        yield request_task(moment, "arrange_visit", VisitLetter(month=fact.month, provider=provider))


def _visitor(moment: ReactionContext) -> str:
    """Return who may be asked to visit where the person lives; nobody is asked without consent."""
    programme, case = moment.definition.programme, moment.after
    service = programme.service_of.get(FOLLOW_UP_VISIT)
    if service is None or not is_consented(service.consent, moment):
        return ""
    area = travel_of(case).destination or programme.home_country
    found = providers_of(programme, FOLLOW_UP_VISIT, area=area)
    return found[0].id if found else ""


def _visited(fact: FollowUpVisited, moment: ReactionContext) -> Iterator[Fact]:
    if fact.outcome == "not_reached":
        return
    month = str(fact.month)
    for kind in ("follow_up", "visit_overdue"):
        yield from cancel_timers(moment, kind, month=month)
    yield from call_off_tasks(moment, "the visit was made", ("arrange_visit",), month=month)


def _seat_offered(fact: CourseOffered, moment: ReactionContext) -> Iterator[Fact]:
    yield set_timer(moment, "seat_offer", fact.until, (("course", fact.course),))


def _seat_given(fact: CourseEnrolled, moment: ReactionContext) -> Iterator[Fact]:
    yield from cancel_timers(moment, "seat_offer", course=fact.course)


def _seat_freed(fact: CourseLeft | CourseCompleted, moment: ReactionContext) -> Iterator[Fact]:
    """Have the seat offered to the next in the line; a place in the line given up frees no seat."""
    assert moment.before is not None
    yield from cancel_timers(moment, "seat_offer", course=fact.course)
    had = reintegration_of(moment.before).courses[fact.course].status
    if had != "waiting" and fact.waiting:
        yield request_task(moment, "offer_seat", FreeSeat(course=fact.course))


REACTIONS: Final[Mapping[str, Reaction]] = {
    "StageEntered": _entered,
    "PlanAgreed": _agreed,
    "FollowUpDue": _due,
    "FollowUpVisited": _visited,
    "CourseOffered": _seat_offered,
    "CourseEnrolled": _seat_given,
    "CourseLeft": _seat_freed,
    "CourseCompleted": _seat_freed,
}
