"""Runs the machines for long: ``python -m tests.machines --seed 1 --times 50``; the tests are the usual number once."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run every machine so many times the usual number of runs; return what pytest returns."""
    parser = argparse.ArgumentParser(prog="python -m tests.machines", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which runs: the same seed tries the same (1)")
    parser.add_argument("--times", type=int, default=10, help="how many times the usual number of runs (10)")
    parser.add_argument(
        "--machine", default="", help="leases, beds, ledger, referrals or journey; all of them when left out"
    )
    given = parser.parse_args()
    what = HERE / f"test_{given.machine}_machine.py" if given.machine else HERE
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        str(what),
        "-k",
        "not finds",
    ]
    command += [f"--hypothesis-seed={given.seed}", "-p", "no:cacheprovider"]
    return subprocess.run(command, env=os.environ | {"WAYHOME_MACHINES": str(given.times)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
