"""Seals what identifies a person, and opens it again for a door that may.

AES-256-GCM (NIST SP 800-38D: a key of 32 bytes, a nonce of 12, never the same twice) under the person's key for
the compartment; stream, version, type and compartment are authenticated with it, so that a ciphertext moved to
another place does not open.
"""

import hashlib
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.errors import KeysMissing

SALT_BYTES = 16
NONCE_BYTES = 12


class Ciphertext(NamedTuple):
    """A sealed part as it lies in the database until somebody is erased."""

    salt: bytes
    ciphertext: bytes

    @property
    def commitment(self) -> str:
        """Return what the log keeps for ever in its place."""
        return hashlib.sha256(self.salt + self.ciphertext).hexdigest()


def associated_data(stream: str, version: int, kind: str, compartment: str) -> bytes:
    """Return the bytes that tie a ciphertext to where it belongs: GCM's associated data."""
    return f"{stream}|{version}|{kind}|{compartment}".encode()


def seal(key: bytes, plaintext: bytes, where: bytes, chance_bytes: bytes) -> Ciphertext:
    """Encrypt under a fresh nonce; ``chance_bytes`` are SALT_BYTES + NONCE_BYTES of randomness, used once."""
    salt, nonce = chance_bytes[:SALT_BYTES], chance_bytes[SALT_BYTES:]
    return Ciphertext(salt, nonce + _cipher(key).encrypt(nonce, plaintext, where))


def unseal(key: bytes, part: Ciphertext, where: bytes) -> dict[str, Any]:
    """Return the sealed fields; raises KeysMissing when key, place or bytes are not those that sealed them."""
    nonce, ciphertext = part.ciphertext[:NONCE_BYTES], part.ciphertext[NONCE_BYTES:]
    try:
        opened: dict[str, Any] = orjson.loads(_cipher(key).decrypt(nonce, ciphertext, where))
    except InvalidTag:
        raise KeysMissing("this key does not open this part; restore the key file that belongs to this data") from None
    return opened


def opens(key: bytes, part: Ciphertext, where: bytes) -> bool:
    """Tell whether this key sealed these bytes for this place; what they say is not kept."""
    try:
        _cipher(key).decrypt(part.ciphertext[:NONCE_BYTES], part.ciphertext[NONCE_BYTES:], where)
    except (InvalidTag, ValueError):  # bytes too short to be anything are not what was sealed either
        return False
    return True


@lru_cache(maxsize=4096)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
