"""Commands about the way home, or the choice to stay."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import model_validator

from workflow.commands.command import CaseCommand, Instant
from workflow.countries import Country
from workflow.text import ShortText


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


# What `wayhome case record` offers.
BY_PEOPLE: tuple[type[CaseCommand], ...] = (
    DeclareReturn,
    ChooseStay,
    PlanTrip,
    AnswerEscort,
    CancelTrip,
)
