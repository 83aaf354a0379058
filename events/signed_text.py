"""A text with a signature under it, in the form of C2SP's signed notes: anybody may check it, without us and offline.

The form is that of https://c2sp.org/signed-note: the text, an empty line, and ``— name base64(key hash ‖ signature)``,
signed with Ed25519. The verifier key is ``name+hash+base64(1 ‖ public key)``. The same text gives the same bytes.
"""

import base64
import binascii
import hashlib
import re
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519: Final = b"\x01"
_HASH_BYTES, _SIGNATURE_BYTES, _KEY_BYTES = 4, 64, 32
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_LINE: Final = re.compile(r"— ([^\s+]{1,200}) ([A-Za-z0-9+/]{91}=)")


class NotSigned(ValueError):
    """The text is not what was signed by this key; the message says in what way."""


class Signer(NamedTuple):
    """Who signs: a name without blanks, and the 32 bytes from which the key is made."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> str:
        """Return the key by which anybody checks what was signed, to be handed out freely."""
        public = self._key().public_key().public_bytes_raw()
        encoded = base64.b64encode(_ED25519 + public).decode()
        return f"{self.name}+{_key_hash(self.name, public).hex()}+{encoded}"

    def sign(self, text: str) -> str:
        """Return the text with its signature under it; it ends with a line end, and no line of it looks like one."""
        assert text.endswith("\n"), "a signed text is whole lines"
        assert "— " not in {line[:2] for line in text.split("\n")}, "a line that looks like a signature"
        public = self._key().public_key().public_bytes_raw()
        said = base64.b64encode(_key_hash(self.name, public) + self._key().sign(text.encode())).decode()
        return f"{text}\n— {self.name} {said}\n"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def signed_by(signed: str, verifier: str) -> str:
    """Return the text that stands over a signature of this key; raises NotSigned when it does not.

    Further signatures of others may stand under it; one of this key must.
    """
    text, separator, lines = signed.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NotSigned("there is no signature under the text; take the file as it was handed out")
    name, public = _opened(verifier)
    found = [line for line in map(_LINE.fullmatch, lines.rstrip("\n").split("\n")) if line]
    for line in found:
        said = base64.b64decode(line[2])
        if line[1] == name and said[:_HASH_BYTES] == _key_hash(name, public):
            _check(public, said[_HASH_BYTES:], text + "\n")
            return text + "\n"
    raise NotSigned("no signature of this key stands under the text; ask whoever gave you the key")


def _check(public: bytes, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        raise NotSigned("the text was changed after it was signed") from None


def _opened(verifier: str) -> tuple[str, bytes]:
    name, _, rest = verifier.strip().partition("+")
    said, _, encoded = rest.partition("+")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    public = key[1:]
    good = _NAME.fullmatch(name) and key[:1] == _ED25519 and len(public) == _KEY_BYTES
    if not good or said != _key_hash(name, public).hex():
        raise NotSigned("that is no verifier key; it looks like name+1a2b3c4d+AQ…")
    return name, public


def _key_hash(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_HASH_BYTES]
