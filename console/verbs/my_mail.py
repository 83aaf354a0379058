"""`wayhome mail …`: where you are told in the morning what waits; address and code are typed when asked."""

from collections.abc import Callable
from typing import Annotated

import typer

from console.accounts.command_line import services_of
from console.accounts.mails import MailDoor
from console.accounts.sessions import Session
from console.errors import BadInput
from console.typed_apart import asked
from console.verbs.terminal import ActorTerminal, verb
from handlers.commanding.answers import Answer

app = typer.Typer(no_args_is_help=True, help="Where you are told in the morning what waits for you.")


@verb(app, "show")
def show(terminal: ActorTerminal) -> None:
    """Show the address that counts, and whether mail comes.

    Example: wayhome mail show
    """
    door, session = _door(terminal)
    found = door.of(session.account)
    said = found.address or "none"
    waits = f"; {found.asked} waits for its code" if found.asked else ""
    terminal.lines(found._asdict(), f"address: {said}, mail is {'on' if found.is_on else 'off'}{waits}")


@verb(app, "set")
def give_address(terminal: ActorTerminal) -> None:
    """Give a mail address, which is asked for; a code goes there.

    Example: wayhome mail set
    """
    door, session = _door(terminal)
    answer = door.ask(session, asked("address"))
    if answer is None:
        raise BadInput("that is no mail address in plain letters, like anna@example.org")
    terminal.tell(answer)


@verb(app, "confirm")
def give_code(terminal: ActorTerminal) -> None:
    """Type the code that came by mail; from then on the address counts.

    Example: wayhome mail confirm
    """
    _tell(terminal, lambda door, session: door.confirm(session, asked("code")))


@verb(app, "remove")
def forget_address(terminal: ActorTerminal) -> None:
    """Take the address away; nothing is sent there any more.

    Example: wayhome mail remove
    """
    _tell(terminal, lambda door, session: door.forget(session))


@verb(app, "switch")
def switch(terminal: ActorTerminal, on: Annotated[str, typer.Argument(help="on or off.")]) -> None:
    """Be told in the morning what waits, or not.

    Example: wayhome mail switch off
    """
    if on not in ("on", "off"):
        raise BadInput("say on or off")
    _tell(terminal, lambda door, session: door.switch(session, on=on == "on"))


def _tell(terminal: ActorTerminal, does: Callable[[MailDoor, Session], Answer]) -> None:
    terminal.tell(does(*_door(terminal)))


def _door(terminal: ActorTerminal) -> tuple[MailDoor, Session]:
    """Return the door and who has signed in here; raises BadInput for a name that was only typed."""
    if terminal.session is None:
        raise BadInput("an address is its owner's to give: sign in first: wayhome sign-in")
    return services_of(terminal.container).mails, terminal.session
