"""`wayhome drill erase`: what an erasure leaves behind, searched for and counted."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from console.cli_support import plainly
from console.container import Container
from console.printing import FAULTS, say_error
from console.settings import Settings
from console.simulation.erasure_drill import erasure_drill
from console.simulation.year import Year
from console.verbs.terminal import BareTerminal, verb
from events.world import ManualClock, SeededEntropy
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.values.days import begin_of

_SEED: Final = 2006  # the same people fare the same each time
app = typer.Typer(
    no_args_is_help=True, help="Drills on made-up data of their own: what is promised, tried and counted."
)


@app.callback()
def _drills() -> None:
    """Make a group of it, whatever number of drills there is."""


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
    with plainly(), tempfile.TemporaryDirectory(prefix="wayhome-drill-") as place:
        folder = Path(place)
        begins = load_definition(shipped_programme_text("moscow")).programme.runs.since
        clock = ManualClock(begin_of(begins, "UTC"))
        container = Container(Settings(data=folder / "data"), create=True, clock=clock, chance=SeededEntropy(_SEED))
        container.publish(shipped_programme_text("moscow"), "staff:operator")
        found = erasure_drill(folder, container, clock, Year(arrivals, days), words)
    terminal.lines(found._asdict(), found.line, *(f"  found: {one}" for one in found.found))
    if not found.ok:
        say_error("something of an erased person was found, or the search is blind; look at the lines above")
        raise typer.Exit(FAULTS)
