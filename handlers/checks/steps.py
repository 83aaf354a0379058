"""I8: only legal steps are stored, each asked again under the definition then in force."""

from __future__ import annotations

from collections.abc import Mapping

from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.office import ProgrammePublished
from events.instants import instant
from handlers.checks.check_results import CheckRecorder, ObservedEvent, Observer, WalkEnd
from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.loading import Definition, load_definition
from workflow.reasons import Refused


class StepsCheck:
    """I8: every step is one its definition allows, and its guards say yes to the case as it was."""

    def __init__(self) -> None:
        self.tally = CheckRecorder("I8", "only legal steps")

    def sees(self) -> Mapping[str, Observer]:
        """Ask for definitions, openings and steps."""
        return {
            "ProgrammePublished": self._on_publication,
            "CaseOpened": self._on_opening,
            "StageEntered": self._on_step,
        }

    def _on_publication(self, seen: ObservedEvent) -> None:
        fact: ProgrammePublished = seen.fact
        self.tally.count("definitions")
        found = load_definition(fact.text).hash
        self.tally.demand(found == fact.definition, f"{seen.at}: the text's hash is {found}, not {fact.definition}")

    def _on_opening(self, seen: ObservedEvent) -> None:
        fact: CaseOpened = seen.fact
        self.tally.count("cases")
        if seen.definition is None:
            self.tally.fault(f"{seen.at}: opened under a definition nobody published")
            return
        initial = seen.definition.journey.initial
        self.tally.demand(fact.stage == initial, f"{seen.at}: opened in {fact.stage}, journeys begin in {initial}")

    def _on_step(self, seen: ObservedEvent) -> None:
        fact: StageEntered = seen.fact
        self.tally.count("steps")
        case: Case | None = seen.before
        definition = seen.definition
        if case is None or definition is None or definition.hash != case.definition:
            self.tally.fault(f"{seen.at}: not under a definition the case runs under")
        elif case.stage != fact.source:
            self.tally.fault(f"{seen.at}: leaves {fact.source}, the case is in {case.stage}")
        elif definition.journey.table.get((fact.source, fact.trigger)) != fact.dest:
            self.tally.fault(f"{seen.at}: {fact.trigger} does not lead from {fact.source} to {fact.dest}")
        else:
            self._guards(seen, case, fact, definition)

    def _guards(self, seen: ObservedEvent, case: Case, fact: StageEntered, definition: Definition) -> None:
        expected = _conditions(definition, fact)
        said = ", ".join(fact.checked) or "none"
        self.tally.demand(fact.checked == expected, f"{seen.at}: other guards were asked than the definition's: {said}")
        now = instant(seen.event.envelope.recorded_at)
        asked = GuardContext(case, definition.programme, now, seen.event.envelope.actor, fact.reason, fact.second)
        again = definition.journey.decide(asked, fact.trigger)
        self.tally.count("guards asked again", len(expected))
        if isinstance(again, Refused):
            self.tally.fault(f"{seen.at}: {fact.trigger} would be refused: {', '.join(again.codes)}")

    def end(self, end: WalkEnd) -> None:
        """Add nothing: every step was checked where it stands."""


def _conditions(definition: Definition, fact: StageEntered) -> tuple[str, ...]:
    ways = definition.programme.journey.transitions
    return next(way.conditions for way in ways if way.trigger == fact.trigger and fact.source in way.source)
