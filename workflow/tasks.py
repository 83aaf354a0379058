"""Tasks and timers as the case sees them: what came of them, and what an operator may do about it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from events.catalogue import Fact
from events.facts import tasks as facts
from events.instants import instant
from workflow import refusals
from workflow.case.state import Case, Pairs, Task
from workflow.case.tasks import About, was_begun
from workflow.case_decisions import LAPSES
from workflow.command import CancelTask, ConfirmLetter, FinishTask, FireTimer, RetryTask
from workflow.programme.part import DirectoryPart
from workflow.programme.programme import Programme
from workflow.reasons import Reason, refused
from workflow.registry import SUBJECTS
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of
from workflow.subject import CommandRule, TimerKind


def finish_task(command: FinishTask, situation: Situation) -> Decision:
    """Return the fact a worker's report makes; what the worker may report was checked against its epoch."""
    task = case_of(situation).tasks.get(command.task_id)
    if task is None:
        return refused(refusals.TASK_IS_OPEN())
    if command.outcome == "done":
        return situation.about_case(KIND_OF[task.kind].done(command, about_of(task)))
    failed = situation.about_case(_failed(command, task))
    if command.outcome == "unknown" or _is_wanted(task, situation):
        return failed
    if command.outcome != "undone" and not KIND_OF[task.kind].is_letter:
        return [*failed, *situation.about_case(facts.TaskUnknown(task_id=command.task_id, kind=task.kind))]
    return [*failed, *_taken_back(command.task_id, task, "not wanted any more", situation)]


def retry_task(command: RetryTask, situation: Situation) -> Decision:
    """Return that a stuck task is tried again."""
    task = case_of(situation).tasks.get(command.task_id)
    if task is None or task.status == "open":
        return refused(refusals.TASK_IS_STUCK())
    if not _is_wanted(task, situation):
        return refused(refusals.TASK_IS_WANTED())
    to = recipient_of(about_of(task), situation.programme)
    if to is not None and to.is_cut_off:
        return refused(refusals.RECIPIENT_IS_REACHED(status=to.status))
    return situation.about_case(facts.TaskRetried(task_id=command.task_id, kind=task.kind))


def cancel_task(command: CancelTask, situation: Situation) -> Decision:
    """Return that a task is taken back, unless a worker is doing it at this moment.

    What may have left the house, though it failed, is only not wanted any more: the other side is asked, and it is
    taken back when that says that nothing arrived. Of a letter that was called off on its way a person says so: nobody
    else can, and it is not to be sent again.
    """
    task = case_of(situation).tasks.get(command.task_id)
    if task is None:
        return refused(refusals.TASK_IS_OPEN())
    against = _against_cancelling(command.task_id, task, situation)
    if against is not None:
        return refused(against)
    if task.status == "unknown":
        found = facts.TaskFoundUndone(task_id=command.task_id, kind=task.kind)
        return [*situation.about_case(found), *_taken_back(command.task_id, task, command.reason, situation)]
    if is_to_be_asked_about(command.task_id, task, situation.begun):
        return situation.about_case(*called_off(command.task_id, task, command.reason))
    return _taken_back(command.task_id, task, command.reason, situation)


def confirm_letter(command: ConfirmLetter, situation: Situation) -> Decision:
    """Return that a letter arrived that may or may not have been sent; of a payment the bank alone says so."""
    task = case_of(situation).tasks.get(command.task_id)
    if task is None or task.status != "unknown":
        return refused(refusals.LETTER_IS_UNKNOWN())
    kind = KIND_OF[task.kind]
    if not kind.is_letter:
        return refused(refusals.TASK_IS_A_LETTER())
    report = FinishTask(
        command_id=command.command_id, actor=command.actor, mandate=command.mandate, case_id=command.case_id,
        task_id=command.task_id, epoch=0, outcome="done", reference=CONFIRMED,
    )  # fmt: skip
    found = facts.TaskFoundDone(task_id=command.task_id, kind=task.kind)
    return situation.about_case(found, kind.done(report, about_of(task)))


def fire_timer(command: FireTimer, situation: Situation) -> Decision:
    """Return that a time came, and what follows if it still matters; a late timer on a moved case is harmless."""
    case = case_of(situation)
    if command.timer_id not in case.timers:
        return refused(refusals.TIMER_IS_SET())
    if command.due_at > situation.now:
        return refused(refusals.TIMER_IS_DUE(due_at=command.due_at))
    kind, subject = case.timers[command.timer_id]
    fired = facts.TimerFired(timer_id=command.timer_id, kind=kind, due_at=command.due_at, subject=subject)
    return [*situation.about_case(fired), *TIMER_OF[kind].follows(situation, subject)]


def is_to_be_asked_about(task_id: str, task: Task, begun: Collection[str]) -> bool:
    """Tell whether a task is called off only once the other side was asked; a letter that failed was not sent."""
    return was_begun(task_id, task, begun) and not KIND_OF[task.kind].is_letter


