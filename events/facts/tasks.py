"""Facts about work to do for a case: what was asked for, when, and what came of it."""

from datetime import datetime
from typing import ClassVar

from events.catalogue import Fact, TaskOutcome, TaskStatus


class TaskRequested(Fact):
    """Something must be done for the case. ``subject`` holds ids and open values only, as sorted pairs."""

    task_id: str
    kind: str
    subject: tuple[tuple[str, str], ...] = ()
    due_at: datetime


class ServiceProvided(TaskOutcome):
    """A service was given; ``reference`` is the provider's."""

    service: str
    reference: str


class BookingReleased(TaskOutcome):
    """Something booked was given back: an escort, a ticket, an arrival."""

    booking: str
    trip_id: str
    reference: str


class TaskRefused(TaskOutcome):
    """The other side said no, for good; somebody has to look."""

    leaves: ClassVar[TaskStatus] = "dead"
    kind: str
    reason: str


class TaskDied(TaskOutcome):
    """All attempts were used up; an operator has to look."""

    leaves: ClassVar[TaskStatus] = "dead"
    kind: str
    error: str


class TaskUnknown(TaskOutcome):
    """The task was sent and no answer came: it may have happened. It is asked about, never simply repeated."""

    leaves: ClassVar[TaskStatus] = "unknown"
    kind: str


class TaskFoundUndone(TaskOutcome):
    """The provider was asked and knows nothing of an unknown task: it may be tried again."""

    leaves: ClassVar[TaskStatus] = "waiting"
    kind: str


class TaskFoundDone(Fact):
    """Somebody found out that an unknown task was done: the letter arrived; what it led to follows."""

    task_id: str
    kind: str


class TaskRetried(TaskOutcome):
    """An operator looked at a refused, dead or unknown task and wants it tried again."""

    leaves: ClassVar[TaskStatus] = "waiting"
    kind: str


class TaskCancelled(TaskOutcome):
    """A task is not wanted any more."""

    leaves: ClassVar[TaskStatus] = "cancelled"
    kind: str
    reason: str


class TaskUnwanted(Fact):
    """A task was called off while a worker was doing it: its outcome is still heard, but it is not begun again."""

    task_id: str
    kind: str
    reason: str


class TimerSet(Fact):
    """Something will be due at a time, whatever happens to processes and queues until then."""

    timer_id: str
    kind: str
    due_at: datetime
    subject: tuple[tuple[str, str], ...] = ()


class TimerFired(Fact):
    """A time came; ``due_at`` says when it should have, the envelope when it did."""

    timer_id: str
    kind: str
    due_at: datetime
    subject: tuple[tuple[str, str], ...] = ()


class TimerCancelled(Fact):
    """A timer is not needed any more."""

    timer_id: str
    kind: str


class Escalated(Fact):
    """Something should have happened and did not; a supervisor has to look."""

    kind: str
