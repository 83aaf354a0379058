"""What a decision looks at and what comes out of it: facts for streams, or a refusal with all reasons."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from events.catalogue import Fact, TaskOutcome
from events.facts.tasks import Escalated
from events.ids import case_stream
from workflow.case.state import Case
from workflow.case.tasks import About
from workflow.command import Command, FinishTask
from workflow.guard_context import Guard, GuardContext
from workflow.programme.journey import Journey
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused

State = TypeVar("State")
Of = TypeVar("Of", bound=About)
F = TypeVar("F", bound=Fact)
# From the letters of RFC 4648 to Crockford's, which a tired person can read.
_CROCKFORDS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")


class StreamFact(NamedTuple):
    """A fact and the stream it belongs to."""

    stream: str
    fact: Fact


Decision = list[StreamFact] | Refused


class Situation(NamedTuple):
    """Everything a decision may look at; all of it is true until the decision is stored."""

    case: Case | None
    programme: Programme
    journey: Journey
    now: datetime
    previous: Case | None = None
    shared: Mapping[str, Any] = {}
    claimed: frozenset[str] = frozenset()  # tasks a worker is at this moment doing
    begun: frozenset[str] = frozenset()  # open tasks that a worker had in hand at any time, those among them
    open_cases: tuple[str, ...] = ()  # the programme's, for a command that ends it
    cases: Mapping[str, Case] = {}  # further cases an office's decision reaches, by case number
    second: str = ""  # who proposed what is decided here, and under which id
    proposal: str = ""
    named_so: bool = False  # whether a handle is a part of the person's name, by the keyed hashes of the search

    @property
    def today(self) -> date:
        """Return the programme's day of the decision."""
        return self.programme.day(self.now)

    @property
    def two(self) -> dict[str, str]:
        """Return what a fact says of the two people behind it: who proposed it, and where."""
        return {"second": self.second, "proposal": self.proposal}

    def state_of(self, stream: str, empty: Callable[[], State]) -> State:
        """Return a stream that cases share as it stands; it must be among those the decision said it needs.

        What was not held still is not read as empty: that would give a bed twice.
        """
        assert stream in self.shared, (
            f"{stream.partition(':')[0]} is looked at, but not among the needs of the decision"
        )
        found: State | None = self.shared[stream]
        return empty() if found is None else found

    def asked(self, command: Command) -> GuardContext:
        """Return what the guards look at for this command."""
        assert self.case is not None
        given = vars(command)
        return GuardContext(self.case, self.programme, self.now, command.actor, given.get("reason", ""), self.second)

    def has_ended(self, case: Case) -> bool:
        """Tell whether a case has ended; of another one, a stage that this definition does not know is no end."""
        stage = self.programme.journey.stages.get(case.stage)
        return stage is not None and stage.ends

    def about_case(self, *facts: Fact) -> list[StreamFact]:
        """Return facts for the case's own stream."""
        assert self.case is not None
        return [StreamFact(case_stream(self.case.case_id), fact) for fact in facts]

    def escalated(self, kind: str, *, when: bool = True) -> list[StreamFact]:
        """Return that somebody has to look, when it is so."""
        return self.about_case(Escalated(kind=kind)) if when else []


class OfficeSituation(NamedTuple):
    """What a decision about the house itself looks at, beside every case and programme: streams that are held still."""

    now: datetime
    states: Mapping[str, Any]  # by stream, None for one that has not begun
    second: str = ""  # who proposed what is decided here, and under which id
    proposal: str = ""
    files: Mapping[str, tuple[Programme, ...]] = {}  # by programme, every file published before, the newest last
    teams: Mapping[str, frozenset[str]] = {}  # by programme, those its people may be placed in

    @property
    def two(self) -> dict[str, str]:
        """Return what a fact says of the two people behind it: who proposed it, and where."""
        return {"second": self.second, "proposal": self.proposal}


Needs = Callable[[Programme, Case], tuple[str, ...]]  # the shared streams a decision looks at


class TaskKind(NamedTuple, Generic[Of]):
    """A kind of task: what it is about, the fact it ends in, whether it may still be begun, and what taking back means.

    ``consent`` names the purpose a task works under: taken back, the task is called off. What gives a booking
    back is never called off.
    """

    kind: str
    about: type[Of]
    done: Callable[[FinishTask, Of], TaskOutcome]
    wanted: Callable[[Of, Situation], bool] = lambda _about, _situation: True
    gives_back: bool = False
    is_letter: bool = True  # whoever it was for can tell that it arrived
    consent: Callable[[Of, Programme], str | tuple[str, str]] | None = None  # a purpose, or with its recipient
    taken_back: Callable[[Of, Situation], list[StreamFact]] = lambda _about, _situation: []
    unsent_needs: Needs | None = None  # shared streams looked at when it did not happen


def ends_in(
    fact: type[TaskOutcome], reference: str = "receipt", **renamed: str
) -> Callable[[FinishTask, About], TaskOutcome]:
    """Return how a task ends in a fact about the same things; ``reference`` is where the fact keeps what came back."""

    def done(command: FinishTask, about: About) -> TaskOutcome:
        same = {name: value for name, value in about if name in fact.model_fields}
        other = {name: getattr(about, source) for name, source in renamed.items()}
        return fact.model_validate({**same, **other, "task_id": command.task_id, reference: command.reference})

    return done


def said_by(command: Command, fact: type[F], **more: Any) -> F:
    """Return a fact that repeats what a command says under the same names, and what is added."""
    same = type(command).model_fields.keys() & fact.model_fields.keys() - more.keys()
    return fact(**{name: getattr(command, name) for name in same}, **more)


def case_of(situation: Situation) -> Case:
    """Return the case a decision is about; a command for a case is decided only when there is one."""
    assert situation.case is not None
    return situation.case


def person_of(situation: Situation) -> str:
    """Return whose keys seal what is told."""
    return case_of(situation).person_id


def unless(reasons: Iterable[Reason], facts: list[StreamFact]) -> Decision:
    """Return the facts, or a refusal with every reason when there is one."""
    against = tuple(reasons)
    return Refused(against) if against else facts


def reasons_against(asked: GuardContext, guards: Iterable[Guard]) -> tuple[Reason, ...]:
    """Return every guard's reason, not only the first."""
    return tuple(found for guard in guards if (found := guard(asked)) is not None)


def id_from(command_id: UUID, kind: str, *more: object) -> str:
    """Return a short id that the same command always gives: ``G-7K3P9QXM2D7K3P9Q``.

    Eighty bits are enough to tell the grants, trips and tasks of one programme apart, and short enough for
    a bank's 35 characters; two equal ones would be refused by the database's key, never mixed up.
    """
    return id_of(kind, str(command_id), kind, *more)


def id_of(kind: str, *words: object) -> str:
    """Return the short id that these words give, whoever asks and whenever.

    What leaves the house under such an id and has to be recorded again, as after a restore, leaves it once.
    """
    seed = "|".join(map(str, words))
    letters = base64.b32encode(hashlib.sha256(seed.encode()).digest()[:10]).translate(_CROCKFORDS).decode()
    return f"{kind}-{letters}"
