"""The streams a turn looks at: locked, folded as far as they have come, and kept as they were when it began."""

from collections.abc import Iterable

from events.envelope import RecordedEvent
from events.errors import StreamForged
from events.log import Log, recorded_event
from events.writing import StreamHead, Writing
from handlers.states.state_cache import StateCache, VersionedState, fold_events


class HeldStreams:
    """Streams that stand still until the write ends; used by one turn.

    ``states`` is where each stands after what the turn has decided so far, ``before`` where it stood.
    """

    def __init__(self, writing: Writing, folds: StateCache, log: Log) -> None:
        self.states: dict[str, VersionedState] = {}
        self.before: dict[str, VersionedState] = {}
        self._writing = writing
        self._folds = folds
        self._log = log

    def load(self, streams: Iterable[str], *, to_read: Iterable[str] = ()) -> None:
        """Lock streams and fold what is new of them, in two questions; those ``to_read`` others may hold as well.

        Raises StreamForged when what is stored does not lead to the end that the keys vouch for: what a command
        believes was stored by commands, event by event.
        """
        written = set(streams) - self.states.keys()
        read = set(to_read) - self.states.keys() - written
        if not (missing := written | read):
            return
        heads = self._writing.lock(written, to_read=read)
        kept = {stream: self._folds.get(stream, upto=heads[stream].version) for stream in missing}
        behind = {stream: kept[stream].version for stream in missing if kept[stream].version < heads[stream].version}
        rows: dict[str, list[RecordedEvent]] = {stream: [] for stream in behind}
        for row in self._writing.since(behind):
            event = recorded_event(row)
            rows[event.envelope.stream].append(event)
        for stream in missing:
            found = (
                fold_events(stream, rows[stream], self._log.fact, kept[stream]) if stream in behind else kept[stream]
            )
            _refuse_other_end(stream, found, heads[stream])
            self.states[stream] = self.before[stream] = found


def _refuse_other_end(stream: str, found: VersionedState, head: StreamHead) -> None:
    same_leaf = found.leaf is None or head.leaf is None or found.leaf == head.leaf
    if found.version != head.version or not same_leaf:
        raise StreamForged(stream)
