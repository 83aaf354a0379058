"""A programme year in a minute: arrivals, a tireless case manager, real workers, and a bank that answers."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from console.container import Container
from console.simulation.demo_accounts import opened
from console.simulation.demo_bank import DemoBank
from console.simulation.groups import arrivals, go_on_together
from console.simulation.hotline import desk_commands
from console.simulation.managed_case import ANNA, ManagedCase
from console.simulation.manager import next_commands
from events.world import ManualClock
from handlers.projections.board import list_cases
from handlers.states.case_reader import CaseSnapshot
from handlers.states.change_feed import ChangeFeed
from workers.running.sweeper import SweepSettings
from workers.running.worker_pool import WorkerSettings
from workflow.programme.loading import Definition
from workflow.subjects.access.state import access_of
from workflow.values.days import begin_of

TICK = timedelta(days=1)
LEFT_IN: Final = ("referral", "reception", "accommodation", "care", "documents", "reintegration", "follow_up")
LEFT_TO: Final = ANNA
Progress = Callable[[datetime, int], None]


def left_alone(cases: Iterable[CaseSnapshot]) -> dict[str, str]:
    """Return a case of each stage, the newest of one case manager's, that are left to whoever visits."""
    mine = [snapshot.case for snapshot in cases if access_of(snapshot.case).owner == LEFT_TO]
    newest = {case.stage: case.case_id for case in sorted(mine, key=lambda case: case.since)}
    return {stage: newest[stage] for stage in LEFT_IN if stage in newest}


class Year(NamedTuple):
    """How a rehearsal is run."""

    arrivals: int = 350
    days: int = 365
    seed: int = 2006


class Rehearsal:
    """Runs a programme through simulated time, in this process."""

    def __init__(
        self,
        container: Container,
        clock: ManualClock,
        definition: Definition,
        year: Year,
        after_round: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the parts; ``after_round`` is called whenever the case manager has gone once through what there is."""
        self._after_round = after_round
        self._container = container
        self._clock = clock
        self._definition = definition
        self._year = year
        # Time that is not real waits for nobody: what is due is done as soon as it is told.
        self._pool = container.pool(WorkerSettings(threads=2, rhythm=SweepSettings(ring_again_s=0.0)))
        self._bank = DemoBank(container.settings.bank_folder)
        self._arrived = 0
        self._follow = ChangeFeed(container.log, container.service.definitions)

    def run(self, progress: Progress) -> None:
        """Let the year pass; ``progress`` hears the day and how many people have come."""
        opened(self._container, self._definition.programme.programme)  # whoever decides by two has an account
        self._pool.start(sweeping=False)
        try:
            end = self._clock.now() + timedelta(days=self._year.days)
            while self._clock.now() < end:
                self._day()
                progress(self._clock.now(), self._arrived)
            self._propose_something()
        finally:
            self._pool.stop()

    def _propose_something(self) -> None:
        """Have a hand-over proposed of one of the cases left to a visitor, for a supervisor to find and decide on."""
        left = left_alone(one for one in self._follow.all() if not self._ended(one))
        for snapshot in self._container.cases.at_many(list(left.values())[-1:]):
            proposal = ManagedCase(snapshot, self._clock.now()).advance("transfer", reason="moved")
            self._container.service.submit(proposal)

    def _day(self) -> None:
        self._receive()
        desk = desk_commands(self._definition.programme, self._clock.now(), self._year.seed)
        self._container.service.submit_many(list(desk))
        self._bank.answer(self._clock.now())
        self._pool.settle()
        look_at_all = True  # a new day makes some things due; after that only what has changed
        while self._manage(look_at_all=look_at_all):
            self._after_round()
            self._pool.settle()
            look_at_all = False
        self._clock.advance(TICK)

    def _receive(self) -> None:
        """Open the cases of those who have come by now; they come evenly over the year."""
        now, programme = self._clock.now(), self._definition.programme
        start = begin_of(programme.runs.since, "UTC")  # when the demo's clock starts
        due = min(self._year.arrivals, int((now - start) / timedelta(days=self._year.days) * self._year.arrivals) + 1)
        numbers = range(self._arrived, due)
        most, seed = self._year.arrivals, self._year.seed
        commands = arrivals(numbers, most, seed, programme.day(now), programme.programme)
        self._container.service.submit_many(commands)
        self._arrived = due

    def _manage(self, *, look_at_all: bool) -> bool:
        """Do what there is to do about open cases; tell whether anything was accepted."""
        changed = self._follow.changed()
        open_cases = [one for one in (self._follow.all() if look_at_all else changed) if not self._ended(one)]
        commands = [command for one in open_cases for command in next_commands(one, self._clock.now())]
        answers = self._container.service.submit_many(commands)
        everybody = [one for one in self._follow.all() if not self._ended(one)]
        together = go_on_together(everybody, self._container.service, self._clock.now())
        return bool(together) or any(getattr(answer, "facts", ()) for answer in answers)

    def _ended(self, snapshot: CaseSnapshot) -> bool:
        return self._definition.journey.stage(snapshot.case.stage).ends


def most_travelled(container: Container) -> str | None:
    """Return the case whose history is longest, for people to look at."""
    with container.database.reading() as connection:
        rows = list_cases(connection, stage="closed", limit=5000) or list_cases(connection, limit=5000)
    return max(rows, key=lambda row: row["version"])["case_id"] if rows else None


def empty_folder(folder: Path) -> bool:
    """Tell whether a folder holds nothing, so that a rehearsal cannot be mixed with real data."""
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
