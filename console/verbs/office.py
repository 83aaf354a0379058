"""`wayhome office …`: what is done about a programme's office itself, not for one case."""

from typing import Annotated

import typer

from console.fields import command_named, explain, list_commands, pairs, values
from console.verbs.team import caseloads
from console.verbs.terminal import AskingTerminal, BareTerminal, verb
from workflow.command import fields_of
from workflow.registry import OFFICE

app = typer.Typer(no_args_is_help=True, help="What is done about a programme's office itself, not for one case.")


@verb(app, "commands")
def commands(terminal: BareTerminal) -> None:
    """List everything that can be recorded about an office.

    Example: wayhome office commands
    """
    data = [{"name": kind.__name__, "fields": list(fields_of(kind))} for kind in OFFICE]
    terminal.show(data, lambda: list_commands("What can be recorded about an office", OFFICE))


@verb(app, "record", epilog="Commands: " + ", ".join(kind.__name__ for kind in OFFICE), ring=True)
def record(
    terminal: AskingTerminal,
    programme: Annotated[str, typer.Argument(help="Programme, like moscow.")],
    name: Annotated[str, typer.Argument(help="What to record; `wayhome office commands` lists all there is.")],
    fields: Annotated[list[str] | None, typer.Argument(help="Fields as name=value.")] = None,
    mandate: Annotated[str, typer.Option(help="By which right you act.")] = "case_manager",
) -> None:
    """Record something about a programme's office: a call to the hotline, a house that closes, and the like.

    Example: wayhome office record moscow RecordMissedCall wants_call_back=true

    `wayhome office record moscow RecordMissedCall help` lists the fields.
    """
    kind = command_named(name, OFFICE)
    if fields == ["help"]:
        explain(kind)
    else:
        terminal.give(kind, **{**values(kind, pairs(fields or [])), "programme": programme, "mandate": mandate})


app.command("caseloads")(caseloads)
