"""How far the log has come, kept beside the keys: an older copy of the log is told from the newest one by it.

Whoever restores yesterday's log would pay today's grants again. So before anything leaves the house the mark beside
the keys is raised to the end of the log, and a log that does not hold the marked event is refused when it is opened.
The log notes in turn how far the mark had come, so that an older copy of the keys is told too.
"""

from typing import Final, NamedTuple, Self

from sqlalchemy import Connection, bindparam, select, true, update

from events.errors import KeysBehind, LogBehind, LogMissing
from events.keys import Keys
from events.log import Log
from events.tables import events, high_water, log_head

MARK: Final = "high-water"  # the purpose under which it is noted beside the keys
_LAST: Final = select(events.c.leaf, events.c.place).where(events.c.position == bindparam("position"))
RESTORED: Final = "restored"  # noted beside keys that `wayhome restore files` put in place
_END: Final = select(log_head.c.size, high_water.c.claims, events.c.leaf, events.c.place).select_from(
    log_head.join(high_water, true()).outerjoin(events, events.c.position == log_head.c.size - 1)
)
_ROW: Final = select(high_water.c.claims, high_water.c.noted, high_water.c.moved_to)
_COUNTED: Final = update(high_water).values(claims=high_water.c.claims + 1).returning(high_water.c.claims)


class HighWaterMark(NamedTuple):
    """How many events there were and how often work was begun; the leaf of the last event and its place in order.

    Claims count too: what was begun leaves the house before the log tells how it ended.
    """

    size: int
    claims: int
    leaf: bytes
    place: bytes

    def as_bytes(self) -> bytes:
        """Return it as it is kept."""
        return f"{self.size} {self.claims} {self.leaf.hex()} {self.place.hex()}".encode()

    @classmethod
    def of(cls, kept: bytes) -> Self:
        """Return what was kept; raises KeysBehind for what is no mark."""
        try:
            size, claims, leaf, place = kept.decode().split(" ")
            return cls(int(size), int(claims), bytes.fromhex(leaf), bytes.fromhex(place))
        except ValueError:
            raise KeysBehind(f"the mark beside the keys cannot be read; {_WHICH_KEYS}") from None


def noted_mark(keys: Keys) -> HighWaterMark | None:
    """Return the mark beside the keys, or None where none was ever noted."""
    kept = keys.noted(MARK)
    return None if kept is None else HighWaterMark.of(kept)


def end_of(connection: Connection) -> HighWaterMark:
    """Return how far this log has come."""
    row = connection.execute(_END).one()
    return HighWaterMark(row.size, row.claims, bytes(row.leaf or b""), bytes(row.place or b""))


def refuse_older_copies(log: Log) -> None:
    """Let nobody work on a log, or with keys, that were restored from an older copy.

    Raises LogBehind when the log lacks what the mark beside the keys says was in it, KeysBehind when the keys are the
    older ones, LogMissing for a log that was moved to another database.
    """
    _refuse_replaced(log)
    with log.database.reading() as connection:
        row = connection.execute(_ROW).one()
        if row.moved_to:
            raise LogMissing(f"the log was moved to {row.moved_to}, and this is what was left of it; {_WHERE}")
        _compare(connection, noted_mark(log.keys), row.noted)
    if log.keys.noted(RESTORED):
        raise LogBehind(f"this log and its keys were restored from copies; {_WHICH_LOG}")


def is_marked(log: Log, connection: Connection) -> bool:
    """Tell whether the mark beside the keys stands at the end of the log, which was not moved away under us."""
    _refuse_replaced(log)
    return noted_mark(log.keys) == end_of(connection)


