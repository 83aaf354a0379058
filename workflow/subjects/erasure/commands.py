"""Commands by which somebody is erased: the request, what a supervisor proposes, and what machines say."""

from datetime import date
from typing import Annotated

from pydantic import Field

from events.facts.erasure import AskedBy
from workflow.command import CaseCommand, Instant

# A number in the office's book of letters: a name cannot stand in it.
PaperNumber = Annotated[str, Field(pattern=r"^[0-9]{1,10}([/-][0-9]{1,10}){0,3}$", description="like 118/2026")]


class RequestErasure(CaseCommand, acts=("case.consent", "case.confirm_erasure")):
    """Record that the person, or somebody for them, asked for everything about them to be destroyed."""

    asked_by: AskedBy = "person"
    paper: PaperNumber
    received_on: date | None = None  # today when left out


class WithdrawErasureRequest(CaseCommand, acts=("case.consent", "case.confirm_erasure")):
    """Record that the person thought better of it."""


class ErasePerson(CaseCommand, acts=("case.erase",), grave=True):
    """Propose that the person is erased, as was asked; the data-protection officer confirms it, and then it is done."""


class ReplayErasure(CaseCommand):
    """Say that whoever this case is about was erased before; only for an older copy of the log, by no person."""

    destroyed_at: Instant
