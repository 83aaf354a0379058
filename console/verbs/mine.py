"""`wayhome mine`: what is in *My work* of the console, for whoever works at a terminal."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated

import typer

from console.printing import minute_at
from console.verbs.terminal import ActorTerminal, verb
from console.views.danger import Asked, InDanger
from console.views.hours import Due
from console.views.reader import Reader
from console.views.work import my_work
from workflow.rights.table import Account


@verb()
def mine(
    terminal: ActorTerminal,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="Of every case you may see, not of your own only.")] = False,
) -> None:
    """List who is in danger, what is asked of you, and what is due today and within a week.

    Example: wayhome mine --all
    """
    found = my_work(Reader(terminal.container, _account(terminal), terminal.now), mine=not everybody)
    rows = [
        *(_danger(terminal, one) for one in found.danger.cases),
        *(_asked(terminal, one) for one in found.asked),
        *_due(terminal, "today", found.due),
        *_due(terminal, "soon", found.soon),
    ]
    columns = ("list", "case", "what", "when", "do")
    data = {
        "in_danger": len(found.danger.cases) + found.danger.hidden,
        "in_danger_of_others": found.danger.others,
        "rows": [dict(zip(columns, row, strict=True)) for row in rows],
    }
    terminal.table(data, "My work", columns, rows)


def _account(terminal: ActorTerminal) -> Account:
    """Return whose work it is; a name without an account looks after the whole house, as the operator does."""
    from console.accounts.command_line import services_of

    return services_of(terminal.container).accounts.find(terminal.actor) or terminal.overseer()


Row = tuple[str, str, str, str, str]


def _danger(terminal: ActorTerminal, one: InDanger) -> Row:
    why = ", ".join(danger.kind for danger in one.dangers)
    since = _minute(terminal, one.programme, one.dangers[0].since)
    return "danger", one.case_id, why, since, one.deed.command if one.deed else ""


def _asked(terminal: ActorTerminal, one: Asked) -> Row:
    when = _minute(terminal, one.programme, one.due_at) if one.due_at else ""
    return "asked", one.case_id, one.kind, when, one.deed.command


def _due(terminal: ActorTerminal, name: str, found: Iterable[Due]) -> Iterator[Row]:
    for one in found:
        at = _minute(terminal, one.programme, one.due_at)
        yield name, one.case_id or one.code, one.kind, at, one.deed.command if one.deed else ""


def _minute(terminal: ActorTerminal, programme: str, at: datetime) -> str:
    """Return a moment by the clocks of the programme."""
    return minute_at(at, terminal.programmes[programme].time_zone)
