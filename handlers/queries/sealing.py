"""How far the log is signed: by itself and by as many witnesses as have to, and since when something waits for that."""

from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from events.checkpoints import latest
from events.notes import VerifierKey, is_signed
from events.tables import events
from events.tree import log_size
from events.witness_policy import Policy

LATE_AFTER: Final = timedelta(minutes=10)
_LOOKED_AT_MAX: Final = 200  # whoever is further behind is late, whatever is found


class SealState(NamedTuple):
    """How much is signed, and what is missing."""

    events: int
    sealed: int  # of them: under a checkpoint that counts
    since: str  # when the first that is not sealed was recorded; empty when all are
    missing: tuple[str, ...]  # witnesses that have not signed the newest checkpoint


def seal_state(connection: Connection, key: VerifierKey | None, policy: Policy) -> SealState:
    """Return how far the log is signed; without a key nobody ever signed it."""
    size = log_size(connection)
    found = latest(connection, key.name, _LOOKED_AT_MAX) if key else []
    good = ((one.checkpoint.size, policy.signers(one.note)) for one in found if key and is_signed(one.note, key))
    sealed = next((count for count, signers in good if policy.reached(signers)), 0)
    if not sealed and len(found) == _LOOKED_AT_MAX:
        sealed = found[-1].checkpoint.size  # at most
    signed = policy.signers(found[0].note) if found else frozenset()
    missing = tuple(name for name in policy.witnesses if name not in signed)
    waiting = select(events.c.recorded_at).where(events.c.position == sealed)
    return SealState(size, sealed, str(connection.execute(waiting).scalar_one_or_none() or ""), missing)
