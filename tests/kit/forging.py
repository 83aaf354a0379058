"""Events that no command stored, put into a real log by the hand that owns its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from console.drills.forger import ForgedEvent, Forger, command_row
from events.database import Database, owner_engine
from events.head_codes import HeadCodes
from tests.kit.logs import TABLES, lower_the_fences


@contextmanager
def forging(database: Database, codes: HeadCodes | None = None) -> Iterator[Forger]:
    """Lend that hand; what it did is there when it is taken away."""
    engine = owner_engine(database.url)
    try:
        with engine.begin() as connection:
            lower_the_fences(connection, TABLES)
            yield Forger(connection, codes)
    finally:
        engine.dispose()


def plants(database: Database, stream: str, kind: str, body: str, actor: str, codes: HeadCodes | None = None) -> int:
    """Put an event behind all others, right in every hash; return its position."""
    with forging(database, codes) as forger:
        forged = ForgedEvent(stream, kind, body, actor)
        return forger.appends(forged, command_row(f"forged {kind} {forger.size}", stream.partition(":")[2], 0, [kind]))
