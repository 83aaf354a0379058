"""`wayhome clock …`: what the clock says beside the newest event, and that it is right."""

import typer

from console.container import LEAP_MOST
from console.verbs.terminal import ActorTerminal, Terminal, verb
from events.clock_check import accept_clock, leap
from events.log import Log
from events.moments import CLOCK_SKEW_MAX

app = typer.Typer(no_args_is_help=True, help="The clock: whether it can be believed.")


@verb(app, "show")
def show(terminal: Terminal) -> None:
    """Show what the clock says and when the newest event was recorded, and whether timers are held.

    Example: wayhome clock show
    """
    log = terminal.container.log
    data = {"now": log.now(), "newest": log.newest(), "state": _state(log)}
    terminal.lines(data, f"now {data['now'][:19]}, newest event {data['newest'][:19]} (UTC): {data['state']}")


@verb(app, "accept")
def accept(terminal: ActorTerminal) -> None:
    """Say that the clock is right, after looking at it: timers run again, and recording goes on from here.

    Example: wayhome clock accept --as staff:operator
    """
    fact = accept_clock(terminal.container.log, terminal.actor, terminal.container.chance.uuid())
    now = terminal.container.log.newest()
    terminal.lines({"now": now, "newest": fact.newest}, f"recorded: the clock is right at {now[:19]} (UTC)")


def _state(log: Log) -> str:
    ahead = leap(log)
    if ahead > LEAP_MOST:
        return f"{ahead.days} days ahead, timers are held until `wayhome clock accept`"
    return "behind, nothing is recorded" if ahead < -CLOCK_SKEW_MAX else "in order"
