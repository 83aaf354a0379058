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
_LAST: Final = "erasure-gate-last"
_LOCK: Final = 0x65726173  # two who erase at once take their words one after the other
_REFUSED: Final = (
    "the gate of the database is not that of these keys, so nothing sealed is let go: use the key store that belongs "
    "to this log; if it is in use, somebody else set the gate, or all its {words} words are used up: tell the auditor, "
    "and see the operator's guide, After an erasure"
)
_VALUE: Final = select(erasure_gate.c.value).where(erasure_gate.c.id == 0)


def set_gate(database: Database, keys: Keys) -> None:
    """Hold a log that has no gate yet to these keys, and bring an older copy's gate to the last word that was used.

    Whoever saw the newer log knows the words between. Where the gate is right, or on SQLite, nothing changes.
    """
    if database.kind != "postgresql":
        return
    with database.reading() as connection:
        value = _value(connection)
    if value and not _used_since(value, keys):  # whoever only looks writes nothing
        return
    with database.writing() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        _set(connection, keys)
        for word in _used_since(_value(connection), keys):
            _erase(connection, "", word)  # nobody's parts


def note_gate(database: Database, keys: Keys) -> None:
    """Remember beside the keys which word was used last, where no copy of the log reaches."""
    if database.kind == "postgresql":
        with database.reading() as connection:
            keys.note(_LAST, _value(connection))


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
    return _erase(connection, person_id, word)


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


def _erase(connection: Connection, person_id: str, word: bytes) -> int:
    return int(connection.exec_driver_sql("SELECT erase_sealed_parts(%s, %s)", (person_id, word)).scalar_one())


def _used_since(value: bytes, keys: Keys) -> list[bytes]:
    """Return the words that were used after this value, the first one first; none where the value is the newest."""
    word = keys.noted(_LAST)
    if not word or word == value:
        return []
    used = [word]
    for after in _words(word):
        if after == value:
            return used[::-1]
        used.append(after)
    return []


def _words(secret: bytes) -> Iterator[bytes]:
    """Yield the words that follow from the secret, each the hash of the one before."""
    for _ in range(WORDS):
        secret = sha256(secret).digest()
        yield secret


def _value(connection: Connection) -> bytes:
    return bytes(connection.execute(_VALUE).scalar_one())
