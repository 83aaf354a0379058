"""`wayhome officers …`: what two officers decide about the house, and the one-time passwords that come of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
import typer

from console.accounts.command_line import services_of
from console.accounts.credentials import GIVES_A_WAY_IN, ONE_TIME_LASTS
from console.errors import NotShown
from console.printing import print_json, say
from console.verbs.sign_in import HERE, asked, proved
from console.verbs.terminal import CommandTerminal, Terminal, verb
from console.views.orphans import concerned
from console.words.labels import label
from events.ids import OFFICE_DECISIONS
from handlers.commanding.answers import Accepted, Answer
from handlers.queries.record_view import is_stopped
from workflow.case.proposals import Proposal, Proposals
from workflow.command import ConfirmOfficeDecision, DeclineOfficeDecision, WithdrawOfficeProposal
from workflow.subjects.accounts.commands import SetOfficerDays
from workflow.subjects.restore.state import Orphan

app = typer.Typer(
    no_args_is_help=True, help="What two officers decide about the house: accounts, roles, programme files."
)

ProposalId = Annotated[str, typer.Argument(help="The proposal, like D-7K3P9QXM2D7K3P9Q.")]
_COLUMNS: Final = ("proposal", "what", "about", "proposed by", "until")


@verb(app, "list")
def list_proposals(terminal: Terminal) -> None:
    """List what one officer proposed and another has to confirm, with everything that is proposed.

    Example: wayhome officers list
    """
    found = waiting(terminal)
    shown = [_as_json(terminal, key, one) for key, one in found.items()]
    rows = [
        (key, one.command, _about(terminal, one), one.proposer, f"{one.expires_at:%Y-%m-%d %H:%M}Z")
        for key, one in found.items()
    ]
    terminal.table(shown, "Waits for a second officer", _COLUMNS, rows)


@verb(app, "confirm")
def confirm(
    terminal: CommandTerminal,
    proposal: ProposalId,
    here: Annotated[str, typer.Option("--second", help="Who confirms at this screen, when it is not you.")] = "",
) -> None:
    """Confirm what another officer proposed, so that it happens; you have signed in, or prove yourself here.

    Example: wayhome officers confirm D-7K3P9QXM2D7K3P9Q
    """
    about = waiting(terminal).get(proposal)
    answer = (
        _confirmed_here(terminal, proposal, here)
        if here
        else terminal.submit(ConfirmOfficeDecision, proposal_id=proposal)
    )
    account = str(orjson.loads(about.given).get("account", "")) if about else ""
    # Whoever stands at another's screen takes the password in a session of their own.
    gives = isinstance(answer, Accepted) and not {*GIVES_A_WAY_IN}.isdisjoint(answer.facts)
    handed = _handed(terminal, account) if gives and not here else ""
    tell_with_password(terminal, answer, account, handed)
    if gives and here and not terminal.as_json:
        say(f"its one-time password is {here}'s to hand over: wayhome sign-in, then wayhome account password {account}")


@verb(app, "decline")
def decline(
    terminal: CommandTerminal,
    proposal: ProposalId,
    reason: Annotated[str, typer.Option("--reason", help="Why not.")],
) -> None:
    """Say no to what another officer proposed, and why.

    Example: wayhome officers decline D-7K3P9QXM2D7K3P9Q --reason "not a member of staff"
    """
    terminal.give(DeclineOfficeDecision, proposal_id=proposal, reason=reason)


@verb(app, "withdraw")
def withdraw(terminal: CommandTerminal, proposal: ProposalId) -> None:
    """Take back what you proposed yourself.

    Example: wayhome officers withdraw D-7K3P9QXM2D7K3P9Q
    """
    terminal.give(WithdrawOfficeProposal, proposal_id=proposal)


@verb(app, "days")
def days(
    terminal: CommandTerminal, number: Annotated[int, typer.Argument(min=1, max=90, help="How many days.")]
) -> None:
    """Propose for how many days whoever became an officer stands behind nobody else's decision.

    Example: wayhome officers days 14
    """
    terminal.give(SetOfficerDays, days=number)


def waiting(terminal: Terminal) -> Mapping[str, Proposal]:
    """Return what waits for a second officer now."""
    state: Proposals | None = terminal.container.cases.states([OFFICE_DECISIONS])[OFFICE_DECISIONS].state
    pending = state.pending if state is not None else {}
    return {key: one for key, one in pending.items() if terminal.now < one.expires_at}


def tell_with_password(terminal: CommandTerminal, answer: Answer, account: str, password: str) -> None:
    """Print the answer to a command, and the one-time password that came of it, if one did."""
    if password and terminal.as_json:
        said: Any = answer
        print_password(terminal, {"answer": "accepted", **said._asdict()}, account, password)
        return
    terminal.tell(answer)
    if password:
        print_password(terminal, {}, account, password)


def print_password(terminal: CommandTerminal, data: Mapping[str, Any], account: str, password: str) -> None:
    """Print a one-time password; it is shown only now."""
    if terminal.as_json:
        print_json({**data, "one_time_password": password})
        return
    hours = int(ONE_TIME_LASTS.total_seconds()) // 3600
    say(f"one-time password of {account}, shown only now, good for {hours} hours:")
    say(password)


def _confirmed_here(terminal: CommandTerminal, proposal: str, name: str) -> Answer:
    """Let another officer confirm in their own name, by password and code typed here."""
    found = proved(services_of(terminal.container).sign_in.vouch(name, *asked(), HERE))
    if is_stopped(terminal.container.database, found.account.account):
        raise NotShown("stopped")
    command = ConfirmOfficeDecision(
        command_id=terminal.command_id or terminal.container.chance.uuid(),
        actor=found.account.account, mandate="officer", proposal_id=proposal,
    )  # fmt: skip
    return terminal.container.service.submit(command)


def _handed(terminal: CommandTerminal, account: str) -> str:
    by = terminal.signed_in
    return services_of(terminal.container).accounts.hand_over(account, by) if by and account else ""


def _about(terminal: Terminal, one: Proposal) -> str:
    given: Mapping[str, Any] = orjson.loads(one.given)
    if found := concerned(terminal.container, one.command, given):
        return _of_the_restore(found, given)
    named = (
        given.get("account") or given.get("programme") or "",
        *given.get("roles", ()),
        *given.get("programmes", ()),
    )
    return " ".join(map(str, named)) or " ".join(f"{name} {value}" for name, value in given.items())


def _of_the_restore(found: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """Say what is settled and what comes of it, or how everything was settled before the quarantine is lifted."""
    if "settled" in found:
        settled = "".join(f", {number} {outcome}" for outcome, number in found["settled"])
        return f"what waits leaves the house; {found['open']} open{settled}: {given['reason']}"
    one: Orphan = found["orphan"]
    kind, about = one.kind.replace("_", " "), f" of {one.about}" if one.about else ""
    sum_ = f", {one.amount}" if one.amount is not None else ""
    outcome, grant = str(given["outcome"]), f" for {given['grant_id']}" if given.get("grant_id") else ""
    effect = label("orphan_effect", outcome, "en")
    place = f"in {found['place']}" if found["place"] else "beside the keys"
    return (
        f"{given['orphan_id']}: {kind} {one.reference}{about}{sum_} {place} is {outcome}{grant}. "
        f"{effect} Why: {given['reason']}"
    )


def _as_json(terminal: Terminal, key: str, one: Proposal) -> dict[str, Any]:
    given = orjson.loads(one.given)
    found = concerned(terminal.container, one.command, given)
    about = {"about": _of_the_restore(found, given)} if found else {}
    return {"proposal": key, "command": one.command, "given": given, **about, "proposer": one.proposer,
            "until": one.expires_at}  # fmt: skip
