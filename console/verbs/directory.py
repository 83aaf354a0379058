"""`wayhome directory waiting`, `confirm`, `decline`, `withdraw`: what takes two people in the directory."""

from typing import Annotated, Any, Final

import typer

from console.errors import BadInput
from console.verbs.terminal import ActorTerminal, CommandTerminal, verb
from console.views.directory_entries import directories_of
from console.views.entry_proposals import EntryProposal, ProposedEntry, proposals_of, proposed_entry
from console.views.reader import Reader
from handlers.projections.accounts import find_account
from workflow.rights.table import Account
from workflow.subjects.directory.commands import ConfirmEntry, DeclineEntry, EntryProposalCommand, WithdrawEntry

ProposalId = Annotated[str, typer.Argument(help="The proposal, like D-7K3P9QXM2D7K3P9Q.")]
ProgrammeName = Annotated[str, typer.Option("--programme", help="Programme.")]
_COLUMNS: Final = ("proposal", "what", "kind", "entry", "proposed by", "until")


def add_to(app: typer.Typer) -> None:
    """Give the group of the directory its verbs for two people."""
    for name, function in (("waiting", waiting), ("confirm", confirm), ("decline", decline), ("withdraw", withdraw)):
        app.command(name)(function)


@verb()
def waiting(terminal: ActorTerminal, programme: ProgrammeName = "moscow") -> None:
    """List what is proposed of the directory and waits for a second person, and to them exactly what.

    Example: wayhome directory waiting
    """
    found = _waiting(terminal, programme)
    rows = [
        (one.proposal_id, one.command, one.kind, one.entry, one.proposer, f"{one.expires_at:%Y-%m-%d %H:%M}Z")
        for one in found
    ]
    terminal.table([_as_json(terminal, one) for one in found], "Waits for a second person", _COLUMNS, rows)


@verb(ring=True)
def confirm(terminal: CommandTerminal, proposal: ProposalId, programme: ProgrammeName = "moscow") -> None:
    """Stand behind what a colleague proposed of an entry, so that it happens; you have signed in.

    Example: wayhome directory confirm D-7K3P9QXM2D7K3P9Q
    """
    found = _found(terminal, programme, proposal)
    _give(terminal, ConfirmEntry, found, proposer=found.proposer)


@verb()
def decline(
    terminal: CommandTerminal,
    proposal: ProposalId,
    reason: Annotated[str, typer.Option("--reason", help="Why not.")],
    programme: ProgrammeName = "moscow",
) -> None:
    """Say no to what a colleague proposed of an entry, and why.

    Example: wayhome directory decline D-7K3P9QXM2D7K3P9Q --reason "they know nothing of it"
    """
    _give(terminal, DeclineEntry, _found(terminal, programme, proposal), reason=reason)


@verb()
def withdraw(terminal: CommandTerminal, proposal: ProposalId, programme: ProgrammeName = "moscow") -> None:
    """Take back what you proposed of an entry yourself.

    Example: wayhome directory withdraw D-7K3P9QXM2D7K3P9Q
    """
    _give(terminal, WithdrawEntry, _found(terminal, programme, proposal))


def _give(terminal: CommandTerminal, kind: type[EntryProposalCommand], found: EntryProposal, **more: str) -> None:
    of_it = {"programme": found.programme, "kind": found.kind, "entry": found.entry}
    may = (_reader(terminal, found.programme).may(act) for act in kind.acts)
    mandate = next((one.mandate for one in may if one is not None), "case_manager")
    terminal.give(kind, **of_it, proposal_id=found.proposal_id, mandate=mandate, **more)


def _found(terminal: ActorTerminal, programme: str, proposal: str) -> EntryProposal:
    found = next((one for one in _waiting(terminal, programme) if one.proposal_id == proposal), None)
    if found is None:
        raise BadInput("no such proposal waits; list those that do with: wayhome directory waiting")
    return found


def _waiting(terminal: ActorTerminal, programme: str) -> list[EntryProposal]:
    reader, definition = _reader(terminal, programme), terminal.definition(programme)
    directory = directories_of(reader).get(programme)
    return list(proposals_of(reader, definition, directory)) if directory is not None else []


def _reader(terminal: ActorTerminal, programme: str) -> Reader:
    """Return who reads: an account that signed in; a name that was only typed is shown what is open, as nobody's."""
    row = terminal.read(lambda connection: find_account(connection, terminal.signed_in)) if terminal.signed_in else None
    account = row.account if row is not None else Account(terminal.actor, frozenset(), frozenset({programme}))
    return Reader(terminal.container, account, terminal.now)


def _as_json(terminal: ActorTerminal, one: EntryProposal) -> dict[str, Any]:
    shown = proposed_entry(_reader(terminal, one.programme), one.programme, one.proposal_id) if one.opens else None
    return {
        "proposal": one.proposal_id, "command": one.command, "kind": one.kind, "entry": one.entry,
        "proposer": one.proposer, "until": one.expires_at, **_seen(shown),
    }  # fmt: skip


def _seen(shown: ProposedEntry | None) -> dict[str, Any]:
    """Return what would be another, for whoever may confirm it or proposed it."""
    if shown is None:
        return {}
    return {"reason": shown.reason, "changes": {one.name: {"now": one.now, "then": one.then} for one in shown.keys}}
