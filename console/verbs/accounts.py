"""`wayhome account …`: who may sign in to the console, as what; one-time passwords are printed once."""

from collections.abc import Collection
from typing import Annotated, Any, Final

import typer

from console.accounts.command_line import services_of
from console.errors import BadInput
from console.verbs.believed import as_json, read_and_decided, tell_vouched
from console.verbs.officers import print_password, tell_with_password
from console.verbs.terminal import ActorTerminal, AskingTerminal, CommandTerminal, Terminal, verb
from console.verbs.two_officers import Second
from events.ids import account_stream
from handlers.checks.vouching import vouch_for_account
from handlers.commanding.answers import Accepted
from handlers.projections.accounts import AccountRow, find_account, list_accounts
from handlers.projections.row_signing import altered_accounts
from workflow.rights.acts import ROLES
from workflow.subjects.accounts.commands import (
    ChangeRoles,
    ChooseName,
    CloseAccount,
    OpenAccount,
    PlaceAccount,
    ReopenAccount,
    ResetCredentials,
    RevokeSessions,
)

app = typer.Typer(no_args_is_help=True, help="Who may sign in to the console, and as what.")

Who = Annotated[str, typer.Argument(help="The account, like staff:anna.")]
Roles = Annotated[list[str], typer.Option("--role", help=f"A role, once for each: {', '.join(ROLES)}.")]
Programmes = Annotated[list[str] | None, typer.Option("--programme", help="A programme they work for, once for each.")]
Team = Annotated[str, typer.Option("--team", help="The team they work in.")]
Houses = Annotated[list[str] | None, typer.Option("--house", help="A house they work in, once for each.")]
_COLUMNS: Final = ("account", "roles", "programmes", "team", "houses", "second factors", "")


@verb(app, "open", create=True)
def open_account(
    terminal: CommandTerminal,
    account: Who,
    role: Roles,
    programme: Programmes = None,
    team: Team = "",
    house: Houses = None,
    language: Annotated[str, typer.Option("--language", help="The language of their screen: en or ru.")] = "en",
    name: Annotated[str, typer.Option("--name", help="What others read, if it is another name than this.")] = "",
) -> None:
    """Propose that somebody may sign in; another officer confirms it and hands over the one-time password.

    The first two officers are opened without signing in, where Wayhome is installed; their passwords are printed.

    Example: wayhome account open staff:root --role administrator
    """
    placed = {
        "programmes": programme or (),
        "team": team,
        "facilities": house or (),
        "language": language,
        "name": name,
    }
    answer = terminal.submit(OpenAccount, account=account, roles=_known(role), **placed)
    founded = isinstance(answer, Accepted) and not answer.proposal
    handed = services_of(terminal.container).accounts.hand_over(account, "") if founded else ""
    tell_with_password(terminal, answer, account, handed)


@verb(app, "list")
def list_all(terminal: Terminal) -> None:
    """List every account with its roles and where it works; closed ones too.

    Example: wayhome account list
    """
    found = terminal.read(list_accounts)
    altered = terminal.read(altered_accounts, terminal.container.keys)
    shown = [_as_json(row) | ({"altered": True} if row.account.account in altered else {}) for row in found]
    terminal.table(shown, "Accounts", _COLUMNS, [_as_row(row, altered) for row in found])


@verb(app, "roles")
def roles(terminal: CommandTerminal, account: Who, role: Roles) -> None:
    """Give somebody exactly these roles; giving more takes another officer, and they have to sign in again.

    Example: wayhome account roles staff:anna --role case_manager --role supervisor
    """
    terminal.give(ChangeRoles, account=account, roles=_known(role))


@verb(app, "place")
def place(
    terminal: CommandTerminal, account: Who, programme: Programmes = None, team: Team = "", house: Houses = None
) -> None:
    """Say in which programmes, team and houses somebody works; a wider place takes another officer.

    Example: wayhome account place staff:anna --programme moscow --team north
    """
    terminal.give(PlaceAccount, account=account, programmes=programme or (), team=team, facilities=house or ())


@verb(app, "name")
def name(
    terminal: CommandTerminal,
    account: Who,
    name: Annotated[str, typer.Argument(help="The name; without one the account says what others read.")] = "",
) -> None:
    """Say what others read wherever you are shown; of somebody else an administrator only takes a name away.

    Example: wayhome account name staff:anna "Anna Petrova"
    """
    terminal.give(ChooseName, account=account, name=name)


