"""What the directory of a programme holds: entries that differ from the programme file, each as it stands now."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from events.catalogue import Fact
from events.facts.decisions import DecisionProposed
from workflow.case.proposals import Proposal, Proposals, evolve_office
from workflow.case.state import NOTHING, At

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
    since: str = ""  # when it was told last


class Directory(NamedTuple):
    """Entries by kind and id; ``revision`` is another after every fact and the same for the same history."""

    entries: Mapping[EntryKey, DirectoryEntry] = {}
    revision: str = ""
    pending: Mapping[str, Proposal] = NOTHING  # what waits for a second person, by id

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
    if hasattr(told, "proposal_id"):
        pending = evolve_office(Proposals(before.pending), told, at).pending
        return before._replace(revision=revision, pending=pending)
    if not hasattr(told, "entry"):
        return before._replace(revision=revision)
    key = (told.kind, told.entry)
    entry = _entry_after(before.entries.get(key, DirectoryEntry()), told)._replace(since=at.recorded_at)
    # Whoever confirms must have seen what it is of: what is told of an entry makes void what was proposed of it.
    pending = {name: one for name, one in before.pending.items() if entry_of(one) != key}
    return Directory({**before.entries, key: entry}, revision, pending)


def entry_of(proposal: Proposal | DecisionProposed) -> EntryKey:
    """Return which entry something is proposed of."""
    given = orjson.loads(proposal.given)
    return given["kind"], given["entry"]


def _said(fact: Any, at: At) -> tuple[str, ...]:
    """Return what tells one fact from another, of its open fields only."""
    named = (str(getattr(fact, name, "")) for name in ("kind", "entry", "record", "holds", "proposal_id"))
    return (at.recorded_at, at.actor, type(fact).__name__, *named)


def _entry_after(entry: DirectoryEntry, fact: Any) -> DirectoryEntry:
    match type(fact).__name__:
        case "EntryListed" | "EntryChanged":
            return entry._replace(
                record=fact.record, holds=fact.holds, source=fact.source, ended=False,
                reason=entry.reason if entry.stopped else "",
            )  # fmt: skip
        case "EntryEnded":
            return entry._replace(ended=True, reason=fact.reason, source=fact.source)
        case "EntryStopped":
            return entry._replace(stopped=True, reason=fact.reason)
        case "ResumptionProposed":
            return entry  # an older version's; what waits now is proposed as everything else
        case _:
            return entry._replace(stopped=False, reason="")
