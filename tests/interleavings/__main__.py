"""``python -m tests.interleavings --switches 2``: try the orders of all scenarios, and say in a line what was found."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from events.database import Database, sqlite_url
from events.schema import migrate
from tests.interleavings.mutants import MUTANTS, Mutant
from tests.interleavings.orders import HowFar, Tried
from tests.interleavings.scenarios import SCENARIOS
from tests.interleavings.scenarios_of_erasure import OF_ERASURE
from tests.interleavings.scenarios_of_families import OF_FAMILIES
from tests.interleavings.scenarios_of_people import OF_PEOPLE
from tests.interleavings.stage import forget_watchers
from tests.interleavings.theatre import Theatre
from tests.kit.offices import KINDS
from tests.servers.postgres import postgres_server
from tests.servers.processes import place_for_throwaways

ALL = {**SCENARIOS, **OF_PEOPLE, **OF_ERASURE, **OF_FAMILIES}


def main(arguments: list[str]) -> int:
    """Return 0 when nothing was found and every mutant was."""
    parser = argparse.ArgumentParser(prog="python -m tests.interleavings", description=__doc__)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--switches", type=int, default=2)
    parser.add_argument("--most", type=int, default=400, help="orders of a scenario")
    parser.add_argument("--database", choices=KINDS, action="append", help="both when none is named")
    chosen = parser.parse_args(arguments)
    how = HowFar(chosen.switches, chosen.most, chosen.seed)
    return 0 if all([_run(kind, how) for kind in chosen.database or KINDS]) else 1  # noqa: C419 - both, always


def _run(kind: str, how: HowFar) -> bool:
    begun = time.monotonic()
    with _databases(kind) as fresh:
        tried = {name: _tried(next(fresh), name, how) for name in ALL}
        mutants = {name: mutant for name, mutant in MUTANTS.items() if kind in mutant.kinds}
        unseen = [name for name, mutant in mutants.items() if not _is_caught(next(fresh), mutant, how)]
    faults = [f"{name} {fault}" for name, one in tried.items() for fault in one.faults]
    for text in (*faults, *(f"nobody notices: {name}" for name in unseen)):
        print(f"  {text}")
    print(
        f"interleavings seed={how.seed} database={kind} scenarios={len(tried)} switches={how.switches} "
        f"orders={sum(one.orders for one in tried.values())} complete={sum(one.is_all for one in tried.values())} "
        f"faults={len(faults)} mutants={len(mutants) - len(unseen)}/{len(mutants)} "
        f"seconds={time.monotonic() - begun:.0f}",
        flush=True,
    )
    return not faults and not unseen


def _tried(url: str, name: str, how: HowFar) -> Tried:
    theatre = Theatre(url)
    try:
        return theatre.tried(ALL[name], how)
    finally:
        theatre.close()
        forget_watchers()


def _is_caught(url: str, mutant: Mutant, how: HowFar) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        mutant.leaves_out(patch)
        found = _tried(url, mutant.scenario, how._replace(stops_at_a_fault=True))
    return any(mutant.says in fault for fault in found.faults)


@contextmanager
def _databases(kind: str) -> Iterator[Iterator[str]]:
    """Lend fresh databases with tables, one after another."""
    if kind == "postgresql":
        with postgres_server() as server:
            yield (_with_tables(server.fresh_database()) for _ in iter(int, 1))
        return
    with tempfile.TemporaryDirectory(dir=place_for_throwaways()) as folder:
        urls = (sqlite_url(Path(folder) / f"{number}.db") for number in range(1000))
        yield (_with_tables(url.render_as_string()) for url in urls)


def _with_tables(url: str) -> str:
    database = Database(url)
    migrate(database)
    database.close()
    return url


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
