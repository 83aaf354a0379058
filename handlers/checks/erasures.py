"""I14: every sealed part has its key, or a fact that erased it; and who was erased stays so."""

from typing import Any, Final

from events.facts import catalogue
from events.facts.erasure import ErasureCompleted, ErasureReplayed, PersonErased
from handlers.checks.check_results import InvariantCheck, ObservedEvent, WalkEnd, sees
from workflow.case.erasure import is_erased, request_of
from workflow.case.state import Case
from workflow.rights.visibility import is_machine

_SEALING: Final = tuple(shape.fact for shape in catalogue().shapes.values() if shape.sealed)


class ErasuresCheck(InvariantCheck):
    """I14: an erasure was asked for, is carried to its end, and nothing of the person is written after it.

    That two people decided it is I12's to say.
    """

    name, title = "I14", "every sealed part has its key, or a fact that erased it"

    def __init__(self) -> None:
        super().__init__()
        self._under_way: dict[str, str] = {}  # person to where it was decided

    @sees(*_SEALING)
    def _on_sealed(self, _fact: Any, seen: ObservedEvent) -> None:
        gone = isinstance(seen.before, Case) and is_erased(seen.before)
        self.demand(not (gone and seen.event.envelope.sealed), f"{seen.at}: something is sealed of who was erased")

    @sees(PersonErased)
    def _on_erasure(self, fact: PersonErased, seen: ObservedEvent) -> None:
        self.count("erasures")
        asked = request_of(seen.before) if isinstance(seen.before, Case) else None
        self.demand(asked is not None and asked.request_id == fact.request_id, f"{seen.at}: nobody had asked for it")
        self.demand(bool(fact.proposal), f"{seen.at}: was decided by one, and takes two people")
        self._under_way[fact.person_id] = seen.at

    @sees(ErasureCompleted)
    def _on_completion(self, fact: ErasureCompleted, seen: ObservedEvent) -> None:
        decided = self._under_way.pop(fact.person_id, None)
        self.demand(decided is not None, f"{seen.at}: says that an erasure is over that nobody decided")

    @sees(ErasureReplayed)
    def _on_replay(self, _fact: ErasureReplayed, seen: ObservedEvent) -> None:
        self.count("erased again in this copy")
        self.demand(is_machine(seen.event.envelope.actor), f"{seen.at}: a person says what only the keys' ledger knows")

    def end(self, end: WalkEnd) -> None:
        """Take over what the log's own proof found of parts and keys, and what was never carried to its end."""
        self.count("events", end.report.events)
        self.count("parts erased", end.report.missing_parts)
        for finding in end.report.findings:
            if finding.code == "erasure":
                self.fault(finding.text)
        if end.settled:
            for at in self._under_way.values():
                self.fault(f"{at}: keys and ciphertexts were to be destroyed, and nobody said that they were")
