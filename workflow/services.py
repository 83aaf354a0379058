"""Services by the general way, until each has its own."""

from __future__ import annotations

from typing import Final

from events.catalogue import Fact
from events.facts import work
from workflow import commands as ask
from workflow.case.work import Task
from workflow.deciding import Situation, TaskKind, case_of
from workflow.programme import Programme


def _service_done(command: ask.FinishTask, task: Task) -> Fact:
    return work.ServiceProvided(task_id=command.task_id, service=task.about("service"), reference=command.reference)


def _service_is_wanted(task: Task, situation: Situation) -> bool:
    about, case = dict(task.subject), case_of(situation)
    on_this_trip = "trip_id" not in about or case.is_on_trip(about["trip_id"])
    return on_this_trip and case.consents_to(_purpose(task, situation.programme), situation.today)


def _purpose(task: Task, programme: Programme) -> str:
    return programme.service_of[task.about("service")].consent


TASKS: Final = (TaskKind("provide_service", _service_done, _service_is_wanted, consent=_purpose),)
