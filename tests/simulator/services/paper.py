"""What people have on paper of the services: which correction, file or slip was acknowledged, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple
from uuid import UUID

from handlers.commanding.answers import Accepted
from workflow.command import Command, ConfirmDecision

# Recorded at once, whatever else of it is proposed: an age that two people have to see.
_AT_ONCE: Final = frozenset({"IdentityCorrected", "DetailsCorrected"})


class Entry(NamedTuple):
    """A command that was carried out, and the version its case had afterwards."""

    command: Command
    version: int
    facts: tuple[str, ...]


class ServicesPaper:
    """Commands as they were acknowledged; what two people decided stands there as it was proposed."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._proposed: dict[str, Command] = {}

    def note(self, asked: Command, answer: Accepted) -> None:
        """Write down that something was carried out, or proposed."""
        if answer.proposal and _AT_ONCE.isdisjoint(answer.facts):
            self._proposed.setdefault(answer.proposal, asked)
            return
        if isinstance(asked, ConfirmDecision):
            asked = self._proposed.get(asked.proposal_id, asked)
        self._entries.setdefault(answer.command_id, Entry(asked, answer.version, answer.facts))

    def keep(self, known: AbstractSet[UUID]) -> None:
        """Keep what an older copy knows, too."""
        self._entries = {key: one for key, one in self._entries.items() if UUID(key) in known}

    def carried_out(self, *kinds: type[Command]) -> Iterator[Entry]:
        """Yield what was carried out of some kinds, in the order of its case."""
        found = [one for one in self._entries.values() if isinstance(one.command, kinds)]
        yield from sorted(found, key=lambda one: one.version)

    def count(self, *kinds: type[Command]) -> int:
        """Return how often some kinds were carried out."""
        return sum(isinstance(one.command, kinds) for one in self._entries.values())
