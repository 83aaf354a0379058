"""What people, workers and timers may ask for. A command says who asks, by which right, and carries its own id.

The id is made by whoever asks, once for each intention: sending a command again gives the first answer again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from events.ids import CaseId, case_id_of, parse_case_id
from events.money import Money
from workflow.countries import Country
from workflow.text import ActorId, LongText, PersonName, Reported, ShortText, Token, Word

EARLIEST_BIRTH = date(1900, 1, 1)


def _in_our_time(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:
        raise ValueError("is not between the years 1900 and 2200; check the year")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class Command(BaseModel):
    """Something somebody wants done."""

    # What somebody typed may be a name; it has no place in an error's text.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command_id: UUID
    actor: ActorId
    mandate: Word = "case_manager"
    expected: int | None = None  # the version of the case that was on the screen
    occurred_at: Instant | None = None  # when it happened in the world, if that was earlier

    sealed: ClassVar[bool] = False  # whether the command itself holds what identifies a person


class CaseCommand(Command):
    """Something wanted for one case."""

    case_id: Annotated[CaseId, Field(description="the case number, like 7K3P9-QXM2D")]

    @field_validator("case_id", mode="before")
    @classmethod
    def _as_typed(cls, value: object) -> object:
        return parse_case_id(value) if isinstance(value, str) else value


class OpenCase(Command):
    """Open a case for a referral that came in."""

    programme: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    source: Literal[
        "government", "law_enforcement", "health", "social_support", "ngo", "international_organisation",
        "hotline", "self", "case_management",
    ]  # fmt: skip
    previous_case: CaseId | None = None
    citizenships: tuple[Country, ...] = Field(default=(), max_length=5)
    gender: Word | None = None
    age_band: Literal["0-8", "9-17", "18-20", "21-23", "24-26", "27-29", "30-38", "39-47", "48+"] | None = None
    majority: Literal["adult", "minor"] | None = None  # when no birth date or age band is known
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    exploitation: tuple[ShortText, ...] = Field(default=(), max_length=20)
    country_of_exploitation: Country | None = None
    registered_year: int | None = Field(default=None, ge=1990, le=2100)
    name: PersonName | None = None
    birth_date: date | None = None
    phone: str | None = Field(default=None, pattern=r"^\+[1-9]\d{5,14}$")
    story: LongText | None = None

    sealed: ClassVar[bool] = True

    @field_validator("birth_date")
    @classmethod
    def _not_before_1900(cls, value: date | None) -> date | None:
        if value is not None and value < EARLIEST_BIRTH:
            raise ValueError("is before 1900; check the year")
        return value

    @field_validator("previous_case", mode="before")
    @classmethod
    def _as_typed(cls, value: object) -> object:
        return parse_case_id(value) if isinstance(value, str) else value

    @property
    def case_id(self) -> CaseId:
        """Return the number the case will have."""
        return case_id_of(self.command_id)


class AdvanceCase(CaseCommand):
    """Move the person on along the journey."""

    trigger: Word
    reason: Word | Literal[""] = ""
    second: ActorId | Literal[""] = ""


class GiveConsent(CaseCommand):
    """Record that the person (or a guardian) agreed to a purpose."""

    purpose: Word
    recipient: ShortText | Literal[""] = ""
    by: Literal["person", "guardian"] = "person"
    until: date | None = None


class WithdrawConsent(CaseCommand):
    """Record that the person took an agreement back."""

    purpose: Word
    recipient: ShortText | Literal[""] = ""


class EstablishAge(CaseCommand):
    """Record that somebody of unknown age is an adult or a child, and on which basis."""

    child: bool
    basis: ShortText


class IdentifyVictim(CaseCommand):
    """Record which body decided on the trafficking status; formal identification starts the reflection period."""

    status: Literal["possible", "actual"]
    decided_by: Literal["police", "ngo", "court", "government", "other"]


class EndReflection(CaseCommand):
    """Record that the person has decided before the reflection period is over."""

    why: ShortText


class AssessRisk(CaseCommand):
    """Record a risk assessment made with the person."""

    level: Literal["low", "medium", "high"]
    safe_to_return: bool
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class AppointGuardian(CaseCommand):
    """Record who decides with and for a child."""

    kind: Literal["parent", "relative", "state", "organisation"]
    name: PersonName | None = None
    sealed: ClassVar[bool] = True


class DecideBestInterests(CaseCommand):
    """Record what a body decided is best for the child."""

    outcome: Literal["return", "stay"]
    decided_by: ShortText


class PlanArrival(CaseCommand):
    """Record when, where and how the person arrives and will be met."""

    at: Instant
    place: ShortText
    means: ShortText


class HoldBed(CaseCommand):
    """Hold a bed in the programme's house."""


class TakeBed(CaseCommand):
    """Record that the person moved in."""


class ReleaseBed(CaseCommand):
    """Give the bed up."""

    reason: ShortText


class AgreeCarePlan(CaseCommand):
    """Record the plan of care with the second person who agreed to it."""

    second: ActorId


