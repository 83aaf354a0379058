"""The journey of a programme, compiled once per definition: a ``transitions`` machine to decide, a table to fold.

One machine serves all cases of a definition and knows none of them: a case is a slotted object handed to
``events[trigger].trigger``, about 50 bytes instead of some 3 KiB for a registered model. No automatic
transitions (they are a back door round every guard), no callbacks with effects, callables instead of strings.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from transitions import EventData, Machine, MachineError

from workflow.guard_context import Guard, GuardContext
from workflow.programme.programme import Programme
from workflow.programme.stages import Stage
from workflow.reasons import Reason, Refused, refused
from workflow.refusals import NOTHING_LEADS_ON, STAGE_DOES_NOT_ALLOW_IT

GuardOf = Callable[[str, frozenset[str]], Guard | None]  # by its name, and the programme's services


class TakenTransition(NamedTuple):
    """One way on that was taken: where it leads and which guards passed."""

    trigger: str
    source: str
    dest: str
    checked: tuple[str, ...]


class Option(NamedTuple):
    """One way on as a person sees it: allowed, or blocked by reasons."""

    trigger: str
    dest: str
    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether it may be taken now."""
        return not self.reasons


class MachineModel:
    """What the machine moves: the state, what is asked, and the reasons it met on the way."""

    __slots__ = ("asked", "checked", "reasons", "state")

    def __init__(self, asked: GuardContext) -> None:
        self.state = asked.case.stage
        self.asked = asked
        self.reasons: list[Reason] = []
        self.checked: tuple[str, ...] = ()


class Journey:
    """Decides by the machine, folds by the table; a property test holds the two together."""

    def __init__(self, programme: Programme, guard_of: GuardOf) -> None:
        self.programme = programme
        self.initial = programme.journey.initial
        self.table = {(s, t.trigger): t.dest for t in programme.journey.transitions for s in t.source}
        self._machine = Machine(
            model=None,
            states=list(programme.journey.states),
            initial=self.initial,
            transitions=list(_notated(programme, guard_of)),
            auto_transitions=False,
            send_event=True,
        )

    def stage(self, name: str) -> Stage:
        """Return what a stage brings with it."""
        return self.programme.journey.stages[name]

    def triggers(self, stage: str) -> list[str]:
        """Return the ways on from a stage, in the order of the programme file."""
        return [trigger for source, trigger in self.table if source == stage]

    def decide(self, asked: GuardContext, trigger: str) -> TakenTransition | Refused:
        """Return the step, or a refusal with every guard that says no."""
        traveller = MachineModel(asked)
        source = asked.case.stage
        if trigger not in self._machine.events:
            return _no_such_way(self, source, trigger)
        try:
            moved = self._machine.events[trigger].trigger(traveller)
        except MachineError:
            return _no_such_way(self, source, trigger)
        if not moved:
            return Refused(tuple(traveller.reasons))
        return TakenTransition(trigger, source, traveller.state, traveller.checked)

    def options(self, asked: GuardContext) -> list[Option]:
        """Return every way on from where the person is, with all reasons against each."""
        return [self._option(asked, trigger) for trigger in self.triggers(asked.case.stage)]

    def _option(self, asked: GuardContext, trigger: str) -> Option:
        step = self.decide(asked, trigger)
        dest = self.table[asked.case.stage, trigger]
        return Option(trigger, dest, step.reasons if isinstance(step, Refused) else ())


class _Conditions:
    """All guards of one transition as one condition: asks every one, so that all reasons are told at once."""

    def __init__(self, guards: Sequence[tuple[str, Guard]]) -> None:
        self._guards = guards
        self._names = tuple(name for name, _ in guards)

    def __call__(self, event: EventData) -> bool:
        traveller: Any = event.model
        traveller.reasons = [found for _, guard in self._guards if (found := guard(traveller.asked)) is not None]
        traveller.checked = self._names
        return not traveller.reasons


def _notated(programme: Programme, guard_of: GuardOf) -> Iterator[dict[str, Any]]:
    services = frozenset(programme.service_of)
    for way in programme.journey.transitions:
        guards = [(name, guard_of(name, services)) for name in way.conditions]
        known = [(name, guard) for name, guard in guards if guard is not None]
        assert len(known) == len(guards), "a programme is validated before it is compiled"
        yield {"trigger": way.trigger, "source": list(way.source), "dest": way.dest, "conditions": [_Conditions(known)]}


def _no_such_way(journey: Journey, stage: str, trigger: str) -> Refused:
    ways = journey.triggers(stage)
    if not ways:
        return refused(NOTHING_LEADS_ON(stage=stage))
    return refused(STAGE_DOES_NOT_ALLOW_IT(trigger=trigger, ways=ways, stage=stage))
