"""Drafts: kept for their account only, for a while, and bound to it, to their form, their case and its version.

Whoever may write the database and has no keys can plant, move or change none: such a row is not there. What is kept is
never sent by itself: it fills in the form again, with the id the form had, so that sending it twice does it once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from events.database import Database
from events.errors import KeysMissing
from events.instants import instant, instant_text
from events.keys import Keys
from events.world import Entropy
from handlers.drafts.sealing import DraftSealer, Pairs
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import drafts

TYPED_FOR: Final = timedelta(days=7)  # over a weekend and a short illness
UNOPENED_FOR: Final = timedelta(days=2)  # of a person who has no case yet, whose erasure could not find it
SENT_FOR: Final = timedelta(minutes=30)  # sent after the session had ended: until somebody has signed in again
BYTES_MAX: Final = 100_000  # the longest text of a form is a fifth of it
TYPED_MAX: Final = 30  # of one account; more are no help
SENT_MAX: Final = 5  # of one account: the oldest makes room

NotKept = Literal["too_long", "too_many"]


class Owner(NamedTuple):
    """Whose a draft is; one of before two officers gave the account a new way in is nobody's any more."""

    account: str
    resets: int


class DraftOf(NamedTuple):
    """What a draft is of: which form, by its page's address, about whom, and for which version of the case."""

    place: str
    case_id: str = ""
    person: str = ""
    expected: int | None = None


class Draft(NamedTuple):
    """A draft that is kept; what was typed stays sealed until its own form asks for it."""

    draft: str  # the id the form carries, and its command will
    of: DraftOf
    sent: bool  # it was sent when nobody was signed in any more
    kept_at: datetime
    until: datetime
    row: Any

    @property
    def edition(self) -> str:
        """Return what tells this keeping of the draft from the one before and the next, whatever the clock says."""
        return _edition(self.row)

    def is_of(self, owner: Owner) -> bool:
        """Tell whether it is the owner's as they are now."""
        return (self.row["account"], self.row["resets"]) == owner


class Drafts:
    """Keeps, finds and forgets drafts; every one of these is by its owner's account."""

    def __init__(self, database: Database, keys: Keys, chance: Entropy) -> None:
        self._database = database
        self._keys = keys
        self._chance = chance
        self._macs = RowMacs(keys)

    def keep(
        self, owner: Owner, draft: str, of: DraftOf, typed: Pairs, now: datetime, *, seen: str = "", sent: bool = False
    ) -> Draft | NotKept:
        """Keep what was typed in place of what the same form had before.

        ``seen`` is the edition the sender's window knows: if another window has kept the same form since, this one
        gets an id of its own and both are kept. Raises PersonErased, KeysMissing, and a StoreProblem.
        """
        if sum(len(part.encode()) for pair in typed for part in pair) > BYTES_MAX:
            return "too_long"
        lasts = SENT_FOR if sent else TYPED_FOR if of.case_id else UNOPENED_FOR
        at, until = instant_text(now), instant_text(now + lasts)
        with self._database.reading() as connection:  # its keys are made before the log is held
            self._row(connection, owner, draft, of, typed, at, until, sent=sent)
        with self._database.writing() as connection:
            forget_old_drafts(connection, now)
            before = self._one(connection, owner, draft)
            if before is not None and _edition(before) != seen and self.opened(_draft(before)) != typed:
                draft, before = str(self._chance.uuid()), None
            if before is None and not _has_room(connection, owner.account, sent=sent):
                return "too_many"
            row = self._row(connection, owner, draft, of, typed, at, until, sent=sent)
            connection.execute(delete(drafts).where(*_same(owner.account, draft)))
            connection.execute(insert(drafts).values(row))
        return _draft(row)

    def of(self, account: str, now: datetime, place: str = "", case_id: str = "") -> Sequence[Draft]:
        """Return what an account keeps, at one form or of one case if asked so, the newest first.

        Whose they are is still to be asked: some may be from before the account was given a new way in (``is_of``).
        """
        which = [drafts.c.place == place] if place else [drafts.c.case_id == case_id] if case_id else []
        query = select(drafts).where(drafts.c.account == account, drafts.c.until > instant_text(now), *which)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(drafts.c.kept_at.desc(), drafts.c.draft)).mappings().all()
        return [_draft(row) for row in rows if self._macs.holds(drafts.name, row)]

    def opened(self, draft: Draft) -> Pairs | None:
        """Return what was typed, or None when its key is gone."""
        row = draft.row
        try:
            return self._sealer(row["account"], row["person"]).opened(bytes(row["sealed"]), _where(row))
        except KeysMissing:
            return None

    def drop(self, account: str, draft: str) -> None:
        """Forget a draft: it was sent, or its owner threw it away; one that is not there is forgotten already."""
        which = _same(account, draft)
        with self._database.reading() as connection:
            there = connection.execute(select(drafts.c.draft).where(*which)).first()
        if there is not None:
            with self._database.writing() as connection:
                connection.execute(delete(drafts).where(*which))

    def _row(
        self,
        connection: Connection,
        owner: Owner,
        draft: str,
        of: DraftOf,
        typed: Pairs,
        at: str,
        until: str,
        *,
        sent: bool,
    ) -> dict[str, Any]:
        row: dict[str, Any] = {
            "account": owner.account, "draft": draft, "resets": owner.resets, "place": of.place,
            "case_id": of.case_id, "person": of.person, "expected": -1 if of.expected is None else of.expected,
            "sent": sent, "kept_at": at, "until": until,
        }  # fmt: skip
        row["sealed"] = self._sealer(owner.account, of.person).sealed(typed, _where(row), connection)
        return self._macs.coded(drafts, row)

    def _one(self, connection: Connection, owner: Owner, draft: str) -> Any:
        row = connection.execute(select(drafts).where(*_same(owner.account, draft))).mappings().one_or_none()
        return row if row is not None and self._counts(row, owner) else None

    def _counts(self, row: Any, owner: Owner) -> bool:
        return row["resets"] == owner.resets and self._macs.holds(drafts.name, row)

    def _sealer(self, account: str, person: str) -> DraftSealer:
        return DraftSealer(self._keys, self._chance, account, person)


