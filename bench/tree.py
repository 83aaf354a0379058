"""What sealing costs those who append; how fast a long log is sealed and verified, beside plain SHA-256."""

from __future__ import annotations

import hashlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.callers import rate
from bench.conditions import conditions, print_conditions
from bench.people import Centre
from bench.rounds import interleaved, paired, print_rates
from bench.servers import durable_postgres, empty_database
from events.database import Database, sqlite_url
from events.envelope import canonical_bytes
from events.facts import catalogue
from events.facts.intake import CaseLinked
from events.keys import MemoryKeys
from events.log import Log
from events.notes import LOG, SigningKey
from events.schema import migrate
from events.sealer import Sealer
from events.tree import consistency_between, inclusion_at
from events.verify import verify
from events.witness_policy import Policy
from events.world import SystemClock, SystemEntropy
from events.writing import EventMetadata
from handlers.commanding.service import CommandService
from workers.sealing.beat import SealingBeat
from workers.sealing.rounds import SealingRounds

KEY = SigningKey("bench.example/log", LOG, b"\x07" * 32)
CALLERS = 32
ALONE, SEALED = "32 callers, care, nobody seals", "32 callers, care, a sealer beside them"
AT_ONCE, CASES, PAGE = 2_000, 10_000, 10_000


def run(*, quick: bool = False, events: int = 0) -> dict[str, Any]:
    """Measure and print; return the figures."""
    found = {"append": _append(quick=quick)}
    return found | {"long log": _long_log(events or (50_000 if quick else 1_000_000))}


def _append(*, quick: bool) -> dict[str, Any]:
    with ExitStack() as stack:
        url = stack.enter_context(empty_database(stack.enter_context(durable_postgres())))
        centre = Centre(url, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.callback(centre.close)
        print_conditions(conditions())
        service, people = CommandService(centre.log), centre.people_in_care(CALLERS)
        rate(service, people, "care", 1)
        measure = partial(rate, service, people, "care", 8 if quick else 20)
        beat = SealingBeat(lambda: _rounds(centre.log), centre.log.size, centre.log.keys)

        def sealed() -> float:
            with _sealing(beat):
                return measure()

        rates = interleaved({ALONE: measure, SEALED: sealed}, 3 if quick else 11)
        table = print_rates(rates, "commands/s", [ALONE])
        share = paired(rates, SEALED, ALONE)
        print(f"sealing costs the append path {100 * (1 - share):.1f} % (at most 15 %)")
        return table


def _rounds(log: Log) -> SealingRounds:
    return SealingRounds(Sealer(log, KEY), Policy, SystemClock())


@contextmanager
def _sealing(beat: SealingBeat) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=beat.until, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _long_log(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder) / "log.sqlite")
        database = Database(url)
        migrate(database)
        log = Log(database, catalogue(), MemoryKeys(SystemEntropy()), SystemEntropy())
        written = _timed("appended", count, partial(_append_many, log, count))
        sealed = _timed("sealed (tree grown, signed)", count, lambda: Sealer(log, KEY).seal())
        verified = _timed("verified in full", count, lambda: _verified(log))
        plain = _plain(log)
        print(f"{'plain SHA-256 over the same bytes':<42}{plain:>12,.0f} events per second of CPU")
        print(f"verified at {100 * verified / plain:.0f} % of plain SHA-256, with one process")
        _proofs(log, count)
        database.close()
        return {"events": count, "appended": written, "sealed": sealed, "verified": verified, "sha256": plain}


def _timed(what: str, count: int, work: Callable[[], object]) -> float:
    """Return events per second of this process's own time, which busy neighbours change least."""
    begun, used = time.perf_counter(), time.process_time()
    work()
    took, used = time.perf_counter() - begun, time.process_time() - used
    print(f"{what:<42}{count / used:>12,.0f} events per second of CPU   {took:.1f} s by the clock")
    return count / used


def _append_many(log: Log, count: int) -> None:
    fact = CaseLinked(next_case="8M4QA-RYN3E")
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        with log.writing() as writing:
            writing.lock({f"case:{number % CASES}" for number in numbers})
            for number in numbers:
                who = EventMetadata(f"c-{number}", "worker:anna", "case-work", "command:Test", writing.now, "d" * 16)
                writing.append(f"case:{number % CASES}", fact, who)
                writing.remember(who.command_id, "digest", '{"facts":["CaseLinked"]}')


def _verified(log: Log) -> None:
    assert verify(log).ok


def _plain(log: Log) -> float:
    """Return how many events a second are hashed and nothing else is done."""
    took, count = 0.0, 0
    for page in log.pages(size=PAGE):
        rows = [canonical_bytes(event.envelope) for event in page]
        begun = time.process_time()
        for row in rows:
            hashlib.sha256(row).digest()
        took += time.process_time() - begun
        count += len(rows)
    return count / took


def _proofs(log: Log, count: int) -> None:
    with log.database.reading() as connection:
        begun = time.perf_counter()
        for number in range(100):
            proof = inclusion_at(connection, number * (count // 100), count)
            consistency_between(connection, 1 + number * (count // 100), count)
        took = (time.perf_counter() - begun) / 100
    print(f"an inclusion and a consistency proof take {1000 * took:.1f} ms; {32 * len(proof)} bytes the former")
