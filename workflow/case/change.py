"""How a fact changes a case: what the envelope adds to it, and the shape of a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from workflow.case.state import Case


Pairs = tuple[tuple[str, str], ...]


NOTHING: Mapping[Any, Any] = {}


class At(NamedTuple):
    """What the envelope says about a fact that the fold needs: when, by whom, under which definition."""

    recorded_at: str
    actor: str
    definition: str


Change: TypeAlias = "Callable[[Case, Any, At], Case]"


def task_over(case: Case, task_id: str) -> Case:
    """Return the case without a task that is over."""
    return case._replace(tasks={key: task for key, task in case.tasks.items() if key != task_id})
