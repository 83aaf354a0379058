"""Every place that holds something sealed, or drawn from it, and how a person is taken out of it.

Who adds a table registers it here: with a way to erase, or with the reason why nothing of a person is in it. A test
goes through all tables and fails for one that is in neither list. Folders and files are the workers' and are registered
with them (``workers.effects.erasure``).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, func, select

from events.catalogue import COMPARTMENTS
from events.erasure_gate import erase_through_gate, note_gate
from events.errors import StoreUnavailable
from events.ids import case_stream
from events.keys import Keys
from events.log import Log
from events.tables import sealed_parts
from handlers.projections.tables import drafts, name_tokens, to_compare

_COUNT_PARTS: Final = select(func.count()).select_from(sealed_parts)


class ErasureSubject(NamedTuple):
    """Who is erased: the person, and every case of theirs."""

    person_id: str
    cases: tuple[str, ...]


class DatabaseStore(NamedTuple):
    """A table, and how a person is removed from it; it returns how many rows went. Repeating it removes nothing more.

    ``left`` counts what of the person is still there.
    """

    table: str
    erase: Callable[[Connection, ErasureSubject, Keys], int]
    left: Callable[[Connection, ErasureSubject], int]


def _erase_parts(connection: Connection, who: ErasureSubject, keys: Keys) -> int:
    """Remove the ciphertexts; the database asks the log whether the person was erased before it does.

    Where none are left no word of the gate is used up.
    """
    if connection.dialect.name == "postgresql":
        return erase_through_gate(connection, keys, who.person_id) if _parts_left(connection, who) else 0
    return connection.execute(delete(sealed_parts).where(sealed_parts.c.person == who.person_id)).rowcount


def _parts_left(connection: Connection, who: ErasureSubject) -> int:
    query = _COUNT_PARTS.where(sealed_parts.c.person == who.person_id)
    return int(connection.execute(query).scalar_one())


def _by_case(table: Any) -> DatabaseStore:
    """Return how a table is erased whose rows name the case they were drawn from."""

    def erase(connection: Connection, who: ErasureSubject, _keys: Keys) -> int:
        return connection.execute(delete(table).where(table.c.case_id.in_(who.cases))).rowcount

    def left(connection: Connection, who: ErasureSubject) -> int:
        query = select(func.count()).select_from(table).where(table.c.case_id.in_(who.cases))
        return int(connection.execute(query).scalar_one())

    return DatabaseStore(table.name, erase, left)


DATABASE_STORES: Final[Sequence[DatabaseStore]] = (
    DatabaseStore(sealed_parts.name, _erase_parts, _parts_left),
    _by_case(name_tokens),
    _by_case(to_compare),
    _by_case(drafts),
)

_OPEN: Final = "numbers, dates and words of the programme; what identifies anybody is sealed beside it"
_STAFF: Final = "of those who work here, not of those they look after"
NOTHING_PERSONAL: Final[Mapping[str, str]] = {
    "events": "open bodies and commitments to ciphertexts; the log is kept, so that what was proved stays proved",
    "streams": "how far each stream has come",
    "erasure_gate": "a hash, by which the next erasure is let through",
    "log_head": "how far the log has come",
    "high_water": "how often work was begun, and how far the mark beside the keys reaches",
    "tree": "hashes over the leaves of the log",
    "checkpoints": "what the log was signed for: sizes and hashes",
    "checkpoint_signatures": "who signed that, and with which key",
    "commands": "a keyed digest of a whole command with its random id, and which facts it led to",
    "alembic_version": "which migration was the last",
    "tasks": _OPEN,
    "timers": _OPEN,
    "case_board": _OPEN,
    "board_counts": "how many cases of an office and a team have a value of the board; one that none has leaves no row",
    "work_items": _OPEN,
    "case_alerts": _OPEN,
    "case_relations": "which partner, or which account, stands how to a case",
    "case_handles": "what people are called here, never by their names; of somebody erased words drawn from the number",
    "notices": "who is told of which case, by whom and when; a case that is erased has none",
    "bell_reads": _STAFF,
    "beds": "the beds of a house",
    "beds_in_use": "which case has which bed; a case that is erased has none",
    "looks": "who looked at which case, and when: kept, so that it can be told afterwards who had",
    "work_choices": _STAFF,
    "saved_views": "filters somebody keeps: words of the programme",
    "kept_columns": "columns of a list that somebody wants to see",
    "accounts": _STAFF,
    "account_marks": _STAFF,
    "staff_mails": _STAFF,
    "credentials": _STAFF,
    "authenticators": _STAFF,
    "passkeys": _STAFF,
    "sessions": _STAFF,
    "sign_in_attempts": "keyed hashes of where somebody came from, of those who work here",
}


def shred(log: Log, who: ErasureSubject, at: str) -> dict[str, int]:
    """Destroy a person's keys, then every ciphertext and every row drawn from what they sealed; return how many.

    Safe to repeat, also after it was cut off at any point: of keys and parts the number is what the log says there
    was. Raises StoreUnavailable when something is still there, so that it is done again, and ErasureRefused when the
    database's gate is not that of the log's keys.
    """
    listed = _listed(log, who)
    log.keys.destroy([who.person_id], at)
    with log.database.writing() as connection:
        removed = {store.table: store.erase(connection, who, log.keys) for store in DATABASE_STORES}
    if removed[sealed_parts.name]:
        note_gate(log.database, log.keys)
    if left_of(log, who):
        raise StoreUnavailable("something of an erased person is still in the database; it is tried again")
    if not log.database.empty_journal():
        raise StoreUnavailable("an erased part may still lie in the database's journal; it is tried again")
    return {"keys": len({compartment for compartment, _ in listed}), **removed, sealed_parts.name: len(listed)}


def _listed(log: Log, who: ErasureSubject) -> list[tuple[str, int]]:
    """Return compartment and version of every part of the person that the log has ever listed."""
    found = []
    for case_id in who.cases:
        for event in log.stream(case_stream(case_id)):
            parts = (part for part in event.envelope.sealed if part.person == who.person_id)
            found += [(part.compartment, event.envelope.version) for part in parts]
    assert {compartment for compartment, _ in found} <= {*COMPARTMENTS}
    return found


def left_of(log: Log, who: ErasureSubject) -> int:
    """Return how many keys, ciphertexts and rows of a person are there."""
    owners = [(who.person_id, compartment) for compartment in COMPARTMENTS]
    with log.database.reading() as connection:
        rows = sum(store.left(connection, who) for store in DATABASE_STORES)
    return rows + len(log.keys.find(owners))
