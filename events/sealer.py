"""Signs what the log has come to: the tree is grown, the head stored in two places, and only then signed.

It never signs two roots for one size, nor a log that does not continue what was signed before: not after a crash, not
beside a second sealer, and not after an older copy of the database was put in place of the newer.
"""

from typing import Final

from sqlalchemy import Connection, select

from events.checkpoints import OUTSIDE, StoredCheckpoint, at_size, newest, noted_outside, store_head, store_signatures
from events.errors import SealRefused, TreeAltered
from events.log import Log
from events.merkle import Frontier
from events.notes import Checkpoint, SigningKey, is_signed, signed
from events.tables import events, log_head
from events.tree import frontier_at, grow, log_size, root_at

TROUBLE: Final = "seal-trouble"  # beside the keys: why nothing is signed, for whoever looks at the console
_LOCK: Final = 0x5741_5353  # any number that only we use: two sealers go one after the other


class Sealer:
    """Seals one log with one key; any number of them may do so at once."""

    def __init__(self, log: Log, key: SigningKey) -> None:
        self.log = log
        self.key = key

    @property
    def origin(self) -> str:
        """Return the log's name on its checkpoints."""
        return self.key.name

    def seal(self) -> StoredCheckpoint | None:
        """Return the signed checkpoint of the whole log as it stands; None for an empty log.

        Raises SealRefused when it would contradict what was signed before, TreeAltered when tree and events do not go
        together, or a StoreProblem; then nothing was signed.
        """
        found = self._step(None)
        while isinstance(found, Frontier):
            found = self._step(found)
        return None if found is None else self._signed(found)

    def newest(self) -> StoredCheckpoint | None:
        """Return the newest checkpoint, signed or not."""
        with self.log.database.reading() as connection:
            return newest(connection, self.origin)

    def stored(self, head: Checkpoint) -> StoredCheckpoint:
        """Return a head with whatever signatures are stored under it; raises TreeAltered when another stands there."""
        with self.log.database.reading() as connection:
            found = at_size(connection, self.origin, head.size)
        if found is None or found.checkpoint != head:
            raise TreeAltered("somebody else wrote a head of the log where ours stood: wayhome verify")
        return found

    def _step(self, frontier: Frontier | None) -> Frontier | Checkpoint | None:
        """Grow the tree by some events, and return how far it came; when that is all, store and return the head.

        From the last head on that is noted beside the keys, every node is made of the leaves here and now: whatever
        somebody else put into the tree, or beside it as a head, is never signed.
        """
        now = self.log.now()
        with self.log.database.writing() as connection:
            _one_at_a_time(connection)
            size, noted = log_size(connection), noted_outside(self.log.keys)
            last, known = newest(connection, self.origin), _known(connection, noted, self.origin)
            grown = grow(connection, frontier or _begin(connection, known, size), size)
            if grown.size < size:
                return grown
            _begin(connection, last, size)  # a head somebody planted is not that of the tree made anew
            hold_to(connection, noted, self.origin)
            head = Checkpoint(self.origin, size, grown.root)
            if size and (last is None or last.checkpoint.size < size):
                _refuse_forged(self.log, connection, 0 if known is None else known.checkpoint.size)
                self._store(connection, head, now)
        return head if size else None

    def _store(self, connection: Connection, checkpoint: Checkpoint, now: str) -> None:
        # First where no older copy of the database takes it back: whatever was signed is held to for ever.
        self.log.keys.note(OUTSIDE, str(checkpoint).encode())
        store_head(connection, checkpoint, now)

    def _signed(self, head: Checkpoint) -> StoredCheckpoint:
        """Sign what was stored, and nothing else that stands there by now."""
        last = self.stored(head)
        if is_signed(last.note, self.key.verifier):
            return last
        if any(line.key_id == self.key.verifier.key_id for line in last.signatures):
            raise SealRefused("nothing was signed: somebody else wrote a signature in this log's name: wayhome verify")
        line = signed(str(head), self.key).signatures
        with self.log.database.writing() as connection:
            _one_at_a_time(connection)
            store_signatures(connection, head, line, last.at)
        return last._replace(signatures=(*last.signatures, *line))


def hold_to(connection: Connection, before: Checkpoint | None, origin: str) -> None:
    """Hold the log to a checkpoint from outside the database; raises SealRefused when it does not continue it."""
    if before is None or before.origin != origin:
        return
    if before.size > log_size(connection):
        raise SealRefused(
            f"nothing was signed: {before.size} events were signed before and this log holds {log_size(connection)}; "
            f"{OLDER_COPY}"
        )
    if root_at(connection, before.size) != before.root:
        raise SealRefused(
            f"nothing was signed: the first {before.size} events are not those that were signed before; {OLDER_COPY}"
        )


def _known(connection: Connection, noted: Checkpoint | None, origin: str) -> StoredCheckpoint | None:
    """Return the newest head that is not beyond the one noted beside the keys: only those are surely ours."""
    upto = noted.size if noted is not None and noted.origin == origin else 0
    last = newest(connection, origin)
    return last if last is None or last.checkpoint.size <= upto else at_size(connection, origin, upto)


def _begin(connection: Connection, last: StoredCheckpoint | None, size: int) -> Frontier:
    """Return the tree of the last head, or an empty one; raises SealRefused or TreeAltered when it is not that."""
    if last is None:
        return Frontier()
    if last.checkpoint.size > size:
        raise SealRefused(f"nothing was signed: the log was cut off behind event {size - 1}; wayhome verify says more")
    found = frontier_at(connection, last.checkpoint.size)
    if found.root != last.checkpoint.root:
        raise TreeAltered("the stored tree is not the one that was signed, somebody else wrote it: wayhome verify")
    return found


def _refuse_forged(log: Log, connection: Connection, signed_before: int) -> None:
    """Raise SealRefused when what came since holds what no command of ours stored."""
    since = select(events.c.stream).where(events.c.position >= signed_before).distinct()
    columns = (log_head.c.size, log_head.c.placed, log_head.c.place, log_head.c.mac)
    size, placed, place, mac = connection.execute(select(*columns)).one()
    forged = log.forged_on(connection, connection.execute(since).scalars())
    if forged or not log.codes.is_log(size, placed, bytes(place), mac):
        raise SealRefused(
            "nothing was signed: the log holds what no command of ours stored, or lacks what one did; `wayhome fsck` "
            "says which history, and what is to be done"
        )


def _one_at_a_time(connection: Connection) -> None:
    """Let one sealer go after the other; SQLite has one writer and we are it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


OLDER_COPY: Final = (
    "an older copy was put in its place, or it was written anew. Find the newest log; nothing is signed until then"
)
