"""Whole journeys through commands and workers: ours by the drive, the peers' with 25 events and 8 tasks a case."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from bench.crews import Workers
from bench.drive import Drive, Plan, case_ids, large_programme, quiet
from bench.journeys import invented
from bench.jumping_clock import JumpingClock
from console.container import Container
from console.settings import Settings
from console.verbs.imports import import_ctdc


class OurJourneys:
    """An office with two worker processes that takes invented people from referral to the end, round by round."""

    name = "Wayhome"

    def __init__(self, url: str, redis_url: str, folder: Path, people_in_all: int, stack: ExitStack) -> None:
        settings = Settings(data=folder / "data", database_url=url, redis_url=redis_url, allow_owner="yes")
        self._clock = JumpingClock(folder / "clock")
        self._office = Container(settings, create=True, clock=self._clock)
        stack.callback(self._office.close)
        definition = self._office.publish(large_programme(people_in_all, people_in_all), "staff:operator")
        self._file = folder / "invented.csv"
        self._drive = Drive(self._office, self._clock, definition, Plan(self._file, people_in_all, 0))
        self._workers = Workers(self._office, folder / "clock")
        stack.callback(self._workers.stop)
        self._known: set[str] = set()
        self.journeys_a_second: list[float] = []
        self.events_a_journey: list[float] = []

    def journeys(self, people: int) -> float:
        """Return events per second of so many more people, who are all taken up at once."""
        invented(self._file, len(self._known) + people)
        assert (
            sum(done.new for done in import_ctdc(self._office.service, self._file, "moscow", "staff:importer"))
            == people
        )
        new = [case for case in case_ids(self._office) if case not in self._known]
        self._known |= set(new)
        self._drive.take(new)
        self._office.ring_workers()
        before, begin = self._office.log.size(), time.perf_counter()
        self._drive.run(quiet, self._workers.sweep)
        seconds, events = time.perf_counter() - begin, self._office.log.size() - before
        self.journeys_a_second.append(people / seconds)
        self.events_a_journey.append(events / people)
        return events / seconds
