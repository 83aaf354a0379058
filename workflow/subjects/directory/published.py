"""What a programme file changes in the directory when it is published again: everything but what the console says."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from events.catalogue import Fact
from events.facts.directory import EntryChanged, EntryEnded, EntryListed, FileEntriesLeft
from workflow.programme.office import OfficeContact
from workflow.programme.part import DirectoryPart
from workflow.programme.programme import Programme
from workflow.situation import OfficeSituation, StreamFact
from workflow.subjects.directory.entries import KINDS, OFFICE, OFFICE_KEYS, id_of, keys_of, parts_of, written
from workflow.subjects.directory.entries import person_of_entry as person_of
from workflow.subjects.directory.state import CONSOLE, FILE, Directory, DirectoryEntry, EntryKey, directory_stream
from workflow.subjects.referrals.definition import Provider

GONE_FROM_FILE = "gone_from_file"


def streams_of(programme: Programme) -> tuple[str, ...]:
    """Return the stream of a programme's directory."""
    return (directory_stream(programme.programme),)


def published(programme: Programme, situation: OfficeSituation) -> list[StreamFact]:
    """Return what a file that comes into force tells the directory, and which entries it left alone."""
    (stream,) = streams_of(programme)
    directory = situation.states[stream] or Directory()
    told = told_by_file(programme, situation.files.get(programme.programme, ()), directory)
    return [StreamFact(stream, fact) for fact in (*told, *left_alone(programme, directory))]


def told_by_file(now: Programme, before: Sequence[Programme], directory: Directory) -> list[Fact]:
    """Return what a file tells the directory, given every file published ``before`` it, the newest last.

    The first file tells nothing: as long as nothing differs, an entry is what each case's own file says.
    """
    told: list[Fact] = []
    for kind in KINDS:
        known = {id_of(part): part for part in parts_of(now, kind)}
        earlier = [{id_of(part): part for part in parts_of(one, kind)} for one in before]
        gone = dict.fromkeys(name for one in earlier for name in one if name not in known)
        for name, part in known.items():
            told += _now_in_file((kind, name), part, [one.get(name) for one in earlier], directory, now.programme)
        told += [fact for name in gone for fact in _gone_from_file((kind, name), directory)]
    return [*told, *_office(now, before, directory)]


def left_alone(now: Programme, directory: Directory) -> list[Fact]:
    """Return the entries of which a file says something else than the console recorded, or nothing when it does not."""
    left = [
        f"{kind}:{name}"
        for (kind, name), entry in directory.entries.items()
        if entry.source == CONSOLE and entry.record != _record_in(now, (kind, name))
    ]
    return [FileEntriesLeft(entries=tuple(left))] if left else []


def office_keys(office: OfficeContact) -> dict[str, str]:
    """Return what of an office is an entry of the directory."""
    return {name: value for name in OFFICE_KEYS if (value := getattr(office, name)) is not None}


def changed_keys(part: DirectoryPart, before: DirectoryPart) -> tuple[str, ...]:
    """Return the keys of which an entry says something else than before."""
    new, old = keys_of(part), keys_of(before)
    return tuple(sorted(name for name in {*new, *old} if new.get(name) != old.get(name)))


def _now_in_file(
    key: EntryKey, part: DirectoryPart, earlier: Sequence[DirectoryPart | None], directory: Directory, programme: str
) -> Iterator[Fact]:
    entry = directory.entries.get(key)
    if not earlier or (entry is not None and entry.source == CONSOLE):
        return
    given = [one for one in earlier if one is not None]
    if isinstance(part, Provider) and given and isinstance(given[0], Provider):
        part = part.model_copy(update={"staff": given[0].staff})  # cases opened since keep it as they know it
    stored = written(key[0], part)
    said: dict[str, Any] = {
        "kind": key[0], "entry": key[1], "record": stored.record, "holds": stored.holds, "source": FILE,
        "person_id": person_of(programme, key), **stored.sealed,
    }  # fmt: skip
    if not given:
        if entry is None:
            yield EntryListed(**said)
    elif _differs(part, given, entry):
        yield EntryChanged(**said, changed=changed_keys(part, given[-1]))


def _differs(part: DirectoryPart, given: Sequence[DirectoryPart], entry: DirectoryEntry | None) -> bool:
    """Tell whether a file says another thing than what holds: its last word, or any, where each case has its own."""
    if entry is not None and entry.ended:
        return True
    return given[-1] != part if entry is not None and entry.record else any(one != part for one in given)


def _gone_from_file(key: EntryKey, directory: Directory) -> Iterator[Fact]:
    entry = directory.entries.get(key)
    if entry is None or (entry.source == FILE and not entry.ended):
        yield EntryEnded(kind=key[0], entry=key[1], reason=GONE_FROM_FILE, source=FILE)


def _office(now: Programme, before: Sequence[Programme], directory: Directory) -> Iterator[Fact]:
    entry, keys = directory.entries.get(OFFICE), office_keys(now.office)
    given = [office_keys(one.office) for one in before]
    if (entry is not None and entry.source == CONSOLE) or all(one == keys for one in given):
        return
    if entry is None or given[-1] != keys:
        changed = tuple(sorted(name for name in OFFICE_KEYS if keys.get(name) != given[-1].get(name)))
        yield EntryChanged(
            kind=OFFICE[0], entry=OFFICE[1], record=orjson.dumps(keys).decode(), changed=changed, source=FILE,
            person_id=person_of(now.programme, OFFICE),
        )  # fmt: skip


def _record_in(programme: Programme, key: EntryKey) -> str:
    if key[0] == OFFICE[0]:  # an older version took any word for its id
        return orjson.dumps(office_keys(programme.office)).decode()
    return next((written(key[0], one).record for one in parts_of(programme, key[0]) if id_of(one) == key[1]), "")
