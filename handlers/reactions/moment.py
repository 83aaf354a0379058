"""What reactions are made of: asking for tasks and timers, and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from events.catalogue import Fact
from events.facts.tasks import TaskCancelled, TaskRequested, TaskUnwanted, TimerCancelled, TimerSet
from workflow.case.state import Case, Pairs, Task
from workflow.case.tasks import About
from workflow.programme.loading import Definition
from workflow.situation import id_from
from workflow.tasks import KIND_OF


class ReactionContext(NamedTuple):
    """The case before and after a fact, and what a reaction needs to name things the same way every time."""

    before: Case | None
    after: Case
    definition: Definition
    now: datetime
    command_id: UUID
    version: int
    claimed: frozenset[str]

    def name(self, letter: str, kind: str, subject: Pairs) -> str:
        """Return the id of a task or timer that follows from this fact: one for each kind and subject."""
        return id_from(self.command_id, letter, self.after.case_id, self.version, kind, subject)


Reaction = Callable[[Any, ReactionContext], Iterator[Fact]]


def request_task(moment: ReactionContext, kind: str, about: About) -> TaskRequested:
    """Return the request for a task, due now; a fact asks for each kind and subject once."""
    assert type(about) is KIND_OF[kind].about, f"{kind} is not about {type(about).__name__}"
    subject = about.pairs()
    return TaskRequested(task_id=moment.name("W", kind, subject), kind=kind, subject=subject, due_at=moment.now)


def set_timer(moment: ReactionContext, kind: str, due_at: datetime, subject: Pairs = ()) -> TimerSet:
    """Return a timer for a time."""
    about = tuple(sorted(subject))
    return TimerSet(timer_id=moment.name("Z", kind, about), kind=kind, due_at=due_at, subject=about)


def timers_of(case: Case, kind: str, **about: str) -> list[str]:
    """Return the timers of a kind, and about something if asked, that a case waits for."""
    wanted = about.items()
    return [key for key, (of, subject) in case.timers.items() if of == kind and wanted <= dict(subject).items()]


def cancel_timers(moment: ReactionContext, kind: str, **about: str) -> Iterator[Fact]:
    """Stop every timer of a kind, and about something if asked."""
    for key in timers_of(moment.after, kind, **about):
        yield TimerCancelled(timer_id=key, kind=kind)


def call_off_task(moment: ReactionContext, task_id: str, given: Task, why: str) -> Iterator[Fact]:
    """Cancel a task nobody has begun. What may be happening outside is waited for, but not begun again.

    What gives a booking back is never called off.
    """
    if KIND_OF[given.kind].gives_back or not given.wanted:
        return
    if task_id in moment.claimed or given.status == "unknown":
        yield TaskUnwanted(task_id=task_id, kind=given.kind, reason=why)
    else:
        yield TaskCancelled(task_id=task_id, kind=given.kind, reason=why)


def call_off_tasks(moment: ReactionContext, why: str, kinds: tuple[str, ...] = (), **about: str) -> Iterator[Fact]:
    """Call off the tasks of these kinds (or of any) that are about something."""
    wanted = about.items()
    for key, given in moment.after.tasks.items():
        if (not kinds or given.kind in kinds) and wanted <= dict(given.subject).items():
            yield from call_off_task(moment, key, given, why)


def is_consented(purpose: str, moment: ReactionContext, recipient: str = "") -> bool:
    """Tell whether the person lets others work on this now: nothing about anybody goes out without."""
    return moment.after.consents_to(purpose, moment.now.date(), recipient)
