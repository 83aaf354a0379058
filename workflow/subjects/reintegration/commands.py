"""Commands about life after the return."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from workflow.command import CaseCommand
from workflow.values.text import CodeWord, LongText, ReferenceToken

CourseId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$", description="a course, like sewing")]
# What a plan may be about; the words are ours.
PlanArea = Literal[
    "housing", "work", "business", "education", "health", "psychosocial", "family", "legal", "safety", "community",
]  # fmt: skip
Score = Annotated[int, Field(ge=0, le=3)]
Goals = Annotated[tuple[PlanArea, ...], Field(min_length=1, max_length=10)]


class DraftPlan(CaseCommand, acts=("case.record",), sealed=True):
    """Record the reintegration plan as written with the person; a second person is to approve it."""

    goals: Goals
    content: LongText | None = None

    @field_validator("goals")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _each_once(value)


class AgreePlan(CaseCommand, acts=("case.record",)):
    """Propose that the reintegration plan stands as written; a second person confirms it."""


class RevisePlan(CaseCommand, acts=("case.record",), sealed=True):
    """Propose a changed plan; it stands when a second person confirms the change."""

    goals: Goals
    content: LongText | None = None

    @field_validator("goals")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return _each_once(value)


class EnrolInCourse(CaseCommand, acts=("case.record",)):
    """Give the person a seat in a course, or a place in its line when it is full."""

    course: CourseId


class TakeSeat(CaseCommand, acts=("case.record",)):
    """Record that the person takes the seat that was offered."""

    course: CourseId


class LeaveCourse(CaseCommand, acts=("case.record",)):
    """Record that the person gives up a seat, an offer or a place in the line; whoever is next gets it."""

    course: CourseId
    reason: CodeWord


class RecordAttendance(CaseCommand, acts=("case.record",)):
    """Record whether the person was there on a day of a course."""

    course: CourseId
    day: date
    attended: bool


class CompleteCourse(CaseCommand, acts=("case.record",)):
    """Record that the person came to the end of a course, and what came of it for the plan."""

    course: CourseId
    outcome: Literal["completed", "certificate", "found_work", "began_business"]


class DeclineTraining(CaseCommand, acts=("case.record",)):
    """Record that the person wants no course."""

    reason: CodeWord


class OfferSeat(CaseCommand):
    """Keep a freed seat for the person, who is first in the line; a worker asks for this."""

    course: CourseId
    task_id: ReferenceToken


class RecordFollowUp(CaseCommand, acts=("case.record",), sealed=True):
    """Record how the person is, so many months after the return."""

    month: int = Field(ge=0, le=60)
    outcome: Literal["well", "getting_on", "in_need", "at_risk", "not_reached"]
    made_on: date | None = None  # today when left out
    how: Literal["visit", "call", "partner"] = "visit"
    # Three of the dimensions reintegration is measured in (IOM's MEASURE): from 0, worst, to 3.
    economic: Score | None = None
    social: Score | None = None
    psychosocial: Score | None = None
    note: LongText | None = None


def _each_once(areas: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(areas)) < len(areas):
        raise ValueError("names an area twice; name each once")
    return areas