def called_off(task_id: str, task: Task, why: str) -> list[Fact]:
    """Return that a task is not wanted any more of which something may have left, so that it is asked about.

    Of one that waits to be tried again the sweeper takes the claim first, so that nobody does it meanwhile.
    """
    key = {"task_id": task_id, "kind": task.kind}
    unwanted = facts.TaskUnwanted(**key, reason=why)
    return [unwanted] if task.status in ("open", "unknown") else [unwanted, facts.TaskUnknown(**key)]


def about_of(task: Task) -> About:
    """Return what a task is about, in the type of its kind."""
    found: About = KIND_OF[task.kind].about.of(task.subject)
    return found


def recipient_of(about: About, programme: Programme) -> DirectoryPart | None:
    """Return who of the directory a task writes to, as they stand there now; None when it is nobody, or not known."""
    found_in, field = about.recipient
    known: Mapping[str, DirectoryPart] = getattr(programme, found_in) if found_in else {}
    return known.get(getattr(about, field)) if field else None


def _failed(command: FinishTask, task: Task) -> Fact:
    key = {"task_id": command.task_id, "kind": task.kind}
    match command.outcome:
        case "refused":
            return facts.TaskRefused(**key, reason=command.reference)
        case "dead":
            return facts.TaskDied(**key, error=command.reference)
        case "unknown":
            return facts.TaskUnknown(**key)
        case _:
            return facts.TaskFoundUndone(**key)


def _is_wanted(task: Task, situation: Situation) -> bool:
    """Tell whether a task may be begun again: case, consent, trip and tranche are still the ones to be served.

    Giving back what was booked is wanted until a person calls it off, most of all when everything else is over.
    """
    kind = KIND_OF[task.kind]
    if kind.gives_back:
        return task.wanted
    ended = situation.journey.stage(case_of(situation).stage).ends
    return task.wanted and not ended and kind.wanted(about_of(task), situation)


def _against_cancelling(task_id: str, task: Task, situation: Situation) -> Reason | None:
    if task_id in situation.claimed:
        return refusals.TASK_IS_BEING_DONE()
    is_letter = KIND_OF[task.kind].is_letter
    if not (is_letter or task.wanted):
        return refusals.TASK_IS_ASKED_ABOUT()
    may_have_arrived = task.status == "unknown" and not (is_letter and not _is_wanted(task, situation))
    return refusals.TASK_WAS_SENT() if may_have_arrived else None


def _taken_back(task_id: str, task: Task, why: str, situation: Situation) -> list[StreamFact]:
    cancelled = situation.about_case(facts.TaskCancelled(task_id=task_id, kind=task.kind, reason=why))
    return [*cancelled, *KIND_OF[task.kind].taken_back(about_of(task), situation)]


def _nothing_moved(situation: Situation, _subject: Pairs) -> list[StreamFact]:
    case = case_of(situation)
    stage = situation.journey.stage(case.stage)
    quiet = situation.now - instant(case.since) >= timedelta(days=situation.programme.policies.idle_days)
    if not quiet or not stage.idle or stage.ends:
        return []
    return situation.about_case(facts.Escalated(kind="idle"))


def timer_needs(command: FireTimer, case: Case, programme: Programme) -> tuple[str, ...]:
    """Return the shared streams looked at when a timer's time has come, or nothing when it is not set any more."""
    kind, subject = case.timers.get(command.timer_id, ("", ()))
    return TIMER_OF[kind].needs(programme, case, subject) if kind else ()


def unsent_needs(command: FinishTask | CancelTask, case: Case, programme: Programme) -> tuple[str, ...]:
    """Return what a task that did not happen may change beside the case: money set aside is free again."""
    task = case.tasks.get(command.task_id)
    happened = isinstance(command, FinishTask) and command.outcome in ("done", "unknown")
    found = None if task is None or happened else KIND_OF[task.kind].unsent_needs
    return found(programme, case) if found else ()


CONFIRMED: Final = "confirmed"  # stands where the other side's receipt stands
_KINDS: Final = tuple(kind for subject in SUBJECTS for kind in subject.tasks)
_IDLE: Final = TimerKind("idle", _nothing_moved)
TIMER_OF: Final[Mapping[str, TimerKind]] = {
    timer.kind: timer for timer in (_IDLE, LAPSES, *(timer for subject in SUBJECTS for timer in subject.timers))
}
KIND_OF: Final[Mapping[str, TaskKind[Any]]] = {kind.kind: kind for kind in _KINDS}
TASK_KINDS: Final = tuple(KIND_OF)
GIVING_BACK: Final = tuple(kind.kind for kind in _KINDS if kind.gives_back)


RULES: Final = (
    CommandRule(FinishTask, finish_task, after_the_end=True, after_erasure=True),
    CommandRule(RetryTask, retry_task, after_the_end=True, after_erasure=True),
    CommandRule(CancelTask, cancel_task, after_the_end=True, after_erasure=True, cancels=True),
    CommandRule(ConfirmLetter, confirm_letter, after_the_end=True, after_erasure=True),
    CommandRule(FireTimer, fire_timer, after_the_end=True, after_erasure=True, cancels=True),
)
