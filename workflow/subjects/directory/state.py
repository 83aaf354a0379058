"""What the directory of a programme holds: entries that differ from the programme file, each as it stands now."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from events.catalogue import Fact
from workflow.case.state import At

EntryKey = tuple[str, str]  # the kind and the id: ("provider", "harbour")
FILE: Final = "file"
CONSOLE: Final = "console"


class DirectoryEntry(NamedTuple):
    """An entry as it was told last; without a ``record`` it is what the programme file says."""

    record: str = ""
    holds: tuple[str, ...] = ()  # which of the sealed fields are filled in
    source: str = FILE
    ended: bool = False
    stopped: bool = False
    reason: str = ""  # why it was ended or stopped
    proposer: str = ""  # who said that it may be used again
    since: str = ""  # when it was told last


class Directory(NamedTuple):
    """Entries by kind and id; ``revision`` is another after every fact and the same for the same history."""

    entries: Mapping[EntryKey, DirectoryEntry] = {}
    revision: str = ""

    def is_the_consoles(self, key: EntryKey) -> bool:
        """Tell whether the console's word of an entry holds, whatever a file says."""
        return key in self.entries and self.entries[key].source == CONSOLE


def directory_stream(programme: str) -> str:
    """Return the stream of a programme's directory."""
    return f"directory:{programme}"


def evolve(directory: Directory | None, fact: Fact, at: At) -> Directory:
    """Return the directory after a fact."""
    before = directory or Directory()
    revision = hashlib.sha256("|".join((before.revision, *_said(fact, at))).encode()).hexdigest()[:16]
    told: Any = fact
    if not hasattr(told, "entry"):
        return before._replace(revision=revision)
    key = (told.kind, told.entry)
    entry = _entry_after(before.entries.get(key, DirectoryEntry()), told, at)._replace(since=at.recorded_at)
    return Directory({**before.entries, key: entry}, revision)


def _said(fact: Any, at: At) -> tuple[str, ...]:
    """Return what tells one fact from another, of its open fields only."""
    named = (str(getattr(fact, name, "")) for name in ("kind", "entry", "record", "holds"))
    return (at.recorded_at, at.actor, type(fact).__name__, *named)


def _entry_after(entry: DirectoryEntry, fact: Any, at: At) -> DirectoryEntry:
    match type(fact).__name__:
        case "EntryListed" | "EntryChanged":
            return entry._replace(
                record=fact.record, holds=fact.holds, source=fact.source, ended=False,
                reason=entry.reason if entry.stopped else "",
                proposer="",  # whoever agrees to a resumption must have seen what it is of
            )  # fmt: skip
        case "EntryEnded":
            return entry._replace(ended=True, reason=fact.reason, source=fact.source)
        case "EntryStopped":
            return entry._replace(stopped=True, reason=fact.reason, proposer="")
        case "ResumptionProposed":
            return entry._replace(proposer=at.actor)
        case _:
            return entry._replace(stopped=False, proposer="", reason="")
