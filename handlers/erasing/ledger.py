"""The ledger of erasures, kept beside the keys: whoever is in it is erased in every copy of the log that is opened.

A copy of the log from before an erasure still holds ciphertexts, and knows nothing of it. Before anything else is done
with such a copy, the erasure is told in it again, and its ciphertexts go; the keys went long ago.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from events.erasures import erased_persons
from events.ids import CaseId, case_of_stream
from events.instants import instant
from events.log import Log
from events.tables import sealed_parts
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
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
    ledger = log.keys.destroyed()
    found = _still_sealed(log, sorted(ledger)) if ledger else {}
    for person_id, cases in found.items():
        _tell_again(service, person_id, cases, ledger[person_id])
        shred(log, ErasureSubject(person_id, cases), ledger[person_id])
    return sorted(case_id for cases in found.values() for case_id in cases)


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
