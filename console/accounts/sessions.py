"""Sessions: who is signed in, until when. Kept here; the browser holds a token that means nothing elsewhere.

A session ends after 15 minutes without a page, after 8 hours in any case, when it is ended here, and at the very
moment the log says that the account is closed, has other roles, or was signed out.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from events.database import Database
from events.instants import instant, instant_text
from events.keys import Keys
from events.world import Clock, Entropy
from handlers.projections.account_marks import find_marked, split_marked, with_accounts
from handlers.projections.accounts import AccountRow
from handlers.projections.closed_accounts import closed_name
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import sessions

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


class SessionEnd(NamedTuple):
    """Until when a session lasts if nothing is done, until when at most, and how many seconds that is."""

    idle: datetime
    end: datetime
    idle_s: int
    end_s: int


class Sessions:
    """Starts, finds and ends sessions; of a token only its hash is kept.

    A row that was not written here is no session, and one that was ended is not brought back by its row: that it is
    over stands beside the keys too.
    """

    def __init__(self, database: Database, clock: Clock, chance: Entropy, keys: Keys, macs: RowMacs) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance
        self._keys = keys
        self._macs = macs

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
            connection.execute(insert(sessions).values(self._macs.coded(sessions, kept)))
        return token

    def find(self, token: str, *, touch: bool = True) -> Session | None:
        """Return who is signed in by a token; with ``touch`` the time of idling begins anew.

        Somebody who has given only a password is not signed in.
        """
        found = self.signed_in(token, touch=touch)
        return found and found[0]

    def signed_in(self, token: str, *, touch: bool = True) -> tuple[Session, AccountRow] | None:
        """Return the same with their account, as Wayhome vouches for it."""
        found = self._at(token, "open")
        if found is None or not self._lasts(found[0]):
            return None
        now = self._clock.now()
        if touch and now - found[0].seen_at >= TOUCHED_EVERY:
            self._change(found[0].token_hash, seen_at=instant_text(now))
            return found[0]._replace(seen_at=now), found[1]
        return found

    def timed_out(self, token: str) -> tuple[Session, AccountRow] | None:
        """Return whose session this token opened until its time ran out, with their account.

        One that was ended, or ended with its account's epoch, is nobody's: who holds its token may be a thief.
        """
        found = self._at(token, "open")
        return None if found is None or self._lasts(found[0]) else found

    def gave_out(self, account: str, csrf: str) -> bool:
        """Tell whether a page of an earlier session of the same account carried this token."""
        theirs = select(sessions).where(sessions.c.account == account, sessions.c.csrf == csrf)
        with self._database.reading() as connection:
            row = connection.execute(theirs).mappings().first()
        return row is not None and self._macs.holds(sessions.name, row)

    def half_way(self, token: str) -> Session | None:
        """Return who has given a password with this token and nothing more, for a quarter of an hour."""
        found = self._at(token, "password")
        lasts = found is not None and _within(found[0].created_at, self._clock.now(), HALF_WAY)
        return found[0] if found and lasts else None

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

    def lasts(self, session: Session) -> SessionEnd:
        """Return how long a session lasts from now when nothing is done, and how long in any case."""
        now, end = self._clock.now(), session.created_at + ABSOLUTE
        idle = min(session.seen_at + IDLE, end)
        return SessionEnd(idle, end, _seconds(idle - now), _seconds(end - now))

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
        theirs = _LIVE.where(sessions.c.account == account, sessions.c.stage == "open")
        with self._database.reading() as connection:
            row = find_marked(connection, self._macs, account)
            rows = connection.execute(theirs.order_by(sessions.c.created_at.desc())).mappings()
            found = [_session(one) for one in rows if row is not None and self._counts(one, row)]
        return [session for session in found if self._lasts(session)]

    def last_seen(self) -> Mapping[str, datetime]:
        """Return when each account was last seen, as far back as sessions are kept."""
        query = select(sessions).where(sessions.c.stage == "open").order_by(sessions.c.seen_at)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return {row["account"]: instant(row["seen_at"]) for row in rows if self._macs.holds(sessions.name, row)}

    def keep_challenge(self, session: Session, challenge: bytes) -> None:
        """Keep what a passkey is asked to sign; asking again replaces it."""
        self._change(session.token_hash, challenge=f"{instant_text(self._clock.now())} {_text(challenge)}")

    def take_challenge(self, session: Session) -> bytes | None:
        """Return what the passkey was asked to sign, once and within five minutes."""
        mine = sessions.c.token_hash == session.token_hash
        with self._database.writing() as connection:
            kept = connection.execute(select(sessions.c.challenge).where(mine)).scalar_one_or_none() or ""
            taken = self._macs.change(connection, sessions, mine, sessions.c.challenge == kept, challenge="")
        asked_at, _, challenge = kept.partition(" ")
        if not taken or not challenge or not _within(instant(asked_at), self._clock.now(), CHALLENGE_LASTS):
            return None
        return base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))

    def _at(self, token: str, stage: Stage) -> tuple[Session, AccountRow] | None:
        with self._database.reading() as connection:
            found = connection.execute(_AT, {"token_hash": _hash(token), "stage": stage}).mappings().one_or_none()
        if found is None:
            return None
        own, row = split_marked(self._macs, sessions, found)
        return (_session(own), row) if row is not None and self._counts(own, row) else None

    def _counts(self, found: Any, row: AccountRow) -> bool:
        """Tell whether a session is one of ours that was not ended, of an open account, in the epoch it began in."""
        lets_in = not row.account.closed and row.epoch == found["epoch"] and self._macs.holds(sessions.name, found)
        closed = closed_name(row.account.account, row.epoch)
        return lets_in and not self._keys.is_retired(closed, found["token_hash"])

    def _lasts(self, session: Session) -> bool:
        now = self._clock.now()
        return _within(session.seen_at, now, IDLE) and _within(session.created_at, now, ABSOLUTE)

    def _change(self, token_hash: str, **values: str) -> None:
        with self._database.writing() as connection:
            self._macs.change(connection, sessions, sessions.c.token_hash == token_hash, **values)

    def _end(self, *which: ColumnElement[bool]) -> None:
        now = self._clock.now()
        ended = {"ended_at": instant_text(now), "challenge": ""}
        live = update(sessions).where(*which, sessions.c.ended_at == "").values(ended)
        with self._database.writing() as connection:
            over = list(connection.execute(live.returning(sessions.c.token_hash)).scalars())
        if over:
            self._keys.retire(over, instant_text(now + ABSOLUTE), instant_text(now))


_LIVE = select(sessions).where(sessions.c.ended_at == "")
_AT = with_accounts(sessions, sessions.c.account).where(
    sessions.c.ended_at == "",
    sessions.c.token_hash == bindparam("token_hash"),
    sessions.c.stage == bindparam("stage"),
)


def _session(row: Any) -> Session:
    return Session(
        row["token_hash"], row["account"], row["epoch"], row["stage"], row["csrf"], instant(row["created_at"]),
        instant(row["seen_at"]), instant(row["strong_at"]) if row["strong_at"] else None,
    )  # fmt: skip


def _within(then: datetime, now: datetime, span: timedelta) -> bool:
    """Tell whether something was less than a span ago; what lies in the future was written by a wrong clock."""
    return -TOUCHED_EVERY <= now - then < span


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
