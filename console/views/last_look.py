"""What a grave command would do, before it is done: for whoever looks once more, on a page or at a terminal."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from console.container import Container
from console.words.translation import Words
from events.catalogue import Fact
from events.facts.tasks import TaskCancelled, TaskRequested, TaskUnwanted
from handlers.queries.foreseen import foreseen, foreseen_at_office
from handlers.states.case_reader import CaseSnapshot
from workflow.command import AdvanceCase, CaseCommand, Command, OfficeCommand
from workflow.programme.loading import Definition
from workflow.reasons import Refused
from workflow.subjects.closing.commands import DecideHandOver

_HOURS: Final = frozenset({"TimerSet", "TimerCancelled", "StageEntered"})  # told otherwise, or of no use to a reader


class Happens(NamedTuple):
    """One line of what will happen, and how many of it."""

    what: str
    number: int


class Foresight(NamedTuple):
    """What a command would lead to, and how many people it concerns where it is about an office."""

    facts: tuple[Fact, ...]
    people: int = 0

    def stops(self, words: Words) -> list[Happens]:
        """Return what is told with it: what stops, what is given back."""
        told = (fact for fact in self.facts if not isinstance(fact, TaskCancelled | TaskUnwanted | TaskRequested))
        return _counted(words.label("fact", name) for fact in told if (name := type(fact).__name__) not in _HOURS)

    def called_off(self, words: Words) -> list[Happens]:
        """Return the work under way that nobody does any more."""
        gone = (fact for fact in self.facts if isinstance(fact, TaskCancelled | TaskUnwanted))
        return _counted(words.label("task", fact.kind) for fact in gone)

    def follows(self, words: Words) -> list[Happens]:
        """Return what is done because of it: letters, bookings given back."""
        return _counted(words.label("task", fact.kind) for fact in self.facts if isinstance(fact, TaskRequested))


def dest_of(made: Command, seen: CaseSnapshot | None) -> str:
    """Return the stage a step leads to; "" for what is no step."""
    if seen is None or not isinstance(made, AdvanceCase):
        return ""
    return seen.definition.journey.table.get((seen.case.stage, made.trigger), "")


def _leads_on(made: Command, seen: CaseSnapshot | None) -> bool:
    dest = dest_of(made, seen)
    return seen is None or not dest or not seen.definition.journey.stage(dest).ends


# When a grave command is none: most steps lead on, and who stays may still be asked again.
_LIGHT: Final[Mapping[type[Command], Callable[[Command, CaseSnapshot | None], bool]]] = {
    AdvanceCase: _leads_on,
    DecideHandOver: lambda made, _seen: vars(made)["outcome"] == "stays",
}


def is_grave(made: Command, seen: CaseSnapshot | None) -> bool:
    """Tell whether a command is to be looked at once more: its class says so, and nothing makes this one light."""
    light = _LIGHT.get(type(made))
    return type(made).grave and not (light is not None and light(made, seen))


def foresight(
    container: Container, made: Command, seen: CaseSnapshot | None, definition: Definition | None, now: datetime
) -> Foresight | None:
    """Return what a command would lead to now, or None where the rules say no anyway."""
    if isinstance(made, CaseCommand) and seen is not None:
        found = foreseen(container.log, container.cases, seen, made, now)
        return None if isinstance(found, Refused) else Foresight(tuple(found))
    if isinstance(made, OfficeCommand) and definition is not None:
        at_office = foreseen_at_office(container.log, container.cases, definition, made, now)
        return None if isinstance(at_office, Refused) else Foresight(*at_office)
    return Foresight(())


def _counted(lines: Iterable[str]) -> list[Happens]:
    return [Happens(what, number) for what, number in Counter(lines).items()]
