"""Opening a case in an emergency: for a few hours, under one's own mandate, and reviewed by somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from events.facts.access import AccessReviewed, GlassBroken, GlassMended, GlassTold
from events.facts.tasks import Escalated
from workflow.case.change import Pairs
from workflow.case.tasks import Task
from workflow.command import FinishTask
from workflow.reasons import Reason, Refused, reason, refused
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, id_from, person_of
from workflow.subject import CommandRule, TimerKind
from workflow.subjects.access.commands import BreakGlass, MendGlass, ReviewAccess


def break_glass(command: BreakGlass, situation: Situation) -> Decision:
    """Return that somebody opens the case in an emergency; once at a time, and never one's own."""
    access, reasons = case_of(situation).access, list[Reason]()
    if access.owner == command.actor:
        reasons.append(reason("case_is_anothers", "the case is already yours", "open it as always"))
    if access.is_broken_by(command.actor, situation.now):
        said = "you have opened it already, and the hours are not over"
        reasons.append(reason("glass_is_whole", said, "open it as always; nothing needs to be broken again"))
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(
        GlassBroken(
            glass_id=id_from(command.command_id, "B", "glass"),
            person_id=person_of(situation),
            account=command.actor,
            mandate=command.mandate,
            reason=command.reason,
            until=situation.now + timedelta(hours=situation.programme.policies.glass_hours),
            why=command.why,
        )
    )


def mend_glass(command: MendGlass, situation: Situation) -> Decision:
    """Return the early end of whatever an account has broken."""
    account = command.account or command.actor
    broken = [key for key, one in case_of(situation).access.glass.items() if one.account == account]
    if not broken:
        return refused("glass_is_broken", "nothing of theirs is broken", "nothing needs to be done", account=account)
    return situation.about_case(*[GlassMended(glass_id=key, account=account, early=True) for key in broken])


def review_access(command: ReviewAccess, situation: Situation) -> Decision:
    """Return what was thought of the oldest breaking by an account that nobody has looked at."""
    glass_id, reasons = case_of(situation).access.to_review_of(command.account), list[Reason]()
    if not glass_id:
        said = "nothing of theirs waits to be reviewed"
        reasons.append(reason("review_is_due", said, "check the account", account=command.account))
    if command.actor == command.account:
        reasons.append(
            reason("reviewer_is_another", "it was you who broke the glass", "ask somebody else to review it")
        )
    if reasons:
        return Refused(tuple(reasons))
    return situation.about_case(
        AccessReviewed(
            glass_id=glass_id,
            person_id=person_of(situation),
            account=command.account,
            outcome=command.outcome,
            note=command.note,
        )
    )


def _hours_over(situation: Situation, subject: Pairs) -> list[StreamFact]:
    key = dict(subject)["glass_id"]
    broken = case_of(situation).access.glass.get(key)
    return situation.about_case(GlassMended(glass_id=key, account=broken.account)) if broken else []


def _not_reviewed(situation: Situation, subject: Pairs) -> list[StreamFact]:
    waits = dict(subject)["glass_id"] in case_of(situation).access.unreviewed
    return situation.about_case(Escalated(kind="access_not_reviewed")) if waits else []


def _told(command: FinishTask, task: Task) -> GlassTold:
    return GlassTold(task_id=command.task_id, glass_id=task.about("glass_id"), receipt=command.reference)


# An emergency may concern somebody whose case has ended, and what was opened is looked at in any case.
# That somebody looked is told whatever becomes of the case: like giving back, it is never called off.
TASKS: Final = (TaskKind("tell_of_glass", _told, gives_back=True),)


RULES: Final = (
    CommandRule(BreakGlass, break_glass, after_the_end=True),
    CommandRule(MendGlass, mend_glass, after_the_end=True),
    CommandRule(ReviewAccess, review_access, after_the_end=True),
)
TIMERS: Final = (
    TimerKind("glass_over", _hours_over),
    TimerKind("access_review", _not_reviewed),
)
