"""`wayhome office …`: what is done about a programme's office itself, not for one case."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli_support import AsJson, stop
from console.fields import explain, first_line, pairs, values
from console.printing import USAGE, print_json, print_rows
from console.verbs.terminal import CommandTerminal, verb
from workflow.command import fields_of
from workflow.registry import OFFICE, office_command

app = typer.Typer(no_args_is_help=True, help="What is done about a programme's office itself, not for one case.")


@app.command("commands")
def commands(as_json: AsJson = False) -> None:
    """List everything that can be recorded about an office.

    Example: wayhome office commands
    """
    if as_json:
        print_json([{"name": k.__name__, "fields": list(fields_of(k))} for k in OFFICE])
        return
    rows = [(kind.__name__, first_line(kind), ", ".join(fields_of(kind))) for kind in OFFICE]
    print_rows("What can be recorded about an office", ("name", "", "fields"), rows)


@verb(app, "record", epilog="Commands: " + ", ".join(kind.__name__ for kind in OFFICE), ring=True)
def record(
    terminal: CommandTerminal,
    programme: Annotated[str, typer.Argument(help="Programme, like moscow.")],
    name: Annotated[str, typer.Argument(help="What to record; `wayhome office commands` lists all there is.")],
    fields: Annotated[list[str] | None, typer.Argument(help="Fields as name=value.")] = None,
    mandate: Annotated[str, typer.Option(help="By which right you act.")] = "case_manager",
) -> None:
    """Record something about a programme's office: a call to the hotline, a house that closes, and the like.

    Example: wayhome office record moscow RecordMissedCall wants_call_back=true

    `wayhome office record moscow RecordMissedCall help` lists the fields.
    """
    kind = office_command(name)
    if kind is None:
        known = ", ".join(sorted(kind.__name__ for kind in OFFICE))
        stop(USAGE, f"nothing is called {name[:40]!r}; there is: {known}")
    if fields == ["help"]:
        explain(kind)
        return
    given = {**values(kind, pairs(fields or [])), "programme": programme, "mandate": mandate}
    terminal.give(kind, **given)
