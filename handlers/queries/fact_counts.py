"""How often each fact was told: what a programme's services came to, without looking at anybody."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from events.tables import events


def count_facts(connection: Connection) -> dict[str, int]:
    """Return how many facts of each kind the log holds."""
    query = select(events.c.type, func.count()).group_by(events.c.type)
    return {name: int(count) for name, count in connection.execute(query)}
