"""Definitions as they stand in one turn: with the directories that are held still for it."""

from collections.abc import Collection

from events.ids import case_of_stream, programme_stream
from handlers.commanding.held_streams import HeldStreams, ToHold
from handlers.states.definitions import Definitions
from workflow.case.state import Case
from workflow.programme.loading import Definition
from workflow.subjects.directory.state import directory_stream


class HeldDefinitions:
    """Looks up by which rules a turn decides; nobody changes them meanwhile."""

    def __init__(self, definitions: Definitions, held: HeldStreams) -> None:
        self._definitions = definitions
        self._held = held
        self._current: dict[str, Definition | None] = {}

    def held_with(self, own: Collection[str]) -> tuple[ToHold, ...]:
        """Return what a turn holds first: directories, which are kept from changing, and then its cases.

        A directory that has not begun is held by its programme's row. It is asked for once that is held: who waits for
        a row sees none that was written meanwhile.
        """
        first = [stream for stream in own if case_of_stream(stream) is not None or stream.startswith("directory:")]
        files = [stream for stream in own if stream.startswith("programme:")]
        known = self._definitions.known()
        others = [[name(one) for one in known if name(one) not in own] for name in (programme_stream, directory_stream)]
        return ToHold(files, others[0]), ToHold((), others[1]), ToHold(first)

    def of(self, case: Case) -> Definition:
        """Return a case's definition with the directory as it stands in this turn."""
        return self._live(self.pinned(case))

    def pinned(self, case: Case) -> Definition:
        """Return a case's definition as its file says, without the directory of this moment."""
        return self._definitions.of(case.programme, case.definition)

    def current(self, programme: str) -> Definition | None:
        """Return the definition that is in force of a programme, or None where there is no such programme."""
        if programme not in self._current:
            self._current[programme] = self._definitions.newest(programme)
        found = self._current[programme]
        return found and self._live(found)

    def _live(self, definition: Definition) -> Definition:
        stream = directory_stream(definition.programme.programme)
        if stream not in self._held.states:
            self._held.load((), to_read=[stream])
        return self._definitions.directories.for_rules(definition, self._held.states[stream].state)