def sweep_drafts(database: Database, now: datetime) -> int:
    """Forget every draft whose time is over, and return how many; nothing is written while there is none."""
    over = select(drafts.c.draft).where(drafts.c.until <= instant_text(now)).limit(1)
    with database.reading() as connection:
        if connection.execute(over).first() is None:
            return 0
    with database.writing() as connection:
        return forget_old_drafts(connection, now)


def forget_old_drafts(connection: Connection, now: datetime) -> int:
    """Forget every draft whose time is over; return how many."""
    return connection.execute(delete(drafts).where(drafts.c.until <= instant_text(now))).rowcount


def _has_room(connection: Connection, account: str, *, sent: bool) -> bool:
    """Tell whether an account may keep one more; of what was sent without a session the oldest makes room."""
    mine = (drafts.c.account == account, drafts.c.sent.is_(sent))
    if not sent:
        return int(connection.execute(select(func.count()).select_from(drafts).where(*mine)).scalar_one()) < TYPED_MAX
    newest = select(drafts.c.draft).where(*mine).order_by(drafts.c.kept_at.desc()).limit(SENT_MAX - 1)
    stay = list(connection.execute(newest).scalars())
    connection.execute(delete(drafts).where(*mine, drafts.c.draft.not_in(stay)))
    return True


def _same(account: str, draft: str) -> tuple[ColumnElement[bool], ...]:
    return drafts.c.account == account, drafts.c.draft == draft


def _draft(row: Any) -> Draft:
    expected = None if row["expected"] < 0 else row["expected"]
    of = DraftOf(row["place"], row["case_id"], row["person"], expected)
    return Draft(row["draft"], of, bool(row["sent"]), instant(row["kept_at"]), instant(row["until"]), row)


def _edition(row: Any) -> str:
    return bytes(row["mac"]).hex()[:24]


def _where(row: Any) -> str:
    """Return what a draft is tied to: opened in any other place, its bytes are not those that were sealed."""
    names = ("account", "draft", "resets", "place", "case_id", "person", "expected", "sent", "kept_at", "until")
    return "|".join(str(int(row[name]) if name == "sent" else row[name]) for name in names)
