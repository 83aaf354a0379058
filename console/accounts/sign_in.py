"""The way in: a password, then a second factor; the first time, a password of one's own and a second factor.

Nobody is told whether an account exists: an unknown one takes as long and says the same. Whoever has given only a
password is nobody yet: ``Sessions.find`` does not know them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from console.accounts.credentials import Accounts, Credentials, Known
from console.accounts.factors import Factors
from console.accounts.mails import MailDoor
from console.accounts.passkeys import Passkeys, PasskeySite
from console.accounts.passwords import Hashing, Passwords, Weakness
from console.accounts.sessions import Session, Sessions
from console.accounts.throttle import FACTOR, PASSWORD, DeviceMark, Source, Throttle
from console.accounts.totp import Authenticators
from events.world import Clock, Entropy
from handlers.commanding.service import CommandService
from handlers.projections.accounts import AccountRow
from handlers.projections.row_macs import RowMacs
from handlers.staff_mail.store import StaffMails
from workflow.subjects.accounts.commands import RecordPassword

_ACCOUNT: Final = re.compile(r"[a-z]+:[a-z0-9][a-z0-9._-]{0,60}")
Proof = TypeVar("Proof")


class Wait(NamedTuple):
    """Too many tries: nothing was looked at, try again in so many seconds."""

    seconds: int


class Wrong(NamedTuple):
    """What was given is not right; which part of it nobody is told."""


class HalfWay(NamedTuple):
    """The password was right; with ``token`` a second factor may be given, or at first be set up."""

    token: str
    account: str
    setting_up: bool  # no second factor yet: what follows is a password of their own, then a second factor
    must_change: bool  # the password was a one-time one
    kinds: frozenset[str]  # of second factors: totp, passkey


class SignedIn(NamedTuple):
    """Both factors were right; ``mark`` is for the device, so that others' guessing does not slow it down."""

    token: str
    account: str
    mark: DeviceMark


class SignInService:
    """Takes people from the door to a session, one step at a time; each step is counted and may be slowed."""

    def __init__(
        self, accounts: Accounts, credentials: Credentials, factors: Factors, sessions: Sessions, throttle: Throttle
    ) -> None:
        self._accounts = accounts
        self._credentials = credentials
        self._factors = factors
        self._sessions = sessions
        self._throttle = throttle

    # -- the first step: a password -------------------------------------------------------------------------

    def password(self, account: str, password: str, source: Source) -> HalfWay | Wrong | Wait:
        """Take a name and a password; ``source`` is where they come from, kept only as a hash."""
        name = as_account(account)
        known = self._password_of(name, password, source)
        if not isinstance(known, Known):
            return known
        return _half_way(self._sessions.start(name, known.row.epoch, stage="password"), known)

    def half_way(self, token: str) -> HalfWay | None:
        """Return where somebody who gave a password stands, to show them the next step."""
        _, row = self._half(token)
        return row and _half_way(token, Known(row, self._credentials.is_one_time(row.account.account)))

    # -- the second step: a second factor -------------------------------------------------------------------

    def code(self, token: str, code: str, source: Source) -> SignedIn | Wrong | Wait:
        """Take a code of an authenticator app from somebody half way."""
        return self._with_factor(token, source, code=code)

    def passkey_options(self, token: str) -> str | None:
        """Return, as JSON for the browser, what a passkey is to sign for somebody half way."""
        session, row = self._half(token)
        return self._factors.passkeys.authentication_options(session, row) if session and row else None

    def passkey(self, token: str, answer: str, source: Source) -> SignedIn | Wrong | Wait:
        """Take a passkey's answer from somebody half way."""
        return self._with_factor(token, source, answer=answer)

    # -- the first time -------------------------------------------------------------------------------------

    def setting_up(self, token: str) -> Session | None:
        """Return the half session of somebody who has no second factor yet, and so may add the first."""
        session, row = self._half(token)
        return session if row and not row.factors else None

    def set_password(self, token: str, password: str) -> Weakness | Wrong | None:
        """Replace the one-time password by one of their own; returns why not, or None when it is done."""
        _, row = self._half(token)
        if row is None or row.factors or not self._credentials.is_one_time(row.account.account):
            return Wrong()
        if self._credentials.check(row.account.account, password) is not None:
            return "common"  # the one-time password was seen by whoever told it
        return self._credentials.set_own(row, password)

    def set_up(self, token: str) -> SignedIn | Wrong:
        """Open the session of somebody who has just set a password of their own and added a second factor.

        That the account has a second factor is not enough: it was proved in this very session.
        """
        session = self._sessions.half_way(token)
        if session is None or session.strong_at is None or self._credentials.is_one_time(session.account):
            return Wrong()
        return self._opened(session)

    # -- once signed in -------------------------------------------------------------------------------------

    def strengthen(
        self, session: Session, source: Source, *, code: str = "", answer: str = ""
    ) -> Session | Wrong | Wait:
        """Take a second factor again, for deeds that ask for a fresh one."""
        found = self._factor_of(session, source, code, answer)
        return found if isinstance(found, Wrong | Wait) else self._sessions.strengthen(session)

    def change_password(self, session: Session, old: str, new: str, source: Source) -> Weakness | Wrong | Wait | None:
        """Replace one's own password; every other session of the account ends."""
        known = self._password_of(session.account, old, source)
        if not isinstance(known, Known):
            return known
        fault = self._credentials.set_own(known.row, new)
        if fault is None:
            self._sessions.end_all(session.account, besides=session)
        return fault

    def vouch(self, account: str, password: str, code: str, source: Source) -> AccountRow | Wrong | Wait:
        """Take both factors of a second person at somebody else's screen, who stands behind a deed; no session begins.

        Which roles they must have is for the command to say.
        """
        name = as_account(account)
        known = self._password_of(name, password, source, own=True)
        if not isinstance(known, Known):
            return known
        return self._tried(
            FACTOR, name, source, lambda: known.row if self._factors.codes.check(known.row, code) else None
        )

    def _with_factor(self, token: str, source: Source, *, code: str = "", answer: str = "") -> SignedIn | Wrong | Wait:
        session = self._sessions.half_way(token)
        if session is None:
            return Wrong()
        found = self._factor_of(session, source, code, answer)
        return found if isinstance(found, Wrong | Wait) else self._opened(session)

    def _opened(self, session: Session) -> SignedIn:
        return SignedIn(self._sessions.complete(session), session.account, self._throttle.mark(session.account))

    def _factor_of(self, session: Session, source: Source, code: str, answer: str) -> AccountRow | Wrong | Wait:
        def proved() -> AccountRow | None:
            row = self._accounts.row(session.account)
            return row if row and self._factors.check(session, row, code=code, answer=answer) else None

        found = self._tried(FACTOR, session.account, source, proved)
        if isinstance(found, AccountRow):
            self._throttle.know(session.account, source)
        return found

    def _password_of(self, account: str, password: str, source: Source, *, own: bool = False) -> Known | Wrong | Wait:
        """Return who knows an account's password; with ``own`` a one-time one is not enough.

        Raises HashingBusy when very many ask at the same time.
        """

        def known() -> Known | None:
            found = self._credentials.check(account, password)
            return None if found and own and found.must_change else found

        with self._credentials.line.place(known=self._throttle.is_known(account, source)):
            return self._tried(PASSWORD, account, source, known)

    def _tried(
        self, step: str, account: str, source: Source, proof: Callable[[], Proof | None]
    ) -> Proof | Wrong | Wait:
        """Return what a try proves, after asking whether it may be made; one that proves nothing counts as failed."""
        if seconds := self._throttle.attempt(step, account, source):
            return Wait(seconds)
        found = proof()
        if found is None:
            return Wrong()
        self._throttle.succeeded(step, account, source)
        return found

    def _half(self, token: str) -> tuple[Session | None, AccountRow | None]:
        session = self._sessions.half_way(token)
        return session, self._accounts.row(session.account) if session else None


