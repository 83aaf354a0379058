"""Where somebody is told by mail what waits: given with a fresh proof, counted once the code came back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from console.accounts.credentials import Accounts
from console.accounts.sessions import Session, Sessions
from handlers.commanding.answers import Answer
from handlers.commanding.service import CommandService
from handlers.staff_mail.store import StaffMails
from workflow.command import Command
from workflow.reasons import Refused
from workflow.subjects.accounts import commands
from workflow.subjects.accounts.mail import NO_CODE_AWAITED, WRONG_MAIL_CODE
from workflow.subjects.accounts.mail_state import MailState
from workflow.subjects.accounts.second_factors import NOT_FRESH

ADDRESS_LONGEST: Final = 200
_ADDRESS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


def _plain(text: str) -> str:
    if not _ADDRESS.fullmatch(text) or ".." in text:
        raise ValueError("is no mail address in plain letters, like anna@example.org")
    return text


Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=ADDRESS_LONGEST), AfterValidator(_plain)]
_DOOR: Final = TypeAdapter[str](Address)


class MyMail(NamedTuple):
    """How it stands, as the owner of the account reads it."""

    address: str  # the one that counts
    asked: str  # the one whose code is awaited
    is_on: bool


@dataclass(frozen=True, slots=True)
class MailDoor:
    """Takes addresses and codes from the owner of an account; what the log is told holds neither."""

    mails: StaffMails
    accounts: Accounts
    sessions: Sessions
    service: CommandService
    new_id: Callable[[], UUID]

    def of(self, account: str) -> MyMail:
        """Return how it stands with an account's mail."""
        mail = self._state(account)
        found = {name: self.mails.find(account, name) for name in (mail.confirmed, mail.asked) if name}
        said = {name: one.address for name, one in found.items() if one is not None}
        return MyMail(said.get(mail.confirmed, ""), said.get(mail.asked, ""), not mail.off)

    def ask(self, session: Session, typed: str) -> Answer | None:
        """Keep an address and let a code go there; None when it is no address."""
        if not self.sessions.is_strong(session):
            return NOT_FRESH
        try:
            address = _DOOR.validate_python(typed)
        except ValidationError:
            return None
        account = session.account
        letter = self.mails.keep(account, address, self.service.log.now())
        answer = self._told(commands.AskMail, account, letter=letter)
        mail = self._state(account)
        self.mails.forget(account, besides=(mail.confirmed, mail.asked))
        return answer

    def confirm(self, session: Session, code: str) -> Answer:
        """Let an address count whose code came back."""
        account, letter = session.account, self._state(session.account).asked
        if not letter or not self.mails.is_code(account, letter, code):
            return WRONG_MAIL_CODE if letter else NO_CODE_AWAITED
        answer = self._told(commands.ConfirmMail, account, letter=letter)
        if not isinstance(answer, Refused):
            self.mails.forget(account, besides=(letter,))
        return answer

    def forget(self, session: Session) -> Answer:
        """Take the address away; nothing proves anew who asks, for it gives nobody anything."""
        answer = self._told(commands.ForgetMail, session.account)
        if not isinstance(answer, Refused):
            self.mails.forget(session.account)
        return answer

    def switch(self, session: Session, *, on: bool) -> Answer:
        """Let somebody be told in the morning, or not."""
        return self._told(commands.SwitchDigest, session.account, on=on)

    def _state(self, account: str) -> MailState:
        row = self.accounts.row(account)
        return row.mail if row is not None else MailState()

    def _told(self, kind: type[Command], account: str, **fields: object) -> Answer:
        own = {"command_id": self.new_id(), "actor": account, "mandate": "account_holder", "account": account}
        return self.service.submit(kind.model_validate(own | fields))
