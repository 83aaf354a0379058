"""The work that everybody here does: a case of six stages, 25 events and 8 tasks, and commands of five events.

What a command writes goes into one commit: its events of some 400 bytes, its task, and its row of the board.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol
from uuid import UUID

STAGES: dict[str, tuple[str, ...]] = {
    "reception": ("airport_reception",),
    "accommodation": ("allocate_bed",),
    "care": ("medical_exam", "counselling"),
    "documents": ("renew_passport",),
    "reintegration": ("book_transport", "book_escort", "pay_grant"),
    "follow_up": (),
}
NEXT = dict(zip(("", *STAGES), (*STAGES, ""), strict=True))
EVENTS_OF_A_CASE, TASKS_OF_A_CASE = 25, 8
EVENTS_OF_A_COMMAND = 5
FILLED = 4  # commands given about a case before it is measured: some twenty events
# With its keys and numbers an event takes about 400 bytes.
BODY: dict[str, Any] = {
    "actor": {"id": "staff:anna", "role": "case_manager", "office": "Invented Office"},
    "data": {"escort": "nurse", "from": "SVO", "to": "KIV", "departs_at": "2026-11-23T07:40:00+00:00",
             "cost": 184500, "currency": "RUB", "documents": ["passport", "medical summary"],
             "note": "An invented note that is about as long as a hurried one is."},
}  # fmt: skip


class State(NamedTuple):
    """How a case stands: what its row of the board holds."""

    stage: str = ""
    open_tasks: int = 0
    closed: bool = False
    version: int = -1


class Change(NamedTuple):
    """What a command does: its events, the tasks it asks for, the one it finishes, and how the case stands then."""

    events: tuple[tuple[str, dict[str, Any]], ...]
    asked: tuple[str, ...]
    state: State
    finished: str = ""


Decide = Callable[[State], Change]


class Store(Protocol):
    """Where somebody keeps cases; safe to use from several threads."""

    def record(self, case: UUID, decide: Decide) -> Change:
        """Load a case, decide, and write everything in one durable commit."""

    def read(self, cases: list[UUID]) -> int:
        """Build these cases anew from their events, as a repository does, and return how many events that were."""

    def ready(self) -> list[tuple[UUID, int]]:
        """Return the cases at which nothing is open, with their versions."""

    def close(self) -> None:
        """Let go of the database."""


def opened(state: State) -> Change:
    """Open a case with a note."""
    assert state.version < 0
    return _changed(state, ["CaseOpened", "NoteAdded"])


def advanced(state: State) -> Change:
    """Take the next stage and ask for its tasks, or close after the last."""
    assert state.open_tasks == 0
    assert not state.closed
    stage = NEXT[state.stage]
    if not stage:
        return _changed(state, ["CaseClosed"], closed=True)
    return _changed(state, ["StageEntered"], STAGES[stage], stage=stage)


def finished(task: str) -> Decide:
    """Return how a task is reported."""

    def decide(state: State) -> Change:
        change = _changed(state, ["TaskCompleted"], task=task, open_tasks=state.open_tasks - 1)
        return change._replace(finished=task)

    return decide


def served(state: State) -> Change:
    """Record five events, one of which asks for a task."""
    change = _changed(state, ["ServiceAsked", "NoteAdded", "NoteAdded", "NoteAdded"], (f"care-{state.version}",))
    assert len(change.events) == EVENTS_OF_A_COMMAND
    return change


def _changed(state: State, kinds: list[str], asked: tuple[str, ...] = (), *, task: str = "", **fields: Any) -> Change:
    events = [(kind, BODY | {"stage": fields.get("stage", state.stage), "task": task}) for kind in kinds]
    events += [("TaskRequested", BODY | {"task": name}) for name in asked]
    open_tasks = fields.pop("open_tasks", state.open_tasks) + len(asked)
    after = state._replace(open_tasks=open_tasks, version=state.version + len(events), **fields)
    return Change(tuple(events), asked, after)
