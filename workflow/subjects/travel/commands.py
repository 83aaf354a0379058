"""Commands about the way home, or the choice to stay."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from workflow.command import CaseCommand, Instant
from workflow.programme.part import Slug
from workflow.subjects.groups.commands import COMPANY_MAX
from workflow.subjects.reception.commands import ServiceNumber
from workflow.values.countries import Country
from workflow.values.telling import Place
from workflow.values.text import PersonName, ShortText


class DeclareReturn(CaseCommand, acts=("case.record",)):
    """Record that the person signed to return of their own will; a national who goes abroad says why."""

    destination: Country
    signed_on: date
    because: Literal["", "family", "residence", "work", "study", "protection"] = ""


class ChooseStay(CaseCommand, acts=("case.record",)):
    """Record that the person decided to stay; a journey that has not begun is called off."""

    basis: ShortText


class RecordTransitVisa(CaseCommand, acts=("case.record",), sealed=True):
    """Record a visa for a country on the way."""

    country: Country
    valid_until: date
    number: PersonName | None = None


class TripLeg(BaseModel):
    """A part of a journey without a change."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Literal["flight", "train", "bus", "car"]
    number: ServiceNumber | Literal[""] = ""
    origin: Place
    destination: Place
    from_country: Country | Literal[""] = ""
    to_country: Country | Literal[""] = ""
    departs_at: Instant
    arrives_at: Instant

    @model_validator(mode="after")
    def _forwards(self) -> TripLeg:
        if self.arrives_at <= self.departs_at:
            raise ValueError("arrives_at is not after departs_at; check the dates")
        return self


class PlanTrip(CaseCommand, acts=("case.record",)):
    """Plan the way home; an escort is reserved when one is needed, ticket and host are asked for.

    ``legs`` lists every part between changes; a journey without a change may be given by its own times and places.
    """

    legs: Annotated[tuple[TripLeg, ...], Field(max_length=12)] = ()
    departs_at: Instant
    arrives_at: Instant
    origin: Place
    destination: Place
    company: int = Field(default=1, ge=1, le=COMPANY_MAX)  # how many of their group make this journey with one escort

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        """Make one leg of a simple journey, and read times and places off the legs otherwise."""
        if not isinstance(given, dict):
            return given
        legs = given.get("legs")
        ends = ("departs_at", "arrives_at", "origin", "destination")
        if not legs and all(name in given for name in ends):
            return {**given, "legs": ({"mode": "flight", **{name: given[name] for name in ends}},)}
        if isinstance(legs, list | tuple) and legs and not any(name in given for name in ends):
            first, last = _fields(legs[0]), _fields(legs[-1])
            starts = {name: first[name] for name in ("departs_at", "origin") if name in first}
            return {**given, **starts, **{n: last[n] for n in ("arrives_at", "destination") if n in last}}
        return given

    @model_validator(mode="after")
    def _one_after_the_other(self) -> PlanTrip:
        if not self.legs:
            raise ValueError("a journey has at least one leg; give departs_at, arrives_at, origin and destination")
        first, last = self.legs[0], self.legs[-1]
        ends = (self.departs_at, self.origin, self.arrives_at, self.destination)
        if ends != (first.departs_at, first.origin, last.arrives_at, last.destination):
            raise ValueError("times and places are not those of the legs; give the legs only")
        for before, after in zip(self.legs, self.legs[1:], strict=False):
            if after.departs_at < before.arrives_at:
                raise ValueError("a leg begins before the one before it ends; check order and times")
            if not before.to_country or before.to_country != after.from_country:
                raise ValueError("each change needs its country: to_country of one leg, from_country of the next")
        return self


def _fields(leg: Any) -> dict[str, Any]:
    return leg if isinstance(leg, dict) else dict(leg) if isinstance(leg, BaseModel) else {}


class AnswerEscort(CaseCommand, acts=("case.record",)):
    """Record the escort's answer to the invitation."""

    accepted: bool
    reason: ShortText | Literal[""] = ""


class AskHost(CaseCommand, acts=("case.record",)):
    """Ask somebody else to receive the person; whoever was asked before is told that it is off."""

    host: Slug


class AnswerHost(CaseCommand, acts=("case.record",)):
    """Record the host's answer; when they cannot, the next one of that country is asked."""

    accepted: bool


class CancelTrip(CaseCommand, acts=("case.record",)):
    """Call the journey off; whatever was booked is released, each thing once."""

    reason: ShortText


class HandOver(CaseCommand, acts=("case.record",), sealed=True, dated=True):
    """Record that the person arrived and was received, as host or escort report it; a child by a guardian."""

    received_by: Literal["host", "family", "guardian", "authority", "nobody"]
    receiver: PersonName | None = None
    came_early: bool = False  # they came before the time that was planned
