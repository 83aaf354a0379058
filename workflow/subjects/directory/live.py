"""A programme as it is now: the journey and the money as the case's own definition says, the directory as it stands.

Everything that reads a programme reads it through here, so that an entry is the same for an older case and a new one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from workflow.programme.office import OfficeContact
from workflow.programme.part import DirectoryPart
from workflow.programme.programme import Programme
from workflow.subjects.directory.entries import KINDS, OFFICE, id_of, part_as_told, parts_of
from workflow.subjects.directory.state import Directory, DirectoryEntry, EntryKey
from workflow.subjects.reintegration.definition import Course

Opened = Mapping[EntryKey, Mapping[str, str]]  # of each entry what is sealed, by its field
NOTHING_OPENED: Final[Opened] = {}


def live(programme: Programme, directory: Directory | None, opened: Opened = NOTHING_OPENED) -> Programme:
    """Return a programme with its directory as it stands; without a directory it is as the file says."""
    if directory is None or not directory.entries:
        return programme
    changes: dict[str, Any] = {
        kind.parts: tuple(_parts(programme, name, directory, opened))
        for name, kind in KINDS.items()
        if any(of == name for of, _ in directory.entries)
    }
    if OFFICE in directory.entries:
        changes["office"] = _office(programme.office, directory.entries[OFFICE])
    # Made anew and not copied: a copy would keep what was looked up in the lists as they were before.
    same = {name: getattr(programme, name) for name in type(programme).model_fields}
    return Programme.model_construct(**same | changes)


def _parts(programme: Programme, kind: str, directory: Directory, opened: Opened) -> Iterator[DirectoryPart]:
    """Yield the entries of a kind: those of the file in its order, then those that came since."""
    pinned = {id_of(part): part for part in parts_of(programme, kind)}
    since = (entry for of, entry in directory.entries if of == kind and entry not in pinned)
    for name in (*pinned, *since):
        key = (kind, name)
        known = directory.entries.get(key)
        told = pinned[name] if known is None else part_as_told(key, known, pinned.get(name), opened.get(key, {}))
        if told is not None and _can_be_given(told, programme):
            yield told


def _can_be_given(part: DirectoryPart, programme: Programme) -> bool:
    """Tell whether a programme knows what is offered: an older file has never heard of the service of a new course."""
    return not isinstance(part, Course) or part.service in programme.service_of


def _office(office: OfficeContact, entry: DirectoryEntry) -> OfficeContact:
    """Return the office as it is reached now; whom a payee's bank is told stays as the file said."""
    payer = office.payer or office.name
    return office.model_copy(update={**orjson.loads(entry.record), "payer": payer})
