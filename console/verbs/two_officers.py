"""What two officers decide at one terminal: one has signed in, the other types password and second factor there.

It is for what is decided past every rule: to believe a history that no command left, to sign under another name.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Final

import typer

from console.accounts.command_line import services_of
from console.accounts.sign_in import as_account
from console.cli_support import tell_refused
from console.errors import BadInput, NotShown
from console.printing import say_error
from console.verbs.sign_in import HERE, asked, proved
from console.verbs.terminal import ActorTerminal
from events.writing import DecidedBy
from handlers.queries.officers import officers_now
from handlers.queries.record_view import is_stopped
from workflow.reasons import Reason, Refused
from workflow.rights.acts import Act
from workflow.situation import OfficeSituation
from workflow.subjects.accounts.decisions import against_officer
from workflow.subjects.accounts.refusals import OFFICER_MAY
from workflow.subjects.accounts.state import is_short_of_officers

Second = Annotated[str, typer.Option("--second", help="The other officer, who types password and code here.")]
ALONE: Final = "fewer than two officers are open: the operator decided this alone, and the log says so"
_FIRST: Final[tuple[Act, ...]] = ("accounts.confirm", "accounts.change")  # as elsewhere a new one may propose
_SECOND: Final[tuple[Act, ...]] = ("accounts.confirm",)


def decided_here(terminal: ActorTerminal, second: str, show: Callable[[], None] | None = None) -> DecidedBy:
    """Return which two officers decide, after ``show`` told them what; the operator alone while there are no two.

    Ends the verb with every reason why one of them may not. Raises BadInput when nobody has signed in, for one officer
    twice, and for a wrong password or code, which counts as a try.
    """
    actor, situation = terminal.actor, officers_now(terminal.container.log, terminal.now)
    if is_short_of_officers(situation):
        return _alone(terminal, second, show)
    if not terminal.signed_in:
        raise BadInput("this takes two officers: sign in as one of them: wayhome sign-in; name the other with --second")
    if not second:
        raise BadInput("this takes two officers: name the other, who is here, with --second")
    if as_account(second) == actor:
        raise BadInput("this takes two officers, and you are one: --second names the other")
    _refuse(terminal, situation, actor, _FIRST)
    if show is not None:
        show()
    say_error(f"{second} stands behind it with their own password and code")
    other = proved(services_of(terminal.container).sign_in.vouch(second, *asked(), HERE)).account.account
    _refuse(terminal, situation, other, _SECOND)
    return DecidedBy(actor, other, terminal.container.chance.uuid())


def _alone(terminal: ActorTerminal, second: str, show: Callable[[], None] | None) -> DecidedBy:
    if second:
        raise BadInput("fewer than two officers are open, so nobody can be the second; leave out --second")
    if show is not None:
        show()
        typer.confirm("Fewer than two officers are open: you decide alone. Let it go on?", abort=True, err=True)
    return DecidedBy(terminal.actor, "", terminal.container.chance.uuid())


def _refuse(terminal: ActorTerminal, situation: OfficeSituation, name: str, acts: Sequence[Act]) -> None:
    """End the verb when somebody does not count as one of two officers now."""
    if is_stopped(terminal.container.database, name):
        raise NotShown("stopped")
    if reasons := tuple[Reason, ...](against_officer(None, situation, name, tuple(acts), OFFICER_MAY)):
        tell_refused(Refused(reasons), as_json=terminal.as_json)
