"""`wayhome programme …`: check a programme file, draw it, put it into force."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from console.errors import BadInput
from console.printing import USAGE
from console.verbs.terminal import BareTerminal, CommandTerminal, verb
from handlers.commanding.answers import Accepted
from workflow.command import PublishProgramme
from workflow.programme.diagram import mermaid
from workflow.programme.errors import ProgrammeFault, ProgrammeFaulty
from workflow.programme.loading import (
    CHARACTERS_MAX,
    check_definition,
    load_definition,
    shipped_programme_text,
    shipped_programmes,
)

app = typer.Typer(no_args_is_help=True, help="Programme files: the journey, the guards and the money as data.")

FileOrName = Annotated[str, typer.Argument(help="A programme file, or the name of one that comes with Wayhome.")]


@verb(app, "check")
def check(
    terminal: BareTerminal,
    file: FileOrName,
    strict: Annotated[bool, typer.Option("--strict", help="Take what is doubtful for a fault.")] = False,
) -> None:
    """Check a programme file and list every fault with its line, then what is doubtful; exit code 2 for any fault.

    Example: wayhome programme check my-office.yaml --strict
    """
    try:
        definition, doubts = check_definition(_text(file))
    except ProgrammeFaulty as faulty:
        raise _faulty(terminal, faulty.faults) from None
    if strict and doubts:
        raise _faulty(terminal, doubts)
    name, journey = definition.programme.programme, definition.programme.journey
    sizes = {"stages": len(journey.states), "transitions": len(journey.transitions)}
    terminal.lines(
        {"programme": name, "definition": definition.hash, **sizes, "faults": [], "doubts": _shown(doubts)},
        *(f"{doubt} (doubtful)" for doubt in doubts),
        f"{name}: no faults, {sizes['stages']} stages, {sizes['transitions']} ways on, definition {definition.hash}",
    )


@verb(app, "diagram")
def diagram(
    terminal: BareTerminal,
    file: FileOrName = "moscow",
    language: Annotated[str, typer.Option(help="en or ru.")] = "en",
) -> None:
    """Print the journey as a Mermaid diagram, drawn from the programme file.

    Example: wayhome programme diagram moscow --language ru
    """
    if language not in ("en", "ru"):
        raise BadInput("the language is en or ru")
    drawn = mermaid(load_definition(_text(file)).programme, "ru" if language == "ru" else "en")
    terminal.lines({"mermaid": drawn}, drawn)


@verb(app, "publish", create=True)
def publish(terminal: CommandTerminal, file: FileOrName) -> None:
    """Propose a programme file: once a second person confirms it, cases opened from then on run under it.

    The files of an office that has not two officers yet are put into force where Wayhome is installed.

    Example: wayhome programme publish moscow --as staff:operator
    """
    definition = load_definition(_text(file))
    name = definition.programme.programme
    answer = terminal.submit(PublishProgramme, programme=name, text=definition.text)
    if not isinstance(answer, Accepted) or answer.proposal:
        terminal.tell(answer)
        return
    left = terminal.container.service.definitions.directories.left_alone(name, definition.hash)
    terminal.lines(
        {"programme": name, "definition": definition.hash} | ({"left_alone": list(left)} if left else {}),
        f"{name} is in force as definition {definition.hash}",
        *([f"the console's record holds, not the file's, of: {', '.join(left)}"] if left else []),
    )


def _faulty(terminal: BareTerminal, found: Sequence[ProgrammeFault]) -> typer.Exit:
    terminal.lines({"faults": _shown(found)}, *map(str, found))
    return typer.Exit(USAGE)


def _shown(found: Iterable[ProgrammeFault]) -> list[dict[str, object]]:
    return [{"line": fault.line, "text": fault.text} for fault in found]


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
