"""The end of `wayhome demo`: the console of the rehearsed year, somebody of every role to be, and time going on."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.container import Container
from console.errors import BadInput
from console.printing import print_rows, say
from console.settings import Settings
from console.simulation.year import Year
from console.verbs.serve import server_for, site_for
from events.world import RunningClock, SystemClock, SystemEntropy
from workflow.programme.loading import load_definition, shipped_programme_text

if TYPE_CHECKING:
    from console.simulation.demo_accounts import Key
    from console.simulation.going_on import GoingOn

_HOST: Final = "127.0.0.1"
_PORTS_TRIED: Final = 50
_MORNING_UTC: Final = 6  # nine o'clock in Moscow: the desk has just opened


def open_day(data: Path, year: Year, over: datetime, *, port: int, pace: float) -> None:
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
    port = listening.getsockname()[1]
    server = server_for(container, site_for(_HOST, port), _HOST, port)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
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
