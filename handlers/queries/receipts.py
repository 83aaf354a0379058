"""By what, beside an opening that somebody recorded, sealed parts are opened: disclosures, tasks, the house itself."""

from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection, select

from events.ids import case_stream
from events.receipts import Opening, recorded_by
from events.tables import streams
from handlers.projections.tables import looks, tasks
from workflow.subjects.directory.state import directory_stream
from workflow.subjects.referrals.disclosure import sources_of

REBUILDING: Final = "system:rebuild"
EVERY_CASE: Final = "every case"  # in place of a number: search tokens are drawn of all at once, and shown to nobody
SEARCH_TOKENS: Final = "search tokens"
_OF_DIRECTORIES: Final = frozenset({"identity", "contact"})


class RecordedDisclosure(NamedTuple):
    """The command by which it was recorded what a provider is shown of a case."""

    command_id: str

    @property
    def rests_on_history(self) -> bool:
        """Return that it does: the disclosure is told there."""
        return True

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell whether a ``DisclosureMade`` of this command names parts that lie in these compartments."""
        for kind, body, at in recorded_by(connection, self.command_id, opening.stream):
            if kind == "DisclosureMade" and opening.is_recent(at):
                named = {source.compartment for _, source in sources_of(orjson.loads(body)["parts"])}
                return opening.compartments <= named
        return False


class ClaimedTask(NamedTuple):
    """A task of a case that a worker has claimed, and which claim it was."""

    task_id: str
    epoch: int

    @property
    def rests_on_history(self) -> bool:
        """Return that it does not: a worker asks before whether the case's history is ours (``held_to_log``)."""
        return False

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell whether this claim still stands, on the same case."""
        wanted = (tasks.c.task_id == self.task_id, tasks.c.epoch == self.epoch, tasks.c.status == "claimed")
        case_id = connection.execute(select(tasks.c.case_id).where(*wanted)).scalar_one_or_none()
        return case_id is not None and opening.stream == case_stream(case_id)


class RecordedRebuild(NamedTuple):
    """The row that says since when search tokens are drawn again."""

    at: str

    @property
    def rests_on_history(self) -> bool:
        """Return that it does not: what comes out is shown to nobody."""
        return False

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell whether that was recorded, and name, birth date and telephone is all that is asked for."""
        said = (looks.c.account == REBUILDING, looks.c.at == self.at, looks.c.case_id == EVERY_CASE)
        recorded = connection.execute(select(looks.c.at).where(*said)).first() is not None
        return recorded and opening.compartments <= _OF_DIRECTORIES


class OwnDirectory(NamedTuple):
    """The directory of helpers: whoever put an entry in had it recorded to be shown in the house."""

    @property
    def rests_on_history(self) -> bool:
        """Return that it does not: of the house, and no one person's."""
        return False

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell whether this is the history of a directory, and it is in the log."""
        if not opening.stream.startswith(directory_stream("")) or not opening.compartments <= _OF_DIRECTORIES:
            return False
        return (
            connection.execute(select(streams.c.version).where(streams.c.stream == opening.stream)).first() is not None
        )
