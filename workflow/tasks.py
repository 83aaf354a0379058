"""Tasks and timers as the case sees them: what came of them, and what an operator may do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from events.catalogue import Fact
from events.facts import case as told
from events.facts import shared, work
from events.instants import instant
from workflow import commands as ask
from workflow import grants
from workflow.beds import given_up
from workflow.case import Case, Pairs, Task
from workflow.deciding import Decision, Situation, Told
from workflow.reasons import refused


def finish_task(command: ask.FinishTask, situation: Situation) -> Decision:
    """Return the fact a worker's report makes; what the worker may report was checked against its epoch."""
    assert situation.case is not None
    task = situation.case.tasks.get(command.task_id)
    if task is None:
        return refused("task_is_open", "the task is already over", "nothing needs to be done")
    if command.outcome == "done":
        return situation.about_case(_DONE[task.kind](command, task))
    failed = situation.about_case(_failed(command, task))
    if command.outcome == "unknown" or _is_wanted(task, situation):
        return failed
    return [*failed, *_taken_back(command.task_id, task, "not wanted any more", situation)]


def retry_task(command: ask.RetryTask, situation: Situation) -> Decision:
    """Return that a stuck task is tried again."""
    assert situation.case is not None
    task = situation.case.tasks.get(command.task_id)
    if task is None or task.status == "open":
        return refused("task_is_stuck", "the task is not stuck", "only refused, dead and unknown tasks are tried again")
    if not _is_wanted(task, situation):
        return refused("task_is_wanted", "the task was called off", "cancel it, or leave it for its outcome")
    return situation.about_case(work.TaskRetried(task_id=command.task_id, kind=task.kind))


def cancel_task(command: ask.CancelTask, situation: Situation) -> Decision:
    """Return that a task is taken back, unless a worker is doing it at this moment."""
    assert situation.case is not None
    task = situation.case.tasks.get(command.task_id)
    if task is None:
        return refused("task_is_open", "the task is already over", "nothing needs to be done")
    if command.task_id in situation.claimed:
        return refused("task_is_not_begun", "a worker is doing it at this moment", "wait for its outcome")
    if task.status == "unknown":
        said = "it was sent and may have happened"
        return refused("task_is_not_begun", said, "wait until the other side was asked, or record RetryTask")
    return _taken_back(command.task_id, task, command.reason, situation)


def fire_timer(command: ask.FireTimer, situation: Situation) -> Decision:
    """Return that a time came, and what follows if it still matters; a late timer on a moved case is harmless."""
    assert situation.case is not None
    if command.timer_id not in situation.case.timers:
        return refused("timer_is_set", "the timer is not set any more", "nothing needs to be done")
    if command.due_at > situation.now:
        return refused("timer_is_due", "the timer's time has not come", "wait", due_at=command.due_at)
    kind, subject = situation.case.timers[command.timer_id]
    fired = work.TimerFired(timer_id=command.timer_id, kind=kind, due_at=command.due_at, subject=subject)
    return [*situation.about_case(fired), *_TIMES_UP[kind](situation, subject)]


def _failed(command: ask.FinishTask, task: Task) -> Fact:
    key = {"task_id": command.task_id, "kind": task.kind}
    match command.outcome:
        case "refused":
            return work.TaskRefused(**key, reason=command.reference)
        case "dead":
            return work.TaskDied(**key, error=command.reference)
        case "unknown":
            return work.TaskUnknown(**key)
        case _:
            return work.TaskFoundUndone(**key)


def _service_done(command: ask.FinishTask, task: Task) -> Fact:
    return work.ServiceProvided(task_id=command.task_id, service=task.about("service"), reference=command.reference)


def _escort_invited(command: ask.FinishTask, task: Task) -> Fact:
    return told.EscortInvited(
        task_id=command.task_id, trip_id=task.about("trip_id"), escort=task.about("escort"), receipt=command.reference
    )


def _grant_sent(command: ask.FinishTask, task: Task) -> Fact:
    return shared.TrancheInstructed(
        task_id=command.task_id,
        grant_id=task.about("grant_id"),
        tranche_id=task.about("tranche_id"),
        message_id=command.reference,
    )


