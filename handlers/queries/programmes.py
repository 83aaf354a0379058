"""Programme files as they were published: which there are, and every version with who put it into force and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from events.facts.office import ProgrammePublished
from events.log import Log
from events.tables import streams

_PREFIX: Final = "programme:"
# The bounds lead by the index whichever way a database orders letters; the last condition says what is meant.
_NAMES: Final = (
    select(streams.c.stream)
    .where(streams.c.stream.between(_PREFIX, _PREFIX + 41 * "z"), streams.c.stream.startswith(_PREFIX))
    .order_by(streams.c.stream)
)


class Publication(NamedTuple):
    """One version of a programme file."""

    number: int  # from 1
    definition: str
    text: str
    actor: str
    at: datetime


def published_names(connection: Connection) -> list[str]:
    """Return every programme that was ever published."""
    return [name.removeprefix(_PREFIX) for name in connection.execute(_NAMES).scalars()]


def publications(log: Log, programme: str) -> Sequence[Publication]:
    """Return the versions of a programme file, the one in force last."""
    found: list[Publication] = []
    for event in log.of_types(f"{_PREFIX}{programme}", ("ProgrammePublished",)):
        fact = log.fact(event)
        assert isinstance(fact, ProgrammePublished)
        actor, at = event.envelope.actor, event.recorded
        found.append(Publication(len(found) + 1, fact.definition, fact.text, actor, at))
    return found
