"""I13: what left the house agrees with the log, whichever backup the log came from."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from events.facts.grants import TrancheReleased
from events.facts.restore import OrphanSettled
from events.facts.tasks import TaskRequested
from events.money import Money
from handlers.checks.check_results import InvariantCheck, ObservedEvent, SentOutside, WalkEnd, sees
from workflow.subjects.restore.state import Quarantine


class OutsideCheck(InvariantCheck):
    """I13: each payment, letter and order was asked for here, or two people settled what it is; none pays twice."""

    name, title = "I13", "what left the house is what the log says"

    def __init__(self, sent: Sequence[SentOutside] | None) -> None:
        super().__init__()
        self._sent = sent
        self._asked: set[str] = set()
        self._amounts: dict[str, Money] = {}
        self._settled: set[str] = set()
        self._stopped: set[str] = set()  # of these: taken back outside, so that their file pays nothing any more

    @sees(TaskRequested)
    def _on_request(self, fact: TaskRequested, _seen: ObservedEvent) -> None:
        self._asked.add(fact.task_id)

    @sees(TrancheReleased)
    def _on_release(self, fact: TrancheReleased, _seen: ObservedEvent) -> None:
        self._amounts[fact.tranche_id] = fact.amount

    @sees(OrphanSettled)
    def _on_settlement(self, fact: OrphanSettled, seen: ObservedEvent) -> None:
        quarantine: Quarantine = seen.before
        reference = quarantine.orphans[fact.orphan_id].reference
        self._settled.add(reference)
        if fact.outcome == "stopped":
            self._stopped.add(reference)

    def end(self, end: WalkEnd) -> None:
        """Hold what lies outside to what was asked for."""
        del end
        files: Mapping[str, set[str]] = defaultdict(set)
        for one in self._sent or ():
            self.count(f"{one.kind}s")
            known = one.task_id in self._asked or one.task_id in self._settled
            self.demand(known, f"{one.task_id}: a {one.kind} went out that nobody here asked for")
            if one.about in self._amounts:
                files[one.about].add(one.task_id)
                ours = self._amounts[one.about]
                pays_this = one.amount == ours or one.task_id in self._stopped
                self.demand(pays_this, f"{one.about}: {one.amount} went to the bank, {ours} was released")
        for part, tasks in files.items():
            self.demand(len(tasks) == 1, f"{part}: went to the bank in {len(tasks)} files: {', '.join(sorted(tasks))}")
