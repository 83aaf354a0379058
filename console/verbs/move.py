"""`wayhome move`: the log taken from SQLite to PostgreSQL or back, with every proof, as one act."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, TextColumn
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from console.container import Container
from console.copies import moved, refuse_while_used
from console.errors import BadInput
from console.printing import bar_of, progress
from console.settings import settings
from console.verbs.settings import masked
from console.verbs.terminal import Terminal, verb
from events.database import Database, sqlite_url
from events.errors import BackupRefused, EventsError
from events.facts import catalogue
from events.high_water import raise_mark
from events.log import Log
from events.logins import make_ready
from events.verify import verify


@verb()
def move(
    terminal: Terminal,
    to: Annotated[str, typer.Option("--to", help="PostgreSQL, as postgresql+psycopg://user@host/name.")] = "",
    to_file: Annotated[bool, typer.Option("--to-file", help="Back into the data folder's own file.")] = False,
) -> None:
    """Move the log to another database, everything beside it too, and leave nothing behind that could go on.

    Stop the console and all workers first. Example: wayhome move --to postgresql+psycopg://wayhome@db/wayhome
    """
    here = settings(terminal.data)
    if bool(to) == to_file:
        raise BadInput("name where to: either --to and an address, or --to-file")
    if to_file and here.log_file.exists():
        aside = here.log_file.with_name("log-before.sqlite")
        raise BadInput(f"there is {here.log_file} already, from before: move it away, for example to {aside}")
    container = Container(here)
    target = Database(sqlite_url(here.log_file) if to_file else _url(to))
    try:
        make_ready(target, allow_owner=to_file or here.allow_owner is not None)
        where = str(here.log_file) if to_file else masked(to)
        rows = _moved(container, target, where, quiet=terminal.as_json)
    except EventsError:
        target.close()
        if to_file:
            _forget(here.log_file)
        raise
    finally:
        container.keys.close()
        container.database.close()
        target.close()
    written = f'write into {here.file}: database_url = "…"'
    line = f"remove database_url from {here.file}" if to_file else written
    terminal.lines(
        {"rows": sum(rows.values()), "events": rows["events"], "to": where},
        f"{rows['events']} events and everything beside them are in {where}; proofs hold as before",
        f"{line}; what was left behind opens no more",
    )


def _moved(container: Container, target: Database, where: str, *, quiet: bool) -> dict[str, int]:
    raise_mark(container.log)
    before = verify(container.log)
    container.database.close()
    refuse_while_used(container.database)
    with progress(TextColumn("{task.description}"), BarColumn(), quiet=quiet) as bars:
        move_bar = bar_of(bars, "log")

        def proved(at: Database) -> None:
            after = verify(Log(at, catalogue(), container.keys, container.chance))
            if (after.head, after.events, after.ok) != (before.head, before.events, before.ok):
                raise BackupRefused("what arrived is not what was sent; the log stays where it was")

        return moved(container.database, target, where, lambda _table, whole, done: move_bar(done, whole), proved)


def _url(text: str) -> str:
    try:
        found = make_url(text)
    except ArgumentError:
        raise BadInput("the address looks like postgresql+psycopg://user@host/name") from None
    if found.get_backend_name() != "postgresql":
        raise BadInput("the log moves to PostgreSQL with --to, or back into its file with --to-file")
    return text


def _forget(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
