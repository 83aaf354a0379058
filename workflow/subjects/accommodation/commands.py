"""Commands about beds and the waiting list."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from workflow.command import CaseCommand, Instant
from workflow.rights.acts import Acts
from workflow.values.text import ShortText

House = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]


class HoldBed(CaseCommand):
    """Hold a bed: in the house named, else in the first of the programme's houses that has one for the person."""

    acts: ClassVar[Acts] = ("case.record",)
    facility: House | None = None
    family: bool = False  # the person comes with family


class ExtendHold(CaseCommand):
    """Hold the bed longer: until a time, or so many hours from now; the programme sets the most."""

    acts: ClassVar[Acts] = ("case.record",)
    until: Instant | None = None
    hours: int | None = Field(default=None, ge=1, le=10_000)


class TakeBed(CaseCommand):
    """Record that the person moved in, and until which day they plan to stay if that is known."""

    acts: ClassVar[Acts] = ("case.record",)
    until: date | None = None


class ExtendStay(CaseCommand):
    """Plan the stay until another day; a supervisor is reminded on that day."""

    acts: ClassVar[Acts] = ("case.record",)
    until: date


class ReleaseBed(CaseCommand):
    """Give the bed up: the person moved out, or the hold is not needed."""

    acts: ClassVar[Acts] = ("case.record",)
    reason: ShortText


class JoinWaitingList(CaseCommand):
    """Wait for a bed in a full house; whoever waits longest is offered the next one that fits."""

    acts: ClassVar[Acts] = ("case.record",)
    facility: House | None = None
    family: bool = False


class LeaveWaitingList(CaseCommand):
    """Wait no longer for a bed in a house."""

    acts: ClassVar[Acts] = ("case.record",)
    facility: House
    reason: ShortText
