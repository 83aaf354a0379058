"""The directory as those who keep it see it: every kind of entry, how it stands, and everything that was told of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from console.views.reader import Reader
from events.facts.decisions import DecisionConfirmed, DecisionDeclined, DecisionProposed, ProposalWithdrawn
from events.facts.directory import FileEntriesLeft
from events.instants import instant
from handlers.projections.case_access import PageRequest, cases_for
from workflow.programme.part import STOPPED, DirectoryPart
from workflow.programme.programme import Programme
from workflow.subjects.directory.entries import KINDS, OFFICE, id_of, keys_of, part_of, parts_of
from workflow.subjects.directory.involved import involved
from workflow.subjects.directory.published import office_keys
from workflow.subjects.directory.state import FILE, Directory, DirectoryEntry, EntryKey, directory_stream, entry_of

ENTRY_KINDS: Final = (*KINDS, OFFICE[0])
CASES_MAX: Final = 1000  # looked through for those that have to do with an entry
_DECISIONS: Final = frozenset(
    kind.__name__ for kind in (DecisionProposed, DecisionConfirmed, DecisionDeclined, ProposalWithdrawn)
)
_TOLD: Final[tuple[tuple[str, Any], ...]] = (("reason", ""), ("changed", ()), ("second", ""))
_NOT_SHOWN: Final = frozenset({"id", "name", "label", "status"})


class EntryRow(NamedTuple):
    """An entry in a list: what it is called, and how it stands."""

    kind: str
    entry: str
    name: str
    status: str
    reason: str = ""
    since: datetime | None = None  # when the directory was told of it last


class ToldOfEntry(NamedTuple):
    """One thing that happened to an entry: what, when, by whom, why, and which keys are others since."""

    fact: str
    at: datetime
    actor: str
    reason: str
    changed: tuple[str, ...]
    source: str
    second: str = ""  # who proposed it


class EntryView(NamedTuple):
    """One entry with all that is open of it, its history, and the cases that still have to do with it."""

    row: EntryRow
    keys: tuple[tuple[str, Any], ...]
    sealed: tuple[str, ...]  # keys that are filled in and not shown to this reader
    history: tuple[ToldOfEntry, ...]
    cases: tuple[str, ...]


class StoppedEntry(NamedTuple):
    """An entry that is stopped, and the cases of a reader's that have to do with it: somebody looks after each."""

    programme: str
    row: EntryRow
    cases: tuple[str, ...]


def entry_rows(reader: Reader, programme: Programme, kind: str = "") -> list[EntryRow]:
    """Return the entries of a programme, kind by kind, in the order in which they are chosen from."""
    directory = _directory(reader, programme)
    kinds = [kind] if kind in KINDS else [] if kind else list(KINDS)
    rows = [_row(reader, (one, id_of(part)), part, directory) for one in kinds for part in parts_of(programme, one)]
    return [*rows, *([_office_row(programme, directory)] if kind in ("", OFFICE[0]) else [])]


def entry_view(reader: Reader, programme: Programme, key: EntryKey) -> EntryView | None:
    """Return one entry, or None when the programme has none of that kind and id.

    Where a person is reached, and where a house is, is shown to those only who may change it; names to those who plan
    journeys.
    """
    directory = _directory(reader, programme)
    part, row = _part_of(programme, key), _row_of(reader, programme, key, directory)
    if row is None:
        return None
    keys: dict[str, Any] = keys_of(part) if part is not None else dict(office_keys(programme.office))
    closed = frozenset(KINDS[key[0]].sealed if key[0] in KINDS and not reader.may("directory.edit") else ())
    shown = tuple((name, keys[name]) for name in keys if name not in _NOT_SHOWN | closed)
    return EntryView(
        row, shown, tuple(name for name in keys if name in closed),
        tuple(_history(reader, programme, key)),
        tuple(_cases_with(reader, key)),
    )  # fmt: skip


def entry_changes(reader: Reader, programme: Programme, key: EntryKey) -> int:
    """Return how often the directory was told of an entry: whoever changes it says which state they saw."""
    return sum(1 for told in _history(reader, programme, key) if told.fact not in _DECISIONS)


