"""What every command has, and the engine's own commands: a step of the journey, tasks, timers, publishing."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Literal, TypedDict, Unpack
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from events.ids import OFFICE_DECISIONS, CaseId, programme_stream
from workflow.rights.acts import Acts
from workflow.values.case_numbers import CaseNumber
from workflow.values.text import ActorId, CodeWord, ProviderText, ReferenceToken, ShortText


def _in_our_time(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:
        raise ValueError("is not between the years 1900 and 2200; check the year")
    return value.astimezone(UTC)  # whichever zone it was typed in: who reads it reads UTC


Instant = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
WHEN: Final = "occurred_at"  # the field of every command that says when it happened


class Command(BaseModel):
    """Something somebody wants done."""

    # What somebody typed may be a name; it has no place in an error's text.
    # Built when first used: a command line needs a few of them. pydantic builds under a lock (since 2.13).
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    command_id: UUID
    actor: ActorId
    mandate: CodeWord = "case_manager"
    expected: int | None = None  # the version of the case that was on the screen
    occurred_at: Instant | None = None  # when it happened in the world, if that was earlier
    # A machine's: the id an older Wayhome gave the same command. No part of what the command says.
    former_id: UUID | None = Field(default=None, exclude=True)

    acts: ClassVar[Acts] = ()  # by which right it is given; where none is named no person gives it
    is_recorded: ClassVar[bool] = True  # whether `case record` offers it; others have a verb of their own, or none
    sealed: ClassVar[bool] = False  # whether the command itself holds what identifies a person
    dated: ClassVar[bool] = False  # whether a form asks when it happened: people write things down later
    grave: ClassVar[bool] = False  # whether it is looked at once more before: it cannot be undone, or by others only
    undone_by: ClassVar[str] = ""  # the command that others undo it by, where there is one

    def __init_subclass__(
        cls,
        *,
        acts: Acts = (),
        is_recorded: bool = True,
        sealed: bool = False,
        dated: bool = False,
        grave: bool = False,
        undone_by: str = "",
        **config: Unpack[ConfigDict],
    ) -> None:
        """Let each kind of command say these where it is named."""
        super().__init_subclass__(**config)
        cls.acts, cls.is_recorded, cls.sealed, cls.dated = acts, is_recorded, sealed, dated
        cls.grave, cls.undone_by = grave or bool(undone_by), undone_by


class CaseCommand(Command):
    """Something wanted for one case."""

    case_id: Annotated[CaseNumber, Field(description="the case number, like 7K3P9-QXM2D")]


class OfficeCommand(Command):
    """Something wanted of a programme's office itself, not for one case."""

    programme: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$", description="the programme, like moscow")]

    @property
    def stream(self) -> str:
        """Return the stream whose history the command is about."""
        raise AssertionError("every command of an office names its own stream")


class Origin(TypedDict):
    """What a machine's command about a case begins with."""

    command_id: UUID
    former_id: UUID
    actor: str
    mandate: str
    case_id: CaseId


def occurred(command: Command, now: datetime) -> datetime:
    """Return when it happened in the world: as the command says, else now."""
    return command.occurred_at or now


def fields_of(kind: type[Command]) -> dict[str, Any]:
    """Return the fields a person fills in, without those every command has; when it happened where that is asked."""
    shared = OfficeCommand if issubclass(kind, OfficeCommand) else CaseCommand
    own = {name: field for name, field in kind.model_fields.items() if name not in shared.model_fields}
    return own | ({WHEN: kind.model_fields[WHEN]} if kind.dated else {})


class AdvanceCase(CaseCommand, acts=("case.advance",), is_recorded=False, dated=True, grave=True):
    """Move the person on along the journey."""

    trigger: CodeWord
    reason: CodeWord | Literal[""] = ""


class RetractRecord(CaseCommand, acts=("case.record", "case.medical", "case.legal", "case.consent", "money.record")):
    """Take back what was recorded by a slip: one's own record soon after, anything else with a second person."""

    record: int = Field(ge=0, description="the number of the record in the case's history")
    why: Literal["wrong_case", "wrong_day", "wrong_part", "recorded_twice", "did_not_happen", "wrong_content"]


class ConfirmDecision(CaseCommand, acts=("case.confirm", "case.confirm_erasure"), is_recorded=False):
    """Stand behind what a colleague proposed: with it, it happens."""

    proposal_id: ReferenceToken


class DeclineDecision(CaseCommand, acts=("case.confirm", "case.confirm_erasure"), is_recorded=False):
    """Say no to what a colleague proposed, and why."""

    proposal_id: ReferenceToken
    reason: ShortText


class WithdrawProposal(CaseCommand, acts=("case.record", "case.medical"), is_recorded=False):
    """Take back what one proposed oneself and nobody has decided on."""

    proposal_id: ReferenceToken


class FinishTask(CaseCommand):
    """Report what came of a task; only the worker that holds it at this epoch may."""

    task_id: ReferenceToken
    epoch: int
    outcome: Literal["done", "refused", "dead", "unknown", "undone"]
    reference: ProviderText = ""


class RetryTask(CaseCommand, acts=("tasks.retry",), is_recorded=False):
    """Have a refused, dead or unknown task tried again, after looking at it."""

    task_id: ReferenceToken


class CancelTask(CaseCommand, acts=("tasks.retry",), is_recorded=False):
    """Take a task back; one that may have left the house only once the other side says that nothing arrived."""

    task_id: ReferenceToken
    reason: ShortText


class ConfirmLetter(CaseCommand, acts=("tasks.retry",), is_recorded=False):
    """Say that a letter nobody knew the fate of arrived, after asking whoever it was for."""

    task_id: ReferenceToken


class FireTimer(CaseCommand):
    """Say that a timer's time has come."""

    timer_id: ReferenceToken
    due_at: Instant


class PublishProgramme(Command, acts=("programmes.publish",)):
    """Put a programme file into force for cases opened from now on."""

    programme: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    text: str

    @property
    def stream(self) -> str:
        """Return the stream that holds what was published of the programme."""
        return programme_stream(self.programme)


class OfficeProposalCommand(Command):
    """Something said about a decision of two people that concerns the house itself: accounts, programme files."""

    proposal_id: ReferenceToken

    @property
    def stream(self) -> str:
        """Return the stream in which such decisions are proposed and confirmed."""
        return OFFICE_DECISIONS


class ConfirmOfficeDecision(OfficeProposalCommand, acts=("accounts.confirm", "programmes.confirm")):
    """Stand behind what another officer proposed for the house: with it, it happens."""


class DeclineOfficeDecision(OfficeProposalCommand, acts=("accounts.confirm", "programmes.confirm")):
    """Say no to what another officer proposed for the house, and why."""

    reason: ShortText


class WithdrawOfficeProposal(OfficeProposalCommand, acts=("accounts.change", "programmes.publish")):
    """Take back what one proposed oneself for the house and nobody has decided on."""
