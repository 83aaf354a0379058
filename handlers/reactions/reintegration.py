"""What follows for life after the return: the plan's reminder, visits on their days, and the end of keeping."""

from datetime import datetime, timedelta

from events.facts import reintegration as facts
from events.facts.corrections import RecordRetracted
from events.facts.journey import StageEntered
from handlers.reactions.moment import Follows, ReactionContext, Reactions, cancelling
from workflow.subjects.referrals.directory import providers_of
from workflow.subjects.reintegration.decisions import VisitLetter
from workflow.subjects.reintegration.definition import FOLLOW_UP_VISIT
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.reintegration.training import FreeSeat
from workflow.subjects.travel.state import travel_of
from workflow.values.calendars import months_later
from workflow.values.days import at_clock, begin_of, by_clock


def _entered(fact: StageEntered, moment: ReactionContext) -> Follows:
    stage, policies = moment.definition.journey.stage(fact.dest), moment.policies
    if stage.ends:
        yield moment.set_timer("retention", _months_later(moment, policies.retention_months))
        return
    yield from moment.cancel_timers("retention")
    if stage.plan_due and not reintegration_of(moment.after).plan_agreed and not moment.timers_of("plan_due"):
        yield moment.set_timer("plan_due", moment.now + timedelta(days=policies.plan_due_days))
    if stage.visits:
        yield from _visits(moment)


def _visits(moment: ReactionContext) -> Follows:
    wanted = moment.policies.follow_up_months
    months = tuple(month for month in wanted if month not in reintegration_of(moment.after).visits)
    yield facts.FollowUpScheduled(start=moment.today, months=months)
    for month in months:
        yield moment.set_timer("follow_up", _months_later(moment, month), month=str(month))


def _months_later(moment: ReactionContext, months: int) -> datetime:
    """Return the same time of day some months later, by the programme's calendar and clocks."""
    zone = moment.programme.time_zone
    return at_clock(months_later(moment.today, months), by_clock(moment.now, zone).time(), zone)


def _due(fact: facts.FollowUpDue, moment: ReactionContext) -> Follows:
    """Wait for the visit, and ask a partner near the person to make it, if there is one."""
    overdue = moment.now + timedelta(days=moment.policies.visit_overdue_days)
    yield moment.set_timer("visit_overdue", overdue, month=str(fact.month))
    if provider := _visitor(moment):
        yield moment.request_task("arrange_visit", VisitLetter(month=fact.month, provider=provider))


def _visitor(moment: ReactionContext) -> str:
    """Return who may be asked to visit where the person lives; nobody is asked without consent."""
    programme, case = moment.programme, moment.after
    service = programme.service_of.get(FOLLOW_UP_VISIT)
    if service is None or not moment.is_consented(service.consent):
        return ""
    area = travel_of(case).destination or programme.home_country
    found = providers_of(programme, FOLLOW_UP_VISIT, area=area)
    return found[0].id if found else ""


def _visited(fact: facts.FollowUpVisited, moment: ReactionContext) -> Follows:
    if fact.outcome != "not_reached":
        yield from moment.cancel_timers("follow_up", "visit_overdue", month=str(fact.month))
        yield from moment.call_off_tasks("the visit was made", "arrange_visit", month=str(fact.month))


def _retracted(fact: RecordRetracted, moment: ReactionContext) -> Follows:
    """Wait again for every visit nobody has made: until it is late where it was due, else until its month."""
    if fact.of != facts.FollowUpVisited.__name__:
        return
    life, zone = reintegration_of(moment.after), moment.programme.time_zone
    for month in sorted({*moment.policies.follow_up_months} - life.visits):
        if moment.timers_of("follow_up", month=str(month)) or moment.timers_of("visit_overdue", month=str(month)):
            continue
        if month in life.due:
            overdue = moment.now + timedelta(days=moment.policies.visit_overdue_days)
            yield moment.set_timer("visit_overdue", overdue, month=str(month))
        elif life.visits_from is not None:
            due = begin_of(months_later(life.visits_from, month), zone)
            yield moment.set_timer("follow_up", max(due, moment.now), month=str(month))


def _seat_offered(fact: facts.CourseOffered, moment: ReactionContext) -> Follows:
    yield moment.set_timer("seat_offer", fact.until, course=fact.course)


def _seat_freed(fact: facts.CourseLeft | facts.CourseCompleted, moment: ReactionContext) -> Follows:
    """Have the seat offered to the next in the line; a place in the line given up frees no seat."""
    yield from moment.cancel_timers("seat_offer", course=fact.course)
    if reintegration_of(moment.was).courses[fact.course].status != "waiting" and fact.waiting:
        yield moment.request_task("offer_seat", FreeSeat(course=fact.course))


REACTIONS: Reactions = {
    "StageEntered": _entered,
    "PlanAgreed": cancelling("plan_due"),
    "FollowUpDue": _due,
    "FollowUpVisited": _visited,
    "RecordRetracted": _retracted,
    "CourseOffered": _seat_offered,
    "CourseEnrolled": cancelling("seat_offer", about="course"),
    "CourseLeft": _seat_freed,
    "CourseCompleted": _seat_freed,
}
