"""Documents: which way leads to one for whom, which office issues it, and how long that takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field, field_validator, model_validator

from workflow.programme.part import Label, Name, ProgrammePart, Slug, TimeZone
from workflow.values.calendars import after_working_days, has_calendar
from workflow.values.countries import Country
from workflow.values.days import day_of, end_of

DocumentKind = Literal["passport", "return_certificate", "identity_card", "laissez_passer", "birth_certificate"]
DocumentStepId = Literal["police_report", "photos", "application", "identity_check", "issue", "collection"]
DOCUMENT_RENEWAL = "document_renewal"  # the service that was given once a document is collected


class Authority(ProgrammePart):
    """The office that issues a document, and whose working days count."""

    name: str = Field(max_length=120)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    calendar: str = Field(pattern=r"^[A-Z]{2}$")  # the country whose public holidays it keeps
    time_zone: TimeZone

    @field_validator("calendar")
    @classmethod
    def _known_calendar(cls, value: str) -> str:
        if not has_calendar(value):
            raise ValueError(f"no calendar of public holidays is known for {value}")
        return value

    def today(self, now: datetime) -> date:
        """Return which day it is at the authority."""
        return day_of(now, self.time_zone)

    def ready_on(self, asked_on: date, working_days: int) -> date:
        """Return the day by which it should be ready; the day it was asked is not counted."""
        return after_working_days(asked_on, working_days, self.calendar)

    def end_of(self, day: date) -> datetime:
        """Return the instant a day is over at the authority: until then it is not late."""
        return end_of(day, self.time_zone)


class DocumentStep(ProgrammePart):
    """One step on the way to a document: whose turn it is and how many working days it takes."""

    id: DocumentStepId
    by: Literal["person", "authority"]
    working_days: int = Field(default=0, ge=0, le=250)
    in_person: bool = False  # nobody else may do it for the person
    label: Label

    @model_validator(mode="after")
    def _only_offices_take_days(self) -> DocumentStep:
        if self.by == "person" and self.working_days:
            raise ValueError("working_days are for steps by the authority")
        return self


class DocumentPath(ProgrammePart):
    """A way to a document: for whom, from whom, what to bring, and which steps in which order."""

    id: Slug
    label: Label
    kind: DocumentKind
    nationalities: tuple[Country, ...] = ()  # whoever has no path of their own, when empty
    authority: Authority
    needs: tuple[Name, ...] = ()
    steps: tuple[DocumentStep, ...] = Field(min_length=1)
    valid_months: int | None = Field(default=None, ge=1, le=240)  # it does not run out when left out

    @model_validator(mode="after")
    def _begins_and_ends(self) -> DocumentPath:
        names = [step.id for step in self.steps]
        if len(set(names)) < len(names):
            raise ValueError("a step is listed twice")
        if names[-1] != "collection" or self.steps[-1].by != "person":
            raise ValueError("the last step is collection by the person")
        if not any(step.by == "authority" for step in self.steps):
            raise ValueError("no step is by the authority")
        return self

    def step(self, name: str) -> DocumentStep:
        """Return a step by its name."""
        return next(step for step in self.steps if step.id == name)

    def after(self, name: str) -> DocumentStep | None:
        """Return the step that follows, or None after the last."""
        position = self._position(name)
        return self.steps[position + 1] if position + 1 < len(self.steps) else None

    def turn_of_authority(self, name: str) -> tuple[DocumentStep, ...]:
        """Return the steps the authority does without a break, around one of them."""
        first = last = self._position(name)
        while first > 0 and self.steps[first - 1].by == "authority":
            first -= 1
        while self.steps[last].by == "authority":  # collection, the last of all, never is
            last += 1
        return self.steps[first:last]

    def valid_until(self, issued: date) -> date | None:
        """Return until when a document issued on a day is valid, or None when it does not run out."""
        if self.valid_months is None:
            return None
        years, month = divmod(issued.month - 1 + self.valid_months, 12)
        for day in (issued.day, 30, 29):
            try:
                return date(issued.year + years, month + 1, day)
            except ValueError:
                continue
        return date(issued.year + years, month + 1, 28)

    def _position(self, name: str) -> int:
        return [step.id for step in self.steps].index(name)  # type: ignore[arg-type]
