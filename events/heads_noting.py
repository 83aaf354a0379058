"""Notes in the log itself where every stream stands; the next checkpoint commits to it as to any other event."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, select

from events.errors import StreamMoved
from events.facts.office import HeadsNoted
from events.heads_map import HeadsMap, head_of
from events.instants import instant
from events.log import Log
from events.tables import events, streams
from events.tree import log_size
from events.writing import EventMetadata

HEADS_STREAM: Final = "heads:log"
NOTED_EVERY: Final = timedelta(hours=1)
_SINCE = (
    select(events.c.stream, events.c.version, events.c.previous)
    .where(events.c.position >= bindparam("size"))
    .order_by(events.c.position.desc())
)


def heads_at(connection: Connection, size: int) -> HeadsMap:
    """Return where every stream stood when the log held so many events.

    Taken from where they stand now, and turned back by what came since: each event says what it continued.
    """
    heads = {stream: (version, leaf) for stream, version, leaf in connection.execute(select(streams))}
    for stream, version, previous in connection.execute(_SINCE, {"size": size}):
        heads[stream] = (version - 1, previous)
    there = (head_of(stream, version, bytes(leaf)) for stream, (version, leaf) in heads.items() if version >= 0)
    return HeadsMap(there)


def note_heads_if_due(log: Log) -> bool:
    """Note the heads when something happened since the last time and that is an hour ago; tell whether it did."""
    last = log.latest(HEADS_STREAM, 1)
    if last:
        early = instant(log.now()) - last[0].recorded < NOTED_EVERY
        if early or log.size() == last[0].position + 1:
            return False
    return note_heads(log)


def note_heads(log: Log) -> bool:
    """Note where every stream stands; False when somebody else noted the same moment just before."""
    with log.database.reading() as connection:
        size = log_size(connection)
        heads = heads_at(connection, size)
    fact = HeadsNoted(size=size, root=heads.root.hex(), streams=len(heads))
    command = f"heads-noted:{size}"
    try:
        with log.writing() as writing:
            writing.lock([HEADS_STREAM])
            said = EventMetadata(command, "system:sealer", "system", "sealing", writing.now, "")
            writing.append(HEADS_STREAM, fact, said)
            writing.remember(command, fact.root, '{"case":"","version":0,"facts":["HeadsNoted"]}')
    except StreamMoved:
        return False
    return True
