"""The directory as those who keep it see it: every kind of entry, how it stands, and everything that was told of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeGuard

from console.views.officers import TOLD_FOR
from console.views.reader import Reader
from events.facts.directory import EntryChanged, FileEntriesLeft
from events.instants import instant
from handlers.projections.case_access import PageRequest, cases_for
from workflow.programme.part import STOPPED, DirectoryPart
from workflow.programme.programme import Programme
from workflow.subjects.directory.entries import KINDS, OFFICE, id_of, keys_of, part_of, parts_of
from workflow.subjects.directory.involved import involved
from workflow.subjects.directory.published import office_keys
from workflow.subjects.directory.state import CONSOLE, FILE, Directory, DirectoryEntry, EntryKey, directory_stream

ENTRY_KINDS: Final = (*KINDS, OFFICE[0])
CASES_MAX: Final = 1000  # looked through for those that have to do with an entry
_REACHED: Final = frozenset({"email", "phone", "address", "data_protection_email"})
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


class EntryView(NamedTuple):
    """One entry with all that is open of it, its history, and the cases that still have to do with it."""

    row: EntryRow
    keys: tuple[tuple[str, Any], ...]
    sealed: tuple[str, ...]  # keys that are filled in and not shown to this reader
    proposer: str
    history: tuple[ToldOfEntry, ...]
    cases: tuple[str, ...]


class ReaddressedEntry(NamedTuple):
    """An entry that is reached elsewhere since somebody changed it."""

    programme: str
    row: EntryRow
    by: str
    at: datetime


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
        _entry(directory, key).proposer,
        tuple(_history(reader, programme, key)),
        tuple(_cases_with(reader, key)),
    )  # fmt: skip


def entry_changes(reader: Reader, programme: Programme, key: EntryKey) -> int:
    """Return how often the directory was told of an entry: whoever changes it says which state they saw."""
    return sum(1 for _ in _history(reader, programme, key))


def directories_of(reader: Reader) -> dict[str, Directory]:
    """Return the directories of a reader's programmes as they stand, by programme."""
    found = ((name, reader.container.service.definitions.directories.of(name)) for name in reader.account.programmes)
    return {name: directory for name, directory in found if directory is not None}


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


def readdressed_entries(reader: Reader, directories: Mapping[str, Directory]) -> list[ReaddressedEntry]:
    """Return where letters, or people, have gone elsewhere for some days because one person alone said so.

    Everybody is told but who said it; where nothing was told lately no history is read.
    """
    since = reader.now - TOLD_FOR
    lately = [name for name, one in directories.items() if any(_is_after(told, since) for told in one.entries.values())]
    known = reader.own_programmes() if lately else {}
    return [
        ReaddressedEntry(name, row, by, at)
        for name in lately
        if name in known
        for key, by, at in _readdressed(reader, name, since)
        if (row := _row_of(reader, known[name].programme, key, directories[name])) is not None
    ]


def _readdressed(reader: Reader, programme: str, since: datetime) -> Iterator[tuple[EntryKey, str, datetime]]:
    log = reader.container.log
    for event in log.stream(directory_stream(programme)):
        fact, by, at = log.fact(event), event.envelope.actor, instant(event.envelope.recorded_at)
        if at > since and by != reader.account.account and _is_elsewhere(fact):
            yield (fact.kind, fact.entry), by, at


def _is_after(entry: DirectoryEntry, since: datetime) -> bool:
    return bool(entry.since) and instant(entry.since) > since


def _is_elsewhere(fact: Any) -> TypeGuard[EntryChanged]:
    return isinstance(fact, EntryChanged) and fact.source == CONSOLE and not _REACHED.isdisjoint(fact.changed)


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
    """Yield what the directory was told of an entry, the latest first."""
    log, named = reader.container.log, ":".join(key)
    for event in reversed(log.stream(directory_stream(programme.programme))):
        fact: Any = log.fact(event)
        is_left = isinstance(fact, FileEntriesLeft) and named in fact.entries
        if is_left or (getattr(fact, "kind", ""), getattr(fact, "entry", "")) == key:
            source = FILE if is_left else getattr(fact, "source", "")
            why, changed = getattr(fact, "reason", ""), getattr(fact, "changed", ())
            at, actor = instant(event.envelope.recorded_at), event.envelope.actor
            yield ToldOfEntry(type(fact).__name__, at, actor, why, changed, source)


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
