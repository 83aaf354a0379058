"""`wayhome demo`: a programme year in a minute, a data folder to look around in, and a console where it goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from console import printing
from console.cli_support import AsJson, plainly
from console.container import Container
from console.errors import BadInput
from console.printing import print_events, print_json, say
from console.settings import Settings
from console.simulation.summary import Summary, print_summary, summary
from console.simulation.year import Rehearsal, Year, empty_folder, most_travelled
from console.verbs.open_day import open_day
from console.verbs.serve import PORT
from events.world import ManualClock, SeededEntropy
from workflow.programme.loading import load_definition, shipped_programme_text

Folder = Annotated[Path, typer.Option("--data", help="Where to put the data; must be empty.")]


def demo(
    data: Folder = Path("demo-data"),
    arrivals: Annotated[int, typer.Option(min=1, max=5000, help="How many people come in the year.")] = 350,
    days: Annotated[int, typer.Option(min=1, max=1500, help="How many days pass.")] = 365,
    seed: Annotated[int, typer.Option(help="The same seed gives the same year.")] = 2006,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the console when the year is over, until Ctrl-C.")
    ] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to serve at, or the next free one.")] = PORT,
    pace: Annotated[
        float, typer.Option(min=0.0, max=86_400.0, help="How fast time goes on meanwhile; 60: a second is a minute.")
    ] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Run the Moscow programme through a simulated year with made-up people, show what came of it, and serve it.

    With --json it ends after the summary. Example: wayhome demo --data demo-data
    """
    with plainly():
        if not empty_folder(data):
            raise BadInput(f"{data} is not empty; give another folder with --data, or remove that one")
        container, year = _opened(data, seed), Year(arrivals, days, seed)
        try:
            found = _run(container, year, quiet=as_json)
            case = most_travelled(container)
            if as_json:
                print_json(found._asdict() | {"case": case, "data": str(data)})
                return
            print_summary(found)
            if case is not None:
                print_events(f"History of {case}", container.cases.history(case))
            _say_what_next(data, case)
        finally:
            container.close()
        if serve:
            open_day(data, year, _clock_of(container).now(), port=port, pace=pace)


def _opened(data: Path, seed: int) -> Container:
    start = datetime.combine(
        load_definition(shipped_programme_text("moscow")).programme.runs.since, datetime.min.time(), UTC
    )
    return Container(Settings(data=data), create=True, clock=ManualClock(start), chance=SeededEntropy(seed))


def _run(container: Container, year: Year, *, quiet: bool) -> Summary:
    clock = _clock_of(container)
    definition = container.publish(shipped_programme_text("moscow"), "staff:operator")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[people]} people"),
        TimeElapsedColumn(),
    )
    with printing.progress(*columns, quiet=quiet, transient=False) as progress:
        start = clock.now()
        bar = progress.add_task(f"{start:%d %b %Y}", total=year.days * 86400, people=0)
        Rehearsal(container, clock, definition, year).run(
            lambda now, people: progress.update(
                bar, completed=(now - start).total_seconds(), description=f"{now:%d %b %Y}", people=people
            )
        )
    return summary(container, definition)


def _clock_of(container: Container) -> ManualClock:
    """Return the clock that a rehearsal moves by hand."""
    assert isinstance(container.clock, ManualClock)
    return container.clock


def _say_what_next(data: Path, case: str | None) -> None:
    say(f"\nThe year is in {data}. Look around in it, for example:")
    for line in (f"case list --data {data}", f"next {case} --data {data}", f"verify --rules --data {data}"):
        say(f"  .venv/bin/wayhome {line}")
