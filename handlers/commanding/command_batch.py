"""One turn: a batch of commands decided one after another inside one write.

Each sees what those before it decided. Streams are locked in a fixed order (cases first, then what cases
share), so that two processes cannot wait for each other for ever.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, cast

import orjson

from events.catalogue import Fact
from events.envelope import RecordedEvent
from events.errors import CommandReused
from events.facts.accommodation import FacilityFitted
from events.facts.decisions import DecisionConfirmed
from events.facts.intake import CaseOpened
from events.facts.office import ProgrammePublished
from events.facts.tasks import Escalated
from events.ids import CaseId, case_of_stream, case_stream
from events.instants import instant, instant_text
from events.log import Log, recorded_event
from events.writing import EventMetadata, Writing
from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.commanding.errors import ProgrammeUnknown
from handlers.projections.accounts import account_streams_for, decide_account_command
from handlers.projections.board import open_cases
from handlers.projections.person_search import store_tokens
from handlers.projections.projection import project
from handlers.projections.tasks import TaskRows, lock_claims, lock_tasks
from handlers.reactions import react
from handlers.reactions.moment import ReactionContext
from handlers.states.definitions import Definitions
from handlers.states.state_cache import StateCache, VersionedState, evolve, fold_events
from workflow.case.state import At, Case
from workflow.command import CaseCommand, Command, FinishTask, OfficeCommand, PublishProgramme, occurred
from workflow.decide import cancels, decide, needs, reaches
from workflow.programme.loading import Definition, check_definition, load_definition
from workflow.reasons import Refused, refused
from workflow.refusals import CASE_EXISTS, PROGRAMME_IS_THE_FILES, TASK_IS_YOURS
from workflow.rights.machine_ids import MachineIds
from workflow.rights.visibility import is_machine
from workflow.situation import Situation, StreamFact
from workflow.subjects.accommodation.definition import facility_stream
from workflow.subjects.accounts.commands import AccountCommand
from workflow.subjects.closing.commands import EndProgramme
from workflow.subjects.intake.commands import OpenCase
from workflow.two_people import happened_at

_log = logging.getLogger(__name__)
_NEW = (OpenCase, OfficeCommand)  # decided by the definition now in force


class BatchResult(NamedTuple):
    """What a turn leads to once it is committed."""

    answers: list[Answer | CommandReused]
    states: dict[str, VersionedState]
    due: list[tuple[str, str]]


class CommandBatch:
    """Decides a batch of commands; used once."""

    def __init__(
        self,
        writing: Writing,
        folds: StateCache,
        definitions: Definitions,
        log: Log,
        ids: MachineIds,
        digest_of: Callable[[Command], str],
    ) -> None:
        self._writing = writing
        self._folds = folds
        self._definitions = definitions
        self._log = log
        self._ids = ids
        self._digest_of = digest_of
        self._states: dict[str, VersionedState] = {}
        self._before: dict[str, VersionedState] = {}
        self._claimed: dict[str, set[str]] = {}
        self._held: dict[str, Any] = {}
        self._answered: dict[str, tuple[str, Answer]] = {}
        self._current: dict[str, Definition | None] = {}

    # The moment of a turn is taken once everything it looks at is held still: whatever a worker began before
    # a withdrawal was stored is dated before it.
    @cached_property
    def _now(self) -> datetime:
        return instant(self._writing.now)

    @cached_property
    def _work(self) -> TaskRows:
        return TaskRows(self._writing.now)

    def serve(self, commands: Sequence[Command], digests: Sequence[str]) -> BatchResult:
        """Return the answers; everything that follows from them is in the write."""
        self._hold(commands)
        answers = [self._answer(command, digest) for command, digest in zip(commands, digests, strict=True)]
        self._work.store(self._writing)
        project(self._writing, self._before, self._states, self._definition)
        return BatchResult(answers, self._states, self._work.due())

    # -- what a turn looks at -------------------------------------------------------------------------------

    def _hold(self, commands: Sequence[Command]) -> None:
        """Lock and load everything the batch needs, in as few questions to the database as possible."""
        own = {stream for command in commands for stream in _own_streams(command)}
        self._load({stream for stream in own if case_of_stream(stream) is not None})
        # An office's own stream is somebody else's shared one: all of them are locked together, in one order.
        own |= account_streams_for(self._writing.connection, commands)
        self._load(own | {stream for command in commands for stream in self._shared(command)})
        finishing = [command.task_id for command in commands if isinstance(command, FinishTask)]
        cancelling = {c.case_id for c in commands if isinstance(c, CaseCommand) and cancels(c)}
        if finishing:
            self._held = lock_tasks(self._writing.connection, finishing)
        if cancelling:
            self._claimed = lock_claims(self._writing.connection, sorted(cancelling))
        given = [str(one) for command in commands for one in (command.command_id, command.former_id) if one]
        known = self._writing.answers(given)
        self._answered = {key: (answer.digest, _remembered(key, answer.answer)) for key, answer in known.items()}

    def _load(self, streams: Iterable[str]) -> None:
        missing = set(streams) - self._states.keys()
        if not missing:
            return
        heads = self._writing.lock(missing)
        kept = {stream: self._folds.get(stream, upto=heads[stream].version) for stream in missing}
        behind = {stream: kept[stream].version for stream in missing if kept[stream].version < heads[stream].version}
        rows: dict[str, list[RecordedEvent]] = {stream: [] for stream in behind}
        for row in self._writing.since(behind):
            event = recorded_event(row)
            rows[event.envelope.stream].append(event)
        for stream in missing:
            found = (
                fold_events(stream, rows[stream], self._log.fact, kept[stream]) if stream in behind else kept[stream]
            )
            self._states[stream] = found
            self._before[stream] = found

    def _shared(self, command: Command) -> tuple[str, ...]:
        case = self._case(command)
        if case is not None:
            return needs(command, case, self._definition(case).programme)
        current = self._current_of(command.programme) if isinstance(command, _NEW) else None
        return needs(command, None, current.programme) if current else ()

    def _case(self, command: Command) -> Case | None:
        if not isinstance(command, CaseCommand | OpenCase):
            return None
        return cast("Case | None", self._states[case_stream(command.case_id)].state)

    def _definition(self, case: Case) -> Definition:
        return self._definitions.of(case.programme, case.definition)

    # -- one command ----------------------------------------------------------------------------------------

    def _answer(self, command: Command, digest: str) -> Answer | CommandReused:
        key = str(command.command_id)
        if key in self._answered:
            return self._again(command, digest, *self._answered[key])
        answer = self._ids.refusal(command) or self._answered_before(command) or self._answer_afresh(command)
        if isinstance(answer, Accepted) and answer.repeated:
            return answer
        if isinstance(answer, Accepted):
            self._answered[key] = (digest, answer._replace(repeated=True))
            self._writing.remember(key, digest, _answer_text(answer))
        return answer

    def _answered_before(self, command: Command) -> Answer | None:
        """Return what an older Wayhome answered to the same command; whatever else came under that id is not it."""
        before = self._answered.get(str(command.former_id))
        if before is None:
            return None
        same = command.model_copy(update={"command_id": command.former_id})
        return before[1] if before[0] == self._digest_of(same) else None

    def _again(self, command: Command, digest: str, before: str, answer: Answer) -> Answer | CommandReused:
        if digest == before:
            return answer
        if is_machine(command.actor) and isinstance(command, CaseCommand):
            self._raise_alarm(command)
        return CommandReused(
            f"command {command.command_id} came before with other content; make a new id for a new command"
        )

    def _raise_alarm(self, command: CaseCommand) -> None:
        """Have somebody look, once: a machine's id holds something else, so what the machine does is not done."""
        _log.error("a machine's id was used for something else: %s %s", type(command).__name__, command.command_id)
        key = str(self._ids.of(f"{command.command_id}/reused"))
        case = self._case(command)
        if case is None or key in self._answered or self._writing.answers([key]):
            return
        said = EventMetadata(key, "system:commands", "system", f"command:{type(command).__name__}",
                    instant_text(self._now), self._definition(case).hash)  # fmt: skip
        version = self._append(case_stream(command.case_id), Escalated(kind="machine_id_reused"), said)
        alarm = Accepted(key, command.case_id, version, ("Escalated",))
        self._answered[key] = (key, alarm)
        self._writing.remember(key, key, _answer_text(alarm))

    def _answer_afresh(self, command: Command) -> Answer:
        if isinstance(command, PublishProgramme):
            return self._publish(command)
        if isinstance(command, AccountCommand):
            decision = decide_account_command(command, self._states)
            return decision if isinstance(decision, Refused) else self._record(command, decision, "")
        return self._decide(command)

    def _decide(self, command: Command) -> Answer:
        case = self._case(command)
        against = self._overtaken(command) or self._ghost(command)
        if against is not None:
            return against
        definition = self._definition(case) if case else self._definition_for(command)
        if isinstance(definition, Refused):
            return definition
        shared = self._shared(command)
        self._load(shared)
        decision = decide(command, self._reached(command, self._situation(command, case, definition, shared)))
        if isinstance(decision, Refused):
            return decision
        return self._record(command, decision, definition.hash)

    def _situation(
        self, command: Command, case: Case | None, definition: Definition, shared: tuple[str, ...]
    ) -> Situation:
        previous = command.previous_case if isinstance(command, OpenCase) else None
        return Situation(
            case=case,
            programme=definition.programme,
            journey=definition.journey,
            now=self._now,
            previous=self._states[case_stream(previous)].state if previous else None,
            shared={stream: self._states[stream].state for stream in shared},
            claimed=frozenset(self._claimed.get(case.case_id, ())) if case else frozenset(),
        )

    def _reached(self, command: Command, situation: Situation) -> Situation:
        """Hold still whatever further cases the command reaches, and show them to the decision."""
        if isinstance(command, EndProgramme):
            situation = situation._replace(open_cases=self._open_cases(command.programme))
        case_ids = reaches(command, situation)
        if not case_ids:
            return situation
        streams = {case_id: case_stream(CaseId(case_id)) for case_id in case_ids}
        self._load(streams.values())
        self._claimed |= lock_claims(self._writing.connection, sorted(case_ids))
        claimed = frozenset(task_id for case_id in case_ids for task_id in self._claimed.get(case_id, ()))
        cases = {case_id: self._states[stream].state for case_id, stream in streams.items()}
        return situation._replace(cases=cases, claimed=situation.claimed | claimed)

    def _open_cases(self, programme: str) -> tuple[str, ...]:
        """Return every open case of a programme; its intake is held still, so none is opened meanwhile."""
        instant_text = open_cases(self._writing.connection, programme)
        states = [kept.state for stream, kept in self._states.items() if case_of_stream(stream) is not None]
        here = [case for case in states if case is not None and case.programme == programme]
        ended = {case.case_id for case in here if self._definition(case).journey.stage(case.stage).ends}
        return tuple(dict.fromkeys(c for c in (*instant_text, *(case.case_id for case in here)) if c not in ended))

    def _current_of(self, programme: str) -> Definition | None:
        if programme not in self._current:
            self._current[programme] = self._definitions.current(programme)
        return self._current[programme]

    def _definition_for(self, command: Command) -> Definition | Refused:
        if not isinstance(command, _NEW):
            return refused(CASE_EXISTS())
        found = self._current_of(command.programme)
        if found is None:
            raise ProgrammeUnknown(f"there is no programme {command.programme} here; publish it first")
        return found

    def _overtaken(self, command: Command) -> Conflict | None:
        if command.expected is None or not isinstance(command, CaseCommand):
            return None
        stream = case_stream(command.case_id)
        version = self._states[stream].version
        if version == command.expected:
            return None
        return Conflict(command.expected, version, ())  # the service adds what happened, once it is stored

    def _ghost(self, command: Command) -> Refused | None:
        """Refuse a report from a worker that no longer holds its task: somebody else does, or it is over."""
        if not isinstance(command, FinishTask):
            return None
        row = self._held.get(command.task_id)
        if row is not None and row["epoch"] == command.epoch and row["status"] in ("claimed", "unknown"):
            return None
        return refused(TASK_IS_YOURS())

    # -- what is stored -------------------------------------------------------------------------------------

    def _record(self, command: Command, decision: Sequence[StreamFact], definition: str) -> Answer:
        said = EventMetadata(
            command_id=str(command.command_id),
            actor=command.actor,
            mandate=command.mandate,
            cause=f"command:{type(command).__name__}",
            occurred_at=instant_text(occurred(command, self._now)),
            definition=definition,
        )
        happened = said._replace(occurred_at=instant_text(happened_at(command, self._case(command), self._now)))
        names: list[str] = []
        for told in decision:
            names += self._tell(told, said if isinstance(told.fact, DecisionConfirmed) else happened, command)
        if isinstance(command, OfficeCommand | AccountCommand):
            return Accepted(said.command_id, "", self._states[command.stream].version, tuple(names))
        own: CaseId = command.case_id  # type: ignore[attr-defined]
        return Accepted(said.command_id, own, self._states[case_stream(own)].version, tuple(names))

    def _tell(self, told: StreamFact, said: EventMetadata, command: Command) -> list[str]:
        before = self._states[told.stream].state
        version = self._append(told.stream, told.fact, said)
        case_id = case_of_stream(told.stream)
        if case_id is None:
            return [type(told.fact).__name__]
        after = cast("Case", self._states[told.stream].state)
        claimed = frozenset(self._claimed.get(case_id, ()))
        moment = ReactionContext(
            before, after, self._definition(after), self._now, command.command_id, version, claimed
        )
        follows = react(told.fact, moment)
        because = said._replace(cause=f"{told.stream}@{version}", occurred_at=instant_text(self._now))
        for fact in follows:
            self._append(told.stream, fact, because)
        return [type(fact).__name__ for fact in (told.fact, *follows)]

    def _append(self, stream: str, fact: Fact, said: EventMetadata) -> int:
        if stream not in self._states:
            self._load([stream])
        version = self._writing.append(stream, fact, said)
        state = evolve(stream, self._states[stream].state, fact, At(self._writing.now, said.actor, said.definition))
        self._states[stream] = VersionedState(version, state)
        case_id = case_of_stream(stream)
        if case_id is not None:
            self._work.apply(case_id, fact)
        if isinstance(fact, CaseOpened):
            store_tokens(self._writing, self._log.keys, fact)
        return version

    def _publish(self, command: PublishProgramme) -> Answer:
        definition = load_definition(command.text)
        if definition.programme.programme != command.programme:
            return refused(PROGRAMME_IS_THE_FILES(file=definition.programme.programme, given=command.programme))
        stream = f"programme:{definition.programme.programme}"
        published = self._states[stream].state
        if published is not None and published.definition == definition.hash:
            return Accepted(str(command.command_id), "", self._states[stream].version, ())
        check_definition(command.text)
        fact = ProgrammePublished(programme=command.programme, definition=definition.hash, text=command.text)
        said = EventMetadata(str(command.command_id), command.actor, command.mandate, "command:PublishProgramme",
                    self._writing.now, definition.hash)  # fmt: skip
        version = self._append(stream, fact, said)
        self._definitions.remember(definition)
        fitted = self._fit(definition, said)
        return Accepted(str(command.command_id), "", version, ("ProgrammePublished", *fitted))

    def _fit(self, definition: Definition, said: EventMetadata) -> list[str]:
        """Tell every house that has other rooms than before which ones it has now."""
        houses = {house.id: house for house in definition.programme.beds_facilities}
        self._load([facility_stream(name) for name in houses])
        told = []
        for name, house in sorted(houses.items()):
            stream, fact = facility_stream(name), FacilityFitted(facility=name, rooms=house.room_rules)
            known = self._states[stream].state
            if known is None or house.room_rules != tuple(tuple(room) for room in known.rooms):
                self._append(stream, fact, said)
                told.append("FacilityFitted")
        return told


def _own_streams(command: Command) -> Collection[str]:
    if isinstance(command, PublishProgramme):
        return (f"programme:{command.programme}",)
    if isinstance(command, OfficeCommand):
        return (command.stream,)
    if isinstance(command, OpenCase):
        return [case_stream(case_id) for case_id in (command.case_id, command.previous_case) if case_id]
    return [case_stream(command.case_id)] if isinstance(command, CaseCommand) else []


def _answer_text(answer: Accepted) -> str:
    return orjson.dumps({"case": answer.case_id, "version": answer.version, "facts": answer.facts}).decode()


def _remembered(key: str, text: str) -> Accepted:
    answer = orjson.loads(text)
    return Accepted(key, answer["case"], answer["version"], tuple(answer["facts"]), repeated=True)
