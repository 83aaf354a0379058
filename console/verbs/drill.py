"""`wayhome drill`: what must hold when somebody does their worst, tried out and counted."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn

from console import printing
from console.cli_support import plainly
from console.container import Container
from console.printing import FAULTS, say_error
from console.settings import Settings
from console.simulation.year import Year
from console.verbs.terminal import BareTerminal, verb
from events.world import ManualClock, SeededEntropy
from workflow.programme.loading import Definition, load_definition, shipped_programme_text
from workflow.values.days import begin_of

_SEED: Final = 2006  # the same people fare the same each time
app = typer.Typer(
    no_args_is_help=True, help="Drills on made-up data of their own: what is promised, tried on a bad day and counted."
)
_UNTOUCHED_MAX = 1000


@verb(app, "tamper")
def drill_tamper(
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


def _made_up_office(folder: Path, chance: SeededEntropy) -> tuple[Container, ManualClock, Definition]:
    """Return an office of nobody's in a folder, its clock, and its programme in force."""
    text = shipped_programme_text("moscow")
    clock = ManualClock(begin_of(load_definition(text).programme.runs.since, "UTC"))
    container = Container(Settings(data=folder / "data"), create=True, clock=clock, chance=chance)
    return container, clock, container.publish(text, "staff:operator")


@verb(app, "erase")
def drill_erase(
    terminal: BareTerminal,
    words: Annotated[int, typer.Option(min=50, max=5000, help="How many words are planted in notes.")] = 60,
    days: Annotated[int, typer.Option(min=60, max=1500, help="How many days the rehearsal before it lasts.")] = 150,
    arrivals: Annotated[int, typer.Option(min=1, max=500, help="How many people come in it.")] = 4,
) -> None:
    """Plant words in a made-up person's case, erase the person, and search every file for each word in every form.

    Example: wayhome drill erase --words 60

    Exit code 5 when a word is found, or when the word that is planted where nothing erases is not found.
    """
    from console.drills.erasure import erasure_drill

    with plainly(), tempfile.TemporaryDirectory(prefix="wayhome-drill-") as place:
        container, clock, _ = _made_up_office(Path(place), SeededEntropy(_SEED))
        found = erasure_drill(Path(place), container, clock, Year(arrivals, days), words)
    terminal.lines(found._asdict(), found.line, *(f"  found: {one}" for one in found.found))
    if not found.ok:
        say_error("something of an erased person was found, or the search is blind; look at the lines above")
        raise typer.Exit(FAULTS)


@verb(app, "restore")
def drill_restore(
    terminal: BareTerminal,
    arrivals: Annotated[int, typer.Option(min=5, max=5000, help="How many people come.")] = 60,
    days: Annotated[int, typer.Option(min=30, max=1500, help="How many days pass.")] = 180,
    seed: Annotated[int, typer.Option(help="The same seed gives the same year.")] = _SEED,
) -> None:
    """Copy under load, go on, destroy, restore older and newest copies with keys of each age, and count.

    Example: wayhome drill restore --days 180
    """
    from console.drills.restore import RestoreDrill

    with tempfile.TemporaryDirectory(prefix="wayhome-drill-") as folder:
        container, _, definition = _made_up_office(Path(folder), SeededEntropy(seed))
        with printing.progress(TextColumn("{task.description}"), TimeElapsedColumn(), quiet=terminal.as_json) as bar:
            task = bar.add_task("", total=None)
            drill = RestoreDrill(Path(folder), container, definition, Year(arrivals, days, seed))
            found = drill.run(lambda said: bar.update(task, description=said))
    numbers = found._asdict() | {"seconds": round(found.seconds, 1), "restore_seconds": round(found.restore_seconds, 2)}
    terminal.lines(numbers, "drill restore " + " ".join(f"{name}={value}" for name, value in numbers.items()))
    if not found.ok:
        raise typer.Exit(FAULTS)
