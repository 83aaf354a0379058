"""Keeps the addresses at which those who work here are told what waits, each sealed with the code that went to it.

A row counts only while the log names it: one that was taken away, brought back or put there by somebody who may write
the database opens for nobody. The key is derived from the installation's (HKDF, RFC 5869).
"""

import hmac
from collections.abc import Collection
from typing import Any, Final, NamedTuple

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, insert, select

from events.database import Database
from events.keys import Keys
from events.world import Entropy
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import accounts, staff_mails

_PURPOSE: Final = "staff-mail"
_NONCE_BYTES: Final = 12
_CODE_DIGITS: Final = 8
TRIES_MAX: Final = 5


class StaffMail(NamedTuple):
    """An address, and the code that confirms it."""

    address: str
    code: str


class StaffMails:
    """Keeps, opens and forgets addresses, each under the name the log has for it."""

    def __init__(self, database: Database, keys: Keys, chance: Entropy) -> None:
        self._database = database
        self._keys = keys
        self._chance = chance
        self._macs = RowMacs(keys)

    def keep(self, account: str, address: str, at: str) -> str:
        """Keep an address with a fresh code, and return its name; it counts once the log names it."""
        letter, nonce = f"M-{self._chance.bytes(12).hex()}", self._chance.bytes(_NONCE_BYTES)
        code = str(int.from_bytes(self._chance.bytes(8)) % 10**_CODE_DIGITS).zfill(_CODE_DIGITS)
        sealed = self._cipher.encrypt(nonce, orjson.dumps([address, code]), _place(account, letter))
        kept = {"letter": letter, "account": account, "sealed": nonce + sealed, "asked_at": at, "tries": 0}
        with self._database.writing() as connection:
            connection.execute(insert(staff_mails).values(self._macs.coded(staff_mails, kept)))
        return letter

    def find(self, account: str, letter: str) -> StaffMail | None:
        """Return the address of this name and account, None when there is none that Wayhome kept."""
        row = self._row(account, letter)
        return None if row is None else self._opened(row)

    def is_code(self, account: str, letter: str, code: str) -> bool:
        """Tell whether this is the code that went to an address; after some wrong ones none is right any more."""
        row = self._row(account, letter)
        if row is None or row["tries"] >= TRIES_MAX:
            return False
        which = (staff_mails.c.letter == letter, staff_mails.c.tries == row["tries"])  # of two at once one counts
        with self._database.writing() as connection:
            counted = self._macs.change(connection, staff_mails, *which, tries=row["tries"] + 1)
        typed = "".join(character for character in code if character.isascii() and character.isdigit())
        return counted and hmac.compare_digest(self._opened(row).code, typed)

    def forget(self, account: str, *, besides: Collection[str] = ()) -> None:
        """Destroy an account's addresses but those of these names."""
        mine = (staff_mails.c.account == account, staff_mails.c.letter.not_in(besides))
        with self._database.writing() as connection:
            connection.execute(delete(staff_mails).where(*mine))

    def forget_closed(self) -> int:
        """Destroy the addresses of closed accounts; nothing is written while there is none."""
        closed = staff_mails.c.account.in_(select(accounts.c.account).where(accounts.c.closed))
        with self._database.reading() as connection:
            if connection.execute(select(staff_mails.c.letter).where(closed).limit(1)).first() is None:
                return 0
        with self._database.writing() as connection:
            return connection.execute(delete(staff_mails).where(closed)).rowcount

    def _row(self, account: str, letter: str) -> Any:
        which = (staff_mails.c.account == account, staff_mails.c.letter == letter)
        with self._database.reading() as connection:
            row = connection.execute(select(staff_mails).where(*which)).mappings().one_or_none()
        return row if row is not None and self._macs.holds(staff_mails.name, row) else None

    def _opened(self, row: Any) -> StaffMail:
        sealed = bytes(row["sealed"])
        place = _place(row["account"], row["letter"])
        return StaffMail(*orjson.loads(self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)))

    @property
    def _cipher(self) -> AESGCM:
        derived = HKDF(SHA256(), 32, salt=None, info=b"wayhome/staff-mail")
        return AESGCM(derived.derive(self._keys.secret(_PURPOSE)))


def _place(account: str, letter: str) -> bytes:
    return f"mail|{account}|{letter}".encode()
