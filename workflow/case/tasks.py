"""Tasks and timers as the case sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from events.facts.tasks import ServiceProvided, TaskRequested, TaskUnwanted
from events.instants import stored
from workflow.case.change import At, Change, Pairs, task_over

if TYPE_CHECKING:
    from workflow.case.state import Case


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
    return stored(value) if isinstance(value, datetime) else str(value)


class Task(NamedTuple):
    """Work asked for and not yet over."""

    kind: str
    subject: Pairs
    status: str = "open"  # open, unknown, refused, dead
    wanted: bool = True


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
