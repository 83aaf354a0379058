"""Facts of life after the return: the plan, training courses, visits, and how long a closed case is kept.

A seat in a course has two sides: one fact in the case's stream, one in the course's own.
"""

from datetime import date, datetime

from events.catalogue import Fact, Story, TaskOutcome


class PlanDrafted(Fact):
    """A reintegration plan was written with the person; it waits for a second person's approval."""

    person_id: str
    number: int
    goals: tuple[str, ...]
    content: Story = None


class PlanAgreed(Fact):
    """The reintegration plan stands, approved by a second person."""

    second: str
    number: int
    proposal: str = ""


class PlanRevised(Fact):
    """The plan was changed with the person, and the changed one was approved by a second person."""

    person_id: str
    number: int
    goals: tuple[str, ...]
    second: str
    content: Story = None
    proposal: str = ""  # the content is sealed there


class CourseEnrolled(Fact):
    """The person has a seat in a course."""

    course: str


class CourseWaitlisted(Fact):
    """The course is full: the person waits, and ``place`` is how many are served first, plus one."""

    course: str
    place: int


class CourseOffered(Fact):
    """A seat was freed and is kept for the person until a time."""

    course: str
    until: datetime


class CourseLeft(Fact):
    """The person gave up a seat, an offer or a place in the line; ``waiting`` is how many others wait."""

    course: str
    reason: str
    waiting: int


class CourseAttended(Fact):
    """The person was there on a day of the course, or was not; said again of the same day, the last one counts."""

    course: str
    day: date
    attended: bool


class CourseCompleted(Fact):
    """The person came to the end of the course; the outcome is part of their plan, ``waiting`` how many wait."""

    course: str
    outcome: str
    waiting: int


class TrainingDeclined(Fact):
    """The person wants no course; nothing else is made to depend on one."""

    reason: str


class SeatPassedOn(TaskOutcome):
    """A freed seat was offered to whoever was first in the line; ``offered`` says to how many people."""

    course: str
    offered: str


class SeatTaken(Fact):
    """Somebody sits in the course."""

    case_id: str


class SeatAwaited(Fact):
    """Somebody stands at the end of the line."""

    case_id: str


class SeatOffered(Fact):
    """A freed seat is kept for somebody until a time."""

    case_id: str
    until: datetime


class SeatFreed(Fact):
    """Somebody is not in the course, nor in its line, any more."""

    case_id: str
    reason: str


class FollowUpScheduled(Fact):
    """The visits are counted from a day; ``months`` are the office's own choice."""

    start: date
    months: tuple[int, ...]


class FollowUpDue(Fact):
    """The time of a visit has come and nobody has recorded it."""

    month: int


class FollowUpVisited(Fact):
    """Somebody asked how the person is, so many months after the return; scores are from 0 (worst) to 3."""

    person_id: str
    month: int
    made_on: date
    how: str
    outcome: str
    economic: int | None = None
    social: int | None = None
    psychosocial: int | None = None
    note: Story = None


class VisitArranged(TaskOutcome):
    """A partner near the person was asked to visit."""

    month: int
    provider: str
    receipt: str


class RetentionReached(Fact):
    """The time for which the office keeps a closed case is over: its erasure is to be decided on."""

    months: int
