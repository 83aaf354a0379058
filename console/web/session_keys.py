"""What only one session can know: of something it had recorded, and of a value it was shown."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from console.accounts.sessions import Session
from console.forms.given import AS_SHOWN

_OF_A_VALUE: Final = b"\x00" * 16  # where the id of a command would stand: it belongs to none


def key_of(session: Session, command_id: UUID, what: bytes = b"") -> str:
    """Return what only this session can know of something it had recorded: its page is of no use in another."""
    return _made(session.csrf, what + command_id.bytes)


def is_key(key: str, session: Session, command_id: UUID, what: bytes = b"") -> bool:
    """Tell whether this session was given that key."""
    return hmac.compare_digest(key.encode(), key_of(session, command_id, what).encode())


def mark_of(token: str, name: str, value: str) -> str:
    """Return how a form of the session with this token knows a value it showed; it says nothing of it to others."""
    return _made(token, f"{name}\x00{' '.join(value.split())}".encode() + _OF_A_VALUE)


def as_shown(pairs: Iterable[tuple[str, str]], token: str) -> frozenset[str]:
    """Return the fields of a form that came back as they were shown: nobody typed them."""
    told = dict(pairs)
    marks = {name.removeprefix(AS_SHOWN): mark for name, mark in told.items() if name.startswith(AS_SHOWN)}
    made = {name: mark_of(token, name, told.get(name, "")) for name in marks}
    return frozenset(name for name, mark in marks.items() if hmac.compare_digest(mark.encode(), made[name].encode()))


def _made(token: str, what: bytes) -> str:
    digest = hmac.new(token.encode(), what, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()
