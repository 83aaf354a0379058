"""A programme as data: who pays, where people stay, which journey they make, and the policies in force.

Every key of a programme file is a field here; ``workflow.loading`` reads and checks the file.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from events.money import Money

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
FOLLOW_UP_VISIT = "follow_up_visit"  # the service a follow-up timer asks for
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]


class Part(BaseModel):
    """A part of a programme file: unknown keys are faults, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Part):
    """What people read, in the languages of those served and serving."""

    en: str
    ru: str


class Runs(Part):
    """The days a programme runs; without an end it runs until it is ended."""

    since: date
    until: date | None = None


class Funder(Part):
    """Who pays, up to how much, and which weight of every grant they bear."""

    id: Slug
    name: str
    budget: Money
    weight: int = Field(ge=1, le=1000)

    @field_validator("budget", mode="before")
    @classmethod
    def _written_as_text(cls, value: object) -> object:
        return Money.parse(value) if isinstance(value, str) else value


class Facility(Part):
    """A house with beds."""

    id: Slug
    name: str
    opens: date
    capacity: int = Field(ge=1, le=10_000)
    time_zone: str


class Escort(Part):
    """Somebody who goes along, what they can do and how they are written to."""

    id: Slug
    name: str
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    skills: tuple[Name, ...]
    languages: tuple[str, ...]


class GrantKind(Part):
    """A kind of grant: its ceiling and how it is paid out. Amounts are policy of the office, not law."""

    kind: Name
    label: Label
    cap: Money
    tranches: tuple[int, ...] = Field(min_length=1, max_length=12)  # per cent each, together 100
    during: tuple[Name, ...] = Field(min_length=1)  # the stages in which it may be asked for
    needs_plan: bool = False  # nothing is paid before a second person approved the reintegration plan

    @field_validator("cap", mode="before")
    @classmethod
    def _written_as_text(cls, value: object) -> object:
        return Money.parse(value) if isinstance(value, str) else value


class Policies(Part):
    """Numbers an office sets for itself; none of them is law in every country."""

    risk_valid_days: int = Field(ge=1)
    reflection_days: int = Field(ge=0)
    bed_hold_hours: int = Field(ge=1)
    arrival_no_show_hours: int = Field(ge=1)
    escort_rest_hours: int = Field(ge=0)
    idle_days: int = Field(ge=1)
    bank_answer_days: int = Field(ge=1)
    follow_up_months: tuple[int, ...] = Field(min_length=1)


class Service(Part):
    """Something a provider does for a person."""

    id: Name
    label: Label
    consent: Name
    when: Literal["now", "arrival", "homecoming"] = "now"  # at once, at the planned arrival, when the trip ends
    for_trip: bool = False  # asked for when a trip is planned, given back when it is cancelled


class Stage(Part):
    """What happens by itself when a person enters a stage."""

    label: Label
    services: tuple[Name, ...] = ()
    frees_bed: bool = False
    ends: bool = False
    idle: bool = True  # whether somebody should look when nothing moves for a while
    visits: bool = False  # whether the follow-up visits are counted from here


class Transition(Part):
    """One way on, in the notation of ``transitions``."""

    trigger: Name
    source: tuple[Name, ...]
    dest: Name
    conditions: tuple[Name, ...] = ()

    @field_validator("source", "conditions", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class Journey(Part):
    """States and transitions, and what each stage brings with it."""

    initial: Name
    states: tuple[Name, ...]
    transitions: tuple[Transition, ...]
    stages: dict[Name, Stage]


class Office(Part):
    """Who writes and pays: the sender of invitations and the debtor of payments."""

    name: str
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    account: str
    bic: str


class Programme(Part):
    """One programme, whole."""

    programme: Slug
    title: Label
    home_country: str = Field(pattern=r"^[A-Z]{2}$")
    runs: Runs
    target_per_year: int = Field(ge=1)
    office: Office
    funders: tuple[Funder, ...] = Field(min_length=1)
    facility: Facility
    escorts: tuple[Escort, ...]
    policies: Policies
    purposes: tuple[Name, ...]
    closure_reasons: tuple[Name, ...]
    services: tuple[Service, ...]
    grants: tuple[GrantKind, ...]
    journey: Journey

    @cached_property
    def service_of(self) -> dict[str, Service]:
        """Return the services by name."""
        return {service.id: service for service in self.services}

    @cached_property
    def grant_kind(self) -> dict[str, GrantKind]:
        """Return the kinds of grant by name."""
        return {grant.kind: grant for grant in self.grants}

    @cached_property
    def escort_of(self) -> dict[str, Escort]:
        """Return the escorts by id."""
        return {escort.id: escort for escort in self.escorts}

    @property
    def facility_stream(self) -> str:
        """Return the stream of the programme's house."""
        return f"facility:{self.facility.id}"

    @property
    def fund_stream(self) -> str:
        """Return the stream of the programme's money."""
        return f"fund:{self.programme}"

    @property
    def escorts_stream(self) -> str:
        """Return the stream of the programme's escorts."""
        return f"escorts:{self.programme}"