@verb(app, "close")
def close(
    terminal: AskingTerminal,
    account: Who,
    reason: Annotated[str, typer.Option("--reason", help="left, away, role_ended, misuse or mistake.")] = "left",
) -> None:
    """Let somebody sign in no more, and sign them out at once.

    Example: wayhome account close staff:anna --reason left
    """
    terminal.give(CloseAccount, account=account, reason=reason)


@verb(app, "reopen")
def reopen(
    terminal: CommandTerminal,
    account: Who,
    reason: Annotated[str, typer.Option("--reason", help="back or mistake.")] = "back",
) -> None:
    """Propose that somebody may sign in again after their account was closed.

    Example: wayhome account reopen staff:anna --reason back
    """
    terminal.give(ReopenAccount, account=account, reason=reason)


@verb(app, "reset")
def reset(terminal: CommandTerminal, account: Who) -> None:
    """Propose to replace somebody's password and second factors; another officer confirms it and hands it over.

    Example: wayhome account reset staff:anna
    """
    terminal.give(ResetCredentials, account=account)


@verb(app, "password")
def password(terminal: CommandTerminal, account: Who) -> None:
    """Print the one-time password of an account whose opening or reset you confirmed, this once.

    Example: wayhome account password staff:anna
    """
    if not terminal.signed_in:
        raise BadInput("sign in first, as the officer who confirmed it: wayhome sign-in")
    made = services_of(terminal.container).accounts.hand_over(account, terminal.signed_in)
    if not made:
        raise BadInput("there is none to hand over: it was made before, or another officer confirmed it")
    print_password(terminal, {"account": account}, account, made)


@verb(app, "sessions")
def sessions(
    terminal: CommandTerminal,
    account: Who,
    end: Annotated[bool, typer.Option("--end", help="Sign them out everywhere.")] = False,
) -> None:
    """Show since when somebody is signed in, or sign them out everywhere.

    Example: wayhome account sessions staff:anna --end
    """
    if end:
        terminal.give(RevokeSessions, account=account, reason="asked")
    else:
        _show_sessions(terminal, account)


@verb(app, "vouch")
def vouch(
    terminal: ActorTerminal,
    account: Who,
    second: Second = "",
    proofs: Annotated[
        bool, typer.Option("--proofs", help="Its password and second factors too, as they lie in the database.")
    ] = False,
) -> None:
    """Let an account count again as its history now says, which is shown: two officers say so, one of them here.

    Example: wayhome account vouch staff:anna --second staff:zoya

    With --proofs its password and second factors count again too, whoever wrote them: only when a backup was restored
    from before they had codes, or an older Wayhome wrote them meanwhile.
    """
    if not terminal.container.log.stream(account_stream(account)):
        raise BadInput("there is no such account; see: wayhome account list")
    leaf, by = read_and_decided(terminal, account_stream(account), second)
    done = vouch_for_account(terminal.container.log, account, leaf, by, proofs=proofs)
    said = f"{account} counts again, with the roles that wayhome account list shows"
    terminal.lines({"account": account} | as_json(done, by), said)
    if not terminal.as_json:
        tell_vouched(terminal, done, by)


def _show_sessions(terminal: Terminal, account: str) -> None:
    if terminal.read(find_account, account) is None:
        raise BadInput("there is no such account; see: wayhome account list")
    found = services_of(terminal.container).sessions.of(account)
    shown = [{"created_at": one.created_at, "seen_at": one.seen_at} for one in found]
    rows = [(f"{one.created_at:%Y-%m-%d %H:%M}", f"{one.seen_at:%Y-%m-%d %H:%M}") for one in found]
    terminal.table(shown, "Signed in", ("since", "last page"), rows)


def _known(roles: list[str]) -> list[str]:
    if not set(ROLES).issuperset(roles):
        raise BadInput(f"a role is one of: {', '.join(ROLES)}")
    return roles


def _as_row(row: AccountRow, altered: Collection[str]) -> tuple[str, ...]:
    account = row.account
    lists = (sorted(account.roles), sorted(account.programmes), [account.team], sorted(account.facilities))
    factors = ", ".join(sorted(kind for kind, _ in row.factors)) or "none yet"
    return account.account, *(", ".join(names) for names in lists), factors, _standing(row, altered)


def _standing(row: AccountRow, altered: Collection[str]) -> str:
    if row.account.account in altered:
        return "does not count: not as Wayhome wrote it"
    return "closed" if row.account.closed else ""


def _as_json(row: AccountRow) -> dict[str, Any]:
    shown = row.account._asdict() | {"factors": sorted(kind for kind, _ in row.factors), "opened_at": row.opened_at}
    shown["stands_in"] = [one._asdict() for one in row.account.stands_in]
    told = {name: value for name, value in shown.items() if name not in ("stands_in", "name") or value}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in told.items()}
