"""What the log says of an erasure: the act, by whom and when, what was destroyed, and the extract of the journal."""

from typing import Final, NamedTuple

from events.envelope import RecordedEvent
from events.facts import erasure as facts
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from events.ids import CaseId, case_stream
from events.log import Log

_TYPES: Final = (
    "ErasureRequested", "DecisionProposed", "DecisionConfirmed", "PersonErased", "CaseErasedToo", "ErasureCompleted",
    "ErasureReplayed", "PartnerRecalled",
)  # fmt: skip


class JournalLine(NamedTuple):
    """One event of the erasure, as the log holds it: where, when, by whom, and the hash that commits to all of it."""

    position: int
    recorded_at: str
    type: str
    actor: str
    mandate: str
    leaf: str


class ErasureRecord(NamedTuple):
    """An erasure that was decided; what is empty has not happened yet."""

    case_id: str
    cases: tuple[str, ...]
    asked_by: str
    paper: str
    received_on: str
    proposer: str
    confirmer: str
    decided_at: str
    completed_at: str
    destroyed: tuple[tuple[str, int], ...]
    recalled: tuple[str, ...]  # providers that were asked to destroy what they were told
    replayed_at: str  # in an older copy of the log
    journal: tuple[JournalLine, ...]


def erasure_record(log: Log, case_id: CaseId | str) -> ErasureRecord | None:
    """Return what the log says of the erasure decided in this case; None when none was."""
    events = log.of_types(case_stream(case_id), _TYPES)
    told = [(event, log.fact(event)) for event in events]
    erased = next(((e, f) for e, f in told if isinstance(f, facts.PersonErased)), None)
    if erased is None:
        return None
    event, fact = erased
    asked = [f for _, f in told if isinstance(f, facts.ErasureRequested) and f.request_id == fact.request_id]
    completed = [(e, f) for e, f in told if isinstance(f, facts.ErasureCompleted)]
    return ErasureRecord(
        case_id=case_id,
        cases=fact.cases,
        asked_by=fact.asked_by,
        paper=fact.paper,
        received_on=asked[0].received_on.isoformat() if asked else "",
        proposer=fact.second,
        confirmer=event.envelope.actor,
        decided_at=event.envelope.recorded_at,
        completed_at=completed[0][0].envelope.recorded_at if completed else "",
        destroyed=completed[0][1].destroyed if completed else (),
        recalled=tuple(f.provider for _, f in told if isinstance(f, facts.PartnerRecalled)),
        replayed_at=next((e.envelope.recorded_at for e, f in told if isinstance(f, facts.ErasureReplayed)), ""),
        journal=tuple(_line(e) for e, f in told if _belongs(f, fact)),
    )


def _belongs(fact: object, erased: facts.PersonErased) -> bool:
    """Tell whether a fact is of this erasure, and not of a request or a proposal that came to nothing."""
    if isinstance(fact, facts.ErasureRequested):
        return fact.request_id == erased.request_id
    if isinstance(fact, DecisionProposed | DecisionConfirmed):
        return fact.proposal_id == erased.proposal
    return True


def _line(event: RecordedEvent) -> JournalLine:
    said = event.envelope
    return JournalLine(event.position, said.recorded_at, said.type, said.actor, said.mandate, event.leaf.hex())
