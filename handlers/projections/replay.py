"""Replay: the past folded again, by the same functions as the live path, with no effect on anything.

``replay_case`` shows a case as it stood at a position of the log; ``replay_log`` folds everything, so that
what lies in the tables can be compared with what the log says should lie there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from events.catalogue import Fact
from events.envelope import RecordedEvent
from events.facts.office import ProgrammePublished
from events.ids import CaseId, case_of_stream, case_stream
from events.instants import instant_text
from events.log import END, Log
from handlers.projections.accounts import account_row
from handlers.projections.beds import implied_bed_rows
from handlers.projections.board import board_row
from handlers.projections.case_access import relation_rows
from handlers.projections.case_alerts import alert_rows
from handlers.projections.case_handles import handle_rows
from handlers.projections.notices import account_notices, case_notices
from handlers.projections.tables import tasks
from handlers.projections.tasks import WorkChange, work_change
from handlers.projections.work_items import item_place, items_of
from handlers.states.definitions import Definitions
from handlers.states.directories import Directories
from handlers.states.state_cache import VersionedState, evolve, fold_events
from workflow.case.state import At, Case
from workflow.programme.loading import Definition, load_definition
from workflow.registry import PARTS
from workflow.rights.visibility import office_of
from workflow.subjects.directory.state import directory_stream
from workflow.subjects.team.state import notices_of

PAGE_SIZE = 2000
Row = dict[str, Any]
Progress = Callable[[int, int], None]  # events done, events in all
FieldChange = tuple[str, Any, Any]  # field, what it was, what it is
# Who was told of what is no change of the case: it follows from those that are.
_TOLD_PARTS: Final = tuple(part for part in PARTS.values() if part is not notices_of)
_NOT_BEGUN: Final = VersionedState(-1, None)


class ReplayedCase(NamedTuple):
    """A case as of a position: None, version -1 and no events before it was opened."""

    case: Case | None
    version: int
    events: tuple[RecordedEvent, ...]
    definition: Definition | None = None  # the rules it ran under then


class ReplayStep(NamedTuple):
    """What one event did to its stream."""

    fact: Fact
    before: Any
    after: Any


def replay_case(log: Log, definitions: Definitions, case_id: CaseId, upto: int) -> ReplayedCase:
    """Return the case as it stood after the event at a global position."""
    stream = case_stream(case_id)
    events = log.stream(stream, upto=upto)
    version, case, _ = fold_events(stream, events, log.fact)
    definition = _as_it_was(definitions, case, upto) if case else None
    return ReplayedCase(case, version, tuple(events), definition)


def _as_it_was(definitions: Definitions, case: Case, upto: int) -> Definition:
    directory = definitions.directories.as_of(case.programme, upto)
    return definitions.directories.for_people(definitions.of(case.programme, case.definition), directory)


def replay_log(log: Log, upto: int = END, progress: Progress | None = None) -> Replay:
    """Return everything the log implies up to a position, from one state of the database."""
    replay = Replay(log)
    with log.database.reading() as connection:
        for event in events_on(log, connection, upto=upto, progress=progress):
            replay.take(event)
    return replay


def position_of(log: Log, at: datetime | None = None, position: int | None = None) -> int:
    """Return the position that "as of" means: of an instant, of a number, the earlier of both, or the last one.

    Minus one is the time before anything happened.
    """
    last = log.size() - 1
    if position is not None:
        last = max(-1, min(last, position))
    return last if at is None else min(last, log.position_at(instant_text(at)))


def case_difference(before: Case | None, after: Case | None) -> list[FieldChange]:
    """Return what changed between two states of a case, one line for each task, timer, grant and consent."""
    was, now = _fields(before), _fields(after)
    return [change for name in now or was for change in _changes(name, was.get(name), now.get(name))]


def _fields(case: Case | None) -> dict[str, Any]:
    """Return what a case holds by name: its core, then the fields of each subject's part."""
    if case is None:
        return {}
    core = case._asdict()
    del core["parts"]
    return core | {name: value for part in _TOLD_PARTS for name, value in part(case)._asdict().items()}


