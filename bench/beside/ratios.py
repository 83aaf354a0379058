"""The short form for every submission: it fails when Wayhome has fallen back by a third against what is kept.

Ratios to work by hand alone, never a time. Those of the processor are judged always; those of the clock only where
nobody else keeps the machine busy, because who waits for a disk suffers less from a neighbour than who computes.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.beside import starts
from bench.beside.commands import OURS, OurOffice
from bench.beside.peers import KEPT, PIPELINED, PeerOffice, Place, environment
from bench.conditions import load
from bench.rounds import Measure, interleaved, paired
from bench.servers import durable_postgres, empty_database, plain, redis_address

KEPT_RATIOS: Final = Path(__file__).with_name("ratios.json")
FALLEN: Final = 2 / 3
ROUNDS: Final = (3, 7)  # and if something seems to have fallen, once more with more of them
CALLERS, ROWS, READ = 32, 6, 20
BUSY: Final = 1.5  # so many processes for each core want to run already
PROCESSOR, CLOCK = "by the processor", "by the clock"


def fallen(found: Mapping[str, float], kept: Mapping[str, float]) -> list[str]:
    """Return which ratios are less than two thirds of what they were; a new one has nothing to fall from.

    >>> fallen({"a": 1.0, "b": 0.5, "new": 0.1}, {"a": 1.2, "b": 1.0, "gone": 3.0})
    ['b']
    """
    return [name for name, ratio in found.items() if ratio < kept.get(name, 0.0) * FALLEN]


def main(*, keep: bool = False) -> int:
    """Measure, print each ratio beside what is kept, and return 1 when one has fallen; ``keep`` keeps these."""
    kept: dict[str, float] = json.loads(KEPT_RATIOS.read_text())
    is_busy = load() > BUSY * (os.cpu_count() or 1)
    with ExitStack() as stack:
        measure = _measures(stack)
        found = measure(ROUNDS[0])
        if not keep and _judged(found, kept, is_busy=is_busy):
            found = measure(ROUNDS[1])
    worse = _judged(found, kept, is_busy=is_busy)
    for name, ratio in found.items():
        print(f"{name:<64}{ratio:>8.3f}   kept {kept.get(name, 0):>7.3f}{'   FALLEN' if name in worse else ''}")
    if is_busy:
        print("the machine is busy with something else: ratios by the clock are told and not judged")
    if keep:
        KEPT_RATIOS.write_text(json.dumps({name: round(ratio, 3) for name, ratio in found.items()}, indent=1) + "\n")
    elif worse:
        print("what costs more than it did? see docs/performance.md; if it has to be: python -m bench ratios --keep")
    return 1 if worse and not keep else 0


def _judged(found: Mapping[str, float], kept: Mapping[str, float], *, is_busy: bool) -> list[str]:
    return [name for name in fallen(found, kept) if not (is_busy and name.endswith(CLOCK))]


def _measures(stack: ExitStack) -> Callable[[int], dict[str, float]]:
    """Open everything once and return what measures all ratios in so many rounds."""
    python = stack.enter_context(environment())
    server = stack.enter_context(durable_postgres())
    place = Place(python, stack.enter_context(redis_address()))
    url = stack.enter_context(empty_database(server))
    ours = OurOffice(url, Path(stack.enter_context(tempfile.TemporaryDirectory())))
    stack.callback(ours.close)
    peers: list[PeerOffice] = []
    for peer in filter(place.runs, (PIPELINED, KEPT)):
        peers.append(PeerOffice(place, peer, plain(stack.enter_context(empty_database(server)))))
        stack.callback(peers[-1].close)
    bells = starts.starters(place, server, stack, queues=())

    def measure(rounds: int) -> dict[str, float]:
        return _commands(ours, peers, rounds) | _reads(ours, peers, rounds) | _starts(bells, rounds)

    return measure


def _commands(ours: OurOffice, peers: list[PeerOffice], rounds: int) -> dict[str, float]:
    found = {}
    for callers, rows in ((CALLERS, ROWS), (1, 10 * ROWS)):
        offices: list[OurOffice | PeerOffice] = [ours, *peers]
        for office in offices:
            office.cpu_ms.clear()
            office.database_ms.clear()
        cases: dict[str, Measure] = {office.name: partial(office.commands, callers, rows) for office in offices}
        rates = interleaved(cases, rounds)
        for peer in peers:
            name = f"commands of {callers}, to {peer.name}"
            found[f"{name}, {PROCESSOR}"] = _cost(peer) / _cost(ours)
            if callers > 1:
                found[f"{name}, {CLOCK}"] = paired(rates, OURS, peer.name)
    return found


def _cost(office: OurOffice | PeerOffice) -> float:
    """Return the milliseconds of processor that a command took in the middle of the rounds, PostgreSQL's with it."""
    return statistics.median(sum(both) for both in zip(office.cpu_ms, office.database_ms, strict=True))


def _reads(ours: OurOffice, peers: list[PeerOffice], rounds: int) -> dict[str, float]:
    """Cases built anew by computing only, so the processor tells what the clock would."""
    found: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        ours.read(READ)
        for peer in peers:
            peer.read(READ)
            found[peer.name].append(peer.read_us / ours.read_us)
    return {f"cases built anew, to {name}, {PROCESSOR}": statistics.median(ratios) for name, ratios in found.items()}


def _starts(bells: dict[str, starts.Start], rounds: int) -> dict[str, float]:
    rows: dict[str, Any] = starts.measured(bells, rounds, 50, 0.01)
    return {f"start of a task at 100 a second, to {starts.BY_HAND}, {CLOCK}": 1 / rows[starts.OURS]["p50 ratio"]}
