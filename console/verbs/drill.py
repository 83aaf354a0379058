"""`wayhome drill`: what must hold when somebody does their worst, tried out and counted."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from console import printing
from console.printing import FAULTS
from console.verbs.terminal import BareTerminal, verb

app = typer.Typer(help="Drills: somebody does their worst to a copy, and what is found is counted.")
_UNTOUCHED_MAX = 1000


@app.callback()
def _drills() -> None:
    """Make a group of one verb, too."""


@verb(app, "tamper")
def tamper(
    terminal: BareTerminal,
    n: Annotated[int, typer.Option("--n", min=1, max=1_000_000, help="How often to tamper with a log.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed tampers in the same ways.")] = 1,
) -> None:
    """Alter made-up logs at random, also with every hash made anew, and count what verify finds; no data are touched.

    Exit code 5 when something was not found, not located, or found where nothing was.

    Example: wayhome drill tamper --n 300
    """
    from console.drills.tamper import tamper_drill

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory() as folder, printing.progress(*columns, quiet=terminal.as_json) as progress:
        bar = progress.add_task("living", total=n)
        found = tamper_drill(
            Path(folder), n, seed, min(_UNTOUCHED_MAX, max(1, n // 10)),
            lambda what, done, total: progress.update(bar, description=what, completed=done, total=total),
        )  # fmt: skip
    ways = [
        f"  {way}: {done} done, {seen} detected, {located} located" for way, (done, seen, located) in found.ways.items()
    ]
    terminal.lines(found._asdict(), *ways, *(f"  NOT FOUND: {one}" for one in found.missed), found.line)
    if not found.ok:
        raise typer.Exit(FAULTS)
