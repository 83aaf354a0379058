"""The way home: who goes along, who receives people there, and which visas the way needs."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import ConfigDict, Field, model_validator

from workflow.programme.part import DirectoryPart, Name, ProgrammePart, Slug, TimeZone
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
    skills: tuple[Name, ...]
    languages: tuple[str, ...]
    away: tuple[EscortAbsence, ...] = ()


class Host(DirectoryPart):
    """A partner who receives people where they arrive; everywhere when no country is named."""

    id: Slug
    name: str
    email: str = Field(pattern=_EMAIL, max_length=200)
    countries: tuple[Country, ...] = ()
    time_zone: TimeZone | None = None  # whose clocks they are told times by; their country's where it has one


class TransitVisa(ProgrammePart):
    """A nationality that needs a visa to change in a country."""

    nationality: Country
    country: Country
