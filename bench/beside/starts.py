"""How long a task waits between its ring and its work: by hand, Wayhome's bell, and the task queues."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import chain
from typing import Any

from bench.bells import by_hand, dramatiq
from bench.beside.peers import QUEUES, Peer, PeerProcess, Place
from bench.latency import rung
from bench.rounds import percentile
from bench.servers import empty_database, plain
from tests.servers.postgres import Postgres

Start = Callable[[int, float], list[float]]
BY_HAND, OURS = "BLMOVE by hand", "Wayhome"


def starters(place: Place, server: Postgres, stack: ExitStack, queues: tuple[Peer, ...] = QUEUES) -> dict[str, Start]:
    """Return how each is rung so many times, so far apart."""
    found: dict[str, Start] = {
        BY_HAND: partial(rung, stack.enter_context(by_hand(place.redis_url))),
        OURS: partial(rung, stack.enter_context(dramatiq(place.redis_url))),
    }
    for peer in queues:
        if place.runs(peer):
            process = PeerProcess(place, peer, plain(stack.enter_context(empty_database(server))))
            stack.callback(process.close)
            found[peer.name] = partial(_asked, process)
    return found


def measured(starters: dict[str, Start], rounds: int, times: int, apart: float) -> dict[str, Any]:
    """Ring in turn, every second round backwards, and return p50 and p99 with the ratios of the rounds' medians."""
    waits: dict[str, list[list[float]]] = {name: [] for name in starters}
    for number in range(rounds):
        for name in reversed(starters) if number % 2 else starters:
            starters[name](2, 0.01)  # whoever slept longest is woken before it counts
            waits[name].append(starters[name](times, apart))
    return {name: _row(found, waits[BY_HAND]) for name, found in waits.items()}


def _row(found: list[list[float]], base: list[list[float]]) -> dict[str, float]:
    every, of_base = list(chain.from_iterable(found)), list(chain.from_iterable(base))
    pairs = zip(found, base, strict=True)
    return {
        "p50": percentile(every, 50),
        "p99": percentile(every, 99),
        "p50 ratio": statistics.median(percentile(one, 50) / percentile(other, 50) for one, other in pairs),
        "p99 ratio": percentile(every, 99) / percentile(of_base, 99),
    }


def _asked(process: PeerProcess, times: int, apart: float) -> list[float]:
    return [float(waited) for waited in process.ask("starts", times=times, apart=apart)]
