"""Asking once more at a terminal before what cannot be undone; a script says ``--yes``, or has no terminal at all."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import typer

from console.container import Container
from console.printing import say_error
from console.views.last_look import Foresight, foresight, is_grave
from workflow.command import CaseCommand, Command, OfficeCommand


def ask_once_more(
    container: Container, command: Command, now: datetime, ask: Callable[[], object] | None = None
) -> None:
    """Say on standard error what a grave command will do, and ask for a yes; ends the verb on anything else."""
    seen = container.cases.at(command.case_id) if isinstance(command, CaseCommand) else None
    gone = isinstance(command, CaseCommand) and seen is None
    if gone or not is_grave(command, seen):
        return
    office = isinstance(command, OfficeCommand)
    definition = container.service.definitions.current(vars(command)["programme"]) if office else None
    found = foresight(container, command, seen, definition, now)
    if found is None:
        return  # it is refused, and the reasons say why
    for line in _lines(command, found):
        say_error(line)
    (ask or (lambda: typer.confirm("Do it?", abort=True, err=True)))()


def _lines(command: Command, found: Foresight) -> Iterator[str]:
    """Yield what will happen, in the words in which the answer will tell of it."""
    undone = f"others undo it by {command.undone_by}" if command.undone_by else "this cannot be undone"
    yield f"{type(command).__name__}: {undone}"
    if found.people:
        yield f"people it concerns: {found.people}"
    told = Counter(type(fact).__name__ for fact in found.facts)
    yield from (f"  {name if times == 1 else f'{times} × {name}'}" for name, times in told.items())
