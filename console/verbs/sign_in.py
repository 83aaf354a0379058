"""`wayhome sign-in` and `sign-out`: whose act it is that is typed here, for a few minutes.

Without it a name at the command line is only a word that somebody typed: the act is stored as the operator's.
"""

from typing import Annotated, Final, TypeVar

import typer

from console.accounts.command_line import end_session, keep_token, services_of
from console.accounts.sessions import STRONG_FOR
from console.accounts.sign_in import HalfWay, Wait, Wrong
from console.accounts.throttle import Source
from console.errors import BadInput
from console.verbs.terminal import Terminal, verb

HERE: Final = Source("command line")  # where tries are counted that are made here
Proof = TypeVar("Proof")


@verb()
def sign_in(terminal: Terminal, account: Annotated[str, typer.Argument(help="Your account, like staff:anna.")]) -> None:
    """Sign in for ten minutes, so that what you type is your own act; asks for password and code.

    Example: wayhome sign-in staff:anna
    """
    container = terminal.container
    door, (password, code) = services_of(container).sign_in, asked()
    half = door.password(account, password, HERE)
    if isinstance(half, HalfWay) and half.setting_up:
        raise BadInput("this account has not been set up yet; sign in to the console first")
    found = proved(door.code(half.token, code, HERE) if isinstance(half, HalfWay) else half)
    keep_token(container, found.token)
    minutes = int(STRONG_FOR.total_seconds() // 60)
    terminal.lines(
        {"account": found.account, "minutes": minutes}, f"signed in as {found.account}, for {minutes} minutes"
    )


@verb()
def sign_out(terminal: Terminal) -> None:
    """Sign out at this command line.

    Example: wayhome sign-out
    """
    end_session(terminal.container)
    terminal.lines({"account": None}, "signed out")


def asked() -> tuple[str, str]:
    """Return a password and a code that somebody types here; they never stand on a command line."""
    password = typer.prompt("Password", hide_input=True, err=True)
    return password, typer.prompt("Code from your authenticator app", err=True)


def proved(found: Proof | Wrong | Wait) -> Proof:
    """Return what was proved; raises BadInput, which does not tell which part was wrong."""
    if isinstance(found, Wait):
        raise BadInput(f"too many tries; wait {found.seconds} seconds, then try again")
    if isinstance(found, Wrong):
        raise BadInput("account, password and code do not go together; try again with the next code")
    return found
