"""Second factors: added and removed by their owner, told to the log, asked for at the door and before grave deeds."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from console.accounts.accounts import Accounts
from console.accounts.credentials import Credentials
from console.accounts.passkeys import KIND as PASSKEY
from console.accounts.passkeys import Passkeys
from console.accounts.sessions import Session, Sessions
from console.accounts.totp import KIND as TOTP
from console.accounts.totp import Authenticators
from handlers.commanding.answers import Accepted, Answer
from handlers.projections.accounts import AccountRow
from workflow.command import Command
from workflow.reasons import Refused
from workflow.subjects.accounts.commands import RecordSecondFactor, RemoveSecondFactor
from workflow.subjects.accounts.second_factors import NOT_FRESH, WRONG_CODE, WRONG_KEY, against_adding


class Factors:
    """Both kinds of second factors; none counts before the log names it, or after the log says it is gone."""

    def __init__(
        self,
        codes: Authenticators,
        passkeys: Passkeys,
        sessions: Sessions,
        credentials: Credentials,
        accounts: Accounts,
        submit: Callable[[Command], Answer],
        new_id: Callable[[], UUID],
    ) -> None:
        self.codes = codes
        self.passkeys = passkeys
        self._sessions = sessions
        self._credentials = credentials
        self._accounts = accounts
        self._submit = submit
        self._new_id = new_id

    def check(self, session: Session, row: AccountRow, *, code: str = "", answer: str = "") -> bool:
        """Tell whether a code, or a passkey's answer to what this session asked, proves that it is them."""
        return self.passkeys.check(session, row, answer) if answer else self.codes.check(row, code)

    def add_code(self, session: Session, factor: str, code: str) -> Answer:
        """Let an authenticator app count, once it gave its first code."""
        against = self._against_adding(session)
        if against is not None:
            return against
        if not self.codes.confirm(session.account, factor, code):
            return WRONG_CODE
        return self._told(session, TOTP, factor)

    def add_passkey(self, session: Session, row: AccountRow, answer: str, name: str) -> Answer:
        """Let a passkey count, once it answered what this session asked."""
        against = self._against_adding(session)
        if against is not None:
            return against
        factor = self.passkeys.register(session, row, answer, name)
        if factor is None:
            return WRONG_KEY
        return self._told(session, PASSKEY, factor)

    def remove(self, session: Session, kind: str, factor: str) -> Answer:
        """Let a second factor count no more; every session of the account ends with it, this one too."""
        if not self._sessions.is_strong(session):
            return NOT_FRESH
        command = RemoveSecondFactor.model_validate(self._by(session) | {"kind": kind, "factor": factor})
        answer = self._submit(command)
        if not isinstance(answer, Refused):
            (self.codes if kind == TOTP else self.passkeys).forget(session.account, factor)
        return answer

    def _told(self, session: Session, kind: str, factor: str) -> Answer:
        fields = self._by(session) | {"kind": kind, "factor": factor}
        answer = self._submit(RecordSecondFactor.model_validate(fields))
        if isinstance(answer, Accepted):
            self._sessions.strengthen(session)
        return answer

    def _against_adding(self, session: Session) -> Refused | None:
        """Refuse what would let a stolen password, or a screen left alone, add a key of its own."""
        row = self._accounts.row(session.account)
        return against_adding(
            signed_in=session.stage == "open",
            fresh=self._sessions.is_strong(session),
            has_factors=row is None or bool(row.factors),
            one_time=self._credentials.is_one_time(session.account),
        )

    def _by(self, session: Session) -> dict[str, object]:
        own = session.account
        return {"command_id": self._new_id(), "actor": own, "account": own, "mandate": "account_holder"}
