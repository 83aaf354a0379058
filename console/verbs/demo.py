"""`wayhome demo`: a programme year in a minute, a data folder to look around in, and a console where it goes on."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from console import printing
from console.cli_support import AsJson, plainly
from console.container import Container
from console.errors import BadInput
from console.printing import print_events, print_json, print_rows, say
from console.settings import Settings
from console.simulation.summary import Summary, print_summary, summary
from console.simulation.year import Rehearsal, Year, empty_folder, most_travelled
from console.verbs.serve import PORT, ended_in_order, site_for
from console.web.site import Door
from events.world import ManualClock, RunningClock, SeededEntropy, SystemClock, SystemEntropy
from workflow.programme.loading import load_definition, shipped_programme_text

if TYPE_CHECKING:
    from console.simulation.demo_accounts import Key
    from console.simulation.going_on import GoingOn

Folder = Annotated[Path, typer.Option("--data", help="Where to put the data; must be empty.")]
_HOST: Final = "127.0.0.1"
_PORTS_TRIED: Final = 50
_MORNING_UTC: Final = 6  # nine o'clock in Moscow: the desk has just opened


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
            _open_day(data, year, _clock_of(container).now(), port=port, pace=pace)


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


# -- the console of the year, and time that goes on in it --------------------------------------------------------------


def _open_day(data: Path, year: Year, over: datetime, *, port: int, pace: float) -> None:
    """Serve a year that is over until stopped with Ctrl-C; raises BadInput when no port is free."""
    from console.simulation.going_on import GoingOn

    with _free_socket(port) as listening:
        address = f"http://localhost:{listening.getsockname()[1]}"
        clock = RunningClock(_morning_after(over), pace, SystemClock())
        # Opened once more, with chance nobody can foretell: sessions are made of it.
        container = Container(Settings(data=data), clock=clock, chance=SystemEntropy())
        try:
            keys = _admitted(container, data, address)
            life = GoingOn(container, load_definition(shipped_programme_text("moscow")), year, pace)
            _welcome(keys, life, address, data)
            life.start()
            try:
                _serve(container, listening)
            finally:
                life.stop()
        finally:
            container.close()


def _morning_after(end: datetime) -> datetime:
    """Return the morning of the next Monday to Friday."""
    morning = end.replace(hour=_MORNING_UTC, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return morning + timedelta(days=max(0, 7 - morning.weekday()) if morning.weekday() > 4 else 0)


def _admitted(container: Container, data: Path, address: str) -> list[Key]:
    from console.accounts.sign_in import open_auth_services
    from console.simulation.demo_accounts import admitted, written

    clock, chance = SystemClock(), container.chance
    keys = admitted(container, open_auth_services(container.service, clock, chance), clock, "moscow", chance)
    written(keys, data, address)
    return keys


def _serve(container: Container, listening: socket.socket) -> None:
    from console.serving import server_for

    port = listening.getsockname()[1]
    server = server_for(container, site_for(_HOST, port), Door(_HOST, port))
    with ended_in_order():
        server.run(sockets=[listening])
    say("")


def _free_socket(port: int) -> socket.socket:
    """Return a socket at this port, or at the next one nobody has."""
    for tried in range(port, min(port + _PORTS_TRIED, 65536)):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((_HOST, tried))
            listening.listen()
        except OSError:
            listening.close()
        else:
            return listening
    raise BadInput(f"none of the ports from {port} on is free; name another with --port, or end with --no-serve")


# -- what is said -------------------------------------------------------------------------------------------------


def _welcome(keys: Sequence[Key], life: GoingOn, address: str, data: Path) -> None:
    from console.simulation.demo_accounts import FILE

    say(f"\nThe year goes on at {address}   (stop with Ctrl-C)\n")
    say(f"Sign in as anybody here. The password is everybody's: {keys[0].password}")
    _say_codes(keys)
    say(f"For an authenticator app: {data / FILE}. A code works once; each lasts half a minute.")
    if life.left:
        left = ", ".join(f"{case} ({stage.replace('_', ' ')})" for stage, case in life.left.items())
        say(f"Left to you, nobody else touches them: {left}")
    if sys.stdin.isatty():
        say("Press Enter for fresh codes.")
        threading.Thread(target=_codes_on_enter, args=(keys,), name="codes", daemon=True).start()


def _say_codes(keys: Sequence[Key]) -> None:
    clock = SystemClock()
    rows = [(key.part.account, key.part.role, key.code(clock), key.part.look_at) for key in keys]
    print_rows("", ("account", "role", "code now", "what there is to look at"), rows)


def _codes_on_enter(keys: Sequence[Key]) -> None:
    while sys.stdin.readline():
        _say_codes(keys)
