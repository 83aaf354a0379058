"""The kinds of entry a directory has, and how an entry is written down: openly, but for whom people are reached by."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from events.ids import PersonId, entry_person_id
from workflow.programme.part import STOPPED, DirectoryPart
from workflow.programme.programme import Programme
from workflow.subjects.accommodation.definition import Facility
from workflow.subjects.directory.state import DirectoryEntry, EntryKey
from workflow.subjects.reception.definition import Meeter
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.reintegration.definition import Course
from workflow.subjects.team.definition import Team
from workflow.subjects.travel.definition import Escort, Host

OFFICE: Final[EntryKey] = ("office", "office")
OFFICE_KEYS: Final = ("name", "email", "data_protection_email")  # who pays, and from which account, is no entry
_SEALED_EMAIL: Final = "sealed@directory.invalid"


class EntryKind(NamedTuple):
    """Where a programme keeps entries of a kind, what is sealed of them, and which key says how many they take."""

    parts: str
    part: type[DirectoryPart]
    sealed: tuple[str, ...] = ()
    places: str = ""


# The name and the address of people, and where a house is, are sealed; an organisation is in the telephone book.
KINDS: Final[Mapping[str, EntryKind]] = {
    "provider": EntryKind("providers", Provider, places="capacity"),
    "host": EntryKind("hosts", Host, ("name", "email")),
    "escort": EntryKind("escorts", Escort, ("name", "email")),
    "meeter": EntryKind("meeters", Meeter, ("name", "email")),
    "facility": EntryKind("facilities", Facility, ("address", "email"), places="capacity"),
    "course": EntryKind("courses", Course, places="seats"),
    "team": EntryKind("teams", Team),
}


class WrittenEntry(NamedTuple):
    """An entry as a fact holds it: what is open as JSON, which sealed fields are filled in, and with what."""

    record: str
    holds: tuple[str, ...]
    sealed: Mapping[str, str]


def parts_of(programme: Programme, kind: str) -> tuple[DirectoryPart, ...]:
    """Return the entries of a kind that a programme has."""
    found: tuple[DirectoryPart, ...] = getattr(programme, KINDS[kind].parts)
    return found


def part_of(programme: Programme, key: EntryKey) -> DirectoryPart | None:
    """Return an entry of a programme, or None when it has none of that id."""
    return next((part for part in parts_of(programme, key[0]) if id_of(part) == key[1]), None)


def id_of(part: DirectoryPart) -> str:
    """Return the id of an entry; every kind has one."""
    return str(vars(part)["id"])


def keys_of(part: DirectoryPart) -> dict[str, Any]:
    """Return an entry as a programme file would write it; what it does not say is left out."""
    found: dict[str, Any] = orjson.loads(part.model_dump_json(by_alias=True, exclude_defaults=True))
    return found


def written(kind: str, part: DirectoryPart) -> WrittenEntry:
    """Return an entry as it is stored."""
    keys = keys_of(part)
    sealed = {name: str(keys.pop(name)) for name in KINDS[kind].sealed if name in keys}
    return WrittenEntry(orjson.dumps(keys).decode(), tuple(sealed), sealed)


def part_as_told(
    key: EntryKey, entry: DirectoryEntry, pinned: DirectoryPart | None, opened: Mapping[str, str]
) -> DirectoryPart | None:
    """Return an entry as it stands now, or None when neither the file nor the directory says what it is.

    Without what was ``opened`` its sealed fields hold stand-ins that no letter goes to: never what an older file says.
    """
    part = pinned
    if entry.record:
        kind = KINDS[key[0]]
        keys = orjson.loads(entry.record)
        keys |= {name: opened.get(name) or _stand_in(name, key[1]) for name in entry.holds}
        part = _with_same_people(kind.part.model_validate(keys), pinned)
    if part is None:
        return None
    status = STOPPED if entry.stopped else "inactive" if entry.ended else part.status
    return part if status == part.status else part.model_copy(update={"status": status})


def person_of_entry(programme: str, key: EntryKey) -> PersonId:
    """Return under whose keys an entry's sealed fields lie: each entry has its own, so that each can be erased."""
    return entry_person_id(programme, *key)


def is_stand_in(email: str) -> bool:
    """Tell whether an address stands for one that could not be opened."""
    return email == _SEALED_EMAIL


def _with_same_people(part: DirectoryPart, pinned: DirectoryPart | None) -> DirectoryPart:
    """Return an entry with the word its people's ids begin with as the case's own file has it.

    The lists of who sees which case are drawn when a case changes, and rest on that word.
    """
    if isinstance(part, Provider) and isinstance(pinned, Provider) and part.staff != pinned.staff:
        return part.model_copy(update={"staff": pinned.staff})
    return part


def _stand_in(name: str, entry: str) -> str:
    return _SEALED_EMAIL if name == "email" else entry
