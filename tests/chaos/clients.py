"""A crowd of clients, a process of its own: ``python -m tests.chaos.clients FOLDER NUMBER``, until it is ended.

One thread thinks of what to ask, some ask. When all is to be calm nobody new comes, and nothing new is asked for but
what got stuck.
"""

from __future__ import annotations

import json
import logging
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from console.container import Container
from events.errors import EventsError
from handlers.states.case_reader import CaseSnapshot
from handlers.states.change_feed import ChangeFeed
from tests.chaos.asking import Client, Counts
from tests.chaos.clock import ChaosClock
from tests.chaos.history import History
from tests.chaos.mail_sink import Ledger
from tests.chaos.place import Place
from tests.chaos.preparing import CROWDS, Cast, people_of
from tests.chaos.screen import Person
from tests.chaos.thinking import Thinking, Wanted
from workflow.command import CaseCommand, ConfirmLetter, RetryTask

THREADS: Final = 8
LOOK_S: Final = 0.1
STUCK_EVERY_S: Final = 1.0
WAIT_MOST: Final = 2 * THREADS  # things to be asked for: what was thought of long ago is refused
COME_A_DAY: Final = 3
OPEN_MOST: Final = 400


class Crowd:
    """The people of one process of clients, and what they have in hand."""

    def __init__(self, place: Place, number: int) -> None:
        self._place = place
        self._number = number
        self._clock = ChaosClock(place.clock)
        self._office: Container | None = None
        self._come_in()
        self._mail = Ledger(place)
        self._thinking = Thinking(place.seed, Cast(number))
        self._jobs: queue.Queue[Sequence[Wanted]] = queue.Queue()
        self._in_hand: set[str] = set()  # cases and openings that somebody is asking about
        self._draw = Random(f"{place.seed}/{number}/whose turn it is")
        self._came_until = self._clock.now()
        self._stuck_at = 0.0
        self.counts = Counts()
        self.stopped = threading.Event()
        self._people = {name: Person(known, self.stopped.wait) for name, known in people_of(place).items()}

    def run(self) -> None:
        """Think and ask until stopped."""
        clients = self._clients()
        threads = [threading.Thread(target=self._ask, args=(client,), daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        while not self.stopped.wait(LOOK_S):
            with suppress(EventsError):  # where the log does not answer, it is looked at again
                if self._place.closed.exists():
                    self._go_away()
                elif self._office is None:
                    self._begin_again()
                else:
                    self._think(self._office)
            self._tell()
        for thread in threads:
            thread.join(30)
        self._tell()
        self._go_away()

    def _begin_again(self) -> None:
        """Look again, after an older copy was put back: what was known of cases counts no more, nor does a session."""
        self._come_in()
        self._thinking.forget()
        for name, known in people_of(self._place).items():
            self._people[name].take(known.token)

    def _come_in(self) -> None:
        """Look at the office as it is now."""
        self._office = Container(self._place.settings(), clock=self._clock)
        self._feed = ChangeFeed(self._office.log, self._office.service.definitions)

    def _go_away(self) -> None:
        """Let go of the log, and say so; who asks for something goes on asking."""
        if self._office is not None:
            self._office.keys.close()
            self._office.database.close()
            self._office = None
        self._place.away(self._number).touch()

    def _clients(self) -> list[Client]:
        history = History(self._place.histories, f"crowd-{self._number}")
        return [
            Client(self._place.consoles, self._people, history, self.counts, self.stopped,
                   Random(f"{self._place.seed}/{self._number}/{one}"))
            for one in range(THREADS)
        ]  # fmt: skip

    def _ask(self, client: Client) -> None:
        while not self.stopped.is_set():
            try:
                job = self._jobs.get(timeout=0.5)
            except queue.Empty:
                continue
            if not self._is_late(job):
                client.work(job)
            self._in_hand.discard(_about(job))

    def _is_late(self, job: Sequence[Wanted]) -> bool:
        """Tell whether something was thought of before all was to be calm, and nobody asked for it yet."""
        return self._place.calm.exists() and not isinstance(job[0].command, RetryTask | ConfirmLetter)

    # -- thinking -------------------------------------------------------------------------------------------

    def _think(self, office: Container) -> None:
        now, calm = self._clock.now(), self._place.calm.exists()
        self._feed.changed()
        ours = {one.case.case_id: one for one in self._feed.all() if self._thinking.is_ours(one)}
        if not calm:
            self._give(self._arrivals(office, now, ours.values()))
            for seen in self._draw.sample(list(ours.values()), len(ours)):
                if self._jobs.qsize() >= WAIT_MOST:
                    break
                if seen.case.case_id not in self._in_hand:
                    self._give([self._thinking.about(seen, now)])
        if time.monotonic() - self._stuck_at > STUCK_EVERY_S:
            self._stuck_at = time.monotonic()
            self._give(one for one in self._thinking.stuck(office, ours, self._mail) if self._is_free(one))
        self._place.waits(self._number, self._until(now, ours.values()), busy=bool(self._in_hand))

    def _arrivals(self, office: Container, now: datetime, ours: Iterable[CaseSnapshot]) -> Iterable[Sequence[Wanted]]:
        """Let some people come for each day that has passed, as long as not too many are under way."""
        under_way = sum(not one.definition.journey.stage(one.case.stage).ends for one in ours)
        definition = office.service.definitions.current("moscow")
        assert definition is not None, "the programme was published"
        while self._came_until <= now and under_way < OPEN_MOST:
            self._came_until = max(self._came_until, now - timedelta(days=2)) + timedelta(days=1) / COME_A_DAY
            under_way += 1
            yield [self._thinking.comes(definition.programme.day(now))]

    def _give(self, jobs: Iterable[Sequence[Wanted]]) -> None:
        for job in jobs:
            if job:
                self._in_hand.add(_about(job))
                self._jobs.put(job)

    def _is_free(self, job: Sequence[Wanted]) -> bool:
        return _about(job) not in self._in_hand

    def _until(self, now: datetime, ours: Iterable[CaseSnapshot]) -> datetime:
        departures = [self._thinking.departure(one) for one in ours]
        return min([when for when in departures if when and when > now], default=now + timedelta(days=1))

    def _tell(self) -> None:
        told = {"commands": self.counts.commands, "answered": self.counts.answered, "pending": len(self._in_hand)}
        draft = self._place.folder / f"progress-{self._number}.part"
        draft.write_text(json.dumps(told | {"kinds": self.counts.kinds}))
        draft.replace(draft.with_suffix(".json"))


def progress(place: Place) -> tuple[int, int, int]:
    """Return how many commands all crowds asked for, how many were answered, and about how many cases somebody asks."""
    files = [place.folder / f"progress-{number}.json" for number in range(CROWDS)]
    told = [json.loads(file.read_text()) for file in files if file.exists()]
    commands, answered, pending = (sum(one[name] for one in told) for name in ("commands", "answered", "pending"))
    return commands, answered, pending


def _about(job: Sequence[Wanted]) -> str:
    command = job[0].command
    return command.case_id if isinstance(command, CaseCommand) else str(command.command_id)


def main(folder: Path, number: int) -> None:
    """Ask until told to stop."""
    logging.basicConfig(level=logging.ERROR)
    place = Place.read(folder)
    crowd = Crowd(place, number)
    signal.signal(signal.SIGTERM, lambda *_: crowd.stopped.set())
    crowd.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
