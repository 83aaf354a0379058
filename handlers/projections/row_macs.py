"""Rows that prove who signs in, held to what Wayhome itself wrote (HMAC-SHA256, keys by HKDF, RFC 5869).

Whoever may write the database, and has no key file, must gain nothing by it: a row somebody put there, copied, changed
or brought back carries no code that fits. Such a row is not there, and that it lies there is an alarm.
"""

import hashlib
import hmac
import logging
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement, Connection, Table, select, update
from sqlalchemy.engine import RowMapping

from events.keys import Keys

_log = logging.getLogger(__name__)

MAC: Final = "mac"
_PURPOSE: Final = "row-macs"
_TOLD_MAX: Final = 1000
AnyRow = Mapping[str, Any] | RowMapping
# Columns that came later: while they are empty a row has the code it had before there were any.
_ADDED_SINCE: Final = frozenset({"stands_in", "name"})
_KINDS: Final = {bool: b"?", int: b"i", str: b"s", bytes: b"b"}


class RowMacs:
    """Makes and checks the codes of rows; each table has a key of its own, so that no row passes for another's."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._by_table: dict[str, bytes] = {}
        self._told: set[tuple[str, bytes]] = set()

    @cached_property
    def _secret(self) -> bytes:
        return self._keys.secret(_PURPOSE)

    def of(self, table: str, row: AnyRow) -> bytes:
        """Return the code of a row: over every column but the code itself, its name and kind included."""
        return hmac.new(self._key(table), _encoded(row), hashlib.sha256).digest()

    def coded(self, table: Table, row: AnyRow) -> dict[str, Any]:
        """Return a row as it is to be stored."""
        return {**row, MAC: self.of(table.name, row)}

    def holds(self, table: str, row: AnyRow) -> bool:
        """Tell whether a row is as Wayhome wrote it; of one that is not the log is told, once, and nothing of it."""
        if self.is_right(table, row):
            return True
        self._tell(table, row)
        return False

    def is_right(self, table: str, row: AnyRow) -> bool:
        """Tell the same, and nobody else."""
        return hmac.compare_digest(self.of(table, row), bytes(row[MAC] or b""))

    def change(self, connection: Connection, table: Table, *which: ColumnElement[bool], **values: Any) -> bool:
        """Change one row, if it is there and as Wayhome wrote it; nobody else changes it meanwhile."""
        row = connection.execute(select(table).where(*which).with_for_update()).mappings().one_or_none()
        if row is None or not self.holds(table.name, row):
            return False
        same = [column == row[column.name] for column in table.primary_key]
        connection.execute(update(table).where(*same).values(self.coded(table, {**row, **values})))
        return True

    def _key(self, table: str) -> bytes:
        if table not in self._by_table:
            derived = HKDF(SHA256(), 32, salt=None, info=f"wayhome/rows/{table}".encode())
            self._by_table[table] = derived.derive(self._secret)
        return self._by_table[table]

    def _tell(self, table: str, row: AnyRow) -> None:
        which = (table, self.of(table, row))
        if which in self._told:
            return
        if len(self._told) >= _TOLD_MAX:
            self._told.clear()
        self._told.add(which)
        _log.error("a row of %s was not written by Wayhome, or was changed since; it does not count", table)


def _encoded(row: AnyRow) -> bytes:
    parts = []
    for name in sorted(row.keys() - {MAC}):
        value = row[name]
        if name in _ADDED_SINCE and value == "":
            continue
        value = bytes(value) if isinstance(value, memoryview | bytearray) else value
        text = value if isinstance(value, bytes) else str(value).encode()
        parts += [name.encode(), _KINDS[type(value)] + text]
    return b"".join(len(part).to_bytes(4) + part for part in parts)
