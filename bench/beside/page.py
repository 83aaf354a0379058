"""Writes the tables of docs/performance.md from the figures of a run, so that nobody types a figure.

``python -m bench.beside.page FIGURES.json`` takes what ``make bench ARGS="--json FIGURES.json"`` wrote, of all benches
or of some; what they did not measure stays as it was kept in docs/performance.json, with the conditions of its own run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "performance.md"
FIGURES: Final = ROOT / "docs" / "performance.json"
BEGIN, END = "<!-- made by bench.beside.page from performance.json: -->\n", "<!-- end -->\n"
OPEN: Final = "not measured yet"
BUSY: Final = 1.5  # so many processes wanted each core: something else was going on
HAND, KEPT = "psycopg by hand", "eventsourcing, kept aggregates"
Figures = Mapping[str, Any]


class Line(NamedTuple):
    """One line of the table: what is done, who did how much of it, and what is wanted."""

    work: str
    ours: str
    peers: str
    ratio: str
    wanted: str


def main(file: str) -> None:
    """Take a run's figures and write the page."""
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    FIGURES.write_text(json.dumps(kept | json.loads(Path(file).read_text()), indent=1, sort_keys=True) + "\n")
    PAGE.write_text(drawn(PAGE.read_text(), json.loads(FIGURES.read_text())))


