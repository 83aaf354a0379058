"""A programme year under a seeded scheduler: one thread, every step of every process in an order of the seed's.

One seed gives one history, bit for bit. Time stands still until the scheduler moves it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import exists, func, select

from events.errors import EventsError
from events.instants import instant
from events.world import ManualClock
from handlers.projections.tables import tasks, timers
from tests.simulator.clocks import AHEAD_MOST, set_clocks
from tests.simulator.copies import Copies
from tests.simulator.durable import WATCH
from tests.simulator.faults import Faults
from tests.simulator.machine import Killed, Machine, lapse
from tests.simulator.outside import Agency, Bank, Habits, Mail, MailServer
from tests.simulator.queue import Queue
from tests.simulator.screens import Screens
from tests.simulator.services.services import Services
from tests.simulator.staff import Staff, Wishes
from tests.simulator.terms import Terms

ROUNDS_MAX: Final = 40  # of steps at one moment: a bug that never comes to rest is found
HEALING_MAX: Final = 72  # moments until everything must be done
PERSON_ROUNDS_MAX: Final = 800  # for each person in all their years: a way without a bug takes half of it
HEALING_ROUNDS_MAX: Final = 300  # and so many rounds of steps: who goes on for ever is not busy but lost
STRIDE_MAX: Final = timedelta(days=8)
DAY: Final = timedelta(days=1)
_SEALS: Final = 0.05  # in how many sweeps the log is sealed too
_SWEEPS: Final = 0.3  # in how many of the rounds after the first somebody sweeps
MACHINES: Final = ("one", "two")
_NEXT_TASK: Final = select(func.min(tasks.c.due_at)).where(tasks.c.status == "waiting", tasks.c.wanted)
_NEXT_TIMER: Final = select(func.min(timers.c.due_at)).where(timers.c.status == "set")
_UNKNOWN: Final = exists().where(tasks.c.status == "unknown")
_NEXT: Final = select(_NEXT_TASK.scalar_subquery(), _NEXT_TIMER.scalar_subquery(), _UNKNOWN)


class NeverQuiet(AssertionError):
    """What was due is still not done, long after everything was well again."""


class Simulation:
    """A world with an office in it; its ``staff``, ``agency``, ``mail`` and ``bank`` know what really happened."""

    def __init__(self, terms: Terms, data: Path, start: datetime, faults: Faults | None = None) -> None:
        self.terms = terms
        self.faults = faults or Faults(terms.seed, share=terms.share, never=terms.never)
        self.clock = ManualClock(start)
        self._start = start
        self._order = Random(f"{terms.seed}/order")
        habits = Habits(self.faults, self._crash, self._meanwhile)
        self.queue = Queue(self.faults, self._order)
        self.agency = Agency(habits, self.clock.now)
        self.mail = (MailServer if terms.seed % 2 else Mail)(habits, self.clock.now)
        self.bank = Bank(data / "bank", self.faults)
        services = Services(terms, self.faults, self.mail, self._meanwhile) if terms.services else None
        wishes = Wishes(terms.gives_up, terms.forgotten)
        self.staff = Staff(wishes, terms.seed, terms.people, terms.days, self.faults, self.mail, services)
        self._screens = Screens()
        self.machines = self._machines(data)
        self.copies = Copies(self, data)
        self._acting: Machine | None = None
        self._is_nested = False
        self._moment = self._rounds = 0
        self._drawn = ""

    def _machines(self, data: Path) -> list[Machine]:
        outside = (self.queue, self.agency, self.mail, self._screens)
        return [Machine(name, data, self.clock, *outside) for name in MACHINES]

    # -- a run ----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Let the time pass, then heal everything and go on until nothing is left to do; raises NeverQuiet."""
        WATCH.passed = self._passed
        end, stride = self._start + timedelta(days=self.terms.days), DAY
        moved = True
        most = PERSON_ROUNDS_MAX * (self.terms.people + 1)
        while self.clock.now() < end and self._rounds < most and (moved or not self._is_over()):
            moved = self._moments_work()
            stride = DAY if moved or not self.staff.everybody_came() else min(stride * 2, STRIDE_MAX)
            self._pass_time(stride)
        self.heal()

    def heal(self) -> None:
        """Let nothing go wrong any more, and go on until everything that is due is done."""
        self.faults.are_over = True
        for machine in self.machines:
            machine.down_until = 0
        if self.terms.clocks:
            self.clock.advance(AHEAD_MOST)  # nothing is written before the newest there is, by whichever clock
        begun = self._rounds
        for _ in range(HEALING_MAX):
            self._moments_work()
            if self._is_quiet():
                return
            if self._rounds > begun + HEALING_ROUNDS_MAX:
                break
            self._pass_time(timedelta(hours=1))
        raise NeverQuiet("what was due is still open")

    def close(self) -> None:
        """Let go of everything."""
        WATCH.passed = lambda _kind, _after: None
        for machine in self.machines:
            machine.end()

    def stop(self) -> None:
        """Let all processes be gone, and the queue with them."""
        for machine in self.machines:
            machine.end()
        self.queue.empty()

    @property
    def somebody_acts(self) -> bool:
        """Tell whether a process is in the middle of a step."""
        return self._acting is not None

    def die_and_go_on(self, data: Path) -> None:
        """Let all processes be gone as they stand, not even unwound, and begin anew over a copy of the disk."""
        for index in data.rglob("*-shm"):
            index.unlink()  # of memory shared with processes that are no more
        self._graves = self.machines  # held for ever: closing them would write to files that are not theirs any more
        self.machines = self._machines(data)
        self.bank = self.bank.at(data / "bank")
        self.queue.empty()
        self._acting, self._is_nested = None, False
        WATCH.open.clear()

    @property
    def alive(self) -> Machine:
        """Return a process that is up, begun anew if need be."""
        for machine in self.machines:
            if not machine.is_dead:
                return machine
        self.machines[0].begin(self.terms.seed)
        return self.machines[0]

    # -- one moment -----------------------------------------------------------------------------------------

    def _moments_work(self) -> bool:
        """Take steps until nobody has anything to do at this moment; tell whether anything was done."""
        self._moment += 1
        self.copies.moment()
        set_clocks((machine.clock for machine in self.machines), self.faults)
        self.queue.come_in()
        anything = False
        for number in range(ROUNDS_MAX):
            if not self._round(self.machines, sweeps=number == 0 or self._order.random() < _SWEEPS):
                return anything
            anything = True
            self.clock.advance(timedelta(seconds=self._order.randrange(10)))
        return anything

    def _round(self, machines: Sequence[Machine], *, sweeps: bool) -> bool:
        """Let everybody have a step, in an order of the seed's; people sit at one of the machines, and one sweeps."""
        self._rounds += 1
        steps: list[Callable[[], bool]] = [lambda: self.bank.work(self.clock.now())]
        steps += [partial(self._step, machine, self._work) for machine in machines]
        steps.append(partial(self._step, self._order.choice(machines), self._ask))
        if sweeps:
            steps.append(partial(self._step, self._order.choice(machines), self._sweep))
        self._order.shuffle(steps)
        moved = [step() for step in steps]  # all of them, whether or not one moved
        return any(moved)

    def _step(self, machine: Machine, do: Callable[[Machine], bool]) -> bool:
        """Let a process take a step; if it dies in it, it is begun anew at its next."""
        if machine.is_dead and not self._begun(machine):
            return False
        if self._turns(machine):
            return True
        with self._acts(machine):
            return do(machine)
        self._buried(machine)
        return True

    def _begun(self, machine: Machine) -> bool:
        if machine.down_until > self._moment:
            return False
        with self._acts(machine):
            try:
                machine.begin(self.terms.seed)
                return True
            except (EventsError, sqlite3.Error):
                if self.faults.are_over:
                    raise
        self._buried(machine)
        return False

    def _turns(self, machine: Machine) -> bool:
        """Let something happen between two steps: a process is killed, the clock leaps, the queue is emptied."""
        what = self.faults.at("turn")
        if what == "leap":
            self.clock.advance(timedelta(minutes=self._order.choice((1, 30, 600))))
        elif what == "empty_queue":
            self.queue.empty()
        elif what == "die":
            machine.is_dead = True
            self._buried(machine)
        return what == "die"

    @contextmanager
    def _acts(self, machine: Machine) -> Iterator[None]:
        before, self._acting = self._acting, machine
        try:
            yield
        except Killed:
            machine.is_dead = True
        finally:
            self._acting = before

    def _buried(self, machine: Machine) -> None:
        machine.end()
        what = self.faults.at("death")
        if what == "empty_queue":
            self.queue.empty()
        elif what == "stay_down":
            machine.down_until = self._moment + 3

    # -- the steps ------------------------------------------------------------------------------------------

    def _work(self, machine: Machine) -> bool:
        message = self.queue.next()
        if message:
            try:
                machine.performer.perform(message)
            except EventsError:  # as dramatiq has it: the message is gone, and the sweeper rings again
                if self.faults.are_over:
                    raise
        return bool(message)

    def _sweep(self, machine: Machine) -> bool:
        if self._order.random() < _SEALS:
            self._seal(machine)
        return machine.sweep().anything

    def _seal(self, machine: Machine) -> None:
        try:
            machine.sealing.round()
        except EventsError:
            if self.faults.are_over:
                raise

    def _ask(self, machine: Machine) -> bool:
        try:
            self.staff.look(machine, self.clock.now(), (self.clock.now() - self._start).days)
            return self.staff.ask(machine, self.clock.now())
        except EventsError:
            if self.faults.are_over:
                raise
            return True

    # -- what goes wrong in the middle of a step ------------------------------------------------------------

    def _crash(self) -> None:
        assert self._acting is not None, "somebody acts"
        self._acting.is_dead = True
        raise Killed

    def _passed(self, kind: str, after: bool) -> None:  # noqa: FBT001 - the watch tells it so
        """Be told that the acting process is about to make something durable, or did."""
        if self._acting is None:
            return
        if self._acting.is_dead:
            raise Killed  # whoever is dead writes nothing while it is unwound
        if after:
            self._after(kind)
            return
        self._drawn = self.faults.at(kind)
        if self._drawn == "die":
            self._crash()
        if self._drawn == "full":
            raise sqlite3.OperationalError("database or disk is full")

    def _after(self, kind: str) -> None:
        unsure = self._drawn == "unsure"
        what = self.faults.at({"commit": "committed", "file": "filed"}[kind])
        if what == "die":
            self._crash()
        if unsure:
            raise sqlite3.OperationalError("disk I/O error")
        if what == "others":
            self._meanwhile()

    def _meanwhile(self) -> None:
        """Let the others act while this process stands in the middle of a step, until its leases have run out."""
        if self._is_nested or WATCH.somebody_writes():
            return
        acting, self._is_nested = self._acting, True
        self.clock.advance(lapse() * self._order.choice((0, 1, 1, 60)))
        others = [machine for machine in self.machines if machine is not acting]
        for _ in range(3):
            self._round(others, sweeps=True)
        self._acting, self._is_nested = acting, False

    # -- time -----------------------------------------------------------------------------------------------

    def _pass_time(self, stride: timedelta) -> None:
        """Move on to the next thing that is due, or by a stride."""
        now = self.clock.now()
        with self.alive.container.database.reading() as connection:
            *due, unknown = connection.execute(_NEXT).one()
        if self.copies.is_on:
            due = []  # what is due waits for two officers
        if self.staff.is_waiting or unknown:
            stride = min(stride, timedelta(hours=1))
        next_due = min([instant(text) - now for text in due if text], default=stride)
        self.clock.advance(max(min(stride, next_due), timedelta(seconds=61)))

    def _is_over(self) -> bool:
        """Tell whether everybody's case has ended and nothing is asked for any more."""
        if not self.staff.everybody_came() or self.staff.is_waiting:
            return False
        machine = self.alive
        machine.feed.changed()
        return all(one.definition.journey.stage(one.case.stage).ends for one in machine.feed.all())

    def _is_quiet(self) -> bool:
        now = self.alive.container.log.now()
        is_open = tasks.c.status.in_(("claimed", "unknown", "dead")) | (
            (tasks.c.status == "waiting") & (tasks.c.due_at <= now)
        )
        with self.alive.container.database.reading() as connection:
            left = connection.execute(select(tasks.c.task_id).where(is_open).limit(1)).first()
            due = select(timers.c.timer_id).where(timers.c.status == "set", timers.c.due_at <= now).limit(1)
            left = left or connection.execute(due).first()
        return left is None and not self.staff.is_waiting and self.bank.is_quiet and not self.copies.is_on
