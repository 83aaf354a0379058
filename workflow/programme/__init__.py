"""A programme as data: who pays, where people stay, which journey they make, and the policies in force.

Every key of a programme file is a field here; ``workflow.loading`` reads and checks the file.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from pydantic import Field

from workflow.programme.funding import Funder, GrantKind
from workflow.programme.part import Label, Name, Part, Slug
from workflow.programme.places import Facility
from workflow.programme.providers import Provider
from workflow.programme.services import Service
from workflow.programme.stages import Journey
from workflow.programme.travel import Escort


class Runs(Part):
    """The days a programme runs; without an end it runs until it is ended."""

    since: date
    until: date | None = None


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
    providers: tuple[Provider, ...] = ()
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
    def provider_of(self) -> dict[str, Provider]:
        """Return the providers by id."""
        return {provider.id: provider for provider in self.providers}

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
