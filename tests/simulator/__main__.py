"""Runs seeds: ``python -m tests.simulator --seed 1 --seeds 300``; a line for each, and for all at the end."""

from __future__ import annotations

import argparse
import os
import sys
from itertools import count

from tests.servers.postgres import postgres_server
from tests.simulator.every_place import crash_everywhere
from tests.simulator.every_upgrade import crash_in_upgrade
from tests.simulator.office import folder
from tests.simulator.seeds import Sum, run_all
from tests.simulator.terms import WHOLE_YEAR, Terms


def main() -> int:
    """Run and print; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds (1)")
    parser.add_argument("--people", type=int, default=2, help="how many people come (2); 350 is the whole programme")
    parser.add_argument("--days", type=int, default=420, help="how many days pass at the most (420)")
    parser.add_argument("--share", type=float, default=1.0, help="how much goes wrong: 0 nothing, 1 as usual")
    parser.add_argument("--copies", action="store_true", help="put older copies of the office back, too")
    parser.add_argument("--clocks", action="store_true", help="set the clock of one process wrong now and then, too")
    parser.add_argument("--services", action="store_true", help="let people use all services; 350 people always do")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many at once (one for each core)")
    parser.add_argument("--brief", action="store_true", help="tell only of seeds that broke something, and the sum")
    parser.add_argument("--every-place", type=int, default=0, metavar="N", help="crash at every N-th place instead")
    given = parser.parse_args()
    return _every_place(given.every_place) if given.every_place else _seeds(given)


def _every_place(every: int) -> int:
    with folder() as place:
        way = crash_everywhere(place, every=every)
    print("\n".join([*way.findings, way.line]), flush=True)
    with folder() as place, postgres_server() as server:
        upgrades = [crash_in_upgrade(place, count(0, every), on) for on in (None, server)]
    for found in upgrades:
        print("\n".join([*found.findings, found.line]), flush=True)
    return 1 if way.findings or any(found.findings for found in upgrades) else 0


def _seeds(given: argparse.Namespace) -> int:
    asked = range(given.seed, given.seed + given.seeds)
    how = (
        given.people,
        given.days,
        given.share,
        given.copies,
        given.clocks,
        given.services or given.people >= WHOLE_YEAR,
    )
    terms = [Terms(seed, *how) for seed in asked]
    together = Sum()
    for seed in run_all(terms, min(given.processes, len(terms))):
        together.add(seed)
        if not (given.brief and seed.found.ok):
            print("\n".join(seed.lines), flush=True)
    print(together.line)
    if together.given:
        print(together.never)
    return 1 if together.broken else 0


if __name__ == "__main__":
    sys.exit(main())
