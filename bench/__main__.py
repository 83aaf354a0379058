"""``python -m bench [what] [--quick] [--json FILE]``; ``python -m bench --help`` says what there is."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.conditions import conditions, print_conditions

OURS = ("commands", "memory", "latency", "contention", "console", "tree", "audit", "peers")
_PLAIN = ("memory", "latency", "contention", "audit")  # asked for nothing but whether it shall be quick
WHOLE = ("journeys", "ctdc")
SHORT = "ratios"


def main(arguments: list[str]) -> None:
    """Run what is asked for, one after another."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures Wayhome on this machine.")
    parser.add_argument("what", nargs="?", default="all", choices=[*OURS, *WHOLE, SHORT, "all"])
    parser.add_argument("--quick", action="store_true", help="few rounds: does it run, not what does it cost")
    parser.add_argument("--profile", action="store_true", help="commands only: show where serving spends its time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures of all but journeys and ctdc")
    parser.add_argument("--cases", type=int, action="append", help="console only: so many cases; may be said again")
    parser.add_argument("--seconds", type=float, default=20, help="console only: how long the busy day lasts")
    parser.add_argument("--events", type=int, default=0, help="tree only: so many events (1,000,000)")
    parser.add_argument("--keep", action="store_true", help="ratios only: these are what later ones are held against")
    chosen, more = parser.parse_known_args(arguments)
    if more and chosen.what not in WHOLE:
        parser.error(f"unknown: {' '.join(more)}")
    print_conditions(conditions())
    if chosen.what == SHORT:
        from bench.beside import ratios

        raise SystemExit(ratios.main(keep=bool(chosen.keep)))
    figures = {}
    for name in [*OURS, "journeys"] if chosen.what == "all" else [chosen.what]:
        print(f"\n=== {name}")
        figures[name] = _run(name, chosen, more)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")


def _run(name: str, chosen: argparse.Namespace, more: list[str]) -> dict[str, Any] | None:
    quick = bool(chosen.quick)
    if name == "commands":
        from bench.commands import run

        return run(quick=quick, profile=bool(chosen.profile))
    if name in _PLAIN:
        return dict(import_module(f"bench.{name}").run(quick=quick))
    if name == "console":
        from bench import console

        return console.run(quick=quick, counts=chosen.cases or (), seconds=float(chosen.seconds))
    if name == "peers":
        from bench.beside.run import run as beside

        return beside(quick=quick)
    if name == "tree":
        from bench import tree

        return tree.run(quick=quick, events=int(chosen.events))
    _whole(name, ["--quick", *more] if quick else more)
    return None


def _whole(name: str, more: list[str]) -> None:
    from bench import drive, journeys

    if (journeys.main(more) if name == "journeys" else drive.main(more)) != 0:
        raise SystemExit("a check did not hold; see above")


if __name__ == "__main__":
    main(sys.argv[1:])
