"""Second factors: added and removed by their owner, told to the log, asked for at the door and before grave deeds."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from console.accounts.credentials import Accounts, Credentials
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


@dataclass(frozen=True, slots=True)
class Factors:
    """Both kinds of second factors; none counts before the log names it, or after the log says it is gone."""

    codes: Authenticators
    passkeys: Passkeys
    sessions: Sessions
    credentials: Credentials
    accounts: Accounts
    submit: Callable[[Command], Answer]
    new_id: Callable[[], UUID]

    def check(self, session: Session, row: AccountRow, *, code: str = "", answer: str = "") -> bool:
        """Tell whether a code, or a passkey's answer to what this session asked, proves that it is them."""
        return self.passkeys.check(session, row, answer) if answer else self.codes.check(row, code)

    def add_code(self, session: Session, factor: str, code: str) -> Answer:
        """Let an authenticator app count, once it gave its first code."""
        if against := self._against_adding(session):
            return against
        is_theirs = self.codes.confirm(session.account, factor, code)
        return self._told(session, TOTP, factor) if is_theirs else WRONG_CODE

    def add_passkey(self, session: Session, row: AccountRow, answer: str, name: str) -> Answer:
        """Let a passkey count, once it answered what this session asked."""
        if against := self._against_adding(session):
            return against
        factor = self.passkeys.register(session, row, answer, name)
        return self._told(session, PASSKEY, factor) if factor else WRONG_KEY

    def remove(self, session: Session, kind: str, factor: str) -> Answer:
        """Let a second factor count no more; every session of the account ends with it, this one too."""
        if not self.sessions.is_strong(session):
            return NOT_FRESH
        answer = self.submit(RemoveSecondFactor.model_validate(self._fields(session, kind, factor)))
        if not isinstance(answer, Refused):
            (self.codes if kind == TOTP else self.passkeys).forget(session.account, factor)
        return answer

    def _told(self, session: Session, kind: str, factor: str) -> Answer:
        answer = self.submit(RecordSecondFactor.model_validate(self._fields(session, kind, factor)))
        if isinstance(answer, Accepted):
            self.sessions.strengthen(session)
        return answer

    def _against_adding(self, session: Session) -> Refused | None:
        """Refuse what would let a stolen password, or a screen left alone, add a key of its own."""
        row = self.accounts.row(session.account)
        return against_adding(
            signed_in=session.stage == "open",
            fresh=self.sessions.is_strong(session),
            has_factors=row is None or bool(row.factors),
            one_time=self.credentials.is_one_time(session.account),
        )

    def _fields(self, session: Session, kind: str, factor: str) -> dict[str, object]:
        by = {"command_id": self.new_id(), "actor": session.account, "mandate": "account_holder"}
        return by | {"account": session.account, "kind": kind, "factor": factor}
