"""Commands about whose case it is, about opening it in an emergency, and about what was opened."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from pydantic import field_validator

from events.facts.access import Emergency
from events.ids import CaseId, parse_case_id
from workflow.command import CaseCommand
from workflow.rights.acts import Acts
from workflow.values.text import ActorId, CodeWord, LongText

_WHY_SHORTEST: Final = 10  # characters


class AssignCase(CaseCommand):
    """Give the case to somebody, and to a team; the one who had it before has it no more."""

    acts: ClassVar[Acts] = ("case.assign",)
    owner: ActorId
    team: CodeWord | Literal[""] = ""  # everybody of the programme when left out


class BreakGlass(CaseCommand):
    """Open a case one has no part in, in an emergency and for a few hours; owner and officer are told at once."""

    acts: ClassVar[Acts] = ("case.break_glass",)
    is_recorded: ClassVar[bool] = False
    reason: Emergency
    why: LongText
    sealed: ClassVar[bool] = True

    @field_validator("why")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if len(value) < _WHY_SHORTEST:
            raise ValueError("is too short; say in a sentence what happens, for whoever reviews it")
        return value


class MendGlass(CaseCommand):
    """Record that an emergency is over before its hours are."""

    acts: ClassVar[Acts] = ("case.see", "case.review")
    account: ActorId | Literal[""] = ""  # whose, if not one's own


class ReviewAccess(CaseCommand):
    """Record what somebody else thinks of an emergency for which a case was opened."""

    acts: ClassVar[Acts] = ("case.review",)
    account: ActorId
    outcome: Literal["justified", "not_justified"]
    note: LongText | None = None
    sealed: ClassVar[bool] = True


class DecideDuplicate(CaseCommand):
    """Record whether another case is the same person's."""

    acts: ClassVar[Acts] = ("case.record",)
    other: CaseId
    same: bool

    @field_validator("other", mode="before")
    @classmethod
    def _number_as_typed(cls, value: object) -> object:
        return parse_case_id(value) if isinstance(value, str) else value


class SuspectDuplicate(CaseCommand):
    """Say that a case opened later may be the same person's; asked for by the comparing of cases, not by people."""

    other: CaseId
