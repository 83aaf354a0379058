"""Looking at cases without changing them: the state now, what may happen next, and why not."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from events.envelope import RecordedEvent
from events.ids import case_of_stream, case_stream
from events.instants import instant
from events.log import Log
from handlers.states.definitions import Definitions, InForce
from handlers.states.state_cache import StateCache, VersionedState, fold_events
from workflow.advancing import against_entering
from workflow.case.state import Case
from workflow.command import AdvanceCase
from workflow.decide import refused_since_erasure
from workflow.guard_context import GuardContext
from workflow.programme.journey import Option
from workflow.programme.loading import Definition
from workflow.rights.visibility import may_see
from workflow.subjects.directory.state import directory_stream


class CaseSnapshot(NamedTuple):
    """A case as it stands, the version that is, and the definition it runs under with the directory of this moment."""

    case: Case
    version: int
    definition: Definition


class CaseReader:
    """Folds what is new since the last look; several threads may look at once, and none waits for another."""

    def __init__(self, log: Log, definitions: Definitions, folds: StateCache | None = None) -> None:
        self._log = log
        self._definitions = definitions
        self._folds = StateCache() if folds is None else folds

    def at(self, case_id: str) -> CaseSnapshot | None:
        """Return a case as it stands now, or None when there is no such case."""
        return next(iter(self.at_many([case_id])), None)

    def at_many(self, case_ids: Iterable[str]) -> list[CaseSnapshot]:
        """Return cases as they stand now, in one question to the log; unknown ones are left out."""
        return self.among(case_ids, ())[0]

    def among(
        self, case_ids: Iterable[str], programmes: Collection[str]
    ) -> tuple[list[CaseSnapshot], dict[str, InForce]]:
        """Return cases as they stand now, and what is in force of some programmes, in the same one question."""
        wanted = [case_stream(case_id) for case_id in case_ids]
        streams = [*wanted, *map(directory_stream, self._definitions.known())]
        states, in_force = self._asked(streams, programmes)
        found = [kept for stream in dict.fromkeys(wanted) if (kept := states[stream]).state is not None]
        missing = {directory_stream(kept.state.programme) for kept in found}
        states |= self.states(missing - states.keys())  # of a programme met for the first time
        return [self._seen(kept, states[directory_stream(kept.state.programme)]) for kept in found], in_force

    def states(self, streams: Iterable[str]) -> dict[str, VersionedState]:
        """Return streams as they stand now, in one question to the log; one that has not begun is at version -1."""
        return self._asked(streams, ())[0]

    def _asked(
        self, streams: Iterable[str], programmes: Collection[str]
    ) -> tuple[dict[str, VersionedState], dict[str, InForce]]:
        kept = {str(stream): self._folds.get(stream) for stream in streams}
        versions = {stream: found.version for stream, found in kept.items()}
        for stream, version in self._definitions.asked_for(programmes).items():
            versions[stream] = min(version, versions.get(stream, version))
        events = self._log.since(versions) if versions else []
        fresh: dict[str, list[RecordedEvent]] = {}
        for event in events:
            if (begun := kept.get(event.envelope.stream)) is not None and event.envelope.version > begun.version:
                fresh.setdefault(event.envelope.stream, []).append(event)
        states = {
            s: fold_events(s, fresh[s], self._log.fact, found) if s in fresh else found for s, found in kept.items()
        }
        self._folds.keep({stream: found for stream, found in states.items() if found.version >= 0})
        return states, self._definitions.taken(programmes, events)

    def seen_by(self, actor: str, case_ids: Iterable[str]) -> set[str]:
        """Return which of these cases somebody may see: their own organisation's, and those it was sent."""
        return {
            one.case.case_id for one in self.at_many(case_ids) if may_see(actor, one.case, one.definition.programme)
        }

    def options(
        self, seen: CaseSnapshot, actor: str = "", reason: str = "", *, now: datetime | None = None
    ) -> Sequence[Option]:
        """Return every way on from where the person is, allowed or with all reasons against it.

        ``now`` is the moment of whoever asks more than this; without it the log's clock is asked.
        """
        at = now or instant(self._log.now())
        asked, journey = GuardContext(seen.case, seen.definition.programme, at, actor, reason), seen.definition.journey
        found = journey.options(asked)
        if gone := refused_since_erasure(AdvanceCase, seen.case, ended=journey.stage(seen.case.stage).ends):
            return [one._replace(reasons=gone.reasons) for one in found]
        return [one._replace(reasons=(*one.reasons, *against_entering(asked, one.dest))) for one in found]

    def history(self, case_id: str) -> list[RecordedEvent]:
        """Return the case's timeline: its own events and what the same commands did for it to beds, escorts and money.

        One command may close a house to many people: nothing is told here that does not name this case.
        """
        own = case_stream(case_id)
        told = self._log.timeline(own)
        return [event for event in told if event.envelope.stream == own or _names(event, case_id)]

    def _seen(self, kept: VersionedState, directory: VersionedState) -> CaseSnapshot:
        case: Case = kept.state
        definition = self._definitions.of(case.programme, case.definition)
        return CaseSnapshot(case, kept.version, self._definitions.directories.for_people(definition, directory.state))


def _names(event: RecordedEvent, case_id: str) -> bool:
    """Tell whether an event of a stream that cases share is about this case; another case's never is."""
    shared = case_of_stream(event.envelope.stream) is None
    return shared and orjson.loads(event.envelope.body).get("case_id") == case_id
