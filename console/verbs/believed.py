"""What is shown before somebody vouches for a history, and what is said afterwards: by hand of two officers."""

from typing import Any

from console.errors import BadInput
from console.printing import print_rows, say, say_error
from console.verbs.terminal import ActorTerminal
from console.verbs.two_officers import ALONE, decided_here
from events.writing import DecidedBy
from handlers.checks.vouching import DoubtfulEvent, VouchedFor, about_to_be_believed

_COLUMNS = ("position", "recorded", "by", "fact", "")


def read_and_decided(terminal: ActorTerminal, stream: str, second: str) -> tuple[bytes, DecidedBy]:
    """Show what is about to be believed of a history; return how far that was read, and who decided it.

    Raises BadInput when there is no such history.
    """
    shown = about_to_be_believed(terminal.container.log, stream)
    if not shown:
        raise BadInput("there is no such history; wayhome verify names those whose end does not fit")
    by = decided_here(terminal, second, lambda: _show(terminal, stream, shown))
    return shown[-1].event.leaf, by


def tell_vouched(terminal: ActorTerminal, done: VouchedFor, by: DecidedBy) -> None:
    """Say where the history ends, who said so, and what is left to be read."""
    behind = f" and {by.second}" if by.second else f"; {ALONE}"
    say(f"it goes on from version {done.version}, and the log says who vouched for it: {by.actor}{behind}")
    if done.left:
        say("the end of the log stays in doubt: these histories do not end as Wayhome wrote them either")
        say("\n".join(done.left))


def as_json(done: VouchedFor, by: DecidedBy) -> dict[str, Any]:
    """Return the same as a script reads it."""
    return {"version": done.version, "actor": by.actor, "second": by.second, "left": list(done.left)}


def _show(terminal: ActorTerminal, stream: str, shown: list[DoubtfulEvent]) -> None:
    """Print the events; beside a JSON document they go to standard error."""
    rows = [_row(one) for one in shown]
    if not terminal.as_json:
        print_rows(f"About to be believed: {stream}", _COLUMNS, rows)
        return
    for row in rows:
        say_error("about to be believed: " + "  ".join(row))


def _row(one: DoubtfulEvent) -> tuple[str, ...]:
    said = one.event.envelope
    origin = "left by a command" if one.is_ours else "LEFT BY NO COMMAND"
    return str(one.event.position), said.recorded_at[:19], said.actor, said.type, origin
