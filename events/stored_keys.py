"""Keys that outlive the process: in a file on this machine, or in a database that many hosts share.

What is said of both is said once, in ``StoredKeys``. A key is remembered for minutes, and no longer than
half a second after an erasure or a lock was announced: a file tells that it was changed at once, a database is asked
that often.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text

from events.database import Database
from events.errors import EventsError, KeysMissing
from events.key_encryption import NONCE_BYTES, KeyHome, Wrapping
from events.key_rotation import Rotation
from events.key_status import ARRIVING, LOCKED, MOVED, MOVING, refuse_locked
from events.key_tables import (
    KeyState,
    destroyed_of,
    has_tables,
    keys_of,
    make_tables,
    put_all,
    put_state,
    refuse_log,
    remember,
    state_of,
)
from events.keys import Keys, Owner, refuse_erased
from events.rows_beside_keys import RowsBesideKeys
from events.world import Entropy

REMEMBERED_SECONDS: Final = 300  # a key that nobody asked the store for since is let go
_WHICH_STORE: Final = "which-store"
_NOBODY_LEFT: Final = "DELETE FROM keys WHERE person = :person"
_MAKE: Final = "INSERT INTO keys (person, compartment, key) VALUES (:person, :compartment, :key) ON CONFLICT DO NOTHING"


class StoredKeys(RowsBesideKeys, Keys, ABC):
    """Keys wrapped under a key-encryption key that lies elsewhere, in a database that several processes use.

    Whoever makes a key first wins, the others get that key. Whatever hands out a key raises KeysLocked while the store
    is locked, KeysMissing when the key-encryption key is not the one of this store, a StoreProblem when it is down.
    """

    def __init__(
        self,
        database: Database,
        home: KeyHome,
        chance: Entropy,
        *,
        cached: int,
        seconds: Callable[[], float],
        store: str,
    ) -> None:
        """Open the store; a new one gets a name of its own, or that of the store which is to move into it."""
        super().__init__(database)
        self.home = home
        self._chance = chance
        self._seconds = seconds
        self._cached = cached
        self._mutex = threading.RLock()
        self._cache: dict[Owner, bytes] = {}
        self._since = 0.0
        self._wrapping: Wrapping | None = None
        self._rotation = Rotation(home, chance, database.now_sql, many_homes=database.kind == "postgresql")
        self._state = self._prepared(store or chance.bytes(12).hex())

    # -- keys ----------------------------------------------------------------------------------------------------

    def ensure(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return a key for each owner; new ones are durable before this returns."""
        with self._mutex:
            found = self._found(owners)
            if missing := [owner for owner in owners if owner not in found]:
                found |= self._put([(owner, self._chance.bytes(32)) for owner in missing])
            return found

    def find(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        """Return the keys that exist for these owners."""
        with self._mutex:
            return self._found(owners)

    def keep(self, purpose: str, value: bytes) -> bytes:
        """Keep the bytes, unless some are kept; durable before this returns."""
        with self._mutex:
            owner = ("", purpose)
            return (self._found([owner]) or self._put([(owner, value)]))[owner]

    def is_used(self) -> bool:
        """Tell whether the store holds a key for anybody."""
        return self._one("SELECT 1 FROM keys WHERE person <> '' LIMIT 1") is not None

    def _found(self, owners: Collection[Owner]) -> dict[Owner, bytes]:
        self._heed()
        known = {owner: self._cache[owner] for owner in owners if owner in self._cache}
        if missing := [owner for owner in owners if owner not in known]:
            found = self._read(missing)
            self._remember(found)
            known |= found
        return known

    def _read(self, owners: Sequence[Owner]) -> dict[Owner, bytes]:
        """Read keys together with the state of the same moment, so that each is unwrapped under what wrapped it."""
        with self.database.reading() as connection:
            self._take(connection)
            wrapping = self._wrapping_of(connection)
            return self._unwrapped(connection, owners, wrapping)

    def _unwrapped(self, connection: Connection, owners: Sequence[Owner], wrapping: Wrapping) -> dict[Owner, bytes]:
        rows = keys_of(connection, sorted({person for person, _ in owners}))
        return {owner: wrapping.unwrap(owner, rows[owner]) for owner in owners if owner in rows}

    def _put(self, values: Sequence[tuple[Owner, bytes]]) -> dict[Owner, bytes]:
        """Put keys where there are none, and return those that are there then; raises PersonErased."""
        owners = [owner for owner, _ in values]
        with self.database.writing() as connection:
            self._take(connection, shared=True)
            wrapping = self._wrapping_of(connection)
            gone = destroyed_of(connection, sorted({person for person, _ in owners if person}))
            refuse_erased(owners, gone)
            put_all(connection, _MAKE, [_row(o, self._wrapped(wrapping, o, key)) for o, key in values])
            found = self._unwrapped(connection, owners, wrapping)  # whoever was quicker made the key
        self._remember(found)
        return found

    def _wrapped(self, wrapping: Wrapping, owner: Owner, key: bytes) -> bytes:
        return wrapping.wrap(owner, key, self._chance.bytes(NONCE_BYTES))

    def _remember(self, found: Mapping[Owner, bytes]) -> None:
        if not self._cache:
            self._since = self._seconds()
        if len(self._cache) + len(found) > self._cached:
            self._cache.clear()
        self._cache |= found

    # -- what was announced --------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Let go of every key when an erasure or a lock was announced; of the key-encryption key too when locked."""
        with self._mutex:
            self._look()

    def _heed(self) -> None:
        """Raise KeysLocked when keys may not be handed out any more; forget what is too old to be believed."""
        if self._seconds() - self._since > REMEMBERED_SECONDS:
            self._cache.clear()
        if self._is_announced():
            self._look()
        refuse_locked(self._state)

    def _look(self) -> None:
        before = self._state.kek
        try:
            with self.database.reading() as connection:
                self._take(connection)
            if self._state.kek != before:
                self._tidy()
        except EventsError:
            self._drop()
            raise

    @abstractmethod
    def _is_announced(self) -> bool:
        """Tell whether the state has to be read again."""

    def _take(self, connection: Connection, *, shared: bool = False, alone: bool = False) -> KeyState:
        """Return the state as it is, and let go of what another one left behind."""
        state = state_of(connection, shared=shared, alone=alone)
        if state is None:
            raise KeysMissing("the key store was emptied while it was open; restore the newest copy of the keys")
        if state.generation != self._state.generation or state.status:
            self._drop()
        self._state = state
        return state

    def _drop(self) -> None:
        self._cache.clear()
        self._wrapping = None
        self.home.forget()

    def _wrapping_of(self, connection: Connection) -> Wrapping:
        """Return what unwraps this store's keys; raises KeysLocked or KeysMissing."""
        refuse_locked(self._state)
        if self._wrapping is None or self._wrapping.id != self._state.kek:
            self._wrapping = Wrapping(self._rotation.current(connection, self._state))
        return self._wrapping

    def state(self) -> KeyState:
        """Return the state as it is now."""
        with self._mutex, self.database.reading() as connection:
            return self._take(connection)

    # -- what makes everybody let go -----------------------------------------------------------------------------

    def destroy(self, persons: Collection[str], at: str) -> None:
        """Destroy these persons' keys, and take another key-encryption key, so that older copies go blind."""
        with self._mutex, self._changed("erasure", "system:erasure") as (connection, state):
            asked = sorted(set(persons) - {""})  # the house's own secrets are nobody's
            gone = sorted(set(asked) - destroyed_of(connection, asked).keys())
            if gone:
                marked = "INSERT INTO destroyed (person, at) VALUES (:person, :at)"
                put_all(connection, marked, [{"person": person, "at": at} for person in gone])
                put_all(connection, _NOBODY_LEFT, [{"person": person} for person in gone])
                self._rotation.rotate(connection, state)

    def rotate(self, who: str) -> None:
        """Take another key-encryption key: after the old one may have been seen."""
        with self._mutex, self._changed("rotated", who) as (connection, state):
            self._rotation.rotate(connection, state)

    def rotate_in(self, home: KeyHome, who: str) -> None:
        """Take another key-encryption key after it was laid down in another way."""
        with self._mutex:
            self.home = self._rotation.home = home
            self._wrapping = None
            self.rotate(who)

    def lock(self, who: str) -> None:
        """Have every process let go of every key at once, and hand out none until ``unlock``."""
        self._set_status(LOCKED, "locked", who, told=who, instead_of=("", LOCKED))

    def unlock(self, who: str) -> bool:
        """Have keys handed out again, and tell whether that took another key-encryption key.

        Raises KeysMissing for whoever has no key-encryption key of this store.

        Keys on their way elsewhere stay; those of which the other place has the whole are not handed out here.
        """
        with self._mutex:
            with self.database.reading() as connection:
                state = self._take(connection)
                if state.status in (MOVED, ARRIVING):
                    refuse_locked(state)
                self._rotation.current(connection, state)  # whoever unlocks can open
            if state.status == MOVING:
                self.stay(who)
            else:
                self._set_status("", "unlocked", who, instead_of=("", LOCKED))
            return state.status == MOVING

    def _set_status(self, status: str, what: str, who: str, *, told: str = "", instead_of: Collection[str]) -> None:
        """Say to every process whether keys are handed out; raises KeysLocked where something else is under way."""
        with self._mutex, self.database.writing() as connection:
            state = self._take(connection, alone=True)
            if state.status not in instead_of:
                refuse_locked(state)
            after = state._replace(status=status, told=told, generation=state.generation + 1)
            put_state(connection, after)
            remember(connection, self.database.now_sql, what, who)
            self._drop()
            self._state = after

    # -- moving --------------------------------------------------------------------------------------------------

    def is_one_with(self, other: "StoredKeys") -> bool:
        """Tell whether both are one store, by whatever addresses: what is noted in the one is read in the other."""
        mark = self._chance.bytes(16)
        self.note(_WHICH_STORE, mark)
        found = other.noted(_WHICH_STORE) == mark
        self.note(_WHICH_STORE, b"")
        return found

    def begin_move(self, to: str, who: str) -> None:
        """Have nobody handed a key while everything goes elsewhere; raises KeysLocked where it cannot."""
        self._set_status(MOVING, "moving", who, told=to, instead_of=("", MOVING, ARRIVING))

    def arrive(self, who: str) -> None:
        """Begin to hand out what was moved here, under another key: whatever is left of the old store goes blind."""
        self._hand_out_again(ARRIVING, "moved here", who)

    def stay(self, who: str) -> None:
        """Hand out again what was to be moved, under another key: whatever had arrived elsewhere goes blind."""
        self._hand_out_again(MOVING, "stayed here", who)

    def _hand_out_again(self, status: str, what: str, who: str) -> None:
        with self._mutex:
            with self.database.writing() as connection:
                state = self._take(connection, alone=True)
                if state.status != status:
                    raise KeysMissing("somebody else moved these keys meanwhile; see: wayhome keys show")
                after = self._rotation.rotate(connection, state)
                put_state(connection, after._replace(status="", told=""))
                remember(connection, self.database.now_sql, what, who)
            self._tidy()
            self._sweep()

    def wrapping_while_moving(self, connection: Connection, state: KeyState) -> Wrapping:
        """Return what unwraps the keys that are on their way."""
        return Wrapping(self._rotation.current(connection, state))

    def swept(self) -> None:
        """Leave as little as can be of what was moved away."""
        self._sweep_all()

    def forget_home(self, name: str, who: str) -> bool:
        """Stop waiting for a place that will not come back; tell whether there was one by that name."""
        with self.database.writing() as connection:
            state_of(connection, alone=True)
            found = connection.execute(text("DELETE FROM kek_homes WHERE name = :name"), {"name": name}).rowcount > 0
            if found:
                self._rotation.drop_handovers(connection)
                remember(connection, self.database.now_sql, "place forgotten", who)
        return found

    @contextmanager
    def _changed(self, what: str, who: str) -> Iterator[tuple[Connection, KeyState]]:
        """Yield a transaction in which nobody else changes keys; what key it took the place of goes after it."""
        with self.database.writing() as connection:
            before = self._take(connection, alone=True)
            refuse_locked(before)
            self._rotation.current(connection, before)
            yield connection, before
            if state_of(connection) != before:
                remember(connection, self.database.now_sql, what, who)
        self._tidy()
        self._sweep()

    def _tidy(self) -> None:
        """Have the key in force in this home and no other; nobody takes a new one meanwhile, so none is lost.

        It is in memory then too: officers who brought their shares for it may leave.
        """
        with self.database.writing() as connection:
            state = self._take(connection, alone=True)
            if state.status:
                return
            if not self._rotation.is_settled(connection, state):
                self._rotation.settle(connection, state)
                self.home.keep_only(state.kek)
            self._wrapping_of(connection)

    def _sweep(self) -> None:
        """Leave as little as can be of what was deleted."""

    # -- opening and closing -------------------------------------------------------------------------------------

    def _prepared(self, store: str) -> KeyState:
        """Return the state of a store that is ready: its tables there, every key wrapped, this place known.

        What a crash left of a change that was not finished is put right here.
        """
        with self.database.reading() as connection:
            refuse_log(connection)
            state = state_of(connection) if has_tables(connection) else None
            if state is not None and (state.status or self._rotation.is_settled(connection, state)):
                return state
        with self.database.writing() as connection:
            make_tables(connection)
            self._rotation.name_store(connection, store)
        with self.database.writing() as connection:
            was_open = self._rotation.begin(connection)
            state = state_of(connection)
        assert state is not None, "it was just named"
        self._state = state
        self._tidy()
        if was_open:
            self._sweep_all()
        return self._state

    def _sweep_all(self) -> None:
        """Leave nothing of keys that lay here unwrapped."""

    def close(self) -> None:
        """Let go of everything."""
        self._drop()
        self.database.close()


def _row(owner: Owner, key: bytes) -> dict[str, object]:
    return {"person": owner[0], "compartment": owner[1], "key": key}
