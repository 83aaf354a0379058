"""Runs seeds: ``python -m tests.simulator --seed 1 --seeds 300``; a line for each, and one for all of them at the end."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulator.office import folder
from tests.simulator.running import run
from tests.simulator.year import Terms


def main() -> int:
    """Run and print; return 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds (1)")
    parser.add_argument("--people", type=int, default=2, help="how many people come (2); 350 is the whole programme")
    parser.add_argument("--days", type=int, default=420, help="how many days pass at the most (420)")
    parser.add_argument("--share", type=float, default=1.0, help="how much goes wrong: 0 nothing, 1 as usual")
    given = parser.parse_args()
    began, bad = time.monotonic(), 0
    with folder() as place:
        for seed in range(given.seed, given.seed + given.seeds):
            terms = Terms(seed, given.people, given.days, given.share)
            found = run(terms, place)
            print(found.verdict.line if found.verdict else f"simulator seed={seed} error={found.error}")
            if not found.ok:
                bad += 1
                print("\n".join(f"  {one}" for one in found.findings))
    took = time.monotonic() - began
    print(f"simulator seeds={given.seeds} broken={bad} seconds={took:.1f} seeds_per_second={given.seeds / took:.2f}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