def directories_of(reader: Reader) -> dict[str, Directory]:
    """Return the directories of a reader's programmes as they stand, by programme."""
    found = reader.in_force().items()
    return {name: directory for name, (_, directory) in found if directory is not None}


def stopped_entries(reader: Reader, directories: Mapping[str, Directory]) -> list[StoppedEntry]:
    """Return the entries that are stopped and that cases of a reader's have to do with.

    As long as none is stopped the directories are all that is looked at.
    """
    if not any(entry.stopped for directory in directories.values() for entry in directory.entries.values()):
        return []
    cases = _looked_through(reader)
    found = (
        StoppedEntry(name, row, tuple(case for case, keys in cases.items() if (row.kind, row.entry) in keys))
        for name, definition in reader.own_programmes().items()
        for row in entry_rows(reader, definition.programme)
        if row.status == STOPPED
    )
    return [one for one in found if one.cases]


def _part_of(programme: Programme, key: EntryKey) -> DirectoryPart | None:
    return part_of(programme, key) if key[0] in KINDS else None


def _row_of(reader: Reader, programme: Programme, key: EntryKey, directory: Directory) -> EntryRow | None:
    """Return an entry as a list shows it, the office too; None for one that is not there."""
    part = _part_of(programme, key)
    if part is not None:
        return _row(reader, key, part, directory)
    return _office_row(programme, directory) if key == OFFICE else None


def _row(reader: Reader, key: EntryKey, part: DirectoryPart, directory: Directory) -> EntryRow:
    entry, label = _entry(directory, key), getattr(part, "label", None)
    is_person = "name" in KINDS[key[0]].sealed and not reader.may("travel.see")
    name = label.en if label is not None else key[1] if is_person else str(vars(part)["name"])
    return EntryRow(*key, name, part.status, entry.reason, instant(entry.since) if entry.since else None)


def _office_row(programme: Programme, directory: Directory) -> EntryRow:
    entry = _entry(directory, OFFICE)
    return EntryRow(*OFFICE, programme.office.name, "active", "", instant(entry.since) if entry.since else None)


def _entry(directory: Directory, key: EntryKey) -> DirectoryEntry:
    return directory.entries.get(key, DirectoryEntry())


def _directory(reader: Reader, programme: Programme) -> Directory:
    return reader.container.service.definitions.directories.of(programme.programme) or Directory()


def _history(reader: Reader, programme: Programme, key: EntryKey) -> Iterator[ToldOfEntry]:
    """Yield what the directory was told of an entry, and what was proposed of it, the latest first."""
    log, named = reader.container.log, ":".join(key)
    events = log.stream(directory_stream(programme.programme))
    facts: list[Any] = [log.fact(event) for event in events]
    proposed = {one.proposal_id for one in facts if isinstance(one, DecisionProposed) and entry_of(one) == key}
    for event, fact in zip(reversed(events), reversed(facts), strict=True):
        is_left = isinstance(fact, FileEntriesLeft) and named in fact.entries
        of_it = (getattr(fact, "kind", ""), getattr(fact, "entry", "")) == key
        if is_left or of_it or getattr(fact, "proposal_id", "") in proposed:
            source = FILE if is_left else getattr(fact, "source", "")
            why, changed, second = (getattr(fact, name, usual) for name, usual in _TOLD)
            at, actor = instant(event.envelope.recorded_at), event.envelope.actor
            yield ToldOfEntry(type(fact).__name__, at, actor, why, changed, source, second)


def _cases_with(reader: Reader, key: EntryKey) -> list[str]:
    """Return the open cases a reader may see that have to do with an entry at this moment."""
    return [case_id for case_id, keys in _looked_through(reader).items() if key in keys]


def _looked_through(reader: Reader) -> dict[str, frozenset[EntryKey]]:
    """Return the open cases a reader may see, those longest in their stage first, with whom each has to do."""
    with reader.container.database.reading() as connection:
        rows = cases_for(connection, reader.account, reader.now, page=PageRequest(limit=CASES_MAX))
    return {
        one.case.case_id: involved(one.case) for one in reader.container.cases.at_many(row["case_id"] for row in rows)
    }
