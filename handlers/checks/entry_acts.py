"""I12 for the directory: what lets somebody see more of cases, or turns letters elsewhere, was done by two."""

from typing import Final

from events.facts.directory import EntryChanged, EntryListed, EntryResumed, EntryStopped, ResumptionProposed
from handlers.checks.check_results import ObservedEvent
from handlers.projections.replay import Replay
from workflow.programme.part import DirectoryPart
from workflow.rights.acts import OPERATOR
from workflow.subjects.directory.entries import KINDS, part_as_told, part_of
from workflow.subjects.directory.state import FILE, Directory, DirectoryEntry, EntryKey
from workflow.subjects.directory.two_take import taken_by_two

DIRECTORY: Final = "directory:"


class EntryActs:
    """What the directories were told so far, as far as a later fact rests on it."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._resumptions: dict[tuple[str, str, str], str] = {}  # by stream, kind and entry: who proposed it last
        self._publications: set[str] = set()  # the commands by which a file came into force
        self._of_files: list[tuple[str, str]] = []  # what was told of a file: by which command, and where

    def published(self, seen: ObservedEvent) -> None:
        """Note that a programme file came into force, and its entries with it."""
        self._publications.add(seen.event.envelope.command_id)

    def on(self, fact: ResumptionProposed | EntryStopped, seen: ObservedEvent) -> list[str]:
        """Note who proposed to resume an entry, as an older version told it; return what is wrong with that."""
        said, key = seen.event.envelope, (seen.stream, fact.kind, fact.entry)
        if isinstance(fact, EntryStopped):
            self._resumptions.pop(key, None)
            return []
        self._resumptions[key] = said.actor
        return [f"{seen.at}: proposed by somebody who had not signed in"] if said.mandate == OPERATOR else []

    def faults_of_one(
        self, fact: EntryListed | EntryChanged | EntryResumed, seen: ObservedEvent, *, has_proposals: bool
    ) -> list[str]:
        """Return what is wrong with a change that names no proposal; before there were any, one person made all."""
        if isinstance(fact, EntryResumed):
            return self._faults_of_older_resumption(fact, seen)
        if fact.source == FILE:
            self._of_files.append((seen.event.envelope.command_id, seen.at))
            return []
        if not has_proposals or self._is_ones(fact, seen):
            return []
        return [f"{seen.at}: was decided by one, and takes two"]

    def faults_of_files(self) -> list[str]:
        """Return what was told of a file that nobody published then; a command's facts stand in no order of streams."""
        return [
            f"{at}: is told of a file that nobody published then"
            for command, at in self._of_files
            if command not in self._publications
        ]

    def _faults_of_older_resumption(self, fact: EntryResumed, seen: ObservedEvent) -> list[str]:
        said, proposer = seen.event.envelope, self._resumptions.get((seen.stream, fact.kind, fact.entry))
        found = []
        if proposer is None or not proposer == fact.proposer != said.actor:
            found.append(f"{seen.at}: is not resumed by another than who proposed it")
        if said.mandate == OPERATOR:
            found.append(f"{seen.at}: resumed by somebody who had not signed in")
        return found

    def _is_ones(self, fact: EntryListed | EntryChanged, seen: ObservedEvent) -> bool:
        """Tell whether one person may have done it: nobody is shown more by it, and no letter goes elsewhere."""
        key = (fact.kind, fact.entry)
        kind = KINDS.get(fact.kind)
        after = self._part(key, seen.after, seen) if kind is not None else None
        if kind is None or after is None:
            return False
        before = self._part(key, seen.before, seen) if isinstance(fact, EntryChanged) else None
        if before is None:
            return not taken_by_two(after, None)
        if not {*kind.sealed}.isdisjoint(getattr(fact, "changed", ())):
            return False
        same = {name: getattr(before, name) for name in kind.sealed}
        return not taken_by_two(after.model_copy(update=same), before)

    def _part(self, key: EntryKey, directory: Directory | None, seen: ObservedEvent) -> DirectoryPart | None:
        definition = self._replay.definitions.get(seen.event.envelope.definition)
        pinned = part_of(definition.programme, key) if definition is not None else None
        entry = directory.entries.get(key, DirectoryEntry()) if directory is not None else DirectoryEntry()
        return part_as_told(key, entry, pinned, {})
