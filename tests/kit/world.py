"""Where stories happen: a world in memory, pure, in which several cases share streams, a clock and who is at work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, Protocol
from uuid import UUID

from events.catalogue import Fact
from events.ids import CaseId, account_stream, case_of_stream, case_stream
from events.instants import instant_text
from handlers.reactions import react
from handlers.reactions.moment import ReactionContext
from handlers.states.state_cache import evolve
from tests.kit.people import START, role_of
from workflow.case.state import At, Case
from workflow.command import Command, FinishTask
from workflow.decide import decide, needs, reaches
from workflow.programme.loading import Definition, load_definition, shipped_programme_text
from workflow.programme.programme import Programme
from workflow.reasons import Refused
from workflow.rights.table import Account
from workflow.situation import Decision, Situation, StreamFact
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accommodation.shelter import Room, Shelter
from workflow.subjects.accounts.state import AccountState
from workflow.subjects.closing.commands import EndProgramme
from workflow.subjects.directory.live import live
from workflow.subjects.directory.state import directory_stream


@cache
def moscow() -> Definition:
    return load_definition(shipped_programme_text("moscow"))


@cache
def moscow_with(*changes: tuple[str, str]) -> Definition:
    """Return the shipped programme with some of its text replaced."""
    text = shipped_programme_text("moscow")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return load_definition(text)


def uuid(number: int) -> UUID:
    return UUID(int=number, version=4)


class Place(Protocol):
    """Where a story happens: a world in memory, or an office with a real database."""

    @property
    def now(self) -> datetime: ...
    @property
    def definition(self) -> Definition: ...
    def uuid(self) -> UUID: ...
    def pass_time(self, span: timedelta) -> None: ...
    def case(self, case_id: str) -> Case: ...
    def carry_out(self, command: Command) -> Decision: ...
    def tell(self, told: StreamFact, command: Command) -> list[StreamFact]: ...
    def claim(self, task_id: str) -> int: ...
    def has_account(self, name: str) -> None: ...
    def again(self, what: str, do: Callable[[], Any]) -> Any: ...


class World:
    """Everything several cases share: streams folded in memory, a clock, and who is at work on what."""

    def __init__(self, definition: Definition | None = None, start: datetime = START) -> None:
        self._definition = definition or moscow()
        self._now = start
        self.states: dict[str, Any] = {
            facility_stream(house.id): Shelter(rooms=tuple(Room(*room) for room in house.room_rules))
            for house in self.definition.programme.beds_facilities  # as publishing the programme tells them
        }
        self.versions: dict[str, int] = {}
        self.told: list[StreamFact] = []
        self.claimed: set[str] = set()
        self.begun: set[str] = set()
        self._numbers = count(1)

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def definition(self) -> Definition:
        return self._definition

    def uuid(self) -> UUID:
        return uuid(next(self._numbers))

    def pass_time(self, span: timedelta) -> None:
        self._now += span

    def claim(self, task_id: str) -> int:
        self.claimed.add(task_id)
        self.begun.add(task_id)
        return 1

    def has_account(self, name: str) -> None:
        """Let somebody have an account, as people in stories do."""
        account = Account(name, frozenset({role_of(name)}), frozenset({self.definition.programme.programme}))
        self.states.setdefault(account_stream(name), AccountState(account, instant_text(self.now)))

    def again(self, what: str, do: Callable[[], Any]) -> Any:
        return do()

    def case(self, case_id: str) -> Case:
        case = self.states[case_stream(CaseId(case_id))]
        assert isinstance(case, Case)
        return case

    @property
    def programme(self) -> Programme:
        """Return the programme with its directory as it stands."""
        name = self.definition.programme.programme
        return live(self.definition.programme, self.states.get(directory_stream(name)))

    def decide(self, command: Command) -> Decision:
        """Return the decision and change nothing."""
        case_id, previous = getattr(command, "case_id", None), getattr(command, "previous_case", None)
        programme = self.programme
        case = self.states.get(case_stream(case_id)) if case_id else None
        situation = Situation(
            case=case,
            programme=programme,
            journey=self.definition.journey,
            now=self.now,
            previous=self.states.get(case_stream(previous)) if previous else None,
            # Only what the decision says it needs: a need forgotten fails the story that looks at it.
            shared={stream: self.states.get(stream) for stream in needs(command, case, programme)},
            claimed=frozenset(self.claimed),
            begun=frozenset(self.begun),
        )
        if isinstance(command, EndProgramme):
            cases = [state for state in self.states.values() if isinstance(state, Case)]
            still = [case.case_id for case in cases if not self.definition.journey.stage(case.stage).ends]
            situation = situation._replace(open_cases=tuple(still))
        while more := [key for key in reaches(command, situation) if key not in situation.cases]:
            reached = {key: self.states[case_stream(CaseId(key))] for key in more}
            situation = situation._replace(cases={**situation.cases, **reached})
        return decide(command, situation)

    def carry_out(self, command: Command) -> Decision:
        """Return the decision; its facts and what follows from them have happened."""
        decision = self.decide(command)
        if isinstance(decision, Refused):
            return decision
        return [follow for told in decision for follow in self.tell(told, command)]

    def tell(self, told: StreamFact, command: Command) -> list[StreamFact]:
        before = self.states.get(told.stream)
        if isinstance(command, FinishTask):
            self.claimed.discard(command.task_id)
        self._keep(told, command.actor)
        if case_of_stream(told.stream) is None:
            return [told]
        version, after = self.versions[told.stream], self.states[told.stream]
        moment = ReactionContext(
            before,
            after,
            self.definition._replace(programme=self.programme),
            self.now,
            command.command_id,
            version,
            frozenset(self.claimed),
            frozenset(self.begun),
        )
        follows = [StreamFact(told.stream, fact) for fact in react(told.fact, moment)]
        for follow in follows:
            self._keep(follow, command.actor)
        return [told, *follows]

    def _keep(self, told: StreamFact, actor: str) -> None:
        at = At(instant_text(self.now), actor, self.definition.hash, self.versions.get(told.stream, -1) + 1)
        self.states[told.stream] = evolve(told.stream, self.states.get(told.stream), told.fact, at)
        self.versions[told.stream] = self.versions.get(told.stream, -1) + 1
        self.told.append(told)

    def facts(self, kind: type[Fact] | None = None, stream: str | None = None) -> list[Any]:
        """Return what has been said, of one kind and in one stream if asked."""
        return [t.fact for t in self.told if (kind is None or isinstance(t.fact, kind)) and stream in (None, t.stream)]
