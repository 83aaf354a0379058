"""Life after the return: the plan and its revisions, visits, and how long a closed case is kept."""

from __future__ import annotations

from datetime import date
from typing import Final

from events.facts.reintegration import (
    FollowUpDue,
    FollowUpVisited,
    PlanAgreed,
    PlanDrafted,
    PlanRevised,
    RetentionReached,
    VisitArranged,
)
from events.facts.tasks import Escalated, ServiceProvided
from workflow.case.change import Pairs
from workflow.case.tasks import Task
from workflow.command import FinishTask, occurred
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, by_two, case_of, person_of
from workflow.subject import CommandRule, TimerKind
from workflow.subjects.reintegration.commands import AgreePlan, DraftPlan, RecordFollowUp, RevisePlan
from workflow.subjects.reintegration.definition import FOLLOW_UP_VISIT
from workflow.values.calendars import months_later


def draft_plan(command: DraftPlan, situation: Situation) -> Decision:
    """Return the plan as written; until it is agreed it may be written again."""
    plan = case_of(situation).reintegration.plan
    if plan.agreed:
        advice = "record RevisePlan with a second person"
        return refused("plan_is_a_draft", f"version {plan.number} of the plan is agreed", advice, version=plan.number)
    return situation.about_case(
        PlanDrafted(person_id=person_of(situation), number=1, goals=command.goals, content=command.content)
    )


def agree_plan(command: AgreePlan, situation: Situation) -> Decision:
    """Return the approved reintegration plan, when there is one to approve and two different people agreed."""
    plan = case_of(situation).reintegration.plan
    agreed = by_two(command.actor, command.second, PlanAgreed(second=command.second, number=plan.number), situation)
    reasons = agreed.reasons if isinstance(agreed, Refused) else ()
    if not plan.number:
        reasons += (reason("plan_is_drafted", "there is no plan to approve", "record DraftPlan with its goals first"),)
    if plan.agreed:
        advice = "record RevisePlan to change it"
        reasons += (reason("plan_is_a_draft", f"version {plan.number} of the plan is agreed already", advice),)
    return Refused(reasons) if reasons else agreed


def revise_plan(command: RevisePlan, situation: Situation) -> Decision:
    """Return the next version of an agreed plan, when a second person agreed to the change too."""
    plan = case_of(situation).reintegration.plan
    revised = PlanRevised(
        person_id=person_of(situation),
        number=plan.number + 1,
        goals=command.goals,
        second=command.second,
        content=command.content,
    )
    decision = by_two(command.actor, command.second, revised, situation)
    if plan.agreed:
        return decision
    reasons = decision.reasons if isinstance(decision, Refused) else ()
    advice = "record DraftPlan and AgreePlan first"
    return Refused((*reasons, reason("plan_is_agreed", "there is no approved plan to revise", advice)))


def record_follow_up(command: RecordFollowUp, situation: Situation) -> Decision:
    """Return the visit, also one that was not on the schedule; the note is sealed."""
    made_on = command.made_on or occurred(command, situation.now).date()
    reasons = _against_visit(command.month, made_on, situation)
    if reasons:
        return Refused(tuple(reasons))
    found = command.model_dump(include={"month", "how", "outcome", "economic", "social", "psychosocial", "note"})
    visited = FollowUpVisited(person_id=person_of(situation), made_on=made_on, **found)
    if command.outcome == "not_reached":
        return situation.about_case(visited)
    reference = f"month {command.month}"
    given = ServiceProvided(task_id="", service=FOLLOW_UP_VISIT, reference=reference)
    return situation.about_case(visited, given)


def _against_visit(month: int, made_on: date, situation: Situation) -> list[Reason]:
    case, reasons = case_of(situation), []
    start = case.reintegration.visits_from
    if made_on > situation.today:
        reasons.append(
            reason("visit_was_made", "the visit lies in the future", "record it when it was made", on=made_on)
        )
    if month in case.visits:
        advice = "record a further visit under the month it was made in, or add a note"
        reasons.append(reason("visit_is_the_first", f"the visit of month {month} is recorded already", advice))
    if start is None:
        advice = "record it as a note, or move the person on to the stage in which visits are made"
        reasons.append(reason("follow_up_has_begun", "no visits are counted yet", advice, stage=case.stage))
    elif made_on < (earliest := months_later(start, max(month - 1, 0))):
        said = f"month {month} begins on {earliest}, the visit was made on {made_on}"
        reasons.append(reason("visit_is_of_its_month", said, "check month and day", counted_from=start))
    return reasons


def _visit_is_due(situation: Situation, subject: Pairs) -> list[StreamFact]:
    month = int(dict(subject)["month"])
    if month in case_of(situation).visits:
        return []
    return situation.about_case(FollowUpDue(month=month))


def _visit_is_overdue(situation: Situation, subject: Pairs) -> list[StreamFact]:
    if int(dict(subject)["month"]) not in case_of(situation).reintegration.due:
        return []
    return situation.about_case(Escalated(kind="visit_overdue"))


def _plan_is_overdue(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    return [] if case_of(situation).plan else situation.about_case(Escalated(kind="plan_overdue"))


def _retention_is_over(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    if not situation.journey.stage(case_of(situation).stage).ends:
        return []
    reached = RetentionReached(months=situation.programme.policies.retention_months)
    return situation.about_case(reached, Escalated(kind="retention_due"))


def _arranged(command: FinishTask, task: Task) -> VisitArranged:
    return VisitArranged(
        task_id=command.task_id,
        month=int(task.about("month")),
        provider=task.about("provider"),
        receipt=command.reference,
    )


def _visit_is_wanted(task: Task, situation: Situation) -> bool:
    case = case_of(situation)
    consented = case.consents_to(_purpose(task, situation.programme), situation.today)
    return int(task.about("month")) not in case.visits and consented


def _purpose(_task: Task, programme: Programme) -> str:
    return programme.service_of[FOLLOW_UP_VISIT].consent


TASKS: Final = (TaskKind("arrange_visit", _arranged, _visit_is_wanted, consent=_purpose),)
# A visit that was made calls off the letter that would ask for it.


RULES: Final = (
    CommandRule(DraftPlan, draft_plan),
    CommandRule(AgreePlan, agree_plan),
    CommandRule(RevisePlan, revise_plan),
    CommandRule(RecordFollowUp, record_follow_up, cancels=True),
)
TIMERS: Final = (
    TimerKind("plan_due", _plan_is_overdue),
    TimerKind("follow_up", _visit_is_due),
    TimerKind("visit_overdue", _visit_is_overdue),
    TimerKind("retention", _retention_is_over),
)
