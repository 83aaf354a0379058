"""I8: only legal steps are stored, each asked again under the definition then in force."""

from __future__ import annotations

from events.facts.intake import CaseOpened
from events.facts.journey import StageEntered
from events.facts.office import ProgrammePublished
from events.instants import instant
from handlers.checks.check_results import InvariantCheck, ObservedEvent, sees
from workflow.case.state import Case
from workflow.guard_context import GuardContext
from workflow.programme.loading import Definition, load_definition
from workflow.reasons import Refused


class StepsCheck(InvariantCheck):
    """I8: every step is one its definition allows, and its guards say yes to the case as it was."""

    name, title = "I8", "only legal steps"

    @sees(ProgrammePublished)
    def _on_publication(self, fact: ProgrammePublished, seen: ObservedEvent) -> None:
        self.count("definitions")
        found = load_definition(fact.text).hash
        self.demand(found == fact.definition, f"{seen.at}: the text's hash is {found}, not {fact.definition}")

    @sees(CaseOpened)
    def _on_opening(self, fact: CaseOpened, seen: ObservedEvent) -> None:
        self.count("cases")
        if seen.definition is None:
            self.fault(f"{seen.at}: opened under a definition nobody published")
            return
        initial = seen.definition.journey.initial
        self.demand(fact.stage == initial, f"{seen.at}: opened in {fact.stage}, journeys begin in {initial}")

    @sees(StageEntered)
    def _on_step(self, fact: StageEntered, seen: ObservedEvent) -> None:
        self.count("steps")
        case: Case | None = seen.before
        definition = seen.definition
        if case is None or definition is None or definition.hash != case.definition:
            self.fault(f"{seen.at}: not under a definition the case runs under")
        elif case.stage != fact.source:
            self.fault(f"{seen.at}: leaves {fact.source}, the case is in {case.stage}")
        elif definition.journey.table.get((fact.source, fact.trigger)) != fact.dest:
            self.fault(f"{seen.at}: {fact.trigger} does not lead from {fact.source} to {fact.dest}")
        else:
            self._guards(seen, case, fact, definition)

    def _guards(self, seen: ObservedEvent, case: Case, fact: StageEntered, definition: Definition) -> None:
        ways = [way for way in definition.programme.journey.transitions if way.trigger == fact.trigger]
        expected = next(way.conditions for way in ways if fact.source in way.source)
        said = ", ".join(fact.checked) or "none"
        self.demand(fact.checked == expected, f"{seen.at}: other guards were asked than the definition's: {said}")
        now = instant(seen.event.envelope.recorded_at)
        asked = GuardContext(case, definition.programme, now, seen.event.envelope.actor, fact.reason, fact.second)
        again = definition.journey.decide(asked, fact.trigger)
        self.count("guards asked again", len(expected))
        if isinstance(again, Refused):
            self.fault(f"{seen.at}: {fact.trigger} would be refused: {', '.join(again.codes)}")
