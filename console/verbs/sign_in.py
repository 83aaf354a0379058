"""`wayhome sign-in` and `sign-out`: whose act it is that is typed here, for a few minutes.

Without it a name at the command line is only a word that somebody typed: the act is stored as the operator's.
"""

from __future__ import annotations

from typing import Annotated

import typer

from console.accounts.command_line import end_session, keep_token, services_of
from console.accounts.sessions import STRONG_FOR
from console.accounts.sign_in import HalfWay, SignInService, Wait, Wrong
from console.errors import BadInput
from console.verbs.terminal import Terminal, verb

_HERE = "command line"


@verb()
def sign_in(terminal: Terminal, account: Annotated[str, typer.Argument(help="Your account, like staff:anna.")]) -> None:
    """Sign in for ten minutes, so that what you type is your own act; asks for password and code.

    Example: wayhome sign-in staff:anna
    """
    container = terminal.container
    password = typer.prompt("Password", hide_input=True, err=True)
    code = typer.prompt("Code from your authenticator app", err=True)
    token, name = _proved(services_of(container).sign_in, account, password, code)
    keep_token(container, token)
    minutes = int(STRONG_FOR.total_seconds() // 60)
    terminal.lines({"account": name, "minutes": minutes}, f"signed in as {name}, for {minutes} minutes")


@verb()
def sign_out(terminal: Terminal) -> None:
    """Sign out at this command line.

    Example: wayhome sign-out
    """
    end_session(terminal.container)
    terminal.lines({"account": None}, "signed out")


def _proved(door: SignInService, account: str, password: str, code: str) -> tuple[str, str]:
    half = door.password(account, password, _HERE)
    if isinstance(half, HalfWay) and half.setting_up:
        raise BadInput("this account has not been set up yet; sign in to the console first")
    found = door.code(half.token, code, _HERE) if isinstance(half, HalfWay) else half
    if isinstance(found, Wait):
        raise BadInput(f"too many tries; wait {found.seconds} seconds, then try again")
    if isinstance(found, Wrong):
        raise BadInput("account, password and code do not go together; try again with the next code")
    return found.token, found.account