def _given_back(command: ask.FinishTask, task: Task) -> Fact:
    return work.BookingReleased(
        task_id=command.task_id,
        booking=task.about("booking"),
        trip_id=task.about("trip_id"),
        reference=command.reference,
    )


_DONE: dict[str, Callable[[ask.FinishTask, Task], Fact]] = {
    "provide_service": _service_done,
    "book_escort": _escort_invited,
    "disburse_grant": _grant_sent,
    "release_escort": _given_back,
    "release_booking": _given_back,
}
TASK_KINDS = tuple(_DONE)
GIVING_BACK = ("release_escort", "release_booking")


def _is_wanted(task: Task, situation: Situation) -> bool:
    """Tell whether a task may be begun again: case, consent, trip and tranche are still the ones to be served.

    Giving back what was booked is always wanted, most of all when everything else is over.
    """
    case = _case(situation)
    if task.kind in GIVING_BACK:
        return True
    if not task.wanted or situation.journey.stage(case.stage).ends:
        return False
    about = dict(task.subject)
    if task.kind == "disburse_grant":
        return case.grants[about["grant_id"]].tranches[about["tranche_id"]].status == "released"
    if task.kind == "book_escort":
        return case.trip is not None and case.is_on_trip(about["trip_id"]) and case.trip.escort == about["escort"]
    consent = situation.programme.service_of[about["service"]].consent
    on_this_trip = "trip_id" not in about or case.is_on_trip(about["trip_id"])
    return on_this_trip and case.consents_to(consent, situation.today)


def _taken_back(task_id: str, task: Task, why: str, situation: Situation) -> list[Told]:
    cancelled = situation.about_case(work.TaskCancelled(task_id=task_id, kind=task.kind, reason=why))
    return [*cancelled, *_tranche_stopped(task, situation)]


def _tranche_stopped(task: Task, situation: Situation) -> list[Told]:
    if task.kind != "disburse_grant":
        return []
    grant_id, tranche_id = task.about("grant_id"), task.about("tranche_id")
    if _case(situation).grants[grant_id].tranches[tranche_id].status != "released":
        return []
    return grants.rejected(situation, grant_id, tranche_id, "stopped before it was sent")


def _hold_is_over(situation: Situation, _subject: Pairs) -> list[Told]:
    case = _case(situation)
    return [] if case.moved_in or case.bed is None else given_up(situation, "the hold ran out")


def _reflection_is_over(situation: Situation, _subject: Pairs) -> list[Told]:
    if _case(situation).reflection_until is None:
        return []
    return situation.about_case(told.ReflectionEnded(why="the period is over"))


def _nobody_was_met(situation: Situation, _subject: Pairs) -> list[Told]:
    case = _case(situation)
    if "airport_reception" in case.provided or case.stage != "reception":
        return []
    return situation.about_case(work.Escalated(kind="no_show"))


def _nothing_moved(situation: Situation, _subject: Pairs) -> list[Told]:
    case = _case(situation)
    stage = situation.journey.stage(case.stage)
    quiet = situation.now - instant(case.since) >= timedelta(days=situation.programme.policies.idle_days)
    if not quiet or not stage.idle or stage.ends:
        return []
    return situation.about_case(work.Escalated(kind="idle"))


def _bank_is_silent(situation: Situation, subject: Pairs) -> list[Told]:
    about = dict(subject)
    tranche = _case(situation).grants[about["grant_id"]].tranches[about["tranche_id"]]
    return situation.about_case(work.Escalated(kind="bank_silent")) if tranche.status == "instructed" else []


def _visit_is_due(_situation: Situation, _subject: Pairs) -> list[Told]:
    return []  # the reaction to the timer asks for the visit


def _case(situation: Situation) -> Case:
    assert situation.case is not None
    return situation.case


_TIMES_UP: dict[str, Callable[[Situation, Pairs], list[Told]]] = {
    "bed_hold": _hold_is_over,
    "reflection": _reflection_is_over,
    "no_show": _nobody_was_met,
    "idle": _nothing_moved,
    "bank_answer": _bank_is_silent,
    "follow_up": _visit_is_due,
}
