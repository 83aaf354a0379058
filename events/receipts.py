"""No log, no key: what is sealed is opened only against something that was recorded before.

Whoever opens hands in a receipt of what they recorded. The log asks its own database, within the same call, whether
that is committed, names the same case and the same parts, and is of these minutes. When the log is down, nothing is
opened.
"""

from datetime import timedelta
from typing import Final, NamedTuple, Protocol

import orjson
from sqlalchemy import Connection, bindparam, select

from events.instants import instant
from events.tables import events

RECENT: Final = timedelta(minutes=10)  # longer than a page may show what was opened; the clocks of two hosts differ
_RECORDED: Final = select(events.c.type, events.c.body, events.c.recorded_at).where(
    events.c.command_id == bindparam("command_id"), events.c.stream == bindparam("stream")
)


class Opening(NamedTuple):
    """What is to be opened: of which stream, which parts, at which moment by the log's clock."""

    stream: str
    compartments: frozenset[str]
    now: str

    def is_recent(self, at: str) -> bool:
        """Tell whether something was recorded lately enough to open by; one from the future was not."""
        return instant(at) - RECENT <= instant(self.now) <= instant(at) + RECENT


class Receipt(Protocol):
    """Names something that was recorded; the log believes the database, not the receipt."""

    @property
    def rests_on_history(self) -> bool:
        """Tell whether it stands in the history of the very stream: one somebody wrote into proves nothing."""
        ...

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell whether what is committed in this database allows the opening."""


class RecordedOpening(NamedTuple):
    """The command by which somebody recorded that they open parts of a case, and why."""

    command_id: str

    @property
    def rests_on_history(self) -> bool:
        """Return that it does: the opening is told there."""
        return True

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell whether a ``SealedOpened`` of this command is in the case's own history and names these parts."""
        return _is_opened(connection, self.command_id, opening, "")


class RecordedFileOpening(NamedTuple):
    """The command by which somebody recorded that they look at one file of a case, and why; it opens nothing else."""

    command_id: str
    file_id: str

    @property
    def rests_on_history(self) -> bool:
        """Return that it does: the look is told there."""
        return True

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell whether a ``SealedOpened`` of this command is in the case's own history and names this very file."""
        return bool(self.file_id) and _is_opened(connection, self.command_id, opening, self.file_id)


def _is_opened(connection: Connection, command_id: str, opening: Opening, file_id: str) -> bool:
    """Tell whether it was recorded: of one file, or, where none is named, of all else that lies in the parts."""
    return any(
        kind == "SealedOpened"
        and opening.is_recent(at)
        and opening.compartments <= set(orjson.loads(body)["compartments"])
        and orjson.loads(body).get("file_id", "") == file_id
        for kind, body, at in recorded_by(connection, command_id, opening.stream)
    )


def recorded_by(connection: Connection, command_id: str, stream: str) -> list[tuple[str, str, str]]:
    """Return type, body and instant of what a command recorded in a stream."""
    rows = connection.execute(_RECORDED, {"command_id": command_id, "stream": stream})
    return [(row.type, row.body, row.recorded_at) for row in rows]