class CertifyFitness(CaseCommand):
    """Record a doctor's certificate: until when the person may travel and who must go along."""

    valid_until: date
    escort: Literal["none", "operational", "family", "medical"]
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class RecordTravelDocument(CaseCommand):
    """Record a travel document that is in hand."""

    kind: Literal["passport", "return_certificate", "identity_card", "laissez_passer"]
    valid_until: date
    number: ShortText | None = None
    sealed: ClassVar[bool] = True


class DeclareReturn(CaseCommand):
    """Record that the person signed to return of their own will."""

    destination: Country
    signed_on: date


class ChooseStay(CaseCommand):
    """Record that the person decided to stay."""

    basis: ShortText


class PlanTrip(CaseCommand):
    """Plan the way home; an escort is reserved when one is needed, ticket and host are asked for."""

    departs_at: Instant
    arrives_at: Instant
    origin: ShortText
    destination: ShortText

    @model_validator(mode="after")
    def _forwards(self) -> PlanTrip:
        if self.arrives_at <= self.departs_at:
            raise ValueError("arrives_at is not after departs_at; check the dates")
        return self


class AnswerEscort(CaseCommand):
    """Record the escort's answer to the invitation."""

    accepted: bool
    reason: ShortText | Literal[""] = ""


class CancelTrip(CaseCommand):
    """Call the journey off; whatever was booked is released, each thing once."""

    reason: ShortText


class RequestGrant(CaseCommand):
    """Ask for a grant for the person."""

    kind: Word
    amount: Money
    payee_name: PersonName
    payee_account: str = Field(min_length=4, max_length=34, pattern=r"^[A-Z0-9]+$")
    sealed: ClassVar[bool] = True

    @field_validator("amount", mode="before")
    @classmethod
    def _written_as_text(cls, value: object) -> object:
        return Money.parse(value) if isinstance(value, str) else value


class ApproveGrant(CaseCommand):
    """Approve a grant somebody else asked for; each funder's share is set aside."""

    grant_id: Token


class DeclineGrant(CaseCommand):
    """Decide against a grant, or against what is left of it."""

    grant_id: Token
    reason: ShortText


class ReleaseTranche(CaseCommand):
    """Let the next part of an approved grant go to the bank; a third person does this."""

    grant_id: Token


class RecordPayment(CaseCommand):
    """Record what the bank says about a tranche."""

    grant_id: Token
    tranche_id: Token
    outcome: Literal["paid", "rejected"]
    reference: ShortText


class AgreePlan(CaseCommand):
    """Record the reintegration plan with the second person who approved it."""

    second: ActorId


class RecordFollowUp(CaseCommand):
    """Record how the person is, so many months after the return."""

    month: int = Field(ge=0, le=60)
    outcome: Word
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class AddNote(CaseCommand):
    """Write something down about the case."""

    note: LongText
    sealed: ClassVar[bool] = True


class OpenSealed(CaseCommand):
    """Open what is sealed of the case; who and why is recorded before anything is shown."""

    compartments: tuple[Literal["identity", "contact", "medical", "legal", "money", "story"], ...] = Field(min_length=1)
    why: ShortText


class FinishTask(CaseCommand):
    """Report what came of a task; only the worker that holds it at this epoch may."""

    task_id: Token
    epoch: int
    outcome: Literal["done", "refused", "dead", "unknown", "undone"]
    reference: Reported = ""


class RetryTask(CaseCommand):
    """Have a refused, dead or unknown task tried again, after looking at it."""

    task_id: Token


class CancelTask(CaseCommand):
    """Take a task back that nobody has begun."""

    task_id: Token
    reason: ShortText


class FireTimer(CaseCommand):
    """Say that a timer's time has come."""

    timer_id: Token
    due_at: Instant


class PublishProgramme(Command):
    """Put a programme file into force for cases opened from now on."""

    programme: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    text: str


HUMAN: tuple[type[CaseCommand], ...] = (
    GiveConsent, WithdrawConsent, EstablishAge, IdentifyVictim, EndReflection, AssessRisk, AppointGuardian,
    DecideBestInterests, PlanArrival, HoldBed, TakeBed, ReleaseBed, AgreeCarePlan, CertifyFitness,
    RecordTravelDocument, DeclareReturn, ChooseStay, PlanTrip, AnswerEscort, CancelTrip, RequestGrant, ApproveGrant,
    DeclineGrant, ReleaseTranche, RecordPayment, AgreePlan, RecordFollowUp, AddNote,
)  # fmt: skip


def occurred(command: Command, now: datetime) -> datetime:
    """Return when it happened in the world: as the command says, else now."""
    return command.occurred_at or now


def human_command(name: str) -> type[CaseCommand] | None:
    """Return the command a person may type by its name, in any case of letters."""
    return {kind.__name__.lower(): kind for kind in HUMAN}.get(name.lower().replace("-", "").replace("_", ""))


def fields_of(kind: type[Command]) -> dict[str, Any]:
    """Return the fields a person fills in, without those every command has."""
    return {name: field for name, field in kind.model_fields.items() if name not in CaseCommand.model_fields}
