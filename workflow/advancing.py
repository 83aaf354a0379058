"""Moving on: one step of the journey, with what each subject settles on the way."""

from collections.abc import Iterable
from typing import Final

from events.facts.journey import StageEntered
from workflow.case.state import Case
from workflow.case_decisions import lapsed_by_end
from workflow.command import AdvanceCase, occurred
from workflow.guard_context import GuardContext
from workflow.programme.programme import Programme
from workflow.reasons import Reason, Refused
from workflow.registry import SUBJECTS
from workflow.situation import Decision, Situation, StreamFact, case_of
from workflow.subject import CommandRule, StepHook, TwoPeople

SECOND_PERSON: Final = "second_person_agreed"  # the guard by which a programme file asks for two people
_LEAVING: Final = tuple(subject.leaving for subject in SUBJECTS if subject.leaving is not None)
_ENTERING: Final = tuple(subject.entering for subject in SUBJECTS if subject.entering is not None)


def advance_case(command: AdvanceCase, situation: Situation) -> Decision:
    """Return the step, or every reason against it."""
    step = situation.journey.decide(situation.asked(command), command.trigger)
    against = against_moment(situation, command)
    if isinstance(step, Refused) or against:
        return Refused((*(step.reasons if isinstance(step, Refused) else ()), *against))
    entered = StageEntered(
        trigger=step.trigger,
        source=step.source,
        dest=step.dest,
        checked=step.checked,
        reason=command.reason,
        **situation.two,
    )
    lapsed = lapsed_by_end(situation) if situation.journey.stage(step.dest).ends else []
    return [
        *_settled(_LEAVING, step.source, situation),
        *situation.about_case(entered),
        *_settled(_ENTERING, step.dest, situation),
        *lapsed,
    ]


def against_moment(situation: Situation, command: AdvanceCase) -> tuple[Reason, ...]:
    """Return why the step cannot have been taken when the command says it was."""
    asked = situation.asked(command)._replace(now=occurred(command, situation.now))
    dest = situation.journey.table.get((asked.case.stage, command.trigger))
    return against_entering(asked, dest) if dest is not None else ()


def against_entering(asked: GuardContext, dest: str) -> tuple[Reason, ...]:
    """Return what the subjects have against entering a stage at a moment."""
    stage = asked.programme.journey.stages[dest]
    return tuple(reason for hook in _ENTERING if hook.when(dest, stage) for reason in hook.against(asked, dest))


def asks_for_two(command: AdvanceCase, situation: Situation) -> bool:
    """Tell whether the way on that is wanted is one that two people go."""
    ways = situation.programme.journey.transitions
    mine = (way for way in ways if way.trigger == command.trigger and case_of(situation).stage in way.source)
    return any(SECOND_PERSON in way.conditions for way in mine)


def step_needs(command: AdvanceCase, case: Case, programme: Programme) -> tuple[str, ...]:
    """Return the shared streams that the subjects look at to settle a step."""
    hooks = _asked_about(command, case, programme)
    return tuple(dict.fromkeys(stream for hook in hooks for stream in hook.needs(programme, case)))


def _step_reaches(command: AdvanceCase, situation: Situation) -> tuple[str, ...]:
    """Return the numbers of the other cases in which the subjects settle something of a step."""
    hooks = _asked_about(command, case_of(situation), situation.programme)
    return tuple(dict.fromkeys(number for hook in hooks for number in hook.reaches(situation)))


def _asked_about(command: AdvanceCase, case: Case, programme: Programme) -> list[StepHook]:
    ways = programme.journey.transitions
    dests = {way.dest for way in ways if way.trigger == command.trigger and case.stage in way.source}
    stages = [(dest, programme.journey.stages[dest]) for dest in sorted(dests)]
    return [hook for hook in _ENTERING if any(hook.when(name, stage) for name, stage in stages)]


def _settled(hooks: Iterable[StepHook], name: str, situation: Situation) -> list[StreamFact]:
    """Return what must not outlive the step: a bed in a house left, a trip and money of a case that ended."""
    stage = situation.journey.stage(name)
    return [told for hook in hooks if hook.when(name, stage) for told in hook.settles(situation, name)]


_BY_TWO: Final = TwoPeople(when=asks_for_two, thing=("trigger",))
RULES: Final = (
    CommandRule(AdvanceCase, advance_case, reaches=_step_reaches, after_the_end=True, cancels=True, two_people=_BY_TWO),
)
