"""Fields that identify a person, typed apart: what stands on a command line others on the machine can read.

The list of processes shows every argument to everybody, and shells keep them in a file.
"""

import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import typer

from console.errors import BadInput
from events.facts import catalogue
from workflow.command import Command, fields_of

ASKED: Final = "-"
IN_FILE: Final = "@"
FILE_BYTES_MAX: Final = 100_000
HOW: Final = "name=- asks for it, name=@FILE reads it from a file"


@cache
def apart(kind: type[Command]) -> frozenset[str]:
    """Return the fields of a command that are never typed as arguments: those the catalogue of facts seals.

    And a handle, by which people know each other here: it is open in the house, and nowhere else.
    """
    sealed = {name for schema in catalogue().shapes.values() for name in schema.hidden}
    return frozenset(fields_of(kind)) & {*sealed, "handle"} if kind.sealed else frozenset()


def given_apart(
    kind: type[Command], given: Mapping[str, str], ask: Callable[[str], str] | None = None
) -> dict[str, str]:
    """Return the fields with those that identify a person asked for, or read from their files.

    Raises BadInput for one that stands on the command line, and never repeats it.
    """
    own = apart(kind)
    for name, value in given.items():
        if name in own and value and value != ASKED and not value.startswith(IN_FILE):
            raise BadInput(
                f"{name} may identify a person, and others on this machine can read what stands on a command line; "
                f"write {name}=- and type it when asked, or {name}=@FILE"
            )
    return {name: _value(name, value, ask or asked) if name in own else value for name, value in given.items()}


def asked(name: str) -> str:
    """Return what somebody types when asked, or the next line of what is piped in; raises BadInput for no line at all.

    Nothing of it goes to standard output, which may be read by a program.
    """
    if sys.stdin.isatty():
        typer.echo(f"{name}: ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise BadInput(f"{name}: nothing was typed")
    return line.rstrip("\r\n")


def _value(name: str, value: str, ask: Callable[[str], str]) -> str:
    if value == ASKED:
        return ask(name)
    return _of_file(name, Path(value.removeprefix(IN_FILE))) if value else value


def _of_file(name: str, file: Path) -> str:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise BadInput(f"{name}: the file is larger than {FILE_BYTES_MAX // 1000} kB")
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{name}: there is no such file, or it is no text in UTF-8") from None
