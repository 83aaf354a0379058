"""One interleaved run of Wayhome and its peers: commands, whole journeys, starts of tasks, cases built anew."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.beside import starts
from bench.beside.commands import OURS, OurOffice, command_cases
from bench.beside.journeys import OurJourneys
from bench.beside.peers import (
    BY_HAND,
    DBOS,
    KEPT,
    ORM,
    PIPELINED,
    PROCRASTINATE,
    STORES,
    PeerOffice,
    Place,
    environment,
)
from bench.conditions import conditions, load, print_conditions
from bench.rounds import Measure, interleaved, print_rates
from bench.servers import durable_postgres, empty_database, plain, redis_address
from tests.servers.postgres import Postgres

CALLERS = 32
LIMIT = "copied out and decoded by hand"


class Size(NamedTuple):
    """How much of each is done in a round, and how many rounds there are."""

    rounds: int = 7
    rows: int = 9  # commands of each of the 32 callers; one caller alone gives eight times as many
    journey_rounds: int = 3
    people: int = 80  # of a peer
    our_people: int = 30
    cases: int = 300
    rings: int = 20


QUICK = Size(rounds=2, rows=3, journey_rounds=1, people=10, our_people=4, cases=10, rings=5)
PARTS = ("commands", "reads", "journeys", "starts")


def run(*, quick: bool = False, parts: tuple[str, ...] = PARTS) -> dict[str, Any]:
    """Measure and print; return the figures."""
    size = QUICK if quick else Size()
    with ExitStack() as stack:
        python = stack.enter_context(environment())
        server = stack.enter_context(durable_postgres())
        place = Place(python, stack.enter_context(redis_address()))
        with server.connect("postgres") as connection:
            found = conditions(connection)
        print_conditions(found)
        figures: dict[str, Any] = {"conditions": found | {"peers": _versions(python)}}
        for part in parts:
            with ExitStack() as for_the_part:
                figures[part] = _PARTS[part](place, server, size, for_the_part)
        figures["conditions"]["load afterwards"] = load()
    return figures


def _commands(place: Place, server: Postgres, size: Size, stack: ExitStack) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for callers, rows in ((CALLERS, size.rows), (1, size.rows * 8)):
        with ExitStack() as for_these:
            offices: list[OurOffice | PeerOffice] = [_ours(server, for_these), *_peers(place, server, for_these)]
            cases = command_cases(offices, callers, rows)
            table = _table(cases, size.rounds, f"commands/s, {callers} callers")
            for office in offices:
                table[office.name]["processor ms"] = round(statistics.median(office.cpu_ms), 3)
                table[office.name]["PostgreSQL's processor ms"] = round(statistics.median(office.database_ms), 3)
        figures[f"{callers}"] = table
    return figures


def _reads(place: Place, server: Postgres, size: Size, stack: ExitStack) -> dict[str, Any]:
    ours = _ours(server, stack)
    cases: dict[str, Measure] = {OURS: partial(ours.read, size.cases)}
    peers = _peers(place, server, stack, but=(PIPELINED.name, DBOS.name, PROCRASTINATE.name))  # they read as by hand
    for office in peers:
        cases[office.name] = partial(office.read, size.cases)
    whole: dict[str, Measure] = {
        LIMIT: peers[0].decode, "verify": ours.verify, "replay": ours.replay, "verify --rules": ours.rules,
    }  # fmt: skip
    return {
        "cases": _table(cases, size.rounds, "events/s, cases built anew"),
        "whole log": print_rates(interleaved(whole, size.rounds), "events/s, whole log", [LIMIT]),
    }


def _journeys(place: Place, server: Postgres, size: Size, stack: ExitStack) -> dict[str, Any]:
    url = stack.enter_context(empty_database(server))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    ours = OurJourneys(url, place.redis_url, folder, size.our_people * size.journey_rounds, stack)
    cases: dict[str, Measure] = {OURS: partial(ours.journeys, size.our_people)}
    for office in _peers(place, server, stack):
        cases[office.name] = partial(office.journeys, size.people)
    table = _table(cases, size.journey_rounds, "events/s, whole journeys")
    table[OURS]["journeys/s"] = round(statistics.median(ours.journeys_a_second), 2)
    table[OURS]["events a journey"] = round(statistics.median(ours.events_a_journey))
    return table


def _starts(place: Place, server: Postgres, size: Size, stack: ExitStack) -> dict[str, Any]:
    starters = starts.starters(place, server, stack)
    found = {
        "idle 0.25 s": starts.measured(starters, size.rounds, size.rings, 0.25),
        "100 tasks/s": starts.measured(starters, size.rounds, size.rings * 5, 0.01),
    }
    for title, rows in found.items():
        print(f"\n{title:<42}{'p50 ms':>9}{'p99 ms':>9}   x of '{starts.BY_HAND}': p50 of rounds, p99 of all")
        for name, row in rows.items():
            print(f"  {name:<40}{row['p50']:>9.2f}{row['p99']:>9.2f}{row['p50 ratio']:>12.2f}{row['p99 ratio']:>12.2f}")
    return found


_PARTS = {"commands": _commands, "reads": _reads, "journeys": _journeys, "starts": _starts}


def _ours(server: Postgres, stack: ExitStack) -> OurOffice:
    url = stack.enter_context(empty_database(server))
    office = OurOffice(url, Path(stack.enter_context(tempfile.TemporaryDirectory())))
    stack.callback(office.close)
    return office


def _peers(place: Place, server: Postgres, stack: ExitStack, but: tuple[str, ...] = ()) -> list[PeerOffice]:
    offices = []
    for peer in STORES:
        if place.runs(peer) and peer.name not in but:
            url = plain(stack.enter_context(empty_database(server)))
            offices.append(PeerOffice(place, peer, url))
            stack.callback(offices[-1].close)
    return offices


def _table(cases: Mapping[str, Measure], rounds: int, unit: str) -> dict[str, Any]:
    """Measure in turn, print, and return each one's rates and its ratio to each of the others."""
    rates = interleaved(cases, rounds)
    bases = [name for name in (BY_HAND.name, PIPELINED.name, KEPT.name, ORM.name) if name in rates]
    return print_rates(rates, unit, bases)


def _versions(python: Path | None) -> str:
    lock = Path(__file__).parents[2] / "requirements-peers.lock"
    wanted = ("celery", "dbos", "dramatiq", "eventsourcing", "procrastinate", "psycopg", "sqlalchemy", "transitions")
    pins = dict(
        line.split(" ")[0].split("==") for line in lock.read_text().splitlines() if line.partition("==")[0] in wanted
    )
    return ", ".join(f"{name} {version}" for name, version in pins.items()) if python else "ours alone"
