"""Commands about whose case it is, about opening it in an emergency, and about what was opened."""

from typing import Final, Literal

from pydantic import Field, field_validator

from events.facts.access import Emergency
from workflow.command import CaseCommand, OfficeCommand
from workflow.values.case_numbers import CaseNumber
from workflow.values.text import ActorId, CodeWord, LongText, TeamWord

_WHY_SHORTEST: Final = 10  # characters


class AssignCase(CaseCommand, acts=("case.assign",), sealed=True):
    """Give the case to somebody, and to a team; the one who had it before has it no more."""

    owner: ActorId
    team: TeamWord | Literal[""] = ""  # everybody of the programme when left out
    note: LongText | None = None  # what the next should know, sealed


class BreakGlass(CaseCommand, acts=("case.break_glass",), is_recorded=False, sealed=True):
    """Open a case one has no part in, in an emergency and for a few hours; owner and officer are told at once."""

    reason: Emergency
    why: LongText

    @field_validator("why")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if len(value) < _WHY_SHORTEST:
            raise ValueError("is too short; say in a sentence what happens, for whoever reviews it")
        return value


class ExportCases(OfficeCommand, acts=("export",), is_recorded=False):
    """Take the list of cases out as a file; by the page that makes the file, and not without it."""

    filters: str = Field(default="", max_length=600, pattern=r"^[A-Za-z0-9_=&%.:+-]*$")
    columns: tuple[CodeWord, ...] = Field(max_length=20)
    cases: int = Field(ge=0)
    file: Literal["csv", "xlsx"]

    @property
    def stream(self) -> str:
        """Return the stream that tells who took out which list of the programme."""
        return f"exports:{self.programme}"


class MendGlass(CaseCommand, acts=("case.see", "case.review")):
    """Record that an emergency is over before its hours are."""

    account: ActorId | Literal[""] = ""  # whose, if not one's own


class ReviewAccess(CaseCommand, acts=("case.review",), sealed=True):
    """Record what somebody else thinks of an emergency for which a case was opened."""

    account: ActorId
    outcome: Literal["justified", "not_justified"]
    note: LongText | None = None


class StopLooking(CaseCommand):
    """Say that somebody was stopped at this case for opening too many; by the door that stopped them, not by people."""

    account: ActorId
    cases: int


class ReviewStop(CaseCommand, acts=("case.review",), sealed=True):
    """Record what somebody else found who looked into why an account opened so many cases."""

    account: ActorId
    outcome: Literal["justified", "not_justified"]
    note: LongText | None = None


class DecideDuplicate(CaseCommand, acts=("case.record",)):
    """Record whether another case is the same person's."""

    other: CaseNumber
    same: bool


class JoinCases(CaseCommand, acts=("case.record",), undone_by="PartCases"):
    """Say that another case, which has ended, is the same person's: this one leads, and the person counts once.

    Another person confirms it who may see both. Nobody sees more by it than before.
    """

    other: CaseNumber


class PartCases(CaseCommand, acts=("case.record",)):
    """Say that a case joined to this one is another person's after all; what was recorded since stays where it is."""

    other: CaseNumber


class SuspectDuplicate(CaseCommand):
    """Say that a case opened later may be the same person's; asked for by the comparing of cases, not by people."""

    other: CaseNumber