def events_on(
    log: Log, connection: Connection, *, after: int = -1, upto: int = END, progress: Progress | None = None
) -> Iterator[RecordedEvent]:
    """Yield the log as this connection sees it, read page by page, telling how far it has come."""
    total = log.size() if progress else 0
    while page := log.page_on(connection, after, PAGE_SIZE, upto):
        yield from page
        after = page[-1].position
        if progress:
            progress(after + 1, max(total, after + 1))


class Replay:
    """Takes events in global order and keeps what they imply; nothing leaves it but values."""

    def __init__(self, log: Log) -> None:
        self.position = -1
        self.states: dict[str, VersionedState] = {}
        self.definitions: dict[str, Definition] = {}
        self.tasks: dict[str, Row] = {}
        self.timers: dict[str, Row] = {}
        self._items: dict[str, dict[str, tuple[str, str]]] = {}
        self._command = ""  # the last one, and the cases of which it told something, not listed yet
        self._told: dict[str, str] = {}
        self._fact_of = log.fact
        self._directories = Directories(log)

    def take(self, event: RecordedEvent) -> ReplayStep:
        """Fold one event and return what it did; raises what folding raises on a history that makes no sense.

        What waits for people is read off a case when its command is over, as it was when that was written.
        """
        envelope = event.envelope
        if envelope.command_id != self._command:
            self.end_command()
            self._command = envelope.command_id
        fact = self._fact_of(event)
        begun = self.states.get(envelope.stream, _NOT_BEGUN)
        version, before = begun.version, begun.state
        assert envelope.version == version + 1, f"{envelope.stream} jumps from {version} to {envelope.version}"
        at = At(envelope.recorded_at, envelope.actor, envelope.definition, envelope.version)
        after = evolve(envelope.stream, before, fact, at)
        case_id = self._follow(fact, event, envelope.recorded_at)
        self.states[envelope.stream] = VersionedState(envelope.version, after)
        self.position = event.position
        if case_id is not None:
            self._told[case_id] = envelope.recorded_at
        return ReplayStep(fact, before, after)

    def end_command(self) -> None:
        """List what waits on the cases of the last command; raises what its history raises, and goes on behind it."""
        told, self._told = self._told, {}
        for case_id, when in told.items():
            self._list(case_id, self.case(case_id), when)

    def take_happened(self, event: RecordedEvent, at: At) -> None:
        """Fold one event where it happened, not where it was recorded; raises what folding raises without its ground.

        Then nothing has changed.
        """
        envelope, fact = event.envelope, self._fact_of(event)
        begun = self.states.get(envelope.stream, _NOT_BEGUN)
        after = evolve(envelope.stream, begun.state, fact, at)
        if after is None and case_of_stream(envelope.stream) is not None:
            raise LookupError(envelope.stream)  # it happened before its case began
        case_id = self._follow(fact, event, at.recorded_at)
        if case_id is not None:
            self._list(case_id, after, at.recorded_at)
        self.states[envelope.stream] = VersionedState(max(begun.version, envelope.version), after)
        self.position = max(self.position, event.position)

    def definition(self, name: str) -> Definition | None:
        """Return a definition with its directory as it stands in the replay; None for one nobody published."""
        found = self.definitions.get(name)
        if found is None:
            return None
        kept = self.states.get(directory_stream(found.programme.programme))
        return self._directories.for_rules(found, kept.state if kept else None)

    def case(self, case_id: str) -> Case | None:
        """Return a case as it stands now in the replay."""
        kept = self.states.get(f"case:{case_id}")
        return kept.state if kept else None

    def cases(self) -> Iterator[tuple[Case, int]]:
        """Yield every case with its version."""
        yield from ((kept.state, kept.version) for _, kept in self._streams("case"))

    def states_of(self, kind: str) -> dict[str, Any]:
        """Return how all streams of a kind stand, by the names behind the kind."""
        return {name: kept.state for name, kept in self._streams(kind)}

    def board(self) -> dict[str, Row]:
        """Return the case board's rows; raises KeyError when a case runs under a definition nobody published."""
        rows = (board_row(case, version, self.definitions[case.definition]) for case, version in self.cases())
        return {row["case_id"]: row for row in rows}

    def relations(self) -> dict[tuple[str, str, str], Row]:
        """Return how others stand to the cases; raises KeyError as the board does."""
        return {
            (row["case_id"], row["relation"], row["who"]): row
            for case, _ in self.cases()
            for row in relation_rows(case, self._definition_of(case))
        }

    def alerts(self) -> dict[tuple[str, str], Row]:
        """Return the rows of who is in danger and what is asked; raises KeyError as the board does."""
        return {
            (row["case_id"], row["item"]): row
            for case, _ in self.cases()
            for row in alert_rows(case, self.definitions[case.definition].programme).values()
        }

    def handles(self) -> dict[tuple[str, str], Row]:
        """Return the words by which cases are found; raises KeyError as the board does."""
        found = (handle_rows(case, self.definitions[case.definition].programme) for case, _ in self.cases())
        return {(row["word"], row["case_id"]): row for rows in found for row in rows}

    def items(self) -> dict[tuple[str, str], Row]:
        """Return the work list's rows; raises KeyError as the board does."""
        self.end_command()
        return {
            (case.case_id, item): {"case_id": case.case_id, "item": item, "kind": kind, "since": since}
            | item_place(case, office_of(self.definitions[case.definition].programme))
            for case, _ in self.cases()
            for item, (kind, since) in self._items.get(case.case_id, {}).items()
        }

    def beds(self) -> tuple[dict[tuple[str, int], Row], dict[tuple[str, int], Row]]:
        """Return the rows of the beds there are and of those in use."""
        return implied_bed_rows(self.states_of("facility"))

    def accounts(self) -> dict[str, Row]:
        """Return the rows of the accounts."""
        return {name: account_row(standing) for name, standing in self.states_of("account").items()}

    def notices(self) -> dict[tuple[str, int, str], Row]:
        """Return what each account is told."""
        of_cases = (row for case, _ in self.cases() for row in case_notices(case))
        of_accounts = (row for standing in self.states_of("account").values() for row in account_notices(standing))
        return {(row["source"], row["number"], row["account"]): row for row in (*of_cases, *of_accounts)}

    def _definition_of(self, case: Case) -> Definition:
        found = self.definition(case.definition)
        if found is None:
            raise KeyError(case.definition)
        return found

    def _streams(self, kind: str) -> Iterator[tuple[str, VersionedState]]:
        split = ((*stream.partition(":"), kept) for stream, kept in self.states.items())
        return ((name, kept) for of, _, name, kept in split if of == kind and kept.state is not None)

    def _follow(self, fact: Fact, event: RecordedEvent, when: str) -> str | None:
        """Take over what a fact says of tasks and rules; return whose case it is of, if it is of one."""
        case_id = case_of_stream(event.envelope.stream)
        if case_id is not None:
            self._work(work_change(case_id, fact, when))
        elif isinstance(fact, ProgrammePublished):
            definition = load_definition(fact.text)
            self.definitions[definition.hash] = definition
        return case_id

    def _work(self, change: WorkChange | None) -> None:
        if change is not None:
            rows = self.tasks if change.table is tasks else self.timers
            rows[change.key] = change.row if change.is_new else rows[change.key] | change.row

    def _list(self, case_id: str, case: Case | None, now: str) -> None:
        old, new = self._items.get(case_id, {}), items_of(case)
        if new or old:
            same = {item for item, kind in new.items() if item in old and old[item][0] == kind}
            self._items[case_id] = {i: old[i] if i in same else (kind, now) for i, kind in new.items()}


def _changes(name: str, was: Any, now: Any) -> Iterator[FieldChange]:
    if not isinstance(was, Mapping) and not isinstance(now, Mapping):
        if was != now:
            yield name, was, now
        return
    was, now = was or {}, now or {}
    for key in (*was, *(key for key in now if key not in was)):
        before, after = _told(was, key), _told(now, key)
        if before != after:
            named = "/".join(filter(None, key)) if isinstance(key, tuple) else key
            yield f"{name}.{named}", before, after


def _told(entries: Mapping[Any, Any], key: Any) -> Any:
    """Return an entry; one that is there without a value, as a consent without an end, is told apart from none."""
    return True if key in entries and entries[key] is None else entries.get(key)
