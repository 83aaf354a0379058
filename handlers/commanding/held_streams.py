"""The streams a turn looks at: locked, folded as far as they have come, and kept as they were when it began."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from events.asking import Asked, sent_together
from events.envelope import RecordedEvent
from events.errors import StreamForged
from events.ids import case_stream, programme_stream
from events.log import Log, recorded_event
from events.writing import StreamHead, Writing
from handlers.states.state_cache import StateCache, VersionedState, fold_events
from workflow.command import CaseCommand, Command, OfficeCommand
from workflow.subjects.directory.commands import DirectoryCommand
from workflow.subjects.groups.commands import JoinGroup
from workflow.subjects.intake.commands import OpenCase


class ToHold(NamedTuple):
    """Streams that are held in one step; those ``to_read`` others may hold as well."""

    streams: Collection[str]
    to_read: Collection[str] = ()


class AskedStreams(NamedTuple):
    """Streams that were asked for, and what is kept of them."""

    heads: Sequence[Asked[Mapping[str, StreamHead]]]
    kept: Mapping[str, VersionedState]
    unknown: Mapping[str, int]  # those of which nothing is kept: their events were asked for in the same breath
    events: Asked[list[tuple[Any, ...]]]


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
        """Lock streams and fold what is new of them; the moment of the write, unless it is known, is taken after it."""
        wanted = ToHold(set(streams) - self.states.keys(), set(to_read) - self.states.keys())
        if not (wanted.streams or wanted.to_read):
            return
        with sent_together(self._writing.connection):
            asked = self.ask(wanted)
            self._writing.ask_now()
        self.take(asked)

    def ask(self, *steps: ToHold) -> AskedStreams:
        """Ask for streams, step by step in this order; they are held once they are taken."""
        heads: list[Asked[Mapping[str, StreamHead]]] = []
        kept: dict[str, VersionedState] = {}
        for step in steps:
            written = set(step.streams) - self.states.keys() - kept.keys()
            read = set(step.to_read) - self.states.keys() - kept.keys() - written
            heads += [self._writing.ask_lock(written), self._writing.ask_lock(read, "FOR SHARE")]
            kept |= {stream: self._folds.get(stream) for stream in written | read}
        unknown = {
            stream: -1 for step in steps for stream in step.streams if stream in kept and kept[stream].version < 0
        }
        return AskedStreams(heads, kept, unknown, self._writing.ask_since(unknown))

    def take(self, asked: AskedStreams) -> None:
        """Fold what is new of streams that were asked for; they stand still from now on.

        Raises StreamForged when what is stored does not lead to the end that the keys vouch for: what a command
        believes was stored by commands, event by event.
        """
        heads = {stream: head for one in asked.heads for stream, head in one.answer.items()}
        kept = {stream: self._not_beyond(stream, heads[stream], found) for stream, found in asked.kept.items()}
        behind = {stream: found.version for stream, found in kept.items() if found.version < heads[stream].version}
        late = {stream: version for stream, version in behind.items() if stream not in asked.unknown}
        rows: dict[str, list[RecordedEvent]] = {stream: [] for stream in kept}
        for row in (*asked.events.answer, *self._writing.ask_since(late).answer):
            event = recorded_event(row)
            rows[event.envelope.stream].append(event)
        for stream, before in kept.items():
            found = fold_events(stream, rows[stream], self._log.fact, before) if stream in behind else before
            _refuse_other_end(stream, found, heads[stream])
            self.states[stream] = self.before[stream] = found

    def _not_beyond(self, stream: str, head: StreamHead, found: VersionedState) -> VersionedState:
        """Return what is kept of a stream, or nothing of it where that is later than what is stored."""
        return found if found.version <= head.version else self._folds.get(stream, upto=head.version)


def _refuse_other_end(stream: str, found: VersionedState, head: StreamHead) -> None:
    same_leaf = found.leaf is None or head.leaf is None or found.leaf == head.leaf
    if found.version != head.version or not same_leaf:
        raise StreamForged(stream)


def own_streams(command: Command) -> Collection[str]:
    """Return the streams a command is about, by itself: others are told by the case it finds there."""
    if isinstance(command, DirectoryCommand):
        return command.stream, programme_stream(command.programme)
    if isinstance(command, OfficeCommand):
        return (command.stream,)
    if isinstance(command, OpenCase):
        return [case_stream(case_id) for case_id in (command.case_id, command.previous_case) if case_id]
    if isinstance(command, JoinGroup):
        return [case_stream(command.case_id), case_stream(command.with_case)]
    return [case_stream(command.case_id)] if isinstance(command, CaseCommand) else []
