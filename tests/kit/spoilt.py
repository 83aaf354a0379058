"""A healthy history, and what is written into it behind Wayhome's back for a check to find."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from events.batch import InsertRows
from events.facts.tasks import TaskRequested
from events.money import Money
from handlers.projections.tables import tasks
from handlers.projections.tasks import task_row
from tests.kit.histories import Lives, Witnessed

_INSERT_TASK = InsertRows(tasks)


@dataclass(frozen=True)
class Made:
    """A healthy history, made once."""

    path: Path
    office: Witnessed
    lives: Lives


Spoilt = tuple[Witnessed, Lives]


def money(text: str) -> Money:
    return Money.parse(text)


def asks(office: Witnessed, stream: str, task_id: str, kind: str, subject: tuple[tuple[str, str], ...]) -> None:
    asked = TaskRequested(task_id=task_id, kind=kind, subject=subject, due_at=office.clock.now())
    row = task_row(stream.removeprefix("case:"), asked, office.log.now())
    office.forge((stream, asked), rows=[(_INSERT_TASK, row)])
