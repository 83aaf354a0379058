"""Opening what is sealed: who opens what and why is in the log before any key is used. Both doors come through here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from console.container import Container
from events.catalogue import CLOSED, Fact
from events.envelope import RecordedEvent
from events.ids import CaseId, case_stream
from events.instants import instant
from events.log import Log
from handlers.commanding.answers import Accepted
from workflow.subjects.intake.commands import OpenSealed

SHOWN_FOR: Final = timedelta(minutes=5)  # then it is asked for again: a page left open is not a right


class OpenedField(NamedTuple):
    """One sealed value and where it was said."""

    fact: str
    version: int  # of the case, when it was said
    name: str
    value: str
    recorded_at: str
    actor: str


class Opening(NamedTuple):
    """What was recorded of an opening: who opened or tried to open which parts, when, and why."""

    actor: str
    mandate: str
    at: datetime
    compartments: tuple[str, ...]
    why: str
    denied: bool

    def lasts(self, now: datetime) -> bool:
        """Tell whether it may still be shown."""
        return now - self.at <= SHOWN_FOR


class Recording(NamedTuple):
    """What came of asking: nothing was opened unless it was accepted and not denied."""

    accepted: bool
    denied: bool


def record_opening(
    container: Container, command_id: UUID, case_id: CaseId, who: tuple[str, str], parts: tuple[str, ...], why: str
) -> Recording:
    """Record that somebody (actor and mandate) opens these parts and why, or that they asked in vain."""
    command = OpenSealed(
        command_id=command_id,
        actor=who[0],
        mandate=who[1],
        case_id=case_id,
        compartments=parts,  # type: ignore[arg-type]
        why=why,
    )
    answer = container.service.submit(command)
    accepted = isinstance(answer, Accepted)
    return Recording(accepted, isinstance(answer, Accepted) and "SealedDenied" in answer.facts)


def opening_of(log: Log, case_id: str, command_id: UUID) -> Opening | None:
    """Return what the log says of an opening of this case, or None when there was none."""
    for event in log.of_command(str(command_id)):
        if event.envelope.stream == case_stream(case_id) and event.envelope.type in ("SealedOpened", "SealedDenied"):
            return _opening(log, event)
    return None


def sealed_values(log: Log, case_id: str, compartments: Collection[str]) -> tuple[OpenedField, ...]:
    """Return what these parts of a case hold; call it only once the opening is in the log."""
    opened = log.opened_of(case_stream(case_id), compartments)
    return tuple(field for event, fact in opened for field in _fields(log, event, fact))


def _fields(log: Log, event: RecordedEvent, fact: Fact) -> list[OpenedField]:
    said = event.envelope
    values = [(name, getattr(fact, name)) for name in sorted(log.catalogue.shape_of(fact).hidden)]
    return [
        OpenedField(said.type, said.version, name, str(value), said.recorded_at, said.actor)
        for name, value in values
        if value is not None and value is not CLOSED
    ]


def _opening(log: Log, event: RecordedEvent) -> Opening:
    fact: Any = log.fact(event)
    envelope = event.envelope
    denied = envelope.type == "SealedDenied"
    return Opening(envelope.actor, envelope.mandate, instant(envelope.recorded_at), fact.compartments, fact.why, denied)
