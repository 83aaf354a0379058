"""The gate before the one function that deletes sealed parts on PostgreSQL: it opens to who has the keys, once a word.

A fact that tells an erasure can be forged by whoever has the application's login, for the login may insert. So the
function asks for a word of a hash chain (L. Lamport, Password authentication with insecure communication, 1981): the
database holds the last word used, in the open, and takes only what hashes to it. All words follow from one secret
beside the keys, the last first; whoever reads the database knows only those that are used up.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, select

from events.database import Database
from events.errors import ErasureRefused
from events.keys import Keys
from events.tables import erasure_gate

PURPOSE: Final = "erasure-gate"
WORDS: Final = 10_000  # erasures; making all of them takes a few milliseconds
_LOCK: Final = 0x65726173  # two who erase at once take their words one after the other
_REFUSED: Final = (
    "the gate of the database is not that of these keys, so nothing sealed is let go: use the key store that belongs "
    "to this log; if it is in use, somebody else set the gate, or all its {words} words are used up: tell the auditor, "
    "and see the operator's guide, After an erasure"
)
_VALUE: Final = select(erasure_gate.c.value).where(erasure_gate.c.id == 0)


def set_gate_once(database: Database, keys: Keys) -> None:
    """Hold a log that has no gate yet to these keys; where it has one, or on SQLite, nothing changes."""
    if database.kind != "postgresql":
        return
    with database.reading() as connection:
        if _value(connection):  # whoever only looks writes nothing
            return
    with database.writing() as connection:
        _set(connection, keys)


def copy_gate(connection: Connection, value: bytes) -> None:
    """Set the gate of a new database on PostgreSQL to where it stood in the one it is copied from."""
    if value:
        connection.exec_driver_sql("SELECT set_erasure_gate(%s)", (bytes(value),))


def erase_through_gate(connection: Connection, keys: Keys, person_id: str) -> int:
    """Delete a person's sealed parts on PostgreSQL with the next word, and return how many there were.

    Raises ErasureRefused when no word of these keys fits, and a StoreProblem when the log tells no erasure.
    """
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    _set(connection, keys)
    word = next_word(keys, _value(connection))
    removed = connection.exec_driver_sql("SELECT erase_sealed_parts(%s, %s)", (person_id, word)).scalar_one()
    return int(removed)


def next_word(keys: Keys, value: bytes) -> bytes:
    """Return the word that hashes to this value; raises ErasureRefused when the keys know none."""
    before = keys.secret(PURPOSE)
    for after in _words(before):
        if after == value:
            return before
        before = after
    raise ErasureRefused(_REFUSED.format(words=WORDS))


def _set(connection: Connection, keys: Keys) -> None:
    if not _value(connection):
        *_, last = _words(keys.secret(PURPOSE))
        copy_gate(connection, last)


def _words(secret: bytes) -> Iterator[bytes]:
    """Yield the words that follow from the secret, each the hash of the one before."""
    for _ in range(WORDS):
        secret = sha256(secret).digest()
        yield secret


def _value(connection: Connection) -> bytes:
    return bytes(connection.execute(_VALUE).scalar_one())
