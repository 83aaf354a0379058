"""Tasks and timers as the case sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from events.catalogue import TaskOutcome
from events.facts.tasks import ServiceProvided, TaskRefused, TaskRequested, TaskUnwanted
from events.instants import instant_text
from workflow.case.state import At, Case, Change, Pairs, Task

_STATUS: Final = {"dead": "dead", "unknown": "unknown"}  # as rules call it; anything else is open again

Kept = TypeVar("Kept", bound="About")


class About(BaseModel):
    """What a task is about, in types of its own: ids and open values only, nothing that identifies a person.

    The history and the tasks' rows keep it as text under sorted names; what has its usual value is left out.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    @classmethod
    def of(cls, kept: Pairs | Mapping[str, str]) -> Self:
        """Return what ``pairs`` kept; raises ValidationError when it is about something else."""
        return cls.model_validate(dict(kept))

    def pairs(self) -> Pairs:
        """Return it as it is kept."""
        given = self.model_dump(exclude_defaults=True)
        return tuple(sorted((name, _as_kept(value)) for name, value in given.items()))


def _as_kept(value: object) -> str:
    return instant_text(value) if isinstance(value, datetime) else str(value)


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
