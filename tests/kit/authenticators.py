"""Devices people sign in with, as software: a key that makes and signs what a browser would, and an app with codes."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost:8421"
_PRESENT, _ATTESTED = 0x01, 0x40


class SoftwareKey:
    """A passkey: it answers what a page of one origin asks, as WebAuthn level 2 says."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.counter = 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = hashlib.sha256(self._public()).digest()

    def made_for(self, options: str) -> str:
        """Return the answer to ``navigator.credentials.create``."""
        asked = json.loads(options)
        attested = b"\x00" * 16 + len(self._id).to_bytes(2) + self._id + self._public()
        shown = self._shown(asked["rp"]["id"], _PRESENT | _ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": shown})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(attestationObject=statement, clientDataJSON=client)

    def signed(self, options: str) -> str:
        """Return the answer to ``navigator.credentials.get``."""
        asked = json.loads(options)
        self.counter += 1
        shown, client = self._shown(asked["rpId"], _PRESENT), self._client("webauthn.get", asked["challenge"])
        signature = self._key.sign(shown + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(authenticatorData=shown, clientDataJSON=client, signature=signature)

    def _answer(self, **parts: bytes) -> str:
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        own = bytes_to_base64url(self._id)
        body: dict[str, Any] = {"id": own, "rawId": own, "type": "public-key", "response": response}
        return json.dumps(body | {"clientExtensionResults": {}})

    def _shown(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        assert base64url_to_bytes(challenge)
        return json.dumps(said).encode()

    def _public(self) -> bytes:
        point = self._key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})


class SoftwareApp:
    """An authenticator app on somebody's telephone."""

    def __init__(self, secret: str) -> None:
        self._codes = pyotp.TOTP(secret)

    def code(self, now: datetime) -> str:
        """Return what the app shows at a moment."""
        return self._codes.at(now)
