"""Commands about accounts: who signs in, as what, and where they work.

They concern no case and no programme's rules. What is secret (passwords, keys) never is in a command: a command says
that it changed, and the door that takes the command keeps the secret itself.
"""

from typing import Annotated, Literal

from pydantic import Field

from events.ids import OFFICE_POLICY, account_stream
from workflow.command import Command
from workflow.programme.part import Slug
from workflow.rights.acts import Role
from workflow.values.shown_names import ShownName
from workflow.values.text import ActorId, CodeWord, ReferenceToken

Team = Slug | Literal[""]
Language = Literal["en", "ru"]
FactorKind = Literal["totp", "passkey"]


class AccountCommand(Command):
    """Something wanted for one account."""

    mandate: CodeWord = "administrator"
    account: Annotated[ActorId, Field(description="the account, like staff:anna")]

    @property
    def stream(self) -> str:
        """Return the stream that holds the account's history."""
        return account_stream(self.account)


class OpenAccount(AccountCommand, acts=("accounts.change",)):
    """Let somebody sign in, in these roles, for these programmes."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=13)]
    programmes: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()
    team: Team = ""
    facilities: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()
    language: Language = "en"
    name: ShownName | Literal[""] = ""


class ChangeRoles(AccountCommand, acts=("accounts.change",)):
    """Give somebody exactly these roles; they have to sign in again."""

    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=13)]


class PlaceAccount(AccountCommand, acts=("accounts.change",)):
    """Say in which programmes, team and houses somebody works from now on."""

    programmes: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()
    team: Team = ""
    facilities: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()


class ChooseLanguage(AccountCommand, acts=("self",)):
    """Read the screen in another language."""

    language: Language


class ChooseName(AccountCommand, acts=("self", "accounts.change")):
    """Be called so wherever people are shown; without a name, as one's account says. Others only take a name away."""

    name: ShownName | Literal[""] = ""


class CloseAccount(AccountCommand, acts=("accounts.change",), undone_by="ReopenAccount"):
    """Let somebody sign in no more, and sign them out at once."""

    reason: Literal["left", "away", "role_ended", "misuse", "mistake"]


class ReopenAccount(AccountCommand, acts=("accounts.change",)):
    """Let somebody sign in again after their account was closed."""

    reason: Literal["back", "mistake"]


class ResetCredentials(AccountCommand, acts=("accounts.change",)):
    """Replace somebody's password and second factors by a one-time password."""


class RecordPassword(AccountCommand, acts=("self",)):
    """Record that somebody set a password of their own; those before it open nothing any more."""


class RecordSecondFactor(AccountCommand, acts=("self",)):
    """Record that somebody added a second factor to their own account."""

    kind: FactorKind
    factor: ReferenceToken


class RemoveSecondFactor(AccountCommand, acts=("self",)):
    """Let one of one's own second factors count no more; one has to stay."""

    kind: FactorKind
    factor: ReferenceToken


class RevokeSessions(AccountCommand, acts=("accounts.change", "self")):
    """Sign somebody out wherever they are signed in."""

    reason: Literal["asked", "lost_device", "misuse"]


class SetOfficerDays(Command, acts=("accounts.change",)):
    """Say for how many days whoever became an officer stands behind nobody else's decision."""

    mandate: CodeWord = "administrator"
    days: Annotated[int, Field(ge=1, le=90)]

    @property
    def stream(self) -> str:
        """Return the stream that holds what the officers decided about themselves."""
        return OFFICE_POLICY
