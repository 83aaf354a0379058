"""What was signed of the log: each checkpoint once for its size, and every signature as it came.

A head is stored, here and beside the keys, before it is signed; so nothing is ever signed that is not held to later.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, insert, select

from events.keys import Keys
from events.notes import Checkpoint, Note, NoteSignature, parse_checkpoint, parse_verifier_key
from events.notes import VerifierKey as Verifier
from events.tables import checkpoint_signatures, checkpoints

OUTSIDE: Final = "checkpoint"  # beside the keys: the text of the newest checkpoint that may have been signed
VERIFIER: Final = "log-verifier"  # beside the keys: with which public key signatures of this log are checked
_C, _S = checkpoints.c, checkpoint_signatures.c


class StoredCheckpoint(NamedTuple):
    """A checkpoint, when it was made, and what was signed under it so far."""

    checkpoint: Checkpoint
    at: str
    signatures: tuple[NoteSignature, ...]

    @property
    def note(self) -> Note:
        """Return it as a signed note."""
        return Note(str(self.checkpoint), self.signatures)


def newest(connection: Connection, origin: str) -> StoredCheckpoint | None:
    """Return the checkpoint of the most events, signed or about to be."""
    found = _read(connection, select(checkpoints).where(_C.origin == origin).order_by(_C.size.desc()).limit(1))
    return found[0] if found else None


def at_size(connection: Connection, origin: str, size: int) -> StoredCheckpoint | None:
    """Return the checkpoint of so many events."""
    found = _read(connection, select(checkpoints).where(_C.origin == origin, _C.size == size))
    return found[0] if found else None


def latest(connection: Connection, origin: str, limit: int, *, above: int = -1) -> list[StoredCheckpoint]:
    """Return the checkpoints of more than so many events, that of the most first."""
    query = select(checkpoints).where(_C.origin == origin, _C.size > above).order_by(_C.size.desc()).limit(limit)
    return _read(connection, query)


def signed_by(connection: Connection, origin: str, key: Verifier) -> int:
    """Return how many events the largest checkpoint holds that has a signature line of this key; 0 for none."""
    query = select(_S.size).where(_S.origin == origin, _S.signer == key.name, _S.key_id == key.key_id)
    return int(connection.execute(query.order_by(_S.size.desc()).limit(1)).scalar_one_or_none() or 0)


def store_head(connection: Connection, checkpoint: Checkpoint, at: str) -> None:
    """Store a head that is about to be signed; raises StreamMoved when there is one of its size."""
    connection.execute(insert(checkpoints), checkpoint._asdict() | {"at": at})


def store_signatures(connection: Connection, checkpoint: Checkpoint, lines: Sequence[NoteSignature], at: str) -> None:
    """Store signature lines under a checkpoint, leaving out those whose keys have signed it before."""
    stored = at_size(connection, checkpoint.origin, checkpoint.size)
    assert stored is not None, "a head is stored before anybody signs it"
    known = {(line.name, line.key_id) for line in stored.signatures}
    where = {"origin": checkpoint.origin, "size": checkpoint.size, "at": at}
    for line in lines:
        if (line.name, line.key_id) not in known:
            row = {"signer": line.name, "key_id": line.key_id, "signature": line.signature}
            connection.execute(insert(checkpoint_signatures), where | row)


def noted_outside(keys: Keys) -> Checkpoint | None:
    """Return the newest checkpoint noted beside the keys, which no copy of the database takes back."""
    noted = keys.noted(OUTSIDE)
    return parse_checkpoint(noted.decode()) if noted else None


def verifier_of(keys: Keys) -> Verifier | None:
    """Return the public key of this log, as it was noted beside its keys; None before anything was signed."""
    noted = keys.noted(VERIFIER)
    return parse_verifier_key(noted.decode()) if noted else None


def _read(connection: Connection, query: Select[Any]) -> list[StoredCheckpoint]:
    """Return the checkpoints of one log that a query finds, with all their signatures in a second question."""
    rows = connection.execute(query).all()
    lines: dict[int, list[NoteSignature]] = {row.size: [] for row in rows}
    if rows:
        asked = select(_S.size, _S.signer, _S.key_id, _S.signature).where(_S.origin == rows[0].origin)
        for size, signer, key_id, made in connection.execute(
            asked.where(_S.size.in_(lines)).order_by(_S.at, _S.signer)
        ):
            lines[size].append(NoteSignature(signer, bytes(key_id), bytes(made)))
    heads = [(Checkpoint(origin, size, bytes(root)), at) for origin, size, root, at in rows]
    return [StoredCheckpoint(head, at, tuple(lines[head.size])) for head, at in heads]
