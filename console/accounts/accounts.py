"""Accounts as the console uses them: found, listed, opened and reset, with a one-time password that is told once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from console.accounts.credentials import Credentials
from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.service import CommandService
from handlers.projections.accounts import AccountRow, find_account, list_accounts
from workflow.rights.table import Account
from workflow.subjects.accounts.commands import AccountCommand, OpenAccount, ResetCredentials


class Issued(NamedTuple):
    """What opening or resetting an account came to; ``password`` is shown once, and empty when none was made."""

    answer: Answer
    password: str = ""


class Accounts:
    """Looks at accounts, and carries out the two commands that end in a one-time password."""

    def __init__(self, service: CommandService, credentials: Credentials) -> None:
        self._service = service
        self._credentials = credentials

    def find(self, account: str) -> Account | None:
        """Return an account, closed or open, or None when there is none of that name."""
        row = self.row(account)
        return None if row is None else row.account

    def row(self, account: str) -> AccountRow | None:
        """Return an account with its second factors."""
        with self._service.log.database.reading() as connection:
            return find_account(connection, account)

    def list(self) -> Sequence[AccountRow]:
        """Return every account by its name, the closed ones too."""
        with self._service.log.database.reading() as connection:
            return list_accounts(connection)

    def open(self, command: OpenAccount) -> Issued:
        """Open an account and issue its first password."""
        return self._issued(command)

    def reset(self, command: ResetCredentials) -> Issued:
        """Reset an account and issue a one-time password; the old ones open nothing once the log says so."""
        return self._issued(command)

    def _issued(self, command: AccountCommand) -> Issued:
        """Carry a command out and issue a password, unless a repeated command did so before."""
        answer = self._service.submit(command)
        row = self.row(command.account) if isinstance(answer, Accepted) else None
        if row is None or self._credentials.has_any(command.account):
            return Issued(answer)
        return Issued(answer, self._credentials.issue(row))
