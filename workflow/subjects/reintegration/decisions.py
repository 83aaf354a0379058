"""Life after the return: the plan and its revisions, visits, and how long a closed case is kept."""

from datetime import date
from typing import Final

from events.facts import reintegration as facts
from events.facts.tasks import Escalated, ServiceProvided
from workflow.case.proposals import proposed
from workflow.case.state import Pairs
from workflow.case.tasks import About, Recipient
from workflow.command import occurred
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, ends_in, person_of
from workflow.subject import CommandRule, TimerKind, TwoPeople
from workflow.subjects.reintegration import refusals
from workflow.subjects.reintegration.commands import AgreePlan, DraftPlan, RecordFollowUp, RevisePlan
from workflow.subjects.reintegration.definition import FOLLOW_UP_VISIT
from workflow.subjects.reintegration.state import reintegration_of
from workflow.values.calendars import months_later


def draft_plan(command: DraftPlan, situation: Situation) -> Decision:
    """Return the plan as written; until it is proposed it may be written again."""
    plan = reintegration_of(case_of(situation)).plan
    if plan.agreed:
        return refused(refusals.PLAN_IS_NO_DRAFT(version=plan.number))
    pending = proposed(case_of(situation), AgreePlan.__name__)
    if pending:
        return refused(refusals.PLAN_IS_BEING_READ(proposal_id=pending))
    return situation.about_case(
        facts.PlanDrafted(person_id=person_of(situation), number=1, goals=command.goals, content=command.content)
    )


def agree_plan(command: AgreePlan, situation: Situation) -> Decision:
    """Return the approved reintegration plan, when there is one to approve."""
    plan = reintegration_of(case_of(situation)).plan
    if not plan.number:
        return refused(refusals.PLAN_IS_DRAFTED())
    if plan.agreed:
        return refused(refusals.PLAN_WAS_AGREED(number=plan.number))
    return situation.about_case(facts.PlanAgreed(number=plan.number, **situation.two))


def revise_plan(command: RevisePlan, situation: Situation) -> Decision:
    """Return the next version of an agreed plan; what it says is sealed with its proposal."""
    plan, person_id = reintegration_of(case_of(situation)).plan, person_of(situation)
    if not plan.agreed:
        return refused(refusals.NO_PLAN_TO_REVISE())
    number = plan.number + 1
    return situation.about_case(
        facts.PlanRevised(person_id=person_id, number=number, goals=command.goals, **situation.two)
    )


def record_follow_up(command: RecordFollowUp, situation: Situation) -> Decision:
    """Return the visit, also one that was not on the schedule; the note is sealed."""
    made_on = command.made_on or situation.programme.day(occurred(command, situation.now))
    reasons = _against_visit(command.month, made_on, situation)
    if reasons:
        return Refused(tuple(reasons))
    found = command.model_dump(include={"month", "how", "outcome", "economic", "social", "psychosocial", "note"})
    visited = facts.FollowUpVisited(person_id=person_of(situation), made_on=made_on, **found)
    if command.outcome == "not_reached":
        return situation.about_case(visited)
    reference = f"month {command.month}"
    given = ServiceProvided(task_id="", service=FOLLOW_UP_VISIT, reference=reference)
    return situation.about_case(visited, given)


def _against_visit(month: int, made_on: date, situation: Situation) -> list[Reason]:
    case, reasons = case_of(situation), []
    start = reintegration_of(case).visits_from
    if made_on > situation.today:
        reasons.append(refusals.VISIT_WAS_MADE(on=made_on))
    if month in reintegration_of(case).visits:
        reasons.append(refusals.VISIT_IS_THE_FIRST(month=month))
    if start is None:
        reasons.append(refusals.FOLLOW_UP_HAS_BEGUN(stage=case.stage))
    elif made_on < (earliest := months_later(start, max(month - 1, 0))):
        reasons.append(refusals.VISIT_IS_OF_ITS_MONTH(month=month, earliest=earliest, made=made_on, counted_from=start))
    return reasons


def _visit_is_due(situation: Situation, subject: Pairs) -> list[StreamFact]:
    month = int(dict(subject)["month"])
    if month in reintegration_of(case_of(situation)).visits:
        return []
    return situation.about_case(facts.FollowUpDue(month=month))


def _visit_is_overdue(situation: Situation, subject: Pairs) -> list[StreamFact]:
    due = reintegration_of(case_of(situation)).due
    return situation.escalated("visit_overdue", when=int(dict(subject)["month"]) in due)


def _plan_is_overdue(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    return situation.escalated("plan_overdue", when=not reintegration_of(case_of(situation)).plan_agreed)


def _retention_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    if not situation.journey.stage(case_of(situation).stage).ends:
        return []
    reached = facts.RetentionReached(months=situation.programme.policies.retention_months)
    return situation.about_case(reached, Escalated(kind="retention_due"))


class VisitLetter(About):
    """The partner who is asked to visit, and which month's visit it is."""

    recipient = Recipient("provider_of", "provider")
    month: int
    provider: str


def _visit_is_wanted(about: VisitLetter, situation: Situation) -> bool:
    case = case_of(situation)
    consented = case.consents_to(_purpose(about, situation.programme), situation.today)
    return about.month not in reintegration_of(case).visits and consented


def _purpose(_about: VisitLetter, programme: Programme) -> str:
    return programme.service_of[FOLLOW_UP_VISIT].consent


TASKS: Final = (
    TaskKind("arrange_visit", VisitLetter, ends_in(facts.VisitArranged), _visit_is_wanted, consent=_purpose),
)
# A visit that was made calls off the letter that would ask for it.
RULES: Final = (
    CommandRule(DraftPlan, draft_plan),
    CommandRule(AgreePlan, agree_plan, two_people=TwoPeople()),
    CommandRule(RevisePlan, revise_plan, two_people=TwoPeople(sealed="content")),
    CommandRule(RecordFollowUp, record_follow_up, cancels=True),
)
TIMERS: Final = (
    TimerKind("plan_due", _plan_is_overdue),
    TimerKind("follow_up", _visit_is_due),
    TimerKind("visit_overdue", _visit_is_overdue),
    TimerKind("retention", _retention_is_over),
)
