"""Tasks and timers as the case sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from events.facts import work
from workflow.case.change import At, Change, Pairs, task_over
from workflow.case.travel import booked_for

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


def _provided(case: Case, fact: work.ServiceProvided, _at: At) -> Case:
    task = case.tasks.get(fact.task_id)
    case = task_over(case, fact.task_id)
    subject = dict(task.subject) if task else {}
    if "trip_id" in subject and not case.is_on_trip(subject["trip_id"]):
        return case  # for a trip called off; it must not count for the next one
    met = {"no_show"} if fact.service == "airport_reception" else set()
    case = case._replace(provided=case.provided | {fact.service}, escalations=case.escalations - met)
    if "month" in subject:
        case = case._replace(visits=case.visits | {int(subject["month"])})
    return booked_for(case, subject["trip_id"], fact.service) if "trip_id" in subject else case


def _task_status(status: str) -> Change:
    def change(case: Case, fact: Any, _at: At) -> Case:
        if fact.task_id not in case.tasks:
            return case
        return case._replace(tasks={**case.tasks, fact.task_id: case.tasks[fact.task_id]._replace(status=status)})

    return change


def _unwanted(case: Case, fact: work.TaskUnwanted, _at: At) -> Case:
    if fact.task_id not in case.tasks:
        return case
    return case._replace(tasks={**case.tasks, fact.task_id: case.tasks[fact.task_id]._replace(wanted=False)})


def _requested(case: Case, fact: work.TaskRequested, _at: At) -> Case:
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