def _half_way(token: str, known: Known) -> HalfWay:
    kinds = frozenset(kind for kind, _ in known.row.factors)
    return HalfWay(token, known.row.account.account, not kinds, known.must_change, kinds)


def as_account(typed: str) -> str:
    """Return the account somebody typed; staff need not type what all of them begin with.

    >>> as_account(" Anna "), as_account("redcross:olga"), as_account("no name?")
    ('staff:anna', 'redcross:olga', '')
    """
    name = typed.strip().casefold()
    name = name if ":" in name else f"staff:{name}"
    return name if _ACCOUNT.fullmatch(name) else ""


@dataclass(frozen=True, slots=True)
class AuthServices:
    """Who is known, what proves it, who is in."""

    accounts: Accounts
    credentials: Credentials
    factors: Factors
    sessions: Sessions
    sign_in: SignInService
    mails: MailDoor


def open_auth_services(
    service: CommandService, clock: Clock, chance: Entropy, place: PasskeySite | None = None,
    hashing: Hashing | None = None,
) -> AuthServices:  # fmt: skip
    """Return the services of signing in; ``clock`` is theirs alone: codes and sessions go by real time."""
    database, keys, where = service.log.database, service.log.keys, place or PasskeySite()
    macs = RowMacs(keys)

    def replaced(account: str) -> None:
        own = {"command_id": chance.uuid(), "actor": account, "account": account, "mandate": "account_holder"}
        service.submit(RecordPassword.model_validate(own))

    sessions = Sessions(database, clock, chance, keys, macs)
    credentials = Credentials(database, clock, Passwords(chance, hashing), macs, replaced)
    accounts = Accounts(service, credentials, macs)
    codes = Authenticators(database, clock, chance, keys.secret("totp"), macs, where.name)
    passkeys = Passkeys(database, clock, chance, sessions, where, keys.secret("passkey-user"), macs)
    factors = Factors(codes, passkeys, sessions, credentials, accounts, service.submit, chance.uuid)
    throttle = Throttle(database, clock, chance, keys.secret("throttle"))
    sign_in = SignInService(accounts, credentials, factors, sessions, throttle)
    mails = MailDoor(StaffMails(database, keys, chance), accounts, sessions, service, chance.uuid)
    return AuthServices(accounts, credentials, factors, sessions, sign_in, mails)
