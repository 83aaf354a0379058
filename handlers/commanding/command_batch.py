"""One turn: a batch of commands decided one after another inside one write.

Each sees what those before it decided. Streams are locked in a fixed order (cases first, then what cases
share), so that two processes cannot wait for each other for ever.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, cast

from events.asking import sent_together
from events.catalogue import Fact
from events.errors import CommandReused
from events.facts.corrections import IdentityCorrected
from events.facts.decisions import DecisionConfirmed
from events.facts.intake import CaseOpened
from events.facts.office import ProgrammePublished
from events.facts.tasks import Escalated
from events.ids import OFFICE_DECISIONS, CaseId, case_of_stream, case_stream
from events.instants import instant, instant_text
from events.log import Log
from events.writing import EventMetadata, Writing
from handlers.commanding.answers import Accepted, Answer, Conflict
from handlers.commanding.errors import ProgrammeUnknown
from handlers.commanding.held_definitions import HeldDefinitions
from handlers.commanding.held_streams import HeldStreams, own_streams
from handlers.commanding.remembered_answers import RememberedAnswers
from handlers.projections.accounts import every_account, officer_streams
from handlers.projections.board import open_cases
from handlers.projections.case_handles import is_named_so
from handlers.projections.drawings import Drawings
from handlers.projections.person_search import store_tokens
from handlers.projections.projection import project
from handlers.projections.row_macs import RowMacs
from handlers.projections.tasks import HeldTask, InHand, TaskRows, lock_claims, lock_tasks
from handlers.reactions import react
from handlers.reactions.moment import ReactionContext
from handlers.states.definitions import Definitions
from handlers.states.state_cache import StateCache, VersionedState, evolve
from workflow.case.proposals import Proposals
from workflow.case.state import At, Case
from workflow.case_decisions import happened_at
from workflow.command import (
    CaseCommand,
    Command,
    ConfirmOfficeDecision,
    FinishTask,
    OfficeCommand,
    PublishProgramme,
    occurred,
)
from workflow.decide import cancels, decide, needs, reaches
from workflow.decide_office import OFFICE_RULES, decide_office, looks_at_everybody, office_streams
from workflow.programme.loading import Definition, load_definition
from workflow.reasons import Refused, refused
from workflow.refusals import CASE_EXISTS, TASK_IS_YOURS
from workflow.rights.machine_ids import MachineIds
from workflow.situation import OfficeSituation, Situation, StreamFact
from workflow.subjects.closing.commands import EndProgramme
from workflow.subjects.intake.commands import ChangeHandle, OpenCase
from workflow.subjects.team.teams import teams_of

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
        drawings: Drawings,
    ) -> None:
        self._writing = writing
        self._definitions = definitions
        self._log = log
        self._ids = ids
        self._drawings = drawings
        self._remembered = RememberedAnswers(writing, ids, digest_of)
        held = HeldStreams(writing, folds, log)
        self._streams = held
        self._rules = HeldDefinitions(definitions, held)
        self._states, self._before, self._load = held.states, held.before, held.load
        self._in_hand: dict[str, InHand] = {}
        self._held: Mapping[str, HeldTask] = {}

    # The moment of a turn is taken once everything it looks at is held still: whatever a worker began before
    # a withdrawal was stored is dated before it.
    @cached_property
    def _now(self) -> datetime:
        return instant(self._writing.now)

    def _text_of(self, at: datetime) -> str:
        return self._writing.now if at is self._now else instant_text(at)

    @cached_property
    def _work(self) -> TaskRows:
        return TaskRows(self._writing.now)

    def serve(self, commands: Sequence[Command], digests: Sequence[str]) -> BatchResult:
        """Return the answers; everything that follows from them is in the write."""
        self._hold(commands)
        answers = [self._answer(command, digest) for command, digest in zip(commands, digests, strict=True)]
        self._work.store(self._writing)
        macs = RowMacs(self._log.keys)
        project(self._writing, self._before, self._states, self._rules.of, self._rules.pinned, macs, self._drawings)
        return BatchResult(answers, self._states, self._work.due())

    # -- what a turn looks at -------------------------------------------------------------------------------

    def _hold(self, commands: Sequence[Command]) -> None:
        """Lock and load everything the batch needs: one wait, and another for what its cases share with others."""
        own = {stream for command in commands for stream in own_streams(command)}
        own |= self._house(commands)
        finishing = [command.task_id for command in commands if isinstance(command, FinishTask)]
        cancelling = {c.case_id for c in commands if isinstance(c, CaseCommand) and cancels(c)}
        connection = self._writing.connection
        with sent_together(connection):
            asked = self._streams.ask(*self._rules.held_with(own))
            held, in_hand = lock_tasks(connection, finishing), lock_claims(connection, cancelling)
            self._remembered.ask(commands)
            self._writing.ask_now()
        self._streams.take(asked)
        self._held, self._in_hand = held.answer, in_hand.answer
        # An office's own stream is somebody else's shared one: all of them are locked together, in one order.
        self._load(own | {stream for command in commands for stream in self._shared(command)})

    def _house(self, commands: Iterable[Command]) -> set[str]:
        """Return the streams that decisions about the house look at; what is proposed says which, and is held first."""
        asked = [command for command in commands if type(command) in OFFICE_RULES]
        if not asked:
            return set()
        self._load([OFFICE_DECISIONS])
        waiting: Proposals = self._states[OFFICE_DECISIONS].state or Proposals()
        everybody = any(looks_at_everybody(command, waiting) for command in asked)
        people = (every_account if everybody else officer_streams)(self._writing.connection)
        return {*people, *(stream for command in asked for stream in office_streams(command, waiting))}

    def _shared(self, command: Command) -> tuple[str, ...]:
        case = self._case(command)
        if case is not None:
            return needs(command, case, self._rules.of(case).programme)
        current = self._rules.current(command.programme) if isinstance(command, _NEW) else None
        return needs(command, None, current.programme) if current else ()

    def _case(self, command: Command) -> Case | None:
        if not isinstance(command, CaseCommand | OpenCase):
            return None
        return cast("Case | None", self._states[case_stream(command.case_id)].state)

    # -- one command ----------------------------------------------------------------------------------------

    def _answer(self, command: Command, digest: str) -> Answer | CommandReused:
        known = self._remembered.again(command, digest)
        if known is not None:
            if isinstance(known, CommandReused):
                self._raise_alarm(command)
            return known
        answer = self._ids.refusal(command) or self._remembered.of_older_version(command) or self._decided(command)
        if isinstance(answer, Accepted) and not answer.repeated:
            self._remembered.keep(str(command.command_id), digest, answer)
        return answer

    def _decided(self, command: Command) -> Answer:
        return self._decide_for_house(command) if type(command) in OFFICE_RULES else self._decide(command)

    def _raise_alarm(self, command: Command) -> None:
        """Have somebody look, once: a machine's id holds something else, so what the machine does is not done."""
        key = self._remembered.alarm_for(command)
        case = self._case(command)
        if key is None or case is None:
            return
        said = EventMetadata(key, "system:commands", "system", f"command:{type(command).__name__}",
                    instant_text(self._now), self._rules.of(case).hash)  # fmt: skip
        version = self._append(case_stream(CaseId(case.case_id)), Escalated(kind="machine_id_reused"), said)
        self._remembered.keep(key, key, Accepted(key, case.case_id, version, ("Escalated",)))

    def _decide_for_house(self, command: Command) -> Answer:
        """Decide about an account or a programme file; what was proposed in this same turn is looked at too."""
        self._load(self._house([command]))
        held = {stream: kept.state for stream, kept in self._states.items() if case_of_stream(stream) is None}
        publishes = isinstance(command, PublishProgramme | ConfirmOfficeDecision)
        files = self._definitions.files_of(self._states) if publishes else {}
        decision = decide_office(command, OfficeSituation(self._now, held, files=files, teams=self._teams()))
        if isinstance(decision, Refused):
            return decision
        published = [told.fact for told in decision if isinstance(told.fact, ProgrammePublished)]
        answer = self._record(command, decision, published[0].definition if published else "")
        for fact in published:
            self._definitions.remember(load_definition(fact.text))
        return answer

    def _teams(self) -> dict[str, frozenset[str]]:
        """Return by programme the teams somebody may be placed in."""
        found = {name: self._rules.current(name) for name in self._definitions.known()}
        return {name: teams_of(definition.programme) for name, definition in found.items() if definition}

    def _decide(self, command: Command) -> Answer:
        case = self._case(command)
        against = self._overtaken(command) or self._ghost(command)
        if against is not None:
            return against
        definition = self._rules.of(case) if case else self._definition_for(command)
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
            **self._of_workers(case.case_id if case else "")._asdict(),
            named_so=isinstance(command, ChangeHandle)
            and is_named_so(self._writing.connection, self._log.keys, command),
        )

    def _reached(self, command: Command, situation: Situation) -> Situation:
        """Hold still whatever further cases the command reaches, and show them to the decision."""
        if isinstance(command, EndProgramme):
            situation = situation._replace(open_cases=self._open_cases(command.programme))
        while case_ids := [case_id for case_id in reaches(command, situation) if case_id not in situation.cases]:
            streams = {case_id: case_stream(CaseId(case_id)) for case_id in case_ids}
            self._load(streams.values())
            self._in_hand |= lock_claims(self._writing.connection, case_ids).answer
            for claimed, begun in map(self._of_workers, case_ids):
                situation = situation._replace(claimed=situation.claimed | claimed, begun=situation.begun | begun)
            cases = {case_id: self._states[stream].state for case_id, stream in streams.items()}
            cases = {**situation.cases, **cases}
            situation = situation._replace(cases=cases)
        return situation

    def _of_workers(self, case_id: str) -> InHand:
        return self._in_hand.get(case_id, InHand())

    def _open_cases(self, programme: str) -> tuple[str, ...]:
        """Return every open case of a programme; its intake is held still, so none is opened meanwhile."""
        known = open_cases(self._writing.connection, programme)
        states = [kept.state for stream, kept in self._states.items() if case_of_stream(stream) is not None]
        here = [case for case in states if case is not None and case.programme == programme]
        ended = {case.case_id for case in here if self._rules.of(case).journey.stage(case.stage).ends}
        return tuple(dict.fromkeys(c for c in (*known, *(case.case_id for case in here)) if c not in ended))

    def _definition_for(self, command: Command) -> Definition | Refused:
        if not isinstance(command, _NEW):
            return refused(CASE_EXISTS())
        found = self._rules.current(command.programme)
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
        if row is not None and row.epoch == command.epoch and row.status in ("claimed", "unknown"):
            return None
        return refused(TASK_IS_YOURS())

    # -- what is stored -------------------------------------------------------------------------------------

    def _record(self, command: Command, decision: Sequence[StreamFact], definition: str) -> Answer:
        said = EventMetadata(
            command_id=str(command.command_id),
            actor=command.actor,
            mandate=command.mandate,
            cause=f"command:{type(command).__name__}",
            occurred_at=self._text_of(occurred(command, self._now)),
            definition=definition,
        )
        happened = said._replace(occurred_at=self._text_of(happened_at(command, self._case(command), self._now)))
        names: list[str] = []
        for told in decision:
            names += self._tell(told, said if isinstance(told.fact, DecisionConfirmed) else happened, command)
        if not isinstance(command, CaseCommand | OpenCase):
            stream: str = command.stream  # type: ignore[attr-defined]
            return Accepted(said.command_id, "", self._states[stream].version, tuple(names))
        own = command.case_id
        return Accepted(said.command_id, own, self._states[case_stream(own)].version, tuple(names))

    def _tell(self, told: StreamFact, said: EventMetadata, command: Command) -> list[str]:
        if told.stream not in self._states:  # a group nobody has looked at; all others were needed and are held
            self._load([told.stream])
        before = self._states[told.stream].state
        version = self._append(told.stream, told.fact, said)
        case_id = case_of_stream(told.stream)
        if case_id is None:
            return [type(told.fact).__name__]
        after = cast("Case", self._states[told.stream].state)
        moment = ReactionContext(
            before, after, self._rules.of(after), self._now, command.command_id, version, *self._of_workers(case_id)
        )
        follows = react(told.fact, moment)
        because = said._replace(cause=f"{told.stream}@{version}", occurred_at=self._writing.now)
        for fact in follows:
            self._append(told.stream, fact, because)
        return [type(fact).__name__ for fact in (told.fact, *follows)]

    def _append(self, stream: str, fact: Fact, said: EventMetadata) -> int:
        if stream not in self._states:
            self._load([stream])
        version = self._writing.append(stream, fact, said)
        at = At(self._writing.now, said.actor, said.definition, version)
        state = evolve(stream, self._states[stream].state, fact, at)
        self._states[stream] = VersionedState(version, state)
        case_id = case_of_stream(stream)
        if case_id is not None:
            self._work.apply(case_id, fact)
        if case_id is not None and isinstance(fact, CaseOpened | IdentityCorrected):
            store_tokens(self._writing, self._log.keys, case_id, fact)
        return version
