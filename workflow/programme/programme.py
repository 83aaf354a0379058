"""A programme as data: who pays, where people stay, which journey they make, and the policies in force.

Every key of a programme file is a field here; ``workflow.programme.loading`` reads and checks the file.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar, Literal, Protocol, TypeAlias, TypeVar

from pydantic import Field, ValidationInfo, field_validator

from workflow.programme.office import OfficeContact
from workflow.programme.part import Label, Name, ProgrammePart, Slug
from workflow.programme.stages import JourneyDefinition, Service
from workflow.subjects.accommodation.definition import Facility
from workflow.subjects.documents.definition import DocumentPath
from workflow.subjects.grants.definition import COST_KINDS, Funder, GrantKind
from workflow.subjects.hotline.definition import AtRiskGroup, ConsultationTopic, Hotline
from workflow.subjects.reception.definition import Meeter
from workflow.subjects.referrals.definition import DisclosurePolicy, Provider
from workflow.subjects.reintegration.definition import Course
from workflow.subjects.team.definition import Team
from workflow.subjects.travel.definition import Escort, Host, TransitVisa
from workflow.values.days import begin_of, day_of, end_of
from workflow.values.phones import Phone


class RunningPeriod(ProgrammePart):
    """The days a programme runs; without an end it runs until it is ended."""

    since: date
    until: date | None = None


class Policies(ProgrammePart):
    """Numbers an office sets for itself; none of them is law in every country."""

    risk_valid_days: int = Field(ge=1)
    risk_valid_days_child: int = Field(ge=1)
    reflection_days: int = Field(ge=0)
    reflection_reminder_day: int = Field(ge=0)
    fitness_valid_days: int = Field(ge=1)
    appointment_record_hours: int = Field(ge=0)
    bed_hold_hours: int = Field(ge=1)
    bed_hold_hours_max: int = Field(default=168, ge=1)  # from the beginning of the hold
    arrival_no_show_hours: int = Field(ge=1)
    pickup_hours: int = Field(default=3, ge=1)
    escort_rest_hours: int = Field(ge=0)
    departure_check_hours: int = Field(default=24, ge=0)
    hand_over_hours: int = Field(default=24, ge=0)
    idle_days: int = Field(ge=1)
    safety_plan_hours: int = Field(default=24, ge=1)  # from the finding of high risk until a plan must stand
    risk_review_days: int = Field(default=14, ge=1)  # then a high risk is gone through again
    two_lower_high_risk: bool = True  # whether a second person agrees that there is less danger than there was
    pickup_confirm_hours: int = Field(
        default=24, ge=0
    )  # so long before an arrival somebody must know that they meet it
    care_plan_days: int = Field(default=14, ge=1)  # in care, until a plan of it must stand
    proposal_days: int = Field(default=7, ge=1, le=60)  # how long what one proposed waits for a second person
    bank_answer_days: int = Field(ge=1)
    referral_ack_working_days: int = Field(ge=1)
    referral_meeting_days: int = Field(ge=1)
    follow_up_months: tuple[int, ...] = Field(min_length=1)

    @field_validator("risk_valid_days_child")
    @classmethod
    def _not_longer_for_a_child(cls, value: int, info: ValidationInfo) -> int:
        if value > info.data.get("risk_valid_days", value):
            raise ValueError("is longer than risk_valid_days; what is around a child changes faster")
        return value

    plan_due_days: int = Field(ge=1)
    seat_offer_days: int = Field(ge=1)
    visit_overdue_days: int = Field(ge=1)
    document_reminder_days: int = Field(default=60, ge=1)
    chase_every_working_days: int = Field(default=5, ge=1)
    retention_months: int = Field(ge=1)
    glass_hours: int = Field(default=4, ge=1, le=24)  # how long a case stays open that was opened in an emergency
    glass_review_working_days: int = Field(default=2, ge=1)


class Organisation(ProgrammePart):
    """The organisation that runs a programme.

    ``staff`` is the word its people's ids begin with (``redcross`` in ``redcross:olga``): with it the programme's
    cases are closed to everybody else.
    """

    id: Slug
    name: Label
    address: str = ""
    phones: tuple[Phone, ...] = ()
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    staff: str = Field(default="", pattern=r"^[a-z]*$")


class _Named(Protocol):
    @property
    def id(self) -> str: ...


P = TypeVar("P", bound=_Named)
ById: TypeAlias = cached_property[dict[str, P]]


def _by_id(parts: Callable[["Programme"], Iterable[P]]) -> ById[P]:
    return cached_property(lambda programme: {part.id: part for part in parts(programme)})


class Programme(ProgrammePart):
    """One programme, whole."""

    programme: Slug
    title: Label
    home_country: str = Field(pattern=r"^[A-Z]{2}$")
    language: Literal["en", "ru"] = "en"  # of the words people are called by here
    runs: RunningPeriod
    target_per_year: int = Field(ge=1)
    organisation: Organisation | None = None
    office: OfficeContact
    funders: tuple[Funder, ...] = Field(min_length=1)
    facilities: tuple[Facility, ...] = Field(min_length=1)
    meeters: tuple[Meeter, ...] = ()
    escorts: tuple[Escort, ...]
    hosts: tuple[Host, ...] = ()
    teams: tuple[Team, ...] = ()
    transit_visas: tuple[TransitVisa, ...] = ()
    providers: tuple[Provider, ...] = ()
    hotline: Hotline | None = None
    consultation_topics: tuple[ConsultationTopic, ...] = ()
    at_risk_groups: tuple[AtRiskGroup, ...] = ()
    disclosure: DisclosurePolicy = DisclosurePolicy()
    documents: tuple[DocumentPath, ...] = ()
    policies: Policies
    purposes: tuple[Name, ...]
    closure_reasons: tuple[Name, ...]
    services: tuple[Service, ...]
    courses: tuple[Course, ...] = ()
    grants: tuple[GrantKind, ...]
    costs: tuple[Name, ...] = COST_KINDS  # what may be bought for a person
    journey: JourneyDefinition

    # Parts of the file by their ids.
    service_of: ClassVar[ById[Service]] = _by_id(lambda programme: programme.services)
    document_path: ClassVar[ById[DocumentPath]] = _by_id(lambda programme: programme.documents)
    course_of: ClassVar[ById[Course]] = _by_id(lambda programme: programme.courses)
    provider_of: ClassVar[ById[Provider]] = _by_id(lambda programme: programme.providers)
    meeter_of: ClassVar[ById[Meeter]] = _by_id(lambda programme: programme.meeters)
    host_of: ClassVar[ById[Host]] = _by_id(lambda programme: programme.hosts)
    team_of: ClassVar[ById[Team]] = _by_id(lambda programme: programme.teams)
    escort_of: ClassVar[ById[Escort]] = _by_id(lambda programme: programme.escorts)
    facility_of: ClassVar[ById[Facility]] = _by_id(lambda programme: programme.facilities)

    @cached_property
    def grant_kind(self) -> dict[str, GrantKind]:
        """Return the kinds of grant by name."""
        return {grant.kind: grant for grant in self.grants}

    @cached_property
    def words_cut_off(self) -> frozenset[str]:
        """Return the words of those who work for a provider that was cut off, whoever else they work for."""
        return frozenset(provider.staff for provider in self.providers if provider.is_cut_off)

    @cached_property
    def beds_facilities(self) -> tuple[Facility, ...]:
        """Return the houses with beds, in the order of the file."""
        return tuple(facility for facility in self.facilities if facility.capacity)

    @property
    def time_zone(self) -> str:
        """Return whose clocks the programme goes by: those of its first house."""
        return self.facilities[0].time_zone

    def day(self, at: datetime) -> date:
        """Return the programme's day at an instant: of its rules, its forms, its books, its counts and its payments."""
        return day_of(at, self.time_zone)

    def begin_of(self, day: date) -> datetime:
        """Return the instant at which a day of the programme begins; in UTC."""
        return begin_of(day, self.time_zone)

    def end_of(self, day: date) -> datetime:
        """Return the instant at which a day of the programme is over; in UTC."""
        return end_of(day, self.time_zone)

    def zone_of(self, facility: str) -> str:
        """Return whose clocks a house goes by; a house that is in the file no more goes by the programme's."""
        found = self.facility_of.get(facility)
        return found.time_zone if found else self.time_zone

    @property
    def intake_stream(self) -> str:
        """Return the stream that counts who comes."""
        return f"intake:{self.programme}"

    @cached_property
    def consultation_centres(self) -> tuple[str, ...]:
        """Return the ids of the centres that advise people who have no case."""
        return tuple(facility.id for facility in self.facilities if facility.kind == "consultation_centre")

    @property
    def hotline_stream(self) -> str:
        """Return the stream of the hotline and the consultation centres."""
        return f"hotline:{self.programme}"

    @property
    def fund_stream(self) -> str:
        """Return the stream of the programme's money."""
        return f"fund:{self.programme}"

    @property
    def meeters_stream(self) -> str:
        """Return the stream of those who meet arrivals."""
        return f"meeters:{self.programme}"

    @property
    def escorts_stream(self) -> str:
        """Return the stream of the programme's escorts."""
        return f"escorts:{self.programme}"
