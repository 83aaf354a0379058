"""`wayhome programme …`: check a programme file, draw it, put it into force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.cli_support import AsJson, plainly
from console.errors import BadInput
from console.printing import USAGE, print_json, say
from console.verbs.terminal import ActorTerminal, verb
from workflow.programme.diagram import mermaid
from workflow.programme.errors import ProgrammeFaulty
from workflow.programme.loading import CHARACTERS_MAX, load_definition, shipped_programme_text, shipped_programmes

app = typer.Typer(no_args_is_help=True, help="Programme files: the journey, the guards and the money as data.")

FileOrName = Annotated[str, typer.Argument(help="A programme file, or the name of one that comes with Wayhome.")]


@app.command("check")
def check(file: FileOrName, as_json: AsJson = False) -> None:
    """Check a programme file and list every fault with its line; exit code 2 when there is any.

    Example: wayhome programme check my-office.yaml
    """
    with plainly():
        try:
            definition = load_definition(_text(file))
        except ProgrammeFaulty as faulty:
            _tell_faults(faulty, as_json=as_json)
            raise typer.Exit(USAGE) from None
        programme = definition.programme
        found = {
            "programme": programme.programme,
            "definition": definition.hash,
            "stages": len(programme.journey.states),
            "transitions": len(programme.journey.transitions),
            "faults": [],
        }
        if as_json:
            print_json(found)
        else:
            said = f"{found['stages']} stages, {found['transitions']} ways on"
            say(f"{programme.programme}: no faults, {said}, definition {definition.hash}")


@app.command("diagram")
def diagram(
    file: FileOrName = "moscow",
    language: Annotated[str, typer.Option(help="en or ru.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Print the journey as a Mermaid diagram, drawn from the programme file.

    Example: wayhome programme diagram moscow --language ru
    """
    with plainly():
        if language not in ("en", "ru"):
            raise BadInput("the language is en or ru")
        drawn = mermaid(load_definition(_text(file)).programme, "ru" if language == "ru" else "en")
        if as_json:
            print_json({"mermaid": drawn})
        else:
            say(drawn)


@verb(app, "publish", create=True)
def publish(terminal: ActorTerminal, file: FileOrName) -> None:
    """Put a programme file into force: cases opened from now on run under it, running ones keep theirs.

    Example: wayhome programme publish moscow --as staff:operator
    """
    definition = terminal.container.publish(_text(file), terminal.actor)
    terminal.lines(
        {"programme": definition.programme.programme, "definition": definition.hash},
        f"{definition.programme.programme} is in force as definition {definition.hash}",
    )


def _tell_faults(faulty: ProgrammeFaulty, *, as_json: bool) -> None:
    if as_json:
        print_json({"faults": [{"line": fault.line, "text": fault.text} for fault in faulty.faults]})
        return
    for fault in faulty.faults:
        say(str(fault))


def _text(file: str) -> str:
    path = Path(file)
    if not path.exists() and file in shipped_programmes():
        return shipped_programme_text(file)
    if not path.is_file():
        raise BadInput(f"there is no file {file}; programmes that come with Wayhome: {', '.join(shipped_programmes())}")
    if path.stat().st_size > 4 * CHARACTERS_MAX:
        raise BadInput(f"{file} is too large for a programme file")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise BadInput(f"{file} is not UTF-8 text; save it as UTF-8") from problem
