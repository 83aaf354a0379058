"""The content of a file, sealed under a person's key for a compartment; it lies in a store beside the log.

The form: the line ``wayhome content 1``, 32 bytes of salt, then AES-256-GCM over the whole, with a nonce of zeros: the
key is made by HKDF-SHA-256 (RFC 5869) from the person's key and this salt, for this one content, and used once. What
is authenticated with it ties the ciphertext to its case, its file and its compartment. One piece, not several: files
are small, and not a byte is let out before all of it has proved whole.

The salt is made from the content and the command by the person's key (HMAC), so that sending the same form twice gives
the same bytes, and nobody without the key learns anything from it.
"""

import hashlib
import hmac
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from events.catalogue import Fact
from events.envelope import RecordedEvent
from events.errors import ContentAltered, PersonErased
from events.facts.attachments import FileAttached
from events.keys_to_seal import keys_to_seal
from events.log import Log
from events.receipts import Receipt

_FIRST_LINE: Final = b"wayhome content 1\n"
_SALT: Final = 32
_NONCE: Final = bytes(12)


class SealedContent(NamedTuple):
    """A content as it is stored: its ciphertext, the hash that names it, and by what the same one is known again."""

    ciphertext: bytes
    digest: str
    fingerprint: str


class ContentPlace(NamedTuple):
    """Where a content belongs: whose it is, in which case, as which file, in which compartment."""

    person: str
    compartment: str
    stream: str
    file_id: str

    @property
    def authenticated(self) -> bytes:
        """Return the bytes that tie a ciphertext to its place."""
        return _FIRST_LINE + f"{self.stream}|{self.file_id}|{self.compartment}".encode()


def seal_content(log: Log, place: ContentPlace, command_id: str, content: bytes) -> SealedContent:
    """Return a content sealed for its place; the same command and content give the same bytes.

    Raises PersonErased, KeysMissing and what the keys raise: then nothing may be stored.
    """
    owner = (place.person, place.compartment)
    with log.database.reading() as connection:
        key = keys_to_seal(log.keys, connection, [owner])[owner]
    salt = _mac(key, b"salt|" + place.authenticated + b"|" + command_id.encode() + b"|", content)
    sealed = AESGCM(_derived(key, salt, place)).encrypt(_NONCE, content, place.authenticated)
    ciphertext = _FIRST_LINE + salt + sealed
    return SealedContent(ciphertext, digest_of(ciphertext), _mac(key, b"print|", content)[:16].hex())


def open_content(log: Log, event: RecordedEvent, receipt: Receipt, ciphertext: bytes | None) -> bytes:
    """Return what an attached file holds, once the log has found recorded that somebody looks at it.

    Raises NotRecorded when it is not, PersonErased once the key is destroyed, KeysMissing when it is lost, and
    ContentAltered for a ciphertext that is gone or is not the one that was attached.
    """
    fact: Fact = log.fact(event)
    assert isinstance(fact, FileAttached), "only a file has content"
    key = log.key_of_content(event, fact.compartment, receipt)
    if key is None:
        raise PersonErased("the person of this case was erased; nothing can be opened for them any more")
    place = ContentPlace(fact.person_id, fact.compartment, event.envelope.stream, fact.file_id)
    if ciphertext is None or digest_of(ciphertext) != fact.digest or not ciphertext.startswith(_FIRST_LINE):
        raise ContentAltered(ContentAltered.__doc__)
    start = len(_FIRST_LINE)
    salt, sealed = ciphertext[start : start + _SALT], ciphertext[start + _SALT :]
    try:
        return AESGCM(_derived(key, salt, place)).decrypt(_NONCE, sealed, place.authenticated)
    except InvalidTag:
        raise ContentAltered(ContentAltered.__doc__) from None


def digest_of(ciphertext: bytes) -> str:
    """Return the hash that names a ciphertext in the store and in the log."""
    return hashlib.sha256(ciphertext).hexdigest()


def _derived(key: bytes, salt: bytes, place: ContentPlace) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=place.authenticated).derive(key)


def _mac(key: bytes, purpose: bytes, content: bytes) -> bytes:
    found = hmac.new(key, b"wayhome content 1|" + purpose, hashlib.sha256)
    found.update(content)
    return found.digest()
