"""What a subject brings to the engine: its commands and how each is decided, what its facts change, and the rest.

The engine knows no subject by name. It asks every registered one for its part (``workflow.registry``).
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

from events.catalogue import Fact
from workflow.case.retraction import Instead, Retractable
from workflow.case.state import At, Case, Change, Pairs, Part
from workflow.command import Command
from workflow.guard_context import Guard, GuardContext
from workflow.programme.programme import Programme
from workflow.programme.stages import Stage
from workflow.reasons import Reason, ReasonKind, Refused
from workflow.rights.acts import Acts
from workflow.situation import Decision, Needs, OfficeSituation, Situation, StreamFact, TaskKind

Found = TypeVar("Found")
Decide = Callable[[Any, Situation], Decision]
OfficeNeeds = Callable[[Programme, Any], tuple[str, ...]]  # shared streams known from the command itself
Reaches = Callable[[Any, Situation], tuple[str, ...]]  # the cases an office's decision reaches, once shared is seen
TimerNeeds = Callable[[Programme, Case, Pairs], tuple[str, ...]]
LocatedFault = tuple[tuple[str | int, ...], str]  # where in a programme file, and what is wrong there


class TwoPeople(NamedTuple):
    """That a decision needs two people: when it does, and how what is proposed is kept until the second confirms.

    ``sealed`` is the field of the command that identifies a person, ``thing`` names those that say what it is decided
    about: of each thing one proposal waits at a time. Where that depends on what is given, ``apart`` returns the
    command without what identifies somebody, and that by its field. ``context`` is where it is proposed when that is
    not a case's own history: a ProposalContext.
    """

    when: Callable[[Any, Any], bool] = lambda _command, _situation: True
    sealed: str = ""
    thing: tuple[str, ...] = ()
    confirmed_by: Acts = ("case.confirm",)
    apart: Callable[[Any], tuple[Any, Mapping[str, str]]] | None = None
    context: Callable[[Any, Situation], Any] | None = None


class CommandRule(NamedTuple):
    """How one kind of command is decided, and what must be held still for it.

    ``after_the_end`` lets it be given for a case that has ended, ``after_erasure`` for one of a person who was erased
    since, as long as it seals nothing; ``cancels`` says that it may take back tasks, so
    that the decision must know which of them a worker has already begun; ``in_person`` says that it is one of several
    hands, so that a name somebody typed without signing in does not give it. ``own_time`` says that the rule has a
    word of its own for a time that is still to come.
    """

    command: type[Command]
    decide: Decide
    needs: Needs | None = None
    office_needs: OfficeNeeds | None = None
    reaches: Reaches | None = None
    after_the_end: bool = False
    after_erasure: bool = False
    cancels: bool = False
    two_people: TwoPeople | None = None
    in_person: bool = False
    own_time: bool = False


class OfficeRule(NamedTuple):
    """How a command about the house itself is decided: an account, or a programme file.

    ``streams`` are those it looks at beside the officers' accounts. ``against`` tells why an account does not count
    as one of the two who decide it; its third argument says by which acts it would, its fourth what to call it.
    ``everybody`` says that it looks at every account there is.
    """

    command: type[Command]
    decide: Callable[[Any, OfficeSituation], Decision]
    streams: Callable[[Any], tuple[str, ...]]
    two_people: TwoPeople | None = None
    against: Callable[[Any, OfficeSituation, str, Acts, ReasonKind], Iterable[Reason]] = lambda *_: ()
    everybody: bool = False


class PublicationHook(NamedTuple):
    """What a subject settles when a programme file comes into force, and the streams it looks at for it."""

    streams: Callable[[Programme], tuple[str, ...]]
    follows: Callable[[Programme, OfficeSituation], list[StreamFact]]


def given(
    find: Callable[[Any, Situation], Found | Refused], decide: Callable[[Any, Found, Situation], Decision]
) -> Decide:
    """Return how a command is decided that is about something: ``find`` returns it, or why there is no such thing."""

    def decided(command: Any, situation: Situation) -> Decision:
        found = find(command, situation)
        return found if isinstance(found, Refused) else decide(command, found, situation)

    return decided


class TimerKind(NamedTuple):
    """A kind of timer: what follows when its time has come, and the shared streams that looks at."""

    kind: str
    follows: Callable[[Situation, Pairs], list[StreamFact]]
    needs: TimerNeeds = lambda _programme, _case, _subject: ()


class StepHook(NamedTuple):
    """What a subject settles when a case takes a step: ``when`` it does, what it tells, which streams it looks at.

    ``against`` is why the step cannot have been taken at the moment of asking, whatever a programme file demands.
    ``reaches`` names the further cases it is settled in, once the streams are seen.
    """

    when: Callable[[str, Stage], bool]  # the stage's name and what the programme says of it
    settles: Callable[[Situation, str], list[StreamFact]]
    needs: Needs
    against: Callable[[GuardContext, str], list[Reason]] = lambda _asked, _name: []
    reaches: Callable[[Situation], tuple[str, ...]] = lambda _situation: ()


def case_ends(_name: str, stage: Stage) -> bool:
    """Tell whether a stage is an end: nothing of a case outlives it."""
    return stage.ends


class Aggregate(NamedTuple):
    """A stream that cases share: the word it begins with, and how a fact changes its state (None before the first)."""

    word: str
    evolve: Callable[[Any, Fact, At], Any]


def aggregate(word: str, empty: Callable[[], Any], evolve: Callable[[Any, Any], Any]) -> Aggregate:
    """Return an aggregate whose facts change it by themselves, whoever told them and whenever."""
    return Aggregate(word, lambda state, fact, _at: evolve(empty() if state is None else state, fact))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everything one subject registers; its stem is its name in every room."""

    stem: str
    commands: tuple[type[Command], ...]
    rules: tuple[CommandRule, ...] = ()
    office_rules: tuple[OfficeRule, ...] = ()
    published: PublicationHook | None = None
    part: Part[Any] | None = None  # what it keeps of a case
    changes: Mapping[str, Change] = field(default_factory=dict)  # of a case, by the name of the fact
    retractable: tuple[Retractable, ...] = ()  # its facts that can be retracted when they were a slip
    instead: Mapping[str, Instead] = field(default_factory=dict)  # how others are put right, by the name of the fact
    guards: tuple[Guard, ...] = ()
    tasks: tuple[TaskKind[Any], ...] = ()
    timers: tuple[TimerKind, ...] = ()
    leaving: StepHook | None = None  # asked about the stage that is left
    entering: StepHook | None = None  # asked about the stage that is entered
    aggregates: tuple[Aggregate, ...] = ()
    faults: Callable[[Programme], Iterable[LocatedFault]] | None = None  # of its part of a programme file


def commands_in(module: ModuleType) -> tuple[type[Command], ...]:
    """Return the kinds of command a module defines, in the order it defines them; what others build on is none."""
    found = [kind for kind in vars(module).values() if inspect.isclass(kind) and issubclass(kind, Command)]
    own = [kind for kind in found if kind.__module__ == module.__name__]
    return tuple(kind for kind in own if kind.acts or not kind.__subclasses__())
