"""Very many cases: a few hundred are driven through the service, the others are copies of them made by the database.

A copy has a number, an owner and a team of its own and a row wherever its model has one, so every index is as deep as
it would be. What a copy was not is hashed and sealed: its leaves do not verify. Twenty thousand copies have their
events too, open cases among them; the others are cases that ended, on the board only, as after many years.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from bench.people import TEAMS, Centre
from events.database import owner_engine
from events.ids import CaseId, case_id_of
from events.instants import instant_text
from events.tables import events, log_head, streams
from handlers.projections.board_counts import COUNTED
from handlers.projections.tables import board_counts, case_alerts, case_board, case_relations, tasks, timers, work_items
from workflow.command import AdvanceCase
from workflow.subjects.safety.commands import AssessRisk

OWNERS = 400
WITH_EVENTS_MAX = 20_000
_OPEN, _IN_CARE, _ENDED = 40, 40, 120  # most cases of a house that has been open for years are over
_ROWS = 20_000

copies = Table(
    "bench_copies",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("original", Text, nullable=False),
    Column("fresh", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("team", Text, nullable=False),
    Column("since", Text, nullable=False),
)


class Many(NamedTuple):
    """What was made."""

    originals: list[CaseId]
    copied: list[CaseId]  # copies that have their events


def multiplied(centre: Centre, count: int, chance: random.Random) -> Many:
    """Fill a database with so many cases."""
    originals = _originals(centre)
    engine = owner_engine(centre.database.url)
    copies.metadata.create_all(engine)
    made = _numbered(originals, count - len(originals), chance)
    with engine.begin() as connection:
        for begin in range(0, len(made), _ROWS):
            connection.execute(insert(copies), made[begin : begin + _ROWS])
        for table in (case_board, case_relations, case_alerts, work_items, tasks, timers):
            _copy(connection, table)
        _count(connection)
        _copy_events(connection)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return Many(originals, [CaseId(row["fresh"]) for row in made[:WITH_EVENTS_MAX]])


def _originals(centre: Centre) -> list[CaseId]:
    cared_for, opened, ended = centre.people_in_care(_IN_CARE), centre.people(_OPEN), centre.people(_ENDED)
    centre.each(ended, AdvanceCase, trigger="withdraw")
    centre.each(opened[::2], AssessRisk, level="high", safe_to_return=False, note="threats by telephone")
    return [*cared_for, *opened, *ended]


def _numbered(originals: Sequence[CaseId], count: int, chance: random.Random) -> list[dict[str, Any]]:
    now, ended = datetime.now(UTC), originals[-_ENDED:]
    return [
        {
            "number": number,
            "original": originals[number % len(originals)] if number < WITH_EVENTS_MAX else ended[number % _ENDED],
            "fresh": str(case_id_of(UUID(int=chance.getrandbits(128), version=4))),
            "owner": f"staff:manager-{chance.randrange(OWNERS)}",
            "team": f"team-{chance.randrange(TEAMS)}",
            "since": instant_text(now - timedelta(seconds=chance.randrange(3 * 365 * 86_400))),
        }
        for number in range(count)
    ]


def _copy(connection: Connection, table: Table) -> None:
    """Copy the rows of the originals for each of their copies."""
    made: dict[str, Any] = {
        "case_id": copies.c.fresh, "owner": copies.c.owner, "team": copies.c.team, "since": copies.c.since,
        "task_id": table.c.get("task_id", literal("")) + "~" + copies.c.fresh,
        "timer_id": table.c.get("timer_id", literal("")) + "~" + copies.c.fresh,
    }  # fmt: skip
    ours = {"owner", "team", "since"} if table in (case_board, work_items) else set[str]()
    keys = {"case_id", "task_id", "timer_id"}
    columns = [made[c.name] if c.name in keys | ours else c for c in table.c]
    chosen = select(*columns).select_from(table.join(copies, table.c.case_id == copies.c.original))
    connection.execute(insert(table).from_select([c.name for c in table.c], chosen))


def _count(connection: Connection) -> None:
    """Write what the board says of them all, as whoever writes the board keeps it."""
    connection.execute(delete(board_counts))
    for name in COUNTED:
        here = (case_board.c.office, case_board.c.team, literal(name), case_board.c[name])
        counted = select(*here, func.count()).group_by(case_board.c.office, case_board.c.team, case_board.c[name])
        connection.execute(insert(board_counts).from_select([c.name for c in board_counts.c], counted))


def _copy_events(connection: Connection) -> None:
    """Copy whole streams, as if they had been said one after another."""
    size = int(connection.execute(select(log_head.c.size)).scalar_one())
    stream = literal("case:") + copies.c.fresh
    joined = (literal("case:") + copies.c.original, copies.c.number < WITH_EVENTS_MAX)
    place = func.row_number().over(order_by=(copies.c.number, events.c.version)) - 1 + size
    changed = {
        "position": place, "stream": stream, "body": func.replace(events.c.body, copies.c.original, copies.c.fresh),
        "command_id": events.c.command_id + "~" + copies.c.fresh,
    }  # fmt: skip
    chosen = select(*[changed.get(c.name, c) for c in events.c]).select_from(
        events.join(copies, (events.c.stream == joined[0]) & joined[1])
    )
    connection.execute(insert(events).from_select([c.name for c in events.c], chosen))
    heads = select(stream, streams.c.version, streams.c.leaf).select_from(
        streams.join(copies, (streams.c.stream == joined[0]) & joined[1])
    )
    connection.execute(insert(streams).from_select(["stream", "version", "leaf"], heads))
    last = int(connection.execute(select(func.max(events.c.position))).scalar_one())
    connection.execute(update(log_head).values(size=last + 1))
