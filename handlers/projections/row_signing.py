"""Codes for the rows an older Wayhome left without, given once; and which rows have none that fits."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, select, update

from events.keys import Keys
from events.log import Log
from handlers.projections.account_marks import unmarked, vouch_for
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import accounts, authenticators, credentials, drafts, passkeys, sessions, staff_mails

SIGNED: Final = "rows-coded"  # beside the keys: from then on a row without its code was written by somebody else
_KEPT: Final = (credentials, authenticators, passkeys)


def code_rows_once(log: Log) -> bool:
    """Give codes to the rows of an older Wayhome when its keys first see them, and tell whether that was done now.

    That it was done stands beside the keys, so that whoever may only write the database cannot have it done again.
    Accounts are taken over as the log tells of them; passwords, second factors and the sessions of the last hours as
    they are.
    """
    if log.keys.find([("", SIGNED)]):
        return False
    macs = RowMacs(log.keys)
    with log.database.writing() as connection:
        for table in (*_KEPT, sessions):
            _code_all(connection, macs, table)
        vouch_for(log, connection, macs)
    log.keys.keep(SIGNED, hashlib.sha256(SIGNED.encode()).digest())
    return True


def code_proofs_of(connection: Connection, macs: RowMacs, account: str) -> None:
    """Give codes to an account's password and second factors as they lie there: whoever has the keys says so."""
    for table in _KEPT:
        _code_all(connection, macs, table, table.c.account == account)


def altered_rows(connection: Connection, keys: Keys) -> Mapping[str, int]:
    """Return of each table how many rows were not written by Wayhome or were changed since; none without any."""
    macs = RowMacs(keys)
    counted = {table.name: _altered(connection, macs, table) for table in (*_KEPT, sessions, drafts, staff_mails)}
    counted[accounts.name] = len(altered_accounts(connection, keys))
    return {name: number for name, number in counted.items() if number}


def altered_accounts(connection: Connection, keys: Keys) -> Sequence[str]:
    """Return the accounts whose row or history holds what no command of ours stored."""
    return list(unmarked(connection, RowMacs(keys)))


def _code_all(connection: Connection, macs: RowMacs, table: Table, *which: ColumnElement[bool]) -> None:
    for row in connection.execute(select(table).where(*which)).mappings().all():
        same = [column == row[column.name] for column in table.primary_key]
        connection.execute(update(table).where(*same).values(mac=macs.of(table.name, row)))


def _altered(connection: Connection, macs: RowMacs, table: Table) -> int:
    """Count rows whose code does not fit; what a session is like after its end does not matter."""
    query = select(table).where(sessions.c.ended_at == "") if table is sessions else select(table)
    return sum(not macs.is_right(table.name, row) for row in connection.execute(query).mappings())