def raise_mark(log: Log) -> HighWaterMark:
    """Raise the mark beside the keys to the end of the log; it is durable before this returns, and never lowered.

    Raises LogBehind or KeysBehind when one was exchanged for an older copy meanwhile, a StoreProblem when the mark
    cannot be kept: then nothing may leave the house.
    """
    _refuse_replaced(log)
    with log.database.reading() as connection:
        end = end_of(connection)
    if noted_mark(log.keys) == end:
        return end
    with log.database.writing() as connection:
        # One at a time, so that of two processes the slower one does not put the mark back.
        noted = connection.execute(_ROW.with_for_update()).one().noted
        _compare(connection, noted_mark(log.keys), noted)
        return _noted(connection, log.keys)


def accept_end(log: Log) -> HighWaterMark:
    """Put the mark where this log ends, though it had come further: somebody said that the older copy is to be used."""
    with log.database.writing() as connection:
        connection.execute(_ROW.with_for_update())
        log.keys.note(RESTORED, b"")
        return _noted(connection, log.keys)


def mark_moved(connection: Connection, where: str) -> None:
    """Let nobody open this log any more: it goes on elsewhere."""
    connection.execute(update(high_water).values(moved_to=where))


def count_claim(connection: Connection, keys: Keys) -> None:
    """Count that work is begun, in the transaction in which it is; raises LogBehind where the mark counts it already.

    An older log that was put under running workers is told here, and not when the mark is raised: by then others may
    have begun work in it too, and the count come to the same number, or a higher one.
    """
    begun = connection.execute(_COUNTED).scalar_one()
    mark = noted_mark(keys)  # asked once the row is ours: whoever raises the mark waits
    if mark is not None and begun <= mark.claims:
        raise LogBehind(_NOT_ITS_WORK)


def _refuse_replaced(log: Log) -> None:
    """Send nothing from a file that somebody moved away: another process goes on in its place."""
    if log.database.was_replaced():
        raise LogBehind("the file of the log was exchanged under this process: stop it, and begin it anew")


def _noted(connection: Connection, keys: Keys) -> HighWaterMark:
    mark = end_of(connection)
    keys.note(MARK, mark.as_bytes())
    connection.execute(update(high_water).values(noted=mark.size))  # after it: the keys are never behind the log
    return mark


def _compare(connection: Connection, mark: HighWaterMark | None, noted: int) -> None:
    if mark is None:
        if noted:
            raise KeysBehind(f"these keys know nothing of a log that they were used with; {_WHICH_KEYS}")
        return
    end = end_of(connection)
    if end.size < mark.size:
        lost = mark.size - end.size
        raise LogBehind(f"this log ends at event {end.size} and {lost} more were recorded after it; {_WHICH_LOG}")
    if mark.size and not _holds(connection, mark):
        raise LogBehind(f"event {mark.size} of this log is another than was recorded; {_WHICH_LOG}")
    if end.claims < mark.claims:
        raise LogBehind(_NOT_ITS_WORK)
    if mark.size < noted:
        raise KeysBehind(f"these keys are from event {mark.size}, the log knows of newer ones; {_WHICH_KEYS}")


def _holds(connection: Connection, mark: HighWaterMark) -> bool:
    found = _at(connection, mark.size - 1)
    if found is None or found[0] != mark.leaf:
        return False
    return not mark.place or found[1] == mark.place


def _at(connection: Connection, position: int) -> tuple[bytes, bytes] | None:
    row = connection.execute(_LAST, {"position": position}).first()
    return None if row is None else (bytes(row.leaf), bytes(row.place or b""))


_WHERE: Final = "is WAYHOME_DATABASE_URL or the line database_url in settings.toml missing? see: wayhome settings"
_WHICH_LOG: Final = (
    "it is an older copy: put the newest one in its place. If there is none, say so: `wayhome restore accept` opens it "
    "in quarantine, where nothing is sent until two people have settled what the log does not know"
)
_WHICH_KEYS: Final = (
    "they are an older copy: put the newest one in its place. If there is none, say so: `wayhome restore accept` opens "
    "them in quarantine, where nothing is sent until two people have settled what was lost"
)
_NOT_ITS_WORK: Final = f"work was begun that this log knows nothing of; {_WHICH_LOG}"
