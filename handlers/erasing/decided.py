"""Whether an erasure the log tells is one that two people decided, and is over: asked before anything rests on it.

Who can write events past Wayhome can write that somebody was erased, and that it is done. Nobody's keys are destroyed
for that, and nothing is signed.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

from events.envelope import RecordedEvent
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.facts.erasure import ErasureCompleted, PersonErased
from events.ids import CaseId, case_stream
from events.log import Log
from handlers.erasing.stores import ErasureSubject, left_of
from workflow.rights.visibility import is_machine
from workflow.subjects.erasure.commands import ErasePerson

ErasureDoubt = Literal["forged", "not_decided", "not_over"]
_TYPES: Final = tuple(kind.__name__ for kind in (DecisionProposed, DecisionConfirmed, PersonErased, ErasureCompleted))
Told = Sequence[tuple[RecordedEvent, Any]]


def decided_erasure(log: Log, case_id: CaseId | str) -> tuple[RecordedEvent, PersonErased] | None:
    """Return the erasure that two accounts decided in this case, as its history tells it; None when there is none."""
    return _decided(_told(log, case_id))


def doubt_of(log: Log, case_id: CaseId | str) -> ErasureDoubt | None:
    """Return why nothing may be signed about the erasure decided in this case, or None when it stands."""
    told = _told(log, case_id)
    decided = _decided(told)
    if log.forged([case_stream(case_id)]):
        return "forged"
    if decided is None:
        return "not_decided"
    erased = decided[1]
    who = ErasureSubject(erased.person_id, erased.cases)
    if log.forged(case_stream(one) for one in who.cases):
        return "forged"
    completed = any(isinstance(f, ErasureCompleted) and f.person_id == who.person_id for _, f in told)
    return None if completed and not left_of(log, who) else "not_over"


def _told(log: Log, case_id: CaseId | str) -> Told:
    return [(event, log.fact(event)) for event in log.of_types(case_stream(case_id), _TYPES)]


def _decided(told: Told) -> tuple[RecordedEvent, PersonErased] | None:
    erasures = ((event, fact) for event, fact in told if isinstance(fact, PersonErased))
    return next((one for one in erasures if _two_stand_behind(*one, told)), None)


def _two_stand_behind(event: RecordedEvent, erased: PersonErased, told: Told) -> bool:
    """Tell whether somebody proposed this erasure, and whoever then confirmed it is somebody else; both are people."""
    before = [(e, f) for e, f in told if e.envelope.version < event.envelope.version]
    proposers = {e.envelope.actor for e, f in before if isinstance(f, DecisionProposed) and _proposes(f, erased)}
    confirmers = {
        e.envelope.actor
        for e, f in before
        if isinstance(f, DecisionConfirmed)
        and (f.proposal_id, f.proposer) == (erased.proposal, erased.second)
        and e.envelope.command_id == event.envelope.command_id
    }
    two = {erased.second, event.envelope.actor}
    stand = proposers == {erased.second} and confirmers == {event.envelope.actor}
    return stand and len(two) == 2 and not any(is_machine(one) for one in two)


def _proposes(fact: DecisionProposed, erased: PersonErased) -> bool:
    return fact.proposal_id == erased.proposal and fact.command == ErasePerson.__name__
