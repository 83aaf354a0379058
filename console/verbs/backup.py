"""`wayhome backup`: copies of the log and of its keys while everything runs, for two people in two places."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, TextColumn

from console.copies import Copy, make_copies, note_copied, passphrase_from
from console.errors import BadInput, NoData
from console.key_opening import kek_home
from console.key_showing import what_opens
from console.printing import FAULTS, bar_of, progress, say_error
from console.settings import Settings, settings
from console.stored_files import file_store
from console.verbs.terminal import Terminal, verb
from events.backup import BackedUp
from events.errors import EventsError
from events.world import SystemEntropy

Passphrase = Annotated[
    Path | None, typer.Option(help="File whose first line is the passphrase that seals it; - asks for it.")
]


@verb()
def backup(
    terminal: Terminal,
    keys: Annotated[Path, typer.Option("--keys", help="File to copy the keys into; for another person to keep.")],
    log: Annotated[Path | None, typer.Option("--log", help="File to copy the log into, in another folder.")] = None,
    files: Annotated[
        Path | None, typer.Option("--files", help="File to copy the attached files into, sealed like the log's copy.")
    ] = None,
    log_passphrase: Passphrase = None,
    keys_passphrase: Passphrase = None,
) -> None:
    """Copy the log, then its keys, while everything runs, and see that each name in the one has its key in the other.

    Example: wayhome backup --log /mnt/anna/log.sqlite --keys /mnt/boris/keys.sqlite --files /mnt/anna/files.tar
    """
    here = settings(terminal.data)
    _refuse(here, log, keys)
    for_log = passphrase_from(log_passphrase, "the log's copy", new=True)
    for_keys = passphrase_from(keys_passphrase, "the keys' copy", new=True)
    _refuse_one_for_both(for_log, for_keys)
    log_copy = Copy.of(here, log, for_log) if log is not None else None
    keys_copy = Copy.of(here, keys, for_keys)
    with progress(TextColumn("{task.description}"), BarColumn(), quiet=terminal.as_json) as bar:
        files_copy = Copy.of(here, files, for_log) if files is not None else None
        found = make_copies(here, log_copy, keys_copy, lambda name: bar_of(bar, name), files_copy)
    _note(here, found)
    _say_without_files(here, files)
    _tell(terminal, log, keys, found)


def _note(here: Settings, found: BackedUp) -> None:
    """Remember that there are copies; that they are good does not depend on it."""
    try:
        note_copied(here, found)
    except EventsError as problem:
        say_error(f"the copies are made, but beside the keys it could not be noted that they are: {problem}")


def _say_without_files(here: Settings, files: Path | None) -> None:
    """Say when attached files are in no copy; that the others are good does not depend on it."""
    if files is None and next(file_store(here).listed(), None) is not None:
        say_error("the attached files are not in these copies; copy them too, with --files")


def _refuse(here: Settings, log: Path | None, keys: Path) -> None:
    """Raise BadInput or NoData for what cannot be copied so, before anything is written."""
    if not here.database_url and log is None:
        raise BadInput("name a file for the log too, with --log")
    if log is not None and log.absolute().parent == keys.absolute().parent:
        raise BadInput("log and keys go to two places, to two people: name two folders")
    needed = ([] if here.keys_url else [here.key_file]) + ([] if log is None or here.database_url else [here.log_file])
    for file in needed:
        if not file.exists():
            raise NoData(f"there is no {file}; name the data folder with --data")


def _refuse_one_for_both(log: str, keys: str) -> None:
    if log and log == keys:
        raise BadInput("both passphrases are the same: whoever knows it opens both; let each person choose theirs")


def _tell(terminal: Terminal, log: Path | None, keys: Path, found: BackedUp) -> None:
    apart = f"{found.keys} keys in {keys}; keep it apart from the log, with another person"
    home = kek_home(settings(terminal.data), SystemEntropy())
    kek = f"neither opens without {what_opens(home)}; see: wayhome keys show"
    if found.files_damaged:
        say_error(
            f"{found.files_damaged} attached files are not what they were, and in no copy: wayhome verify --rules"
        )
    if log is None:
        terminal.lines({"keys": found.keys}, apart, kek)
        return
    terminal.lines(found._asdict(), f"{found.events} events in {log}", apart, kek)
    if found.without_key:
        say_error(f"{found.without_key} sealed parts have no key, here as in the original; see: wayhome verify")
        raise typer.Exit(FAULTS)
