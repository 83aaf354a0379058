"""Sessions: who is signed in, until when. Kept here; the browser holds a token that means nothing elsewhere.

A session ends after 15 minutes without a page, after 8 hours in any case, when it is ended here, and at the very
moment the log says that the account is closed, has other roles, or was signed out.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from events.database import Database
from events.instants import instant, instant_text
from events.world import Clock, Entropy
from handlers.projections.tables import accounts, sessions

IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=8)
HALF_WAY: Final = timedelta(minutes=15)  # from the password to the second factor, or through the first sign-in
STRONG_FOR: Final = timedelta(minutes=10)
TOUCHED_EVERY: Final = timedelta(minutes=1)
CHALLENGE_LASTS: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=1)  # rows of sessions that are over
TOKEN_BYTES: Final = 32

Stage = Literal["password", "open"]


class Session(NamedTuple):
    """Somebody at a browser; ``open`` when both factors were given, ``password`` half way there."""

    token_hash: str
    account: str
    epoch: int
    stage: Stage
    csrf: str
    created_at: datetime
    seen_at: datetime
    strong_at: datetime | None


class Sessions:
    """Starts, finds and ends sessions; of a token only its hash is kept."""

    def __init__(self, database: Database, clock: Clock, chance: Entropy) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance

    def start(self, account: str, epoch: int, *, stage: Stage = "open", strong: bool = True) -> str:
        """Return the token of a new session; ``epoch`` is the account's when its password was checked."""
        token, now = _text(self._chance.bytes(TOKEN_BYTES)), instant_text(self._clock.now())
        kept = {
            "token_hash": _hash(token), "account": account, "epoch": epoch, "stage": stage,
            "csrf": _text(self._chance.bytes(TOKEN_BYTES)), "challenge": "", "created_at": now, "seen_at": now,
            "strong_at": now if strong and stage == "open" else "", "ended_at": "",
        }  # fmt: skip
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.created_at < instant_text(self._clock.now() - KEPT)))
            connection.execute(insert(sessions).values(kept))
        return token

    def find(self, token: str, *, touch: bool = True) -> Session | None:
        """Return who is signed in by a token; with ``touch`` the time of idling begins anew.

        Somebody who has given only a password is not signed in.
        """
        session = self._at(token, "open")
        if session is None or not self._lasts(session):
            return None
        now = self._clock.now()
        if touch and now - session.seen_at >= TOUCHED_EVERY:
            self._change(session.token_hash, seen_at=instant_text(now))
        return session

    def half_way(self, token: str) -> Session | None:
        """Return who has given a password with this token and nothing more, for a quarter of an hour."""
        session = self._at(token, "password")
        now = self._clock.now()
        return session if session is not None and _within(session.created_at, now, HALF_WAY) else None

    def complete(self, session: Session) -> str:
        """Return the token of the open session that follows a half one: a new token, and the old one is over."""
        self._change(session.token_hash, ended_at=instant_text(self._clock.now()))
        return self.start(session.account, session.epoch)

    def strengthen(self, session: Session) -> Session:
        """Return the session after a second factor was given again."""
        now = self._clock.now()
        self._change(session.token_hash, strong_at=instant_text(now))
        return session._replace(strong_at=now)

    def is_strong(self, session: Session, within: timedelta = STRONG_FOR) -> bool:
        """Tell whether a second factor was given within the last minutes."""
        return session.strong_at is not None and _within(session.strong_at, self._clock.now(), within)

    def end(self, token: str) -> None:
        """End a session at once; ending it again changes nothing."""
        self._end(sessions.c.token_hash == _hash(token))

    def end_all(self, account: str, *, besides: Session | None = None) -> None:
        """End every session of an account at once, besides perhaps the one it is asked from."""
        kept = [] if besides is None else [sessions.c.token_hash != besides.token_hash]
        self._end(sessions.c.account == account, *kept)

    def end_one(self, account: str, token_hash: str) -> None:
        """End one session of an account, wherever it is."""
        self._end(sessions.c.account == account, sessions.c.token_hash == token_hash)

    def of(self, account: str) -> Sequence[Session]:
        """Return where an account is signed in now, the newest first."""
        query = _FOUND.where(sessions.c.account == account, sessions.c.stage == "open")
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(sessions.c.created_at.desc())).mappings()
            found = [_session(row) for row in rows]
        return [session for session in found if self._lasts(session)]

    def last_seen(self) -> Mapping[str, datetime]:
        """Return when each account was last seen, as far back as sessions are kept."""
        query = select(sessions.c.account, func.max(sessions.c.seen_at)).where(sessions.c.stage == "open")
        with self._database.reading() as connection:
            rows = connection.execute(query.group_by(sessions.c.account)).all()
        return {account: instant(seen_at) for account, seen_at in rows}

    def keep_challenge(self, session: Session, challenge: bytes) -> None:
        """Keep what a passkey is asked to sign; asking again replaces it."""
        self._change(session.token_hash, challenge=f"{instant_text(self._clock.now())} {_text(challenge)}")

    def take_challenge(self, session: Session) -> bytes | None:
        """Return what the passkey was asked to sign, once and within five minutes."""
        mine = sessions.c.token_hash == session.token_hash
        with self._database.writing() as connection:
            kept = connection.execute(select(sessions.c.challenge).where(mine)).scalar_one_or_none() or ""
            same = (mine, sessions.c.challenge == kept)
            taken = connection.execute(update(sessions).where(*same).values(challenge="")).rowcount == 1
        asked_at, _, challenge = kept.partition(" ")
        if not taken or not challenge or not _within(instant(asked_at), self._clock.now(), CHALLENGE_LASTS):
            return None
        return base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))

    def _at(self, token: str, stage: Stage) -> Session | None:
        query = _FOUND.where(sessions.c.token_hash == _hash(token), sessions.c.stage == stage)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _session(row)

    def _lasts(self, session: Session) -> bool:
        now = self._clock.now()
        return _within(session.seen_at, now, IDLE) and _within(session.created_at, now, ABSOLUTE)

    def _change(self, token_hash: str, **values: str) -> None:
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(values))

    def _end(self, *which: ColumnElement[bool]) -> None:
        ended = {"ended_at": instant_text(self._clock.now()), "challenge": ""}
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(*which, sessions.c.ended_at == "").values(ended))


# Only what the log still lets in: an open account, in the epoch the session began in.
_FOUND = (
    select(sessions)
    .join(accounts, accounts.c.account == sessions.c.account)
    .where(sessions.c.ended_at == "", accounts.c.closed.is_(False), accounts.c.epoch == sessions.c.epoch)
)


def _session(row: Any) -> Session:
    return Session(
        row["token_hash"], row["account"], row["epoch"], row["stage"], row["csrf"], instant(row["created_at"]),
        instant(row["seen_at"]), instant(row["strong_at"]) if row["strong_at"] else None,
    )  # fmt: skip


def _within(then: datetime, now: datetime, span: timedelta) -> bool:
    """Tell whether something was less than a span ago; what lies in the future was written by a wrong clock."""
    return -TOUCHED_EVERY <= now - then < span


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
