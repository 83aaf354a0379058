"""Another key-encryption key for a whole store, so that whatever happens in between, everything opens afterwards.

The new one is durable in its home, then every key is wrapped under it in one transaction, then the old one goes. A
crash before the commit leaves one too many in the home, a crash after it likewise: whoever opens the store next keeps
only the one the store names.

Several hosts have a home each. Whoever takes a new one leaves it for the others in the store, wrapped under the old
one; a host that comes takes it, destroys the old one, and the handover goes when every known home has it.
"""

from typing import Final

from sqlalchemy import Connection, text

from events.errors import KeysMissing
from events.key_encryption import NONCE_BYTES, Kek, KeyHome, Wrapping, kek_of
from events.key_tables import KeyState, put_keys, put_state, remember, state_of
from events.world import Entropy

_KEYS: Final = text("SELECT person, compartment, key FROM keys")
_IN_FORCE: Final = text("SELECT 1 FROM kek_homes WHERE name = :name AND kek = :kek")
_AT_HOME: Final = (
    "INSERT INTO kek_homes (name, kek, at) VALUES (:name, :kek, {now}) "
    "ON CONFLICT (name) DO UPDATE SET kek = excluded.kek, at = excluded.at"
)
_HANDED_OVER: Final = ("handover", "")
_STEPS_MAX: Final = 10_000
FIRST_WRAPPED: Final = "wrapped for the first time"  # what was copied before lies open in its copies


class Rotation:
    """Takes new key-encryption keys for one store, as one of its homes."""

    def __init__(self, home: KeyHome, chance: Entropy, now_sql: str, *, many_homes: bool) -> None:
        self.home = home
        self._many_homes = many_homes  # a file has one; of a folder that was moved the old name is forgotten
        self._chance = chance
        self._now_sql = now_sql

    def name_store(self, connection: Connection, store: str) -> None:
        """Give a store its name, before anything is put into the home for it."""
        if state_of(connection, alone=True) is None:
            put_state(connection, KeyState(store, "", 0, "", ""))

    def begin(self, connection: Connection) -> bool:
        """Wrap a store for the first time, unless somebody was quicker; tell whether keys lay in it open."""
        state = state_of(connection, alone=True)
        if state is None or state.kek or state.status:
            return False
        there = list(self.home.load().values())
        kek = there[-1] if there else kek_of(self._chance.bytes(32))
        self.home.add(kek, state.store)
        before = [(row.person, row.compartment, bytes(row.key)) for row in connection.execute(_KEYS)]
        self._wrap(connection, Wrapping(kek), before)
        put_state(connection, state._replace(kek=kek.id, generation=1))
        self._settle(connection, kek.id)
        remember(connection, self._now_sql, FIRST_WRAPPED if before else "made", "system:keys")
        return bool(before)

    def rotate(self, connection: Connection, state: KeyState) -> KeyState:
        """Wrap everything under a new key, in this transaction, in which nobody else changes a key."""
        old = self.current(connection, state)
        new = kek_of(self._chance.bytes(32))
        self.home.add(new, state.store)
        unwrapping, rows = Wrapping(old), connection.execute(_KEYS).all()
        keys = [(p, part, unwrapping.unwrap((p, part), bytes(key))) for p, part, key in rows]
        self._wrap(connection, Wrapping(new), keys)
        after = state._replace(kek=new.id, generation=state.generation + 1)
        put_state(connection, after)
        self._settle(connection, new.id)
        self._hand_over(connection, old, new)
        return after

    def current(self, connection: Connection, state: KeyState) -> Kek:
        """Return the key that wraps the store now; raises KeysMissing when it is not here and cannot be had."""
        there = self.home.load()
        if found := there.get(state.kek):
            return found
        for kek in there.values():
            if newest := self._followed(connection, kek, state.kek):
                return newest
        if not there:
            raise KeysMissing(_no_kek(self.home.name))
        same = self.home.belongs_to() == state.store
        raise KeysMissing(_older_copy(self.home.name) if same else _others(self.home.name))

    def is_settled(self, connection: Connection, state: KeyState) -> bool:
        """Tell whether this home holds the key in force and no other, and the store knows it."""
        known = connection.execute(_IN_FORCE, {"name": self.home.name, "kek": state.kek}).first() is not None
        return known and self.home.load().keys() == {state.kek}

    def settle(self, connection: Connection, state: KeyState) -> None:
        """Have the key in force in this home too, and tell the store so."""
        self.home.add(self.current(connection, state), state.store)
        self._settle(connection, state.kek)

    def drop_handovers(self, connection: Connection) -> None:
        """Drop what was left for others once nobody waits for it."""
        waits = text("SELECT 1 FROM kek_homes WHERE kek <> (SELECT kek FROM key_state) LIMIT 1")
        if connection.execute(waits).first() is None:
            connection.execute(text("DELETE FROM kek_handovers"))

    def _followed(self, connection: Connection, kek: Kek, name: str) -> Kek | None:
        """Return the key in force, from an older one over what was handed over since."""
        query = text("SELECT new, wrapped FROM kek_handovers WHERE old = :old")
        for _ in range(_STEPS_MAX):
            row = connection.execute(query, {"old": kek.id}).one_or_none()
            if kek.id == name or row is None:
                break
            kek = Kek(row.new, Wrapping(kek).unwrap(_HANDED_OVER, bytes(row.wrapped)))
        return kek if kek.id == name else None

    def _hand_over(self, connection: Connection, old: Kek, new: Kek) -> None:
        wrapped = Wrapping(old).wrap(_HANDED_OVER, new.key, self._chance.bytes(NONCE_BYTES))
        statement = "INSERT INTO kek_handovers (old, new, wrapped) VALUES (:old, :new, :wrapped)"
        connection.execute(text(statement), {"old": old.id, "new": new.id, "wrapped": wrapped})
        self.drop_handovers(connection)

    def _settle(self, connection: Connection, kek: str) -> None:
        connection.execute(text(_AT_HOME.format(now=self._now_sql)), {"name": self.home.name, "kek": kek})
        if not self._many_homes:
            connection.execute(text("DELETE FROM kek_homes WHERE name <> :name"), {"name": self.home.name})
        self.drop_handovers(connection)

    def _wrap(self, connection: Connection, wrapping: Wrapping, keys: list[tuple[str, str, bytes]]) -> None:
        chance = self._chance.bytes(NONCE_BYTES * len(keys))
        nonces = (chance[start : start + NONCE_BYTES] for start in range(0, len(chance), NONCE_BYTES))
        put_keys(
            connection,
            [(p, part, wrapping.wrap((p, part), key, n)) for (p, part, key), n in zip(keys, nonces, strict=True)],
        )


def _older_copy(home: str) -> str:
    return (
        f"the key-encryption key at {home} does not open these keys: this copy of the keys is from before an erasure "
        "or another change of that key, so it was made blind; take the newest copy of the keys"
    )


def _others(home: str) -> str:
    return (
        f"the key-encryption key at {home} is of another log's keys than these; look at WAYHOME_KEYS_URL and "
        "WAYHOME_KEK_FILE with: wayhome settings"
    )


def _no_kek(home: str) -> str:
    return (
        f"there is no key-encryption key at {home}, and these keys are wrapped under one; put its file there, or set "
        "WAYHOME_KEK_FILE to where it is"
    )
