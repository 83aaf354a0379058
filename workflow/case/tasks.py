"""Tasks and timers as the case sees them."""

from __future__ import annotations

from typing import Any, Final

from events.catalogue import TaskOutcome
from events.facts.tasks import ServiceProvided, TaskRefused, TaskRequested, TaskUnwanted
from workflow.case.state import At, Case, Change, Task

_STATUS: Final = {"dead": "dead", "unknown": "unknown"}  # as rules call it; anything else is open again


def _provided(case: Case, fact: ServiceProvided, _at: At) -> Case:
    return case._replace(provided=case.provided | {fact.service})


def after_task(case: Case, fact: TaskOutcome) -> Case:
    """Return the case after what came of a task: without it when it is over, else with where it stands."""
    task = case.tasks.get(fact.task_id)
    if task is None:
        return case
    if fact.leaves in ("done", "cancelled"):
        return case._replace(tasks={key: one for key, one in case.tasks.items() if key != fact.task_id})
    status = "refused" if isinstance(fact, TaskRefused) else _STATUS.get(fact.leaves, "open")
    return case._replace(tasks={**case.tasks, fact.task_id: task._replace(status=status)})


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
    "TaskUnwanted": _unwanted,
    "TimerSet": lambda c, f, _: c._replace(timers={**c.timers, f.timer_id: (f.kind, f.subject)}),
    "TimerFired": _timer_over,
    "TimerCancelled": _timer_over,
    "Escalated": lambda c, f, _: c._replace(escalations=c.escalations | {f.kind}),
}
