"""The way in: a password, then a second factor; the first time, a password of one's own and a second factor.

Nobody is told whether an account exists: an unknown one takes as long and says the same. Whoever has given only a
password is nobody yet: ``Sessions.find`` does not know them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from console.accounts.accounts import Accounts
from console.accounts.credentials import Credentials
from console.accounts.factors import Factors
from console.accounts.passwords import Weakness
from console.accounts.sessions import Session, Sessions
from console.accounts.throttle import Throttle
from handlers.projections.accounts import AccountRow

_ACCOUNT: Final = re.compile(r"[a-z]+:[a-z0-9][a-z0-9._-]{0,60}")
PASSWORD, FACTOR = "password", "factor"  # the two steps, as the throttle counts them


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
    """Both factors were right."""

    token: str
    account: str


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

    def password(self, account: str, password: str, source: str) -> HalfWay | Wrong | Wait:
        """Take a name and a password; ``source`` is where they come from, kept only as a hash."""
        name = as_account(account)
        seconds = self._throttle.attempt(PASSWORD, name, source)
        if seconds:
            return Wait(seconds)
        known = self._credentials.check(name, password)
        if known is None:
            return Wrong()
        self._throttle.succeeded(PASSWORD, name, source)
        token = self._sessions.start(name, known.row.epoch, stage="password")
        kinds = frozenset(kind for kind, _ in known.row.factors)
        return HalfWay(token, name, not kinds, known.must_change, kinds)

    def half_way(self, token: str) -> HalfWay | None:
        """Return where somebody who gave a password stands, to show them the next step."""
        session = self._sessions.half_way(token)
        row = self._accounts.row(session.account) if session else None
        if row is None:
            return None
        kinds = frozenset(kind for kind, _ in row.factors)
        return HalfWay(token, row.account.account, not kinds, self._credentials.is_one_time(row.account.account), kinds)

    # -- the second step: a second factor -------------------------------------------------------------------

    def code(self, token: str, code: str, source: str) -> SignedIn | Wrong | Wait:
        """Take a code of an authenticator app from somebody half way."""
        return self._with_factor(token, source, code=code)

    def passkey_options(self, token: str) -> str | None:
        """Return, as JSON for the browser, what a passkey is to sign for somebody half way."""
        session = self._sessions.half_way(token)
        row = self._accounts.row(session.account) if session else None
        return None if session is None or row is None else self._factors.passkeys.authentication_options(session, row)

    def passkey(self, token: str, answer: str, source: str) -> SignedIn | Wrong | Wait:
        """Take a passkey's answer from somebody half way."""
        return self._with_factor(token, source, answer=answer)

    # -- the first time -------------------------------------------------------------------------------------

    def setting_up(self, token: str) -> Session | None:
        """Return the half session of somebody who has no second factor yet, and so may add the first."""
        session = self._sessions.half_way(token)
        row = self._accounts.row(session.account) if session else None
        return session if row is not None and not row.factors else None

    def set_password(self, token: str, password: str) -> Weakness | Wrong | None:
        """Replace the one-time password by one of their own; returns why not, or None when it is done."""
        session = self.setting_up(token)
        row = self._accounts.row(session.account) if session else None
        if row is None or not self._credentials.is_one_time(row.account.account):
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
        return SignedIn(self._sessions.complete(session), session.account)

    # -- once signed in -------------------------------------------------------------------------------------

    def strengthen(self, session: Session, source: str, *, code: str = "", answer: str = "") -> Session | Wrong | Wait:
        """Take a second factor again, for deeds that ask for a fresh one."""
        found = self._factor_of(session, source, code, answer)
        return found if isinstance(found, Wrong | Wait) else self._sessions.strengthen(session)

    def change_password(self, session: Session, old: str, new: str, source: str) -> Weakness | Wrong | Wait | None:
        """Replace one's own password; every other session of the account ends."""
        seconds = self._throttle.attempt(PASSWORD, session.account, source)
        if seconds:
            return Wait(seconds)
        known = self._credentials.check(session.account, old)
        if known is None:
            return Wrong()
        self._throttle.succeeded(PASSWORD, session.account, source)
        fault = self._credentials.set_own(known.row, new)
        if fault is None:
            self._sessions.end_all(session.account, besides=session)
        return fault

    def vouch(self, account: str, password: str, code: str, source: str) -> AccountRow | Wrong | Wait:
        """Take both factors of a second person at somebody else's screen, who stands behind a deed; no session begins.

        Which roles they must have is for the command to say.
        """
        name = as_account(account)
        seconds = self._throttle.attempt(PASSWORD, name, source)
        if seconds:
            return Wait(seconds)
        known = self._credentials.check(name, password)
        if known is None or known.must_change:
            return Wrong()
        self._throttle.succeeded(PASSWORD, name, source)
        seconds = self._throttle.attempt(FACTOR, name, source)
        if seconds:
            return Wait(seconds)
        if not self._factors.codes.check(known.row, code):
            return Wrong()
        self._throttle.succeeded(FACTOR, name, source)
        return known.row

    def _with_factor(self, token: str, source: str, *, code: str = "", answer: str = "") -> SignedIn | Wrong | Wait:
        session = self._sessions.half_way(token)
        if session is None:
            return Wrong()
        found = self._factor_of(session, source, code, answer)
        return found if isinstance(found, Wrong | Wait) else SignedIn(self._sessions.complete(session), session.account)

    def _factor_of(self, session: Session, source: str, code: str, answer: str) -> AccountRow | Wrong | Wait:
        seconds = self._throttle.attempt(FACTOR, session.account, source)
        if seconds:
            return Wait(seconds)
        row = self._accounts.row(session.account)
        if row is None or not self._factors.check(session, row, code=code, answer=answer):
            return Wrong()
        self._throttle.succeeded(FACTOR, session.account, source)
        self._throttle.know(session.account, source)
        return row


def as_account(typed: str) -> str:
    """Return the account somebody typed; staff need not type what all of them begin with.

    >>> as_account(" Anna "), as_account("redcross:olga"), as_account("no name?")
    ('staff:anna', 'redcross:olga', '')
    """
    name = typed.strip().casefold()
    name = name if ":" in name else f"staff:{name}"
    return name if _ACCOUNT.fullmatch(name) else ""
