"""Facts about work to do for a case: what was asked for, when, and what came of it."""

from __future__ import annotations

from datetime import datetime

from events.catalogue import Fact


class TaskRequested(Fact):
    """Something must be done for the case. ``subject`` holds ids and open values only, as sorted pairs."""

    task_id: str
    kind: str
    subject: tuple[tuple[str, str], ...] = ()
    due_at: datetime


class ServiceProvided(Fact):
    """A service was given; ``reference`` is the provider's."""

    task_id: str
    service: str
    reference: str


class BookingReleased(Fact):
    """Something booked was given back: an escort, a ticket, an arrival."""

    task_id: str
    booking: str
    trip_id: str
    reference: str


class TaskRefused(Fact):
    """The other side said no, for good; somebody has to look."""

    task_id: str
    kind: str
    reason: str


class TaskDied(Fact):
    """All attempts were used up; an operator has to look."""

    task_id: str
    kind: str
    error: str


class TaskUnknown(Fact):
    """The task was sent and no answer came: it may have happened. It is asked about, never simply repeated."""

    task_id: str
    kind: str


class TaskFoundUndone(Fact):
    """The provider was asked and knows nothing of an unknown task: it may be tried again."""

    task_id: str
    kind: str


class TaskRetried(Fact):
    """An operator looked at a refused, dead or unknown task and wants it tried again."""

    task_id: str
    kind: str


class TaskCancelled(Fact):
    """A task is not wanted any more."""

    task_id: str
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
