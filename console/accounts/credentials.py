"""Accounts as the console uses them, and their passwords: issued to be used once, replaced by one of their own."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from console.accounts.passwords import HashingQueue, Passwords, Weakness, as_read, weakness
from events.batch import InsertRows
from events.database import Database
from events.facts.accounts import AccountOpened, CredentialsReset, PasswordReplaced, SecondFactorAdded
from events.ids import account_stream
from events.instants import instant_text
from events.world import Clock
from handlers.commanding.service import CommandService
from handlers.projections.account_marks import find_marked, list_marked
from handlers.projections.accounts import AccountRow
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import credentials
from workflow.rights.acts import OPERATOR
from workflow.rights.table import Account

_HAVING_COME_IN: Final = (PasswordReplaced.__name__, SecondFactorAdded.__name__)
GIVES_A_WAY_IN: Final = (AccountOpened.__name__, CredentialsReset.__name__)
ONE_TIME_LASTS: Final = timedelta(hours=72)
_ROWS: Final = InsertRows(credentials, replace=True)


class Known(NamedTuple):
    """Somebody who knew an account's password, and what stands behind the account at that moment."""

    row: AccountRow
    must_change: bool  # it was a one-time password: the next step is one of their own


class Credentials:
    """Keeps passwords; nobody can read one back, and none counts that was not kept here.

    ``replaced`` tells the log that somebody set a password of their own, so that no earlier one can be brought back.
    """

    def __init__(
        self, database: Database, clock: Clock, passwords: Passwords, macs: RowMacs, replaced: Callable[[str], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._macs = macs
        self._replaced = replaced
        self.line = HashingQueue()  # of those who wait to have a password checked

    def has_any(self, account: str) -> bool:
        """Tell whether an account has a password that counts."""
        return self._current(account) is not None

    def issue(self, row: AccountRow) -> str:
        """Replace an account's password by a one-time one, and return it: it is shown once and kept nowhere."""
        password = self._passwords.one_time()
        expires = instant_text(self._clock.now() + ONE_TIME_LASTS)
        self._keep(row, self._passwords.hash(password), expires, row.passwords)
        return password

    def check(self, account: str, password: str) -> Known | None:
        """Return whose password this is; a wrong one, an expired one and an unknown account are all the same."""
        found = self._current(account)
        kept = found and found[1]
        one_time = kept is not None and kept["must_change"]
        typed = as_read(password) if one_time else password
        right = self._passwords.matches(kept["password_hash"] if kept is not None else None, typed)
        if found is None or not right or (one_time and found[1]["expires_at"] <= instant_text(self._clock.now())):
            return None
        if not one_time and self._passwords.is_outdated(found[1]["password_hash"]):
            self._strengthen(account, found[1]["password_hash"], password)
        return Known(found[0], bool(one_time))

    def set_own(self, row: AccountRow, password: str) -> Weakness | None:
        """Keep a password somebody chose, or return why it is not taken."""
        fault = weakness(password, row.account.account)
        if fault is None:
            # Kept first: were the log told first and the power lost, nothing would open the account.
            self._keep(row, self._passwords.hash(password), "", row.passwords + 1)
            self._replaced(row.account.account)
        return fault

    def is_one_time(self, account: str) -> bool:
        """Tell whether an account still has the password it was given."""
        found = self._current(account)
        return found is not None and bool(found[1]["must_change"])

    def _current(self, account: str) -> tuple[AccountRow, Any] | None:
        """Return an open account and its password, if it was kept here and is no older than the log says."""
        with self._database.reading() as connection:
            row = find_marked(connection, self._macs, account)
            kept = connection.execute(select(credentials).where(credentials.c.account == account)).mappings().first()
        if row is None or row.account.closed or kept is None or not self._macs.holds(credentials.name, kept):
            return None
        return (row, kept) if kept["resets"] == row.resets and kept["passwords"] >= row.passwords else None

    def _keep(self, row: AccountRow, hashed: str, expires: str, passwords: int) -> None:
        kept = {
            "account": row.account.account, "resets": row.resets, "password_hash": hashed,
            "must_change": bool(expires), "expires_at": expires, "changed_at": instant_text(self._clock.now()),
            "passwords": passwords,
        }  # fmt: skip
        with self._database.writing() as connection:
            _ROWS.run(connection, [self._macs.coded(credentials, kept)])

    def _strengthen(self, account: str, before: str, password: str) -> None:
        """Hash again what was hashed when hashing cost less; a password changed meanwhile stays as it is."""
        same = (credentials.c.account == account, credentials.c.password_hash == before)
        again = self._passwords.hash(password)
        with self._database.writing() as connection:
            self._macs.change(connection, credentials, *same, password_hash=again)


class Accounts:
    """Looks at accounts, and makes the one-time password that a new way in begins with.

    An account whose row or history is not as Wayhome wrote it is not there.
    """

    def __init__(self, service: CommandService, credentials: Credentials, macs: RowMacs) -> None:
        self._service = service
        self._credentials = credentials
        self._macs = macs

    def find(self, account: str) -> Account | None:
        """Return an account, closed or open, or None when there is none of that name."""
        row = self.row(account)
        return row and row.account

    def row(self, account: str) -> AccountRow | None:
        """Return an account with its second factors."""
        with self._service.log.database.reading() as connection:
            return find_marked(connection, self._macs, account)

    def list(self) -> Sequence[AccountRow]:
        """Return every account by its name, the closed ones too."""
        with self._service.log.database.reading() as connection:
            return list_marked(connection, self._macs)

    def hand_over(self, account: str, officer: str) -> str:
        """Return the one-time password of an account that was opened or reset, for ``officer`` to hand over.

        Only the second of the two behind it gets it, once; for anybody else, and afterwards, it is empty. What
        the operator opened where Wayhome is installed has no second: there ``officer`` is empty.
        """
        row = self.row(account)
        return self._credentials.issue(row) if row is not None and self.is_handed_by(account, officer) else ""

    def is_handed_by(self, account: str, officer: str) -> bool:
        """Tell whether an account waits for its one-time password, and this officer is the one to hand it over."""
        row = self.row(account)
        if row is None or row.account.closed or self._credentials.has_any(account):
            return False
        *_, last = self._service.log.of_types(account_stream(account), (*GIVES_A_WAY_IN, *_HAVING_COME_IN))
        said = last.envelope
        if said.type in _HAVING_COME_IN:
            return False  # they have come in since: whoever takes away their password's row gets no other one by it
        return officer == ("" if said.mandate == OPERATOR else said.actor)
