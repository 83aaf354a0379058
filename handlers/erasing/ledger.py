"""The ledger of erasures, kept beside the keys: whoever is in it is erased in every copy of the log that is opened.

The other way round, an older copy of the keys learns from the log whose erasure was carried out since.

A copy of the log from before an erasure still holds ciphertexts, and knows nothing of it. Before anything else is done
with such a copy, the erasure is told in it again, and its ciphertexts go; the keys went long ago.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from events.erasures import COMPLETED, REPLAYED, ToldErasure, erased_persons, told_erasures
from events.facts.erasure import ErasureCompleted
from events.ids import CaseId, case_of_stream
from events.instants import instant
from events.log import Log
from events.tables import sealed_parts
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.erasing.decided import decided_erasure
from handlers.erasing.stores import ErasureSubject, shred
from workflow.subjects.erasure.commands import ReplayErasure

_AT_ONCE: Final = 500  # persons asked about in one question
_ACTOR: Final = "system:erasure"


def replay_erasures(service: CommandService) -> list[str]:
    """Erase again, in this copy of the log, whoever was erased before; return the cases this concerned.

    Safe to repeat, and in several processes: where nothing is left to erase, nothing is told. To be called before
    anybody may read anything.
    """
    log = service.log
    destroy_erased(log)
    ledger = log.keys.destroyed()
    found = _still_sealed(log, sorted(ledger)) if ledger else {}
    for person_id, cases in found.items():
        _tell_again(service, person_id, cases, ledger[person_id])
        shred(log, ErasureSubject(person_id, cases), ledger[person_id])
    return sorted(case_id for cases in found.values() for case_id in cases)


def destroy_erased(log: Log) -> int:
    """Destroy again the keys of whoever the log says was erased, and return how many people this concerned.

    An older copy of the keys, with the key they are wrapped under, knows nothing of an erasure that was carried out
    since. The log's word counts where Wayhome wrote it; an erasure under way is the workers'.
    """
    with log.database.reading() as connection:
        told = told_erasures(connection)
    unknown = {one.person_id for one in told} - set(log.keys.destroyed()) if told else set()
    back = unknown.intersection(log.keys.persons()) if unknown else set()
    forged = log.forged(one.stream for one in told if one.person_id in back) if back else set()
    over = {one.person_id: one.recorded_at for one in told
            if one.person_id in back and one.stream not in forged and _is_over(log, one)}  # fmt: skip
    for person_id, at in over.items():
        log.keys.destroy([person_id], at)
    return len(over)


def _is_over(log: Log, told: ToldErasure) -> bool:
    """Tell whether two decided an erasure of this person, and it was carried out; one told again was, long before."""
    if told.type == REPLAYED:
        return True
    decided = decided_erasure(log, case_of_stream(told.stream) or "")
    ends = [log.fact(event) for event in log.of_types(told.stream, (COMPLETED,))]
    over = {one.person_id for one in ends if isinstance(one, ErasureCompleted)}
    return decided is not None and told.person_id == decided[1].person_id and told.person_id in over


def _still_sealed(log: Log, persons: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return whose ciphertexts are here although their keys were destroyed, and in which cases they lie."""
    found: dict[str, set[str]] = {}
    column = sealed_parts.c
    with log.database.reading() as connection:
        for start in range(0, len(persons), _AT_ONCE):
            asked = select(column.person, column.stream).where(column.person.in_(persons[start : start + _AT_ONCE]))
            for person_id, stream in connection.execute(asked.distinct()):
                case_id = case_of_stream(stream)
                found.setdefault(person_id, set()).update([case_id] if case_id else [])
    return {person_id: tuple(sorted(cases)) for person_id, cases in found.items()}


def _tell_again(service: CommandService, person_id: str, cases: Sequence[str], at: str) -> None:
    """Tell each case that its person was erased, unless this copy knows; an erasure under way is only finished."""
    if _knows(service.log, person_id):
        return
    for case_id in cases:
        origin = service.machine_ids.by_machine(_ACTOR, "system", CaseId(case_id), f"{case_id}/erased-again/{at}")
        answer = service.submit(ReplayErasure(**origin, destroyed_at=instant(at)))
        assert isinstance(answer, Accepted), f"the erasure of {case_id} was not told again"


def _knows(log: Log, person_id: str) -> bool:
    with log.database.reading() as connection:
        return person_id in erased_persons(connection)
