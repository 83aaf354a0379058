"""Seals what was typed under the keys its parts would have in the log.

A draft about a case is sealed with the person's keys, part by part, so that it goes with them. One about nobody yet has
a key of its account, derived from this installation's own (HKDF, RFC 5869).
"""

import base64
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from events.catalogue import COMPARTMENTS
from events.errors import KeysMissing
from events.facts import catalogue
from events.keys import Keys
from events.keys_to_seal import keys_to_seal
from events.sealing import NONCE_BYTES, SALT_BYTES, Ciphertext, seal, unseal
from events.world import Entropy

Pairs = tuple[tuple[str, str], ...]
REST: Final = "story"  # what no fact seals: open words for the most part, but somebody may have typed a name there
_PURPOSE: Final = "drafts"
# A name that several compartments know goes into the one that fewest people open.
_STRICTEST: Final = ("medical", "legal", "money", "story", "contact", "identity")
assert sorted(_STRICTEST) == sorted(COMPARTMENTS)


class DraftSealer(NamedTuple):
    """Has the keys of one draft: those of a person, or that of an account."""

    keys: Keys
    chance: Entropy
    account: str
    person: str  # whom the form is about; empty when there is no case yet

    def sealed(self, pairs: Pairs, where: str, connection: Connection) -> bytes:
        """Return everything typed, sealed.

        Raises PersonErased, KeysMissing where a key of theirs is gone, and a StoreProblem when a new one is not kept.
        """
        parts = _by_compartment(pairs)
        keys = self._made(parts, connection)
        return orjson.dumps({name: self._part(keys[name], part, where, name) for name, part in parts.items()})

    def opened(self, sealed: bytes, where: str) -> Pairs:
        """Return what was typed; raises KeysMissing when a key is gone or these are other bytes."""
        parts: Mapping[str, str] = orjson.loads(sealed)
        keys = self._found(parts)
        if keys.keys() != parts.keys():
            raise KeysMissing("a draft cannot be opened: its key is gone")
        opened = (self._opened(keys[name], part, where, name) for name, part in parts.items())
        return tuple(pair for part in opened for pair in part)

    def _part(self, key: bytes, pairs: Pairs, where: str, compartment: str) -> str:
        once = self.chance.bytes(SALT_BYTES + NONCE_BYTES)
        part = seal(key, orjson.dumps({"typed": pairs}), f"{where}|{compartment}".encode(), once)
        return base64.b64encode(part.ciphertext).decode()

    def _opened(self, key: bytes, part: str, where: str, compartment: str) -> Pairs:
        kept = Ciphertext(b"", base64.b64decode(part))
        typed = unseal(key, kept, f"{where}|{compartment}".encode())["typed"]
        return tuple((str(name), str(value)) for name, value in typed)

    def _made(self, compartments: Collection[str], connection: Connection) -> Mapping[str, bytes]:
        if not self.person:
            return dict.fromkeys(compartments, self._own)
        made = keys_to_seal(self.keys, connection, [(self.person, one) for one in compartments])
        return {compartment: key for (_, compartment), key in made.items()}

    def _found(self, compartments: Collection[str]) -> Mapping[str, bytes]:
        if not self.person:
            return dict.fromkeys(compartments, self._own)
        found = self.keys.find([(self.person, one) for one in compartments])
        return {compartment: key for (_, compartment), key in found.items()}

    @property
    def _own(self) -> bytes:
        derived = HKDF(SHA256(), 32, salt=None, info=f"wayhome/drafts/{self.account}".encode())
        return derived.derive(self.keys.secret(_PURPOSE))


def compartment_of(field: str) -> str:
    """Return which compartment what is typed into a field goes to.

    >>> compartment_of("medical_note"), compartment_of("name"), compartment_of("note"), compartment_of("trigger")
    ('medical', 'identity', 'medical', 'story')
    """
    return _compartments().get(field.partition("-")[0], REST)


def _by_compartment(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Pairs]:
    """Return the fields of each compartment in their order; of no field at all, an empty part is kept."""
    found: dict[str, Pairs] = {}
    for name, value in pairs:
        compartment = compartment_of(name)
        found[compartment] = (*found.get(compartment, ()), (name, value))
    return found or {REST: ()}


@cache
def _compartments() -> Mapping[str, str]:
    seals = [sealed for shape in catalogue().shapes.values() for sealed in shape.sealed]
    of_field: dict[str, set[str]] = {}
    for compartment, fields in seals:
        for field in fields:
            of_field.setdefault(field, set()).add(compartment)
    return {field: min(found, key=_STRICTEST.index) for field, found in of_field.items()}
