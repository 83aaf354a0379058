"""Tasks and timers as the case sees them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from events.catalogue import TaskOutcome
from events.facts.tasks import TaskRefused, TaskUnwanted
from events.instants import instant_text
from workflow.case.state import At, Case, Change, Pairs, Task

Kept = TypeVar("Kept", bound="About")


class Recipient(NamedTuple):
    """Who of the directory is written to: how a programme finds them, and which field of the task names them."""

    found_in: str  # provider_of, host_of …
    field: str


NOBODY_LISTED: Final = Recipient("", "")


class About(BaseModel):
    """What a task is about, in types of its own: ids and open values only, nothing that identifies a person.

    The history and the tasks' rows keep it as text under sorted names; what has its usual value is left out.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    recipient: ClassVar[Recipient] = NOBODY_LISTED

    @classmethod
    def of(cls, kept: Pairs | Mapping[str, str]) -> Self:
        """Return what ``pairs`` kept; raises ValidationError when it is about something else."""
        return cls.model_validate(dict(kept))

    def pairs(self) -> Pairs:
        """Return it as it is kept."""
        given = self.model_dump(exclude_defaults=True).items()
        return tuple(sorted((name, instant_text(v) if isinstance(v, datetime) else str(v)) for name, v in given))


def was_begun(task_id: str, task: Task, begun: Collection[str]) -> bool:
    """Tell whether something of a task may have left the house: a worker had it in hand, however that ended."""
    return task.status != "open" or task_id in begun


def after_task(case: Case, fact: TaskOutcome) -> Case:
    """Return the case after what came of a task: without it when it is over, else with where it stands."""
    task = case.tasks.get(fact.task_id)
    if task is None:
        return case
    if fact.leaves in ("done", "cancelled"):
        return case._replace(tasks={key: one for key, one in case.tasks.items() if key != fact.task_id})
    status = (
        "refused" if isinstance(fact, TaskRefused) else fact.leaves if fact.leaves in ("dead", "unknown") else "open"
    )
    return case._replace(tasks={**case.tasks, fact.task_id: task._replace(status=status)})


def _unwanted(case: Case, fact: TaskUnwanted, _at: At) -> Case:
    task = case.tasks.get(fact.task_id)
    return case if task is None else case._replace(tasks={**case.tasks, fact.task_id: task._replace(wanted=False)})


def _timer_over(case: Case, fact: Any, _at: At) -> Case:
    return case._replace(timers={key: timer for key, timer in case.timers.items() if key != fact.timer_id})


CHANGES: dict[str, Change] = {
    "TaskRequested": lambda c, f, _: c._replace(tasks={**c.tasks, f.task_id: Task(f.kind, f.subject)}),
    "ServiceProvided": lambda c, f, _: c._replace(provided=c.provided | {f.service}),
    "TaskUnwanted": _unwanted,
    "TimerSet": lambda c, f, _: c._replace(timers={**c.timers, f.timer_id: (f.kind, f.subject)}),
    "TimerFired": _timer_over,
    "TimerCancelled": _timer_over,
    "Escalated": lambda c, f, _: c._replace(escalations=c.escalations | {f.kind}),
}
