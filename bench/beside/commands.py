"""Commands of five events and a task, and cases built anew from their events: ours and the peers'."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from bench.beside.peers import PeerOffice
from bench.callers import MIXES, rate
from bench.peers.processor import Backends
from bench.people import Centre
from bench.rounds import Measure
from bench.servers import plain
from events.ids import CaseId
from events.instants import instant
from events.verify import verify_on
from handlers.checks.walk import check_log
from handlers.commanding.service import CommandService
from handlers.projections.replay import Replay, events_on
from handlers.projections.tables import tasks
from handlers.states.case_reader import CaseReader
from handlers.states.state_cache import StateCache

OURS = "Wayhome"
MIX = "care"  # writes five facts and one task a command on average; what it writes is counted
IN_A_ROW = len(MIXES[MIX])


class OurOffice:
    """The product as it runs: sealing, hashing, guards, read models and proofs in every command."""

    name = OURS

    def __init__(self, url: str, folder: Path) -> None:
        self.centre = Centre(url, folder)
        self._service = CommandService(self.centre.log)
        self._people: dict[int, list[CaseId]] = {}
        self._lives: list[CaseId] = []
        self._backends = Backends(plain(url))
        self.read_us = 0.0
        self.cpu_ms: list[float] = []
        self.database_ms: list[float] = []

    def commands(self, callers: int, rows: int) -> float:
        """Return commands per second, once the facts and tasks they wrote are counted."""
        people = self._in_care(callers)
        before, cpu, database = self._rows(), time.process_time(), self._backends.seconds()
        found = rate(self._service, people, MIX, rows // IN_A_ROW)
        self.cpu_ms.append((time.process_time() - cpu) / (callers * rows) * 1000)
        self.database_ms.append(self._backends.since(database) / (callers * rows) * 1000)
        grown = tuple(after - was for after, was in zip(self._rows(), before, strict=True))
        assert grown == (5 * callers * rows, callers * rows), f"{grown} facts and tasks of {callers * rows} commands"
        return found

    def read(self, cases: int) -> float:
        """Return events per second of cases that are built anew, one after another, with nothing kept."""
        self._lives += self.centre.people_in_care(cases - len(self._lives))
        look = CaseReader(self.centre.log, self._service.definitions, StateCache())
        look.at(self._lives[0])  # the programme's directory is read once
        look = CaseReader(self.centre.log, self._service.definitions, StateCache())
        begin, cpu, events = time.perf_counter(), time.process_time(), 0
        for case in self._lives[:cases]:
            seen = look.at(case)
            assert seen is not None
            events += seen.version + 1
        self.read_us = (time.process_time() - cpu) / events * 1e6
        return events / (time.perf_counter() - begin)

    def replay(self) -> float:
        """Return events per second of the whole log, folded anew with every read model it implies."""
        log, replay = self.centre.log, Replay(self.centre.log)
        begin, events = time.perf_counter(), 0
        with log.database.reading() as connection:
            for event in events_on(log, connection):
                replay.take(event)
                events += 1
        assert events == log.size()
        return events / (time.perf_counter() - begin)

    def verify(self) -> float:
        """Return events per second of what an auditor does: every hash of the log worked out again."""
        log, begin = self.centre.log, time.perf_counter()
        with log.database.reading() as connection:
            report = verify_on(connection, log.catalogue, keys=log.keys)
        assert report.ok
        return log.size() / (time.perf_counter() - begin)

    def rules(self) -> float:
        """Return events per second of a check of the whole log against the rules."""
        log, begin = self.centre.log, time.perf_counter()
        checks = check_log(log, now=instant(log.now()))
        assert all(one.ok for one in checks), [one.name for one in checks if not one.ok]
        return log.size() / (time.perf_counter() - begin)

    def close(self) -> None:
        """Let go of everything."""
        self._backends.close()
        self.centre.close()

    def _in_care(self, callers: int) -> list[CaseId]:
        """Return cases of so many callers; those of an odd and an even round begin alike."""
        if callers not in self._people:
            self._people[callers] = self.centre.people_in_care(callers)
            rate(self._service, self._people[callers], MIX, 1)  # folds the cases, prepares the statements
        return self._people[callers]

    def _rows(self) -> tuple[int, int]:
        with self.centre.database.reading() as connection:
            return self.centre.log.size(), int(connection.execute(select(func.count()).select_from(tasks)).scalar_one())


def command_cases(offices: list[OurOffice | PeerOffice], callers: int, rows: int) -> dict[str, Measure]:
    """Return how each is measured with so many callers, each of whom gives so many commands."""
    assert rows % IN_A_ROW == 0
    return {office.name: partial(office.commands, callers, rows) for office in offices}
