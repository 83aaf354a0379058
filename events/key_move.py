"""Moves a key store from a file to a database or back, whole or not at all; the old one opens nothing afterwards.

While it is on its way nobody is handed a key. The new store is filled in one transaction, every key in it is compared
with the old one's, and only then is the old one emptied. Then another key-encryption key is taken, so that whatever is
left of the old store on its disk opens nothing. If it stops in between, saying it again goes on where it stopped.
"""

from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from events.errors import KeysMissing
from events.key_encryption import Wrapping
from events.key_tables import KeyState, copy_content, empty_content, put_state, remember, state_of
from events.stored_keys import StoredKeys

_KEYS: Final = text("SELECT person, compartment, key FROM keys ORDER BY person, compartment")
Rows = list[tuple[str, str, bytes]]


class Moved(NamedTuple):
    """How many keys were moved and compared."""

    keys: int


def move_keys(source: StoredKeys, target: StoredKeys, *, to: str, who: str) -> Moved:
    """Move everything from one open store into another that is empty, was moved away from, or was half moved into.

    Raises KeysMissing when there are other keys in the target, or what arrived is not what left.
    """
    before, there = source.state(), target.state()
    if before.status == "moved" and there.status == "moving" and before.store == there.store:
        return _finished(target, who)  # everything had arrived when it stopped
    if before.status not in ("", "moving"):
        raise KeysMissing("these keys are locked or were moved already; nothing was moved")
    _refuse_others(target, before.store)
    source.begin_move(who)
    with source.database.reading() as old:
        state = _known(state_of(old))
        wrapping = source.wrapping_while_moving(old, state)
        rows = _rows(old)
        _fill(target, old, state, who)
    _compare(target, wrapping, rows)
    _empty(source, to, who)
    return _finished(target, who)


def _finished(target: StoredKeys, who: str) -> Moved:
    target.opened_anew(who)
    target.rotate(who)
    with target.database.reading() as connection:
        return Moved(connection.execute(text("SELECT count(*) FROM keys")).scalar_one())


def _refuse_others(target: StoredKeys, store: str) -> None:
    with target.database.reading() as connection:
        state = _known(state_of(connection))
        used = connection.execute(text("SELECT 1 FROM keys LIMIT 1")).first() is not None
    if used and state.store != store:
        raise KeysMissing("there are keys of another log where these are to go; nothing was moved")
    if used and state.status != "moving":
        raise KeysMissing("these keys are there already and are in use; nothing was moved")


def _fill(target: StoredKeys, old: Connection, state: KeyState, who: str) -> None:
    """Fill the target in one transaction; nobody is handed a key of it before the old store is empty."""
    with target.database.writing() as new:
        empty_content(new)
        copy_content(old, new)
        there = _known(state_of(new))
        put_state(new, state._replace(status="moving", generation=max(there.generation, state.generation) + 1))
        remember(new, target.database.now_sql, "moved here", who)


def _compare(target: StoredKeys, wrapping: Wrapping, rows: Rows) -> None:
    with target.database.reading() as new:
        arrived = _rows(new)
    left = {(person, part): wrapping.unwrap((person, part), key) for person, part, key in rows}
    there = {(person, part): wrapping.unwrap((person, part), key) for person, part, key in arrived}
    if left != there:
        raise KeysMissing("what arrived is not what left; the keys are where they were: wayhome keys unlock")


def _empty(source: StoredKeys, to: str, who: str) -> None:
    with source.database.writing() as old:
        state = _known(state_of(old, alone=True))
        empty_content(old)
        put_state(old, state._replace(status="moved", told=to, generation=state.generation + 1))
        remember(old, source.database.now_sql, "moved away", who)
    source.swept()


def _rows(connection: Connection) -> Rows:
    return [(row.person, row.compartment, bytes(row.key)) for row in connection.execute(_KEYS)]


def _known(state: KeyState | None) -> KeyState:
    assert state is not None, "an open store has its state"
    return state
