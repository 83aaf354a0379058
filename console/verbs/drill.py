"""`wayhome drill …`: what must hold on a bad day, done on made-up data in a folder of its own, and counted."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TextColumn, TimeElapsedColumn

from console.container import Container
from console.printing import FAULTS, progress
from console.settings import Settings
from console.simulation.restore_drill import RestoreDrill
from console.simulation.year import Year
from console.verbs.terminal import BareTerminal, verb
from events.world import ManualClock, SeededEntropy
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.values.days import begin_of

app = typer.Typer(no_args_is_help=True, help="Drills on made-up data: what must hold on a bad day, counted.")


@verb(app, "restore")
def restore(
    terminal: BareTerminal,
    arrivals: Annotated[int, typer.Option(min=5, max=5000, help="How many people come.")] = 60,
    days: Annotated[int, typer.Option(min=30, max=1500, help="How many days pass.")] = 180,
    seed: Annotated[int, typer.Option(help="The same seed gives the same year.")] = 2006,
) -> None:
    """Copy under load, go on, destroy, restore older and newest copies with keys of each age, and count.

    Example: wayhome drill restore --days 180
    """
    with tempfile.TemporaryDirectory(prefix="wayhome-drill-") as folder:
        text = shipped_programme_text("moscow")
        start = begin_of(load_definition(text).programme.runs.since, "UTC")
        here = Settings(data=Path(folder) / "house")
        container = Container(here, create=True, clock=ManualClock(start), chance=SeededEntropy(seed))
        definition = container.publish(text, "staff:operator")
        with progress(TextColumn("{task.description}"), TimeElapsedColumn(), quiet=terminal.as_json) as bar:
            task = bar.add_task("", total=None)
            drill = RestoreDrill(Path(folder), container, definition, Year(arrivals, days, seed))
            found = drill.run(lambda said: bar.update(task, description=said))
    numbers = found._asdict() | {"seconds": round(found.seconds, 1), "restore_seconds": round(found.restore_seconds, 2)}
    terminal.lines(numbers, "drill restore " + " ".join(f"{name}={value}" for name, value in numbers.items()))
    if not found.ok:
        raise typer.Exit(FAULTS)
