"""Commands about beds and the waiting list."""

from datetime import date

from pydantic import Field

from workflow.command import CaseCommand, Instant
from workflow.programme.part import Slug
from workflow.subjects.groups.commands import COMPANY_MAX
from workflow.values.text import ShortText


class HoldBed(CaseCommand, acts=("case.record",)):
    """Hold a bed: in the house named, else in the first of the programme's houses that has one for the person."""

    facility: Slug | None = None
    family: bool = False  # the person comes with family
    company: int = Field(
        default=1, ge=1, le=COMPANY_MAX
    )  # how many of their group are to live in one room, if they can
    bed: int | None = Field(default=None, ge=1)  # just this one, where the beds of a family were looked for together


class ExtendHold(CaseCommand, acts=("case.record",)):
    """Hold the bed longer: until a time, or so many hours from now; the programme sets the most."""

    until: Instant | None = None
    hours: int | None = Field(default=None, ge=1, le=10_000)


class TakeBed(CaseCommand, acts=("case.record",), dated=True):
    """Record that the person moved in, and until which day they plan to stay if that is known."""

    until: date | None = None


class ExtendStay(CaseCommand, acts=("case.record",)):
    """Plan the stay until another day; a supervisor is reminded on that day."""

    until: date


class ReleaseBed(CaseCommand, acts=("case.record",), dated=True):
    """Give the bed up: the person moved out, or the hold is not needed."""

    reason: ShortText


class JoinWaitingList(CaseCommand, acts=("case.record",)):
    """Wait for a bed in a full house; whoever waits longest is offered the next one that fits.

    Several of a group wait together: they are offered beds when there is one for each. Told again for one of them, the
    person waits on their own.
    """

    facility: Slug | None = None
    family: bool = False
    company: int = Field(default=1, ge=1, le=COMPANY_MAX)  # how many of their group wait together


class SayFamilyWaits(CaseCommand):
    """Say that a house has beds for some of a family and not for all; by whoever offers beds, not by people."""

    facility: Slug


class LeaveWaitingList(CaseCommand, acts=("case.record",)):
    """Wait no longer for a bed in a house."""

    facility: Slug
    reason: ShortText
