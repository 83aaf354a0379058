"""Which key seals something new: the owner's own, or a new one for who never had one."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from events.asking import ask_by_key
from events.errors import KeysMissing
from events.keys import Keys, Owner

_SEALED_BEFORE: Final = "SELECT DISTINCT p.person, p.compartment FROM sealed_parts p WHERE p.person {}"
_KEY_IS_GONE: Final = (
    "a key is missing of somebody of whom the log holds sealed parts: nothing was recorded; put the newest copy of the "
    "keys in place (`wayhome verify` names the parts)"
)


def keys_to_seal(keys: Keys, connection: Connection, owners: Collection[Owner]) -> dict[Owner, bytes]:
    """Return the owners' keys, new ones only for who never had one; those are durable before this returns.

    Raises KeysMissing where the log holds what was sealed under a key that is gone: a new one would be another, and
    what is sealed with it would be lost when the right keys are put back. Raises PersonErased for whoever was erased.
    """
    known = keys.find(owners)
    if missing := {owner for owner in owners if owner not in known}:
        persons = sorted({person for person, _ in missing})
        sealed = ask_by_key(connection, persons, _SEALED_BEFORE, lambda rows: {tuple(row) for row in rows}).answer
        lost = missing & sealed
        if any(person not in keys.destroyed() for person, _ in lost):
            raise KeysMissing(_KEY_IS_GONE)
        known |= keys.ensure(sorted(missing))
    return known
