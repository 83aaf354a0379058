"""`wayhome files …`: what lies in the store of files that no case names any more."""

import time
from typing import Annotated, Final

import typer

from console.errors import BadInput
from console.verbs.terminal import Terminal, verb
from events.file_stores import StoredFile
from handlers.queries.attached_files import KnownFiles, known_files
from handlers.queries.quarantine import quarantine_of

app = typer.Typer(no_args_is_help=True, help="The store of attached files.")
_DAY_S: Final = 24 * 3600


@verb(app, "sweep")
def sweep(
    terminal: Terminal,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Remove them; without it they are counted only.")] = False,
) -> None:
    """Count what lies in the store and belongs to no case, or to one where it was taken away or erased; or remove it.

    What nobody names is left alone for a day: it may be on its way. Where an older copy of the log was put in place
    nothing is removed before that is settled: the log may have lost the case that names it.

    Example: wayhome files sweep --remove
    """
    container = terminal.container
    if remove and quarantine_of(container.log).is_on:
        raise BadInput("an older copy of the log is in place: settle that first, see: wayhome restore orphans")
    with container.database.reading() as connection:
        known = known_files(container.log, connection)
    found = [file for file in container.files.listed() if _is_over(file, known)]
    for file in found if remove else ():
        container.files.delete(file.name)
    over = sum(file.name in known.over for file in found)
    terminal.lines(
        {"over": over, "nobodys": len(found) - over, "removed": len(found) if remove else 0},
        f"{over} files of cases where they were taken away or erased, {len(found) - over} that no case names",
        *(["they are removed"] if remove and found else []),
        *(["remove them with: wayhome files sweep --remove"] if found and not remove else []),
    )


def _is_over(file: StoredFile, known: KnownFiles) -> bool:
    return file.name in known.over or (file.name not in known.live and file.modified < time.time() - _DAY_S)
