"""`wayhome backup`: copies of the log and of its keys while everything runs, for two people in two places."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, TextColumn

from console.errors import BadInput, NoData
from console.key_opening import open_keys
from console.printing import FAULTS, progress, say_error
from console.settings import Settings, settings
from console.verbs.terminal import Terminal, verb
from events.backup import copy_file, look_at
from events.world import SystemEntropy


@verb()
def backup(
    terminal: Terminal,
    keys: Annotated[Path, typer.Option("--keys", help="File to copy the keys into; for another person to keep.")],
    log: Annotated[
        Path | None, typer.Option("--log", help="File to copy the log into, in another folder; not with PostgreSQL.")
    ] = None,
) -> None:
    """Copy the log, then its keys, while everything runs, and see that each name in the one has its key in the other.

    With PostgreSQL take the log with pg_dump first, then the keys with this.
    Example: wayhome backup --log /mnt/anna/log.sqlite --keys /mnt/boris/keys.sqlite
    """
    here = settings(terminal.data)
    _refuse(here, log, keys)
    copies = [(here.log_file, log), (here.key_file, None if here.keys_url else keys)]
    with progress(TextColumn("{task.description}"), BarColumn(), quiet=terminal.as_json) as bar:
        for source, target in ((one, to) for one, to in copies if to is not None):
            task = bar.add_task(source.name, total=None)

            def tell(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)  # noqa: B023 - called before the next one

            copy_file(source, target, tell)
    if here.keys_url:
        _copy_database(here, keys)
    _tell(terminal, log, keys)


def _refuse(here: Settings, log: Path | None, keys: Path) -> None:
    """Raise BadInput or NoData for what cannot be copied so, before anything is written."""
    if here.database_url and log is not None:
        raise BadInput("the log is in PostgreSQL: take it with pg_dump first, then only the keys, with --keys")
    if not here.database_url and log is None:
        raise BadInput("name a file for the log too, with --log")
    if log is not None and log.absolute().parent == keys.absolute().parent:
        raise BadInput("log and keys go to two places, to two people: name two folders")
    for file in (*([] if here.keys_url else [here.key_file]), *([] if log is None else [here.log_file])):
        if not file.exists():
            raise NoData(f"there is no {file}; name the data folder with --data")


def _copy_database(here: Settings, keys: Path) -> None:
    """Copy the key database into a file, as it lies there; `wayhome keys move` brings it back."""
    store = open_keys(here, SystemEntropy())
    try:
        store.copy_to(keys)
    finally:
        store.close()


def _tell(terminal: Terminal, log: Path | None, keys: Path) -> None:
    found = look_at(log, keys)
    apart = f"{found.keys} keys in {keys}; keep it apart from the log, with another person"
    kek = f"neither opens without the key-encryption key at {settings(terminal.data).kek_path}: see `wayhome keys show`"
    if log is None:
        terminal.lines({"keys": found.keys}, apart, kek)
        return
    terminal.lines(found._asdict(), f"{found.events} events in {log}", apart, kek)
    if found.without_key:
        say_error(f"{found.without_key} sealed parts have no key, here as in the original; see: wayhome verify")
        raise typer.Exit(FAULTS)
