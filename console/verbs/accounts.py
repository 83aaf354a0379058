"""`wayhome account …`: who may sign in to the console, as what; one-time passwords are printed once."""

from __future__ import annotations

from typing import Annotated, Any, Final, NoReturn

import typer

from console import cli_support as doors
from console.cli_support import ACTOR_DEFAULT, Actor, AsJson, CommandId, Data, tell
from console.container import Container
from console.errors import BadInput
from console.printing import print_json, print_rows, say
from handlers.projections.accounts import AccountRow, find_account, list_accounts
from workflow.rights.acts import ROLES
from workflow.subjects.accounts.commands import (
    ChangeRoles,
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


@app.command("open")
def open_account(
    account: Who,
    role: Roles,
    programme: Programmes = None,
    team: Team = "",
    house: Houses = None,
    language: Annotated[str, typer.Option("--language", help="The language of their screen: en or ru.")] = "en",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in, and print the one-time password they begin with.

    Example: wayhome account open staff:root --role administrator
    """
    with doors.office(data, create=True) as office:
        placed = {"programmes": programme or (), "team": team, "facilities": house or (), "language": language}
        command = _made(OpenAccount, office, actor, account, command_id, roles=role, **placed)
        _issue(office, command, as_json=as_json)


@app.command("list")
def list_all(data: Data = None, as_json: AsJson = False) -> None:
    """List every account with its roles and where it works; closed ones too.

    Example: wayhome account list
    """
    with doors.office(data) as office:
        with office.database.reading() as connection:
            found = list_accounts(connection)
        if as_json:
            print_json([_as_json(row) for row in found])
            return
        print_rows("Accounts", _COLUMNS, [_as_row(row) for row in found])


@app.command("roles")
def roles(
    account: Who,
    role: Roles,
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Give somebody exactly these roles; they have to sign in again.

    Example: wayhome account roles staff:anna --role case_manager --role supervisor
    """
    with doors.office(data) as office:
        command = _made(ChangeRoles, office, actor, account, command_id, roles=role)
        tell(office.service.submit(command), as_json=as_json)


@app.command("place")
def place(
    account: Who,
    programme: Programmes = None,
    team: Team = "",
    house: Houses = None,
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Say in which programmes, team and houses somebody works; what is left out they do not have any more.

    Example: wayhome account place staff:anna --programme moscow --team north
    """
    with doors.office(data) as office:
        placed = {"programmes": programme or (), "team": team, "facilities": house or ()}
        command = _made(PlaceAccount, office, actor, account, command_id, **placed)
        tell(office.service.submit(command), as_json=as_json)


@app.command("close")
def close(
    account: Who,
    reason: Annotated[str, typer.Option("--reason", help="left, away, role_ended, misuse or mistake.")] = "left",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in no more, and sign them out at once.

    Example: wayhome account close staff:anna --reason left
    """
    with doors.office(data) as office:
        command = _made(CloseAccount, office, actor, account, command_id, reason=reason)
        tell(office.service.submit(command), as_json=as_json)


@app.command("reopen")
def reopen(
    account: Who,
    reason: Annotated[str, typer.Option("--reason", help="back or mistake.")] = "back",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in again after their account was closed.

    Example: wayhome account reopen staff:anna --reason back
    """
    with doors.office(data) as office:
        command = _made(ReopenAccount, office, actor, account, command_id, reason=reason)
        tell(office.service.submit(command), as_json=as_json)


@app.command("reset")
def reset(
    account: Who,
    second: Annotated[str, typer.Option("--second", help="The other administrator or officer behind it.")],
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Replace somebody's password and second factors by a one-time password, which is printed once.

    Example: wayhome account reset staff:anna --second staff:olga
    """
    with doors.office(data) as office:
        command = _made(ResetCredentials, office, actor, account, command_id, second=second)
        _issue(office, command, as_json=as_json)


@app.command("sessions")
def sessions(
    account: Who,
    end: Annotated[bool, typer.Option("--end", help="Sign them out everywhere.")] = False,
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    command_id: CommandId = None,
    as_json: AsJson = False,
) -> None:
    """Show since when somebody is signed in, or sign them out everywhere.

    Example: wayhome account sessions staff:anna --end
    """
    with doors.office(data) as office:
        if end:
            command = _made(RevokeSessions, office, actor, account, command_id, reason="asked")
            tell(office.service.submit(command), as_json=as_json)
            return
        _show_sessions(office, account, as_json=as_json)


def _show_sessions(office: Container, account: str, *, as_json: bool) -> None:
    from console.accounts.sessions import Sessions
    from events.world import SystemClock

    with office.database.reading() as connection:
        if find_account(connection, account) is None:
            raise BadInput("there is no such account; see: wayhome account list")
    found = Sessions(office.database, office.clock or SystemClock(), office.chance).of(account)
    if as_json:
        shown = [{"created_at": one.created_at, "seen_at": one.seen_at} for one in found]
        print_json(shown)
        return
    rows = [(f"{one.created_at:%Y-%m-%d %H:%M}", f"{one.seen_at:%Y-%m-%d %H:%M}") for one in found]
    print_rows("Signed in", ("since", "last page"), rows)


def _issue(office: Container, command: OpenAccount | ResetCredentials, *, as_json: bool) -> None:
    """Carry a command out that ends in a one-time password, and print it this once."""
    from console.accounts.auth_services import open_desk
    from console.accounts.credentials import ONE_TIME_LASTS
    from events.world import SystemClock

    accounts = open_desk(office.service, office.clock or SystemClock(), office.chance).accounts
    issued = accounts.open(command) if isinstance(command, OpenAccount) else accounts.reset(command)
    if issued.password and as_json:
        answer: Any = issued.answer
        print_json({"answer": "accepted", **answer._asdict(), "one_time_password": issued.password})
        return
    tell(issued.answer, as_json=as_json)
    if issued.password:
        hours = int(ONE_TIME_LASTS.total_seconds()) // 3600
        say(f"one-time password of {command.account}, shown only now, good for {hours} hours:")
        say(issued.password)


def _made(kind: Any, office: Container, actor: str, account: str, command_id: Any, **fields: Any) -> Any:
    if not set(ROLES).issuperset(fields.get("roles", ())):
        raise BadInput(f"a role is one of: {', '.join(ROLES)}")
    who = {"command_id": command_id or office.chance.uuid(), "actor": actor, "account": account}
    return kind.model_validate(who | fields)


def _stop_at_role() -> NoReturn:
    raise BadInput(f"a role is one of: {', '.join(ROLES)}")


def _as_row(row: AccountRow) -> tuple[str, ...]:
    account = row.account
    lists = (sorted(account.roles), sorted(account.programmes), [account.team], sorted(account.facilities))
    factors = ", ".join(sorted(kind for kind, _ in row.factors)) or "none yet"
    return account.account, *(", ".join(names) for names in lists), factors, "closed" if account.closed else ""


def _as_json(row: AccountRow) -> dict[str, Any]:
    shown = row.account._asdict() | {"factors": sorted(kind for kind, _ in row.factors), "opened_at": row.opened_at}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in shown.items()}
