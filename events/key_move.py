"""Moves a key store from a file to a database or back, whole or not at all; the old one opens nothing afterwards.

While it is on its way nobody is handed a key. The new store is filled in one transaction; in another, in which nobody
changes the old one, every key in it is compared with the old one's and only then is the old one emptied. Then another
key-encryption key is taken, so that whatever is left of the old store on its disk opens nothing. If it stops in
between, saying it again goes on where it stopped, and saying the opposite brings the keys back, or lets them stay.
"""

from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from events.errors import KeysMissing
from events.key_encryption import Wrapping
from events.key_status import ARRIVING, MOVED, MOVING, refuse_locked
from events.key_tables import KeyState, copy_content, empty_content, put_state, remember, state_of
from events.stored_keys import StoredKeys

_KEYS: Final = text("SELECT person, compartment, key FROM keys ORDER BY person, compartment")
_COUNT: Final = text("SELECT count(*) FROM keys")
Rows = list[tuple[str, str, bytes]]


class Moved(NamedTuple):
    """How many keys were moved and compared; or stayed, because a move the other way had never arrived."""

    keys: int
    stayed: bool = False


def move_keys(source: StoredKeys, target: StoredKeys, *, origin: str, to: str, who: str) -> Moved:
    """Move everything from one open store into another that is empty, was moved away from, or was half moved into.

    Raises KeysMissing or KeysLocked when both are one store, there are other keys in the target or none in the source,
    or what arrived is not what left: then every key is where it was.
    """
    if source.is_one_with(target):
        raise KeysMissing("the keys are to go where they are: both addresses lead to one store; nothing was moved")
    before, there = source.state(), target.state()
    if before.store == there.store and (before.status, there.status) == (MOVED, ARRIVING):
        return _finished(target, who)  # everything had arrived when it stopped
    if before.store == there.store and there.status == MOVING and _holds_nothing_of_use(source, before):
        target.stay(who)  # a move from there to here had not arrived when it stopped
        return Moved(_count(target), stayed=True)
    _refuse(before, _count(source), there)
    _refuse_others(there, before.store, is_used=_count(target) > 0)
    source.begin_move(to, who)
    wrapping = _fill(source, target, origin)
    _empty(source, target, wrapping, to, who)
    return _finished(target, who)


def _holds_nothing_of_use(source: StoredKeys, state: KeyState) -> bool:
    return state.status in (ARRIVING, MOVED) or (not state.status and _count(source) == 0)


def _finished(target: StoredKeys, who: str) -> Moved:
    target.arrive(who)
    return Moved(_count(target))


def _refuse(before: KeyState, keys: int, there: KeyState) -> None:
    """Let nothing leave a store that does not hold the whole; raises KeysLocked or KeysMissing."""
    is_whole = before.status in ("", MOVING)
    if not is_whole and (before.status, there.status, before.store) != (ARRIVING, MOVED, there.store):
        refuse_locked(before)
    if not keys:
        raise KeysMissing("there are no keys in the place these are to leave; nothing was moved: wayhome keys show")


def _refuse_others(there: KeyState, store: str, *, is_used: bool) -> None:
    """Let nothing be written over keys that may be the only ones; raises KeysMissing."""
    if is_used and there.store != store:
        raise KeysMissing("there are keys of another log where these are to go; nothing was moved")
    if is_used and there.status != ARRIVING:
        raise KeysMissing("these keys are there already and are in use; nothing was moved")


def _fill(source: StoredKeys, target: StoredKeys, origin: str) -> Wrapping:
    """Fill the target in one transaction; nobody is handed a key of it before the old store is empty."""
    with source.database.reading() as old, target.database.writing() as new:
        state, there = _known(state_of(old)), _known(state_of(new, alone=True))
        _refuse_meanwhile(state)
        _refuse_others(there, state.store, is_used=new.execute(_COUNT).scalar_one() > 0)
        wrapping = source.wrapping_while_moving(old, state)
        empty_content(new)
        copy_content(old, new)
        generation = max(there.generation, state.generation) + 1
        put_state(new, state._replace(status=ARRIVING, told=origin, generation=generation))
    return wrapping


def _empty(source: StoredKeys, target: StoredKeys, wrapping: Wrapping, to: str, who: str) -> None:
    """Empty the old store once the new one has proved to hold every key of it, while nobody changes the old one."""
    with source.database.writing() as old:
        state = _known(state_of(old, alone=True))
        _refuse_meanwhile(state)
        _compare(target, state.store, wrapping, _rows(old))
        empty_content(old)
        put_state(old, state._replace(status=MOVED, told=to, generation=state.generation + 1))
        remember(old, source.database.now_sql, "moved away", who)
    source.swept()


def _compare(target: StoredKeys, store: str, wrapping: Wrapping, rows: Rows) -> None:
    with target.database.reading() as new:
        there, arrived = _known(state_of(new)), _rows(new)
    is_waiting = (there.status, there.store) == (ARRIVING, store)
    if not rows or not is_waiting or _opened(wrapping, rows) != _opened(wrapping, arrived):
        raise KeysMissing("what arrived is not what left; the keys are where they were: wayhome keys unlock")


def _opened(wrapping: Wrapping, rows: Rows) -> dict[tuple[str, str], bytes]:
    return {(person, part): wrapping.unwrap((person, part), key) for person, part, key in rows}


def _refuse_meanwhile(state: KeyState) -> None:
    if state.status != MOVING:
        raise KeysMissing("somebody else moved or unlocked these keys meanwhile; see: wayhome keys show")


def _rows(connection: Connection) -> Rows:
    return [(row.person, row.compartment, bytes(row.key)) for row in connection.execute(_KEYS)]


def _count(store: StoredKeys) -> int:
    with store.database.reading() as connection:
        return int(connection.execute(_COUNT).scalar_one())


def _known(state: KeyState | None) -> KeyState:
    assert state is not None, "an open store has its state"
    return state