def drawn(page: str, figures: Figures) -> str:
    """Return the page with the tables of these figures in their place."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return head + BEGIN + tables(figures) + END + tail


def tables(figures: Figures) -> str:
    """Return how the run was taken, and what came of it, line by line."""
    lines = [line for rows in _ROWS for line in rows(figures)]
    cells = [Line("work", "Wayhome", "beside it", "ratio", "wanted"), Line(*["---"] * 5), *lines]
    table = "".join(f"| {' | '.join(line)} |\n" for line in cells)
    return f"\n{_conditions(figures)}\n\n{table}\n"


def _conditions(figures: Figures) -> str:
    found = figures.get("peers", {}).get("conditions")
    if found is None:
        return "No run on a quiet machine is kept yet: what one taken beside other work shows is not written down."
    said = ", ".join(f"{name} {value}" for name, value in found.items())
    loads = [found.get("load", 0.0), found.get("load afterwards", 0.0)]
    busy = max(loads) > BUSY * int(found.get("cores") or os.cpu_count() or 1)
    warning = (
        " **Other work went on beside this run: read no figure by itself, and the ratios with care.**" if busy else ""
    )
    return f"Taken with: {said}.{warning}"


def _commands(figures: Figures) -> list[Line]:
    lines = []
    for callers, title, wanted in (
        ("32", "commands/s, 32 callers, PostgreSQL", "≥ 10 × `eventsourcing`, ≥ 3.5 × by hand"),
        ("1", "commands/s, one caller, PostgreSQL", "≥ 4 × `eventsourcing`, ≥ 0.8 × by hand"),
    ):
        lines.append(_rates(figures, ("peers", "commands", callers), title, wanted))
    return [*lines, *_processor(figures)]


def _rates(figures: Figures, path: tuple[str, ...], title: str, wanted: str) -> Line:
    rows = _at(figures, *path)
    if rows is None:
        return Line(title, OPEN, "", "", wanted)
    peers = "; ".join(f"{name} {_number(row['median'])}" for name, row in rows.items() if name != "Wayhome")
    ours = rows["Wayhome"]
    ratio = "; ".join(f"{value:.2f} × {name}" for name, value in ours["ratios"].items())
    return Line(title, _number(ours["median"]), peers, ratio, wanted)


def _processor(figures: Figures) -> list[Line]:
    lines = []
    for callers, title, wanted in (
        ("32", "processor time of a command in the process, 32 callers, ms", "≤ 0.25"),
        ("1", "processor time of a command in the process, one caller, ms", "≤ 0.8"),
    ):
        rows = _at(figures, "peers", "commands", callers)
        if rows is None:
            lines.append(Line(title, OPEN, "", "", wanted))
            continue
        cost = {name: row["processor ms"] for name, row in rows.items()}
        peers = "; ".join(f"{name} {value:.2f}" for name, value in cost.items() if name != "Wayhome")
        ratio = "; ".join(f"{cost['Wayhome'] / cost[name]:.2f} × {name}" for name in (HAND, KEPT) if name in cost)
        lines.append(Line(title, f"{cost['Wayhome']:.2f}", peers, ratio, wanted))
    return lines


def _console(figures: Figures) -> list[Line]:
    title, wanted = "console, 50 sessions that never pause, requests/s", "≥ 200 in one process, p99 of reads ≤ 600 ms"
    lines = []
    for kind in ("sqlite", "postgresql"):
        found = _at(figures, "console", f"{kind} 10000", "busy")
        if found:
            slow, constant = found["console"]["reads"]["p99"], found["constant"]["per_second"]
            ours = f"{kind} {_number(found['console']['per_second'])}, p99 of reads {slow:.0f} ms"
            lines.append(Line(title, ours, f"a constant page {_number(constant)}", f"{found['ratio']:.3f}", wanted))
    lines = lines or [Line(title, OPEN, "", "", wanted)]
    return [*lines, _processes(figures), _pages(figures), _board(figures)]


def _processes(figures: Figures) -> Line:
    found = _at(figures, "console", "postgresql 10000", "busy", "processes") or {}
    shown = [f"{many}: {_number(one['per_second'])}, p99 {one['reads']['p99']:.0f} ms" for many, one in found.items()]
    rates = [one["per_second"] for one in found.values()]
    ratio = "; ".join(f"{rate / rates[0]:.2f} × one" for rate in rates[1:])
    title = "the same, by so many processes of `wayhome serve`, PostgreSQL"
    return Line(title, "; ".join(shown) or OPEN, "", ratio, "4 scale")


def _pages(figures: Figures) -> Line:
    title, wanted = "a page at 10,000 cases, p50 ms and statements", "≤ 6 ms and ≤ 8 statements"
    pages = _at(figures, "console", "postgresql 10000", "pages")
    shown = [f"{name} {row['p50']:.1f} ({row['statements']})" for name, row in (pages or {}).items()]
    return Line(title, "; ".join(shown) or OPEN, "", "", wanted)


def _board(figures: Figures) -> Line:
    pages = _at(figures, "console", "postgresql 1000000", "pages") or {}
    shown = [f"{name} {row['p50']:.0f}" for name, row in pages.items() if name.startswith("board")]
    return Line("the board at 1,000,000 cases, p50 ms", "; ".join(shown) or OPEN, "", "", "≤ 15")


def _journeys(figures: Figures) -> list[Line]:
    line = _rates(figures, ("peers", "journeys"), "whole journeys, events/s through commands and workers", "≥ 3,000")
    ours = _at(figures, "peers", "journeys", "Wayhome")
    if ours is None:
        return [line]
    many = f"{line.ours} ({ours['journeys/s']} journeys/s of {ours['events a journey']} events)"
    return [line._replace(ours=many, peers=f"with 25 events a journey: {line.peers}")]


def _starts(figures: Figures) -> list[Line]:
    lines = []
    for moment in ("idle 0.25 s", "100 tasks/s"):
        title, rows = f"start of a task, {moment}, p50 / p99 ms", _at(figures, "peers", "starts", moment)
        if rows is None:
            lines.append(Line(title, OPEN, "", "", "≤ 2 × BLMOVE"))
            continue
        shown = {name: f"{row['p50']:.2f} / {row['p99']:.2f}" for name, row in rows.items()}
        peers = "; ".join(f"{name} {value}" for name, value in shown.items() if name != "Wayhome")
        ours = rows["Wayhome"]
        ratio = f"{ours['p50 ratio']:.1f} / {ours['p99 ratio']:.1f} × BLMOVE"
        lines.append(Line(title, shown["Wayhome"], peers, ratio, "≤ 2 × BLMOVE"))
    return lines


def _memory(figures: Figures) -> list[Line]:
    kept = _at(figures, "memory", "bytes a case") or {}
    shown = "; ".join(f"{name} {_number(value)}" for name, value in kept.items())
    return [Line("a live case in memory, bytes", shown or OPEN, "", "", "≤ 2,000 as used")]


def _reads(figures: Figures) -> list[Line]:
    cases = _rates(figures, ("peers", "reads", "cases"), "cases built anew one by one, events/s", "")
    lines = []
    for what, wanted in (
        ("verify", "≥ 40 % of the limit"),
        ("replay", "≥ 60 % of the limit"),
        ("verify --rules", "≥ 100,000 with two processes"),
    ):
        rows = _at(figures, "peers", "reads", "whole log")
        title = f"{what} of the whole log, events/s"
        if rows is None:
            lines.append(Line(title, OPEN, "", "", wanted))
            continue
        (limit, at_most), *_ = rows.items()
        share = rows[what]["ratios"][limit]
        ours, theirs = _number(rows[what]["median"]), f"{limit} {_number(at_most['median'])}"
        lines.append(Line(title, ours, theirs, f"{share:.0%} of the limit", wanted))
    return [cases, *lines]


_ROWS: Final[tuple[Callable[[Figures], list[Line]], ...]] = (_commands, _console, _journeys, _starts, _memory, _reads)


def _at(figures: Figures, *path: str) -> Any:
    found: Any = figures
    for name in path:
        found = found.get(name) if found else None
    return found


def _number(value: float) -> str:
    return f"{value:,.0f}"


if __name__ == "__main__":
    main(sys.argv[1])
