"""`wayhome restore …`: copies put in place, and what has to be settled before anything leaves the house again."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, get_args
from uuid import uuid5

import typer
from rich.progress import BarColumn, TextColumn

from console.container import Container
from console.copies import PROMPTED, passphrase_from, put_in_place
from console.errors import BadInput
from console.printing import REFUSED, bar_of, print_reasons, progress, reasons_as_json, say, say_error
from console.restoring import accept_copy, newly_found
from console.settings import settings
from console.verbs.backup import Passphrase
from console.verbs.terminal import ActorTerminal, CommandTerminal, Terminal, verb
from console.views.orphans import ListedOrphan, listed_orphans
from handlers.commanding.answers import Accepted, Answer
from handlers.queries.quarantine import quarantine_of
from workflow.reasons import Refused
from workflow.subjects.restore.commands import LiftQuarantine, SettleOrphan

app = typer.Typer(no_args_is_help=True, help="Copies put back in place, and what an older one does not know.")

_WITHOUT_KEY: Final = (
    "{} sealed parts have no key here: of people erased since, or the copy of the keys is older than that of the log"
)
_WITHOUT_FILE: Final = "{} attached files are not here: put them back with --files, or wayhome verify names them"
_OUTCOMES: Final = get_args(SettleOrphan.model_fields["outcome"].annotation)
_COLUMNS: Final = ("number", "what", "reference", "about", "amount", "where it lies", "settled")


@verb(app, "files")
def files(
    terminal: Terminal,
    log: Annotated[Path, typer.Option("--log", help="The copy of the log.")],
    keys: Annotated[Path, typer.Option("--keys", help="The copy of the keys.")],
    files: Annotated[
        Path | None, typer.Option("--files", help="The copy of the attached files, if there is one.")
    ] = None,
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
        cache(lambda: passphrase_from(log_passphrase, "the log's copy")),  # the files' is the same
        lambda: passphrase_from(keys_passphrase, "the keys' copy"),
    )
    with progress(TextColumn("{task.description}"), BarColumn(), quiet=terminal.as_json) as bar:
        found = put_in_place(here, (log, keys), asked, lambda name: bar_of(bar, name), checkpoint or (), files)
    terminal.lines(
        found._asdict(),
        f"{found.events} events and {found.keys} keys are in {here.data}: nothing was changed, left out or added",
        *([_WITHOUT_KEY.format(found.without_key)] if found.without_key else []),
        *([f"{found.files} attached files are in place"] if found.files else []),
        *([_WITHOUT_FILE.format(found.files_missing)] if found.files_missing else []),
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
    listed = listed_orphans(terminal.container, quarantine, terminal.now)
    new = newly_found(terminal.container) if quarantine.is_on else []
    found = [_as_json(one) for one in listed]
    data = {"quarantine": quarantine.is_on, "cause": quarantine.cause, "orphans": found, "unlisted": len(new)}
    title = "quarantine" if quarantine.is_on else "No quarantine"
    terminal.table(data, title, _COLUMNS, [_row(one) for one in listed])
    if new:
        say_error(f"{len(new)} more have turned up: wayhome restore accept puts them on the list")


@verb(app, "settle")
def settle(
    terminal: CommandTerminal,
    orphans: Annotated[list[str], typer.Argument(metavar="ORPHAN...", help="Numbers on the list, like O-7K3P9QXM2D.")],
    outcome: Annotated[str, typer.Argument(help="counted, not_ours, lost or stopped.")],
    reason: Annotated[str, typer.Option("--reason", help="Whom you asked, and what they said.")],
    grant: Annotated[str, typer.Option("--grant", help="Of a payment that is counted: the grant it pays.")] = "",
) -> None:
    """Propose what something was that the log knows nothing of; another officer confirms it. Each is a proposal.

    Example: wayhome restore settle O-7K3P9QXM2D7K3P9Q not_ours --reason "the bank knows no such payment"
    """
    if outcome not in _OUTCOMES:
        raise BadInput(f"the outcome is one of {', '.join(_OUTCOMES)}")
    said = {"outcome": outcome, "reason": reason, "grant_id": grant}
    if len(orphans) == 1:
        terminal.give(SettleOrphan, orphan_id=orphans[0], **said)
        return
    if grant:
        raise BadInput("--grant names the grant of one payment: settle each payment that is counted by itself")
    _settle_each(terminal, list(dict.fromkeys(orphans)), said)


def _settle_each(terminal: CommandTerminal, orphans: list[str], said: dict[str, str]) -> None:
    """Propose the same of several, each by a command of its own: what is wrong with one holds up no other."""
    first = terminal.command_id or terminal.container.chance.uuid()
    made = [
        terminal.made(SettleOrphan, orphan_id=one, **said).model_copy(update={"command_id": uuid5(first, one)})
        for one in orphans
    ]
    answers = [(command.orphan_id, terminal.carry_out(command)) for command in made]
    terminal.show([_answer_as_json(*one) for one in answers], lambda: _say_answers(answers))
    if any(not isinstance(answer, Accepted) for _, answer in answers):
        raise typer.Exit(REFUSED)


@verb(app, "lift")
def lift(terminal: CommandTerminal, reason: Annotated[str, typer.Option("--reason", help="What was checked.")]) -> None:
    """Propose that what waits leaves the house again, once everything is settled; another officer confirms it.

    Example: wayhome restore lift --reason "bank, partners and airline asked"
    """
    if new := newly_found(terminal.container):
        raise BadInput(f"{len(new)} more have turned up outside: run wayhome restore accept, then settle them")
    terminal.give(LiftQuarantine, reason=reason)


def _answer_as_json(orphan: str, answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Accepted):
        return {"orphan": orphan, "answer": "accepted", "proposal": answer.proposal}
    reasons = answer.reasons if isinstance(answer, Refused) else ()
    return {"orphan": orphan, "answer": "refused", "reasons": reasons_as_json(reasons)}


def _say_answers(answers: list[tuple[str, Answer]]) -> None:
    for orphan, answer in answers:
        if isinstance(answer, Accepted):
            waits = f"proposed; another officer: wayhome officers confirm {answer.proposal}"
            say(f"{orphan}: {waits if answer.proposal else 'nothing needed to change'}")
        else:
            say(f"{orphan}: refused")
            print_reasons(answer.reasons if isinstance(answer, Refused) else ())


def _as_json(listed: ListedOrphan) -> dict[str, object]:
    one = listed.one
    amount = str(one.amount) if one.amount is not None else ""
    return {"id": listed.number, "kind": one.kind, "reference": one.reference, "about": one.about, "amount": amount,
            "place": listed.place, "outcome": one.outcome, "proposal": listed.proposal,
            "proposed": listed.proposed}  # fmt: skip


def _row(listed: ListedOrphan) -> tuple[str, ...]:
    one, waits = listed.one, f"proposed: {listed.proposed} ({listed.proposal})" if listed.proposal else ""
    amount = str(one.amount) if one.amount is not None else ""
    kind = one.kind.replace("_", " ")
    return (
        listed.number,
        kind,
        one.reference,
        one.about,
        amount,
        listed.place or "beside the keys",
        one.outcome or waits,
    )
