"""Commands per second on a durable PostgreSQL, everything switched on, beside bare inserts in the same run.

A command is parsed, its case locked and brought up to date, guards asked, facts sealed and hashed, tasks and
read models written, all in one commit. Grouped is how the product runs; one by one is a commit for each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench.callers import MIXES, rate
from bench.conditions import conditions, print_conditions
from bench.floor import Inserts
from bench.people import Centre
from bench.profiling import Batches, profiled
from bench.rounds import Measure, interleaved, print_rates
from bench.servers import durable_postgres, empty_database, plain
from events.ids import CaseId
from handlers.commanding.service import CommandService

CALLERS = 32
BARE_1, BARE_32 = "bare insert, 1 connection", f"bare insert, {CALLERS} connections"
GROUPED = f"{CALLERS} callers, grouped, care"
WRITTEN = """
SELECT count(DISTINCT command_id), count(*), count(*) FILTER (WHERE type = 'TaskRequested'),
       coalesce(sum(json_array_length(sealed::json)), 0) FROM events WHERE position >= %s"""


def run(*, quick: bool = False, profile: bool = False) -> dict[str, Any]:
    """Measure and print; return the figures."""
    with ExitStack() as stack:
        url = stack.enter_context(empty_database(stack.enter_context(durable_postgres())))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        connection = stack.enter_context(psycopg.connect(plain(url), autocommit=True))
        centre = Centre(url, folder)
        stack.callback(centre.close)
        found = conditions(connection)
        print_conditions(found)
        if profile:
            _profile(centre)
            return {"conditions": found}
        written = {mix: _written(centre, connection, mix) for mix in MIXES}
        rates = _rates(centre, url, stack, quick=quick)
    return {"conditions": found, "written per command": written, "commands per second": rates}


def _rates(centre: Centre, url: str, stack: ExitStack, *, quick: bool) -> dict[str, Any]:
    rows, rounds = (4, 3) if quick else (10, 9)
    cases, batches = _cases(centre, rows)
    for callers, name in ((1, BARE_1), (CALLERS, BARE_32)):
        inserts = stack.enter_context(Inserts(url, callers))
        cases[name] = partial(inserts.rate, rows * (60 if callers == 1 else 9))
    print_batches = [partial(_print_batch, name, batch) for name, batch in batches.items()]
    table = print_rates(interleaved(cases, rounds), "commands/s", [BARE_1, BARE_32, _one_by_one(CALLERS)])
    for show in print_batches:
        show()
    return table


def _cases(centre: Centre, rows: int) -> tuple[dict[str, Measure], dict[str, Batches]]:
    cases: dict[str, Measure] = {}
    batches = {}
    for callers in (CALLERS, 1):
        for mix in MIXES:
            name, service = f"{callers} callers, grouped, {mix}", CommandService(centre.log)
            batches[name] = Batches(service)
            measure = _measure(service, centre.people_in_care(callers), mix, rows * (8 if callers == 1 else 1))
            cases[name] = partial(batches[name].measured, measure)
    for callers in (CALLERS, 1):
        alone = CommandService(centre.log, batch=1)
        few = max(1, rows // 2) * (8 if callers == 1 else 1)
        cases[_one_by_one(callers)] = _measure(alone, centre.people_in_care(callers), "care", few)
    return cases, batches


def _measure(service: CommandService, people: Sequence[CaseId], mix: str, rows: int) -> Measure:
    rate(service, people, mix, 1)  # folds the cases, prepares the statements
    return partial(rate, service, people, mix, rows)


def _one_by_one(callers: int) -> str:
    return f"{callers} callers, one transaction each, care"


def _print_batch(name: str, batches: Batches) -> None:
    print(f"  {name}: {batches.mean:.1f} commands a commit, {batches.cpu_us:.0f} us of this process's CPU a command")


def _written(centre: Centre, connection: psycopg.Connection[Any], mix: str) -> dict[str, float]:
    """Carry a mix out once and count in the log what a command of it writes on average."""
    people = centre.people_in_care(CALLERS)
    first = centre.log.size()
    rate(centre.service, people, mix, 2)
    row = connection.execute(WRITTEN, (first,)).fetchone()
    assert row is not None
    commands, *counts = (int(value) for value in row)
    found = dict(zip(("facts", "tasks", "sealed parts"), (round(n / commands, 2) for n in counts), strict=True))
    print(f"mix '{mix}', a command writes on average: " + ", ".join(f"{n} {name}" for name, n in found.items()))
    return found


def _profile(centre: Centre) -> None:
    for mix in MIXES:
        people = centre.people_in_care(CALLERS)
        service = CommandService(centre.log)
        rate(service, people, mix, 1)
        print(f"\n== what serving takes, mix '{mix}', {CALLERS} callers")
        with profiled(service):
            rate(service, people, mix, 20)
