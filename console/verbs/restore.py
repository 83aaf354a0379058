"""`wayhome restore …`: copies put in place, and what has to be settled before anything leaves the house again."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, TextColumn

from console.container import Container
from console.copies import PROMPTED, passphrase_from, put_in_place
from console.errors import BadInput
from console.printing import bar_of, progress, say_error
from console.restoring import accept_copy, newly_found
from console.settings import settings
from console.verbs.backup import Passphrase
from console.verbs.terminal import ActorTerminal, CommandTerminal, Terminal, verb
from handlers.queries.quarantine import quarantine_of
from workflow.subjects.restore.commands import LiftQuarantine, SettleOrphan
from workflow.subjects.restore.state import Orphan

app = typer.Typer(no_args_is_help=True, help="Copies put back in place, and what an older one does not know.")

_OUTCOMES: Final = ("counted", "not_ours", "lost", "stopped")
_COLUMNS: Final = ("number", "what", "reference", "about", "amount", "settled")


@verb(app, "files")
def files(
    terminal: Terminal,
    log: Annotated[Path, typer.Option("--log", help="The copy of the log.")],
    keys: Annotated[Path, typer.Option("--keys", help="The copy of the keys.")],
    log_passphrase: Passphrase = PROMPTED,
    keys_passphrase: Passphrase = PROMPTED,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", help="Hold the log to a signed checkpoint that was kept; may be repeated."),
    ] = None,
) -> None:
    """Put the two copies of a backup in place in an empty data folder, once they have proved whole and of one another.

    Example: wayhome restore files --data wayhome-data --log /mnt/anna/log.sqlite --keys /mnt/boris/keys.sqlite
    """
    here = settings(terminal.data)
    asked = (
        lambda: passphrase_from(log_passphrase, "the log's copy"),
        lambda: passphrase_from(keys_passphrase, "the keys' copy"),
    )
    with progress(TextColumn("{task.description}"), BarColumn(), quiet=terminal.as_json) as bar:
        found = put_in_place(here, (log, keys), asked, lambda name: bar_of(bar, name), checkpoint or ())
    terminal.lines(
        found._asdict(),
        f"{found.events} events and {found.keys} keys are in {here.data}: nothing was changed, left out or added",
        "put the folders bank, post and the file orders.sqlite of the old disk beside them, if they are left",
        "then go on in quarantine: wayhome restore accept",
    )


@verb(app, "accept")
def accept(terminal: ActorTerminal) -> None:
    """Go on with an older copy in quarantine: sessions end, nothing is sent, what the log does not know is listed.

    Example: wayhome restore accept --as staff:operator
    """
    container = Container(settings(terminal.data), accept_older=True)
    try:
        found = accept_copy(container, vars(terminal)["actor"])
    finally:
        container.close()
    terminal.lines(
        found._asdict(),
        f"quarantine ({found.cause.replace('_', ' ')}): nothing is sent and no timer runs out, recording goes on",
        f"{found.sessions} sessions ended; {found.doubtful} tasks that waited were asked about outside",
        f"{found.listed} things the log knows nothing of are listed: wayhome restore orphans",
    )


@verb(app, "orphans")
def orphans(terminal: Terminal) -> None:
    """List what the restored log knows nothing of, settled or not, and what has turned up since.

    Example: wayhome restore orphans
    """
    quarantine = quarantine_of(terminal.container.log)
    listed = [_row(key, one) for key, one in quarantine.orphans.items()]
    new = newly_found(terminal.container) if quarantine.is_on else []
    data = {"quarantine": quarantine.is_on, "cause": quarantine.cause, "orphans": listed, "unlisted": len(new)}
    rows = [[str(value or "") for value in row.values()] for row in listed]
    terminal.table(data, "quarantine" if quarantine.is_on else "No quarantine", _COLUMNS, rows)
    if new:
        say_error(f"{len(new)} more have turned up: wayhome restore accept puts them on the list")


@verb(app, "settle")
def settle(
    terminal: CommandTerminal,
    orphan: Annotated[str, typer.Argument(help="Its number on the list, like O-7K3P9QXM2D7K3P9Q.")],
    outcome: Annotated[str, typer.Argument(help="counted, not_ours, lost or stopped.")],
    reason: Annotated[str, typer.Option("--reason", help="Whom you asked, and what they said.")],
    grant: Annotated[str, typer.Option("--grant", help="Of a payment that is counted: the grant it pays.")] = "",
) -> None:
    """Propose what something was that the log knows nothing of; another officer confirms it.

    Example: wayhome restore settle O-7K3P9QXM2D7K3P9Q not_ours --reason "the bank knows no such payment"
    """
    if outcome not in _OUTCOMES:
        raise BadInput(f"the outcome is one of {', '.join(_OUTCOMES)}")
    terminal.give(SettleOrphan, orphan_id=orphan, outcome=outcome, reason=reason, grant_id=grant)


@verb(app, "lift")
def lift(terminal: CommandTerminal, reason: Annotated[str, typer.Option("--reason", help="What was checked.")]) -> None:
    """Propose that what waits leaves the house again, once everything is settled; another officer confirms it.

    Example: wayhome restore lift --reason "bank, partners and airline asked"
    """
    if new := newly_found(terminal.container):
        raise BadInput(f"{len(new)} more have turned up outside: run wayhome restore accept, then settle them")
    terminal.give(LiftQuarantine, reason=reason)


def _row(key: str, one: Orphan) -> dict[str, object]:
    amount = str(one.amount) if one.amount is not None else ""
    return {"id": key, "kind": one.kind, "reference": one.reference, "about": one.about, "amount": amount,
            "outcome": one.outcome}  # fmt: skip
