"""What reactions are made of: asking for tasks and timers, and taking them back."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from events.catalogue import Fact
from events.facts.tasks import TaskCancelled, TaskRequested, TimerCancelled, TimerSet
from workflow.case.state import Case, Pairs, Task
from workflow.case.tasks import About
from workflow.programme.loading import Definition
from workflow.programme.programme import Policies, Programme
from workflow.rights.machine_ids import MACHINE_VERSION
from workflow.situation import id_from, id_of
from workflow.tasks import KIND_OF, called_off, is_to_be_asked_about

Follows = Iterator[Fact]


class ReactionContext(NamedTuple):
    """The case before and after a fact, and what a reaction needs to name things the same way every time."""

    before: Case | None
    after: Case
    definition: Definition
    now: datetime
    command_id: UUID
    version: int
    claimed: frozenset[str]
    begun: frozenset[str] = frozenset()  # open tasks that a worker had in hand at any time

    @property
    def was(self) -> Case:
        """Return the case before the fact, which was not its first."""
        assert self.before is not None
        return self.before

    @property
    def programme(self) -> Programme:
        """Return the programme the case runs under."""
        return self.definition.programme

    @property
    def policies(self) -> Policies:
        """Return the numbers its office has set."""
        return self.programme.policies

    @property
    def today(self) -> date:
        """Return the programme's day."""
        return self.programme.day(self.now)

    def name(self, letter: str, kind: str, subject: Pairs) -> str:
        """Return the id of a task or timer that follows from this fact: one for each kind and subject.

        What a machine's command leads to is named alike whenever it is given, also in a log that was restored: a timer
        that was in an older copy runs out again, and its letter is then known as the one that went out.
        """
        if self.command_id.version == MACHINE_VERSION:
            return id_of(letter, self.command_id, self.after.case_id, kind, subject)
        return id_from(self.command_id, letter, self.after.case_id, self.version, kind, subject)

    def request_task(self, kind: str, about: About, once_for: str = "") -> TaskRequested:
        """Return the request for a task, due now; a fact asks for each kind and subject once.

        With ``once_for`` the task has the same id whenever it is asked for that, whoever asks.
        """
        assert type(about) is KIND_OF[kind].about, f"{kind} is not about {type(about).__name__}"
        subject = about.pairs()
        task_id = id_of("W", kind, once_for) if once_for else self.name("W", kind, subject)
        return TaskRequested(task_id=task_id, kind=kind, subject=subject, due_at=self.now)

    def set_timer(self, kind: str, due_at: datetime, /, **subject: str) -> TimerSet:
        """Return a timer for a time."""
        about = tuple(sorted(subject.items()))
        return TimerSet(timer_id=self.name("Z", kind, about), kind=kind, due_at=due_at, subject=about)

    def timers_of(self, kind: str, /, **about: str) -> list[str]:
        """Return the timers of a kind, and about something if asked, that the case waits for."""
        wanted = about.items()
        timers = self.after.timers.items()
        return [key for key, (of, subject) in timers if of == kind and wanted <= dict(subject).items()]

    def cancel_timers(self, *kinds: str, **about: str) -> Follows:
        """Stop every timer of these kinds, and about something if asked."""
        for kind in kinds:
            for key in self.timers_of(kind, **about):
                yield TimerCancelled(timer_id=key, kind=kind)

    def call_off_task(self, task_id: str, given: Task, why: str) -> Follows:
        """Cancel a task nobody has begun. What may have happened outside is asked about, and not begun again.

        What gives a booking back is never called off.
        """
        if KIND_OF[given.kind].gives_back or not given.wanted:
            return
        under_way = task_id in self.claimed or given.status == "unknown"
        if under_way or is_to_be_asked_about(task_id, given, self.begun):
            yield from called_off(task_id, given, why)
        else:
            yield TaskCancelled(task_id=task_id, kind=given.kind, reason=why)

    def call_off_tasks(self, why: str, /, *kinds: str, **about: str) -> Follows:
        """Call off the tasks of these kinds (or of any) that are about something."""
        wanted = about.items()
        for key, given in self.after.tasks.items():
            if (not kinds or given.kind in kinds) and wanted <= dict(given.subject).items():
                yield from self.call_off_task(key, given, why)

    def is_consented(self, purpose: str, recipient: str = "") -> bool:
        """Tell whether the person lets others work on this now: nothing about anybody goes out without."""
        return self.after.consents_to(purpose, self.today, recipient)


Reaction = Callable[[Any, ReactionContext], Follows]
Reactions = Mapping[str, Reaction]  # by the name of the fact


def cancelling(*kinds: str, about: str = "") -> Reaction:
    """Return the reaction that stops the timers of these kinds: all of them, or those about what the fact is about."""

    def cancelled(fact: Any, moment: ReactionContext) -> Follows:
        return moment.cancel_timers(*kinds, **({about: getattr(fact, about)} if about else {}))

    return cancelled
