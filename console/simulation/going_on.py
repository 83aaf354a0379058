"""Life goes on while somebody looks: people arrive, staff act, tasks are done, the bank answers; all at a set pace.

What a visitor has touched is theirs from then on, and a few cases are theirs from the beginning: nobody overtakes
somebody who is trying something out.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from console.container import Container
from console.simulation.demo_bank import DemoBank
from console.simulation.groups import go_on_together
from console.simulation.hotline import desk_commands
from console.simulation.managed_case import arrival
from console.simulation.manager import next_commands
from console.simulation.year import Year, left_alone
from events.errors import EventsError
from events.ids import case_id_of, case_of_stream
from events.instants import instant
from handlers.commanding.errors import HandlersError
from handlers.states.case_reader import CaseSnapshot
from handlers.states.change_feed import PAGE_SIZE, ChangeFeed
from workers.running.worker_pool import WorkerSettings
from workflow.command import Command
from workflow.programme.loading import Definition
from workflow.rights.visibility import is_machine

_log = logging.getLogger("wayhome.rehearsal")
BREATH_S: Final = 2.0  # between two looks
AT_ONCE: Final = 5  # open cases that have their turn at a look
ONE_COMES_EVERY: Final = timedelta(hours=1)


class GoingOn:
    """The rehearsal after its year, in a thread of its own; the office's clock runs by itself."""

    def __init__(self, container: Container, definition: Definition, year: Year, pace: float = 1.0) -> None:
        self._container = container
        self._definition = definition
        self._year = year
        # A lease lasts as long as it would by a real clock.
        self._pool = container.pool(WorkerSettings(threads=2, lease_s=WorkerSettings().lease_s * max(1.0, pace)))
        self._bank = DemoBank(container.settings.bank_folder)
        self._follow = ChangeFeed(container.log, container.service.definitions)
        self._follow.changed()
        self._read = container.log.size() - 1  # what happened up to here was the year's
        self._came = {case_id_of(self._arrival(number).command_id) for number in range(year.arrivals)}
        self._arrived = year.arrivals
        self._began = instant(container.log.now())
        self.left = left_alone(self._open())
        self._theirs = set(self.left.values())
        self._ours: set[str] = set()  # commands given since the last look at what others did
        self._day = definition.programme.day(instant(container.log.now()))
        self._next = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rehearsal", daemon=True)

    def start(self) -> None:
        """Let life go on."""
        self._pool.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        self._stop.set()
        self._thread.join()
        self._pool.stop()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.breathe()
            except (EventsError, HandlersError) as problem:
                _log.warning("the rehearsal waits: %s", type(problem).__name__)
            self._stop.wait(BREATH_S)

    def breathe(self) -> None:
        """Do what there is to do at this moment."""
        now = instant(self._container.log.now())
        self._bank.answer(now)
        self._give([*self._newcomers(now), *self._of_the_desk(now)])
        changed = self._follow.changed()
        self._notice_visitors()
        looked_at = {snapshot.case.case_id: snapshot for snapshot in (*self._next_in_turn(), *changed)}
        ours = [snapshot for snapshot in looked_at.values() if snapshot.case.case_id in self._came - self._theirs]
        under_way = [snapshot for snapshot in ours if not self._ended(snapshot)]
        self._give([command for snapshot in under_way for command in next_commands(snapshot, now)])
        families = [one for one in self._open() if one.case.case_id in self._came - self._theirs]
        self._ours.update(go_on_together(families, self._container.service, now))

    def _give(self, commands: Sequence[Command]) -> None:
        self._ours.update(str(command.command_id) for command in commands)
        self._container.service.submit_many(commands)

    def _newcomers(self, now: datetime) -> list[Command]:
        """Return the referrals of those who have come by now: more than in the year, to have something to see."""
        due = self._year.arrivals + int((now - self._began) / ONE_COMES_EVERY)
        commands = [self._arrival(number) for number in range(self._arrived, due)]
        self._came.update(case_id_of(command.command_id) for command in commands)
        self._arrived = max(due, self._arrived)
        return list(commands)

    def _arrival(self, number: int) -> Command:
        programme = self._definition.programme
        return arrival(number, self._year.seed, programme.day(instant(self._container.log.now())), programme.programme)

    def _of_the_desk(self, now: datetime) -> list[Command]:
        """Return what the desk counted the day before, once a day."""
        day, self._day = self._day, self._definition.programme.day(now)
        return list(desk_commands(self._definition.programme, now, self._year.seed)) if day != self._day else []

    def _notice_visitors(self) -> None:
        """Leave alone, from now on, every case somebody else than the rehearsal and its workers did something about."""
        while page := self._container.log.page(self._read, PAGE_SIZE):
            for event in page:
                actor, case_id = event.envelope.actor, case_of_stream(event.envelope.stream)
                if case_id and not is_machine(actor) and event.envelope.command_id not in self._ours:
                    self._theirs.add(case_id)
            self._read = page[-1].position
        self._ours.clear()

    def _next_in_turn(self) -> list[CaseSnapshot]:
        """Return a few open cases more, so that each has its turn and the day's work is spread over the day."""
        cases = self._open()
        self._next = self._next + AT_ONCE if self._next + AT_ONCE < len(cases) else 0
        return cases[self._next : self._next + AT_ONCE]

    def _open(self) -> list[CaseSnapshot]:
        return [snapshot for snapshot in self._follow.all() if not self._ended(snapshot)]

    def _ended(self, snapshot: CaseSnapshot) -> bool:
        return self._definition.journey.stage(snapshot.case.stage).ends
