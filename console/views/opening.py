"""Opening what is sealed: who opens what and why is in the log before any key is used. Both doors come through here."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, cast
from uuid import UUID

from console.container import Container
from events.catalogue import CLOSED
from events.envelope import RecordedEvent
from events.facts.corrections import IdentityCorrected
from events.facts.intake import SealedOpened
from events.facts.safety import SealedDenied
from events.ids import CaseId, case_stream
from events.instants import instant
from events.log import Log
from events.receipts import RecordedOpening
from handlers.commanding.answers import Conflict
from handlers.queries.history import retracted_records
from workflow.reasons import Refused
from workflow.subjects.intake.commands import OpenSealed
from workflow.values.bank_names import in_bank_letters

# What came of asking, or why it could not even be recorded; nothing was opened unless it says so.
Recording = Literal["opened", "denied"] | Refused
SHOWN_FOR: Final = timedelta(minutes=5)  # then it is asked for again: a page left open is not a right


class OpenedField(NamedTuple):
    """One sealed value and where it was said."""

    fact: str
    version: int  # of the case, when it was said
    name: str
    value: str
    recorded_at: str
    actor: str
    holds: bool = True  # False of what was corrected since, or retracted


class Payee(NamedTuple):
    """Who is to be paid, as it was typed, and as the bank will read the name."""

    name: str
    account: str
    at_the_bank: str


class Opening(NamedTuple):
    """What was recorded of an opening: who opened or tried to open which parts, when, and why."""

    actor: str
    mandate: str
    at: datetime
    compartments: tuple[str, ...]
    why: str
    denied: bool
    file_id: str = ""  # of the one file that was looked at

    def lasts(self, now: datetime) -> bool:
        """Tell whether it may still be shown."""
        return now - self.at <= SHOWN_FOR


def record_opening(
    container: Container,
    command_id: UUID,
    case_id: CaseId,
    who: tuple[str, str],
    parts: tuple[str, ...],
    why: str,
    *,
    file_id: str = "",
) -> Recording:
    """Record that somebody (actor and mandate) opens these parts and why, or that they asked in vain.

    Returns the refusal, with its reasons, when the rules do not let it be recorded: of somebody who was erased.
    """
    command = OpenSealed.model_validate({
        "command_id": command_id, "actor": who[0], "mandate": who[1], "case_id": case_id, "compartments": parts,
        "why": why, "file_id": file_id,
    })  # fmt: skip
    answer = container.service.submit(command)
    assert not isinstance(answer, Conflict), "an opening expects no version"
    if isinstance(answer, Refused):
        return answer
    return "denied" if "SealedDenied" in answer.facts else "opened"


def payee_of(log: Log, case_id: str, grant_id: str, command_id: UUID) -> Payee | None:
    """Return who is to be paid by a grant now, if that can still be read, by the opening this command recorded."""
    found = None
    for event in log.of_types(case_stream(CaseId(case_id)), ("GrantRequested", "PayeeChanged")):
        fact = log.opened(event, ("money",), RecordedOpening(str(command_id)))
        if getattr(fact, "grant_id", "") == grant_id:
            found = fact
    name, account = getattr(found, "payee_name", None), getattr(found, "payee_account", None)
    if not isinstance(name, str) or not isinstance(account, str):
        return None
    return Payee(name, account, in_bank_letters(name))


def recorded(log: Log, case_id: str, command_id: UUID, *facts: str) -> RecordedEvent | None:
    """Return what a command recorded of a case, if it is one of these facts."""
    events = (event for event in log.of_command(str(command_id)) if event.envelope.stream == case_stream(case_id))
    return next((event for event in events if event.envelope.type in facts), None)


def opening_of(log: Log, case_id: str, command_id: UUID) -> Opening | None:
    """Return what the log says of an opening of this case, or None when there was none."""
    event = recorded(log, case_id, command_id, "SealedOpened", "SealedDenied")
    if event is None:
        return None
    said, fact = event.envelope, cast("SealedOpened | SealedDenied", log.fact(event))
    denied = said.type == "SealedDenied"
    return Opening(
        said.actor,
        said.mandate,
        instant(said.recorded_at),
        fact.compartments,
        fact.why,
        denied,
        getattr(fact, "file_id", ""),
    )


def sealed_values(log: Log, case_id: str, compartments: Collection[str], command_id: UUID) -> tuple[OpenedField, ...]:
    """Return what these parts of a case hold, by the opening this command recorded; also what holds no more, marked."""
    opened = log.opened_of(case_stream(case_id), compartments, RecordedOpening(str(command_id)))
    retracted, corrected = retracted_records(log, case_id), _last_said(log, case_id)
    fields = (
        (event.envelope, name, getattr(fact, name))
        for event, fact in opened
        for name in sorted(log.catalogue.shape_of(fact).hidden)
    )
    return tuple(
        OpenedField(
            said.type, said.version, name, str(value), said.recorded_at, said.actor,
            holds=said.version not in retracted
            and (said.type not in _SAY_WHO or said.version >= corrected.get(name, 0)),
        )
        for said, name, value in fields
        if value is not None and value is not CLOSED
    )  # fmt: skip


def values_in_force(log: Log, case_id: str, command_id: UUID) -> dict[str, str]:
    """Return name, birth date and telephone as they stand, by the opening this command recorded."""
    said = sealed_values(log, case_id, ("identity", "contact"), command_id)
    return {one.name: one.value for one in said if one.fact in _SAY_WHO and one.holds}


_SAY_WHO: Final = ("CaseOpened", "IdentityCorrected")


def _last_said(log: Log, case_id: str) -> dict[str, int]:
    """Return by which event of a case a field was corrected last; of the others it is the opening that counts."""
    found: dict[str, int] = {}
    for event in log.of_types(case_stream(case_id), ("IdentityCorrected",)):
        fact = log.fact(event)
        assert isinstance(fact, IdentityCorrected)
        found |= dict.fromkeys(fact.fields, event.envelope.version)
    return found
