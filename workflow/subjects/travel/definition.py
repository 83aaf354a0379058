"""The way home: who goes along, who receives people there, and which visas the way needs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from workflow.programme.part import ByOne, DirectoryPart, Name, ProgrammePart, Slug, TimeZone, only_of, only_of_or_all
from workflow.values.countries import Country
from workflow.values.days import begin_of, end_of

_EMAIL = r"^[^@\s]+@[^@\s]+$"


class EscortAbsence(ProgrammePart):
    """Days on which an escort does not travel, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    since: date = Field(alias="from")
    until: date

    @model_validator(mode="after")
    def _forwards(self) -> EscortAbsence:
        if self.until < self.since:
            raise ValueError("until is before from")
        return self

    def touches(self, leaves_at: datetime, back_at: datetime, zone: str) -> bool:
        """Tell whether any of these days, as clocks in the zone show them, lies in a time."""
        return begin_of(self.since, zone) < back_at and leaves_at < end_of(self.until, zone)


class Escort(DirectoryPart):
    """Somebody who goes along, what they can do, when they cannot, and how they are written to."""

    id: Slug
    name: str
    email: str = Field(pattern=_EMAIL, max_length=200)
    skills: Annotated[tuple[Name, ...], ByOne(only_of)]
    languages: Annotated[tuple[str, ...], ByOne(only_of)]
    away: Annotated[tuple[EscortAbsence, ...], ByOne()] = ()  # the calendar of somebody two people let in


class Host(DirectoryPart):
    """A partner who receives people where they arrive; everywhere when no country is named."""

    id: Slug
    name: str
    email: str = Field(pattern=_EMAIL, max_length=200)
    countries: Annotated[tuple[Country, ...], ByOne(only_of_or_all)] = ()
    time_zone: TimeZone | None = None  # whose clocks they are told times by; their country's where it has one


class TransitVisa(ProgrammePart):
    """A nationality that needs a visa to change in a country."""

    nationality: Country
    country: Country
