"""Tasks and timers as the case sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from events.facts.tasks import ServiceProvided, TaskRequested, TaskUnwanted
from workflow.case.change import At, Change, Pairs, task_over

if TYPE_CHECKING:
    from workflow.case.state import Case


class Task(NamedTuple):
    """Work asked for and not yet over."""

    kind: str
    subject: Pairs
    status: str = "open"  # open, unknown, refused, dead
    wanted: bool = True

    def about(self, name: str) -> str:
        """Return one value of what the task is about."""
        return dict(self.subject)[name]


def _provided(case: Case, fact: ServiceProvided, _at: At) -> Case:
    case = task_over(case, fact.task_id)
    return case._replace(provided=case.provided | {fact.service})


def _task_status(status: str) -> Change:
    def change(case: Case, fact: Any, _at: At) -> Case:
        if fact.task_id not in case.tasks:
            return case
        return case._replace(tasks={**case.tasks, fact.task_id: case.tasks[fact.task_id]._replace(status=status)})

    return change


def _unwanted(case: Case, fact: TaskUnwanted, _at: At) -> Case:
    if fact.task_id not in case.tasks:
        return case
    return case._replace(tasks={**case.tasks, fact.task_id: case.tasks[fact.task_id]._replace(wanted=False)})


def _requested(case: Case, fact: TaskRequested, _at: At) -> Case:
    return case._replace(tasks={**case.tasks, fact.task_id: Task(fact.kind, fact.subject)})


def _timer_over(case: Case, fact: Any, _at: At) -> Case:
    return case._replace(timers={key: timer for key, timer in case.timers.items() if key != fact.timer_id})


CHANGES: dict[str, Change] = {
    "TaskRequested": _requested,
    "ServiceProvided": _provided,
    "BookingReleased": lambda c, f, _: task_over(c, f.task_id),
    "TaskRefused": _task_status("refused"),
    "TaskDied": _task_status("dead"),
    "TaskUnknown": _task_status("unknown"),
    "TaskFoundUndone": _task_status("open"),
    "TaskRetried": _task_status("open"),
    "TaskUnwanted": _unwanted,
    "TaskCancelled": lambda c, f, _: task_over(c, f.task_id),
    "TimerSet": lambda c, f, _: c._replace(timers={**c.timers, f.timer_id: (f.kind, f.subject)}),
    "TimerFired": _timer_over,
    "TimerCancelled": _timer_over,
    "Escalated": lambda c, f, _: c._replace(escalations=c.escalations | {f.kind}),
}
