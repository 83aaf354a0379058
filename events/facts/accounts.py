"""Facts of accounts: who signs in, as what, where they work and what they are called; never a password or a secret."""

from events.catalogue import Fact


class AccountOpened(Fact):
    """Somebody may sign in from now on, in these roles."""

    account: str
    roles: tuple[str, ...]
    programmes: tuple[str, ...] = ()
    team: str = ""
    facilities: tuple[str, ...] = ()
    language: str = "en"
    founding: bool = False  # one of the first two officers, opened where Wayhome is installed
    name: str = ""  # what others read; where there is none it is made of the account
    second: str = ""  # who proposed it, and under which id
    proposal: str = ""


class RolesChanged(Fact):
    """Somebody has exactly these roles from now on; whoever was signed in has to sign in again."""

    roles: tuple[str, ...]
    second: str = ""  # who proposed it, and under which id
    proposal: str = ""


class AccountPlaced(Fact):
    """Somebody works in these programmes, this team and these houses from now on."""

    programmes: tuple[str, ...]
    team: str
    facilities: tuple[str, ...]
    second: str = ""  # who proposed it, and under which id
    proposal: str = ""


class LanguageChosen(Fact):
    """Somebody reads the screen in another language from now on."""

    language: str


class NameChosen(Fact):
    """Somebody is called so from now on, wherever people are shown; without a name, as their account says."""

    name: str


class AccountClosed(Fact):
    """Somebody cannot sign in any more, and is signed out wherever they are."""

    reason: str


class AccountReopened(Fact):
    """A closed account may sign in again."""

    reason: str
    second: str = ""  # who proposed it, and under which id
    proposal: str = ""


class CredentialsReset(Fact):
    """Two people had the password and every second factor of an account replaced by a one-time password."""

    second: str
    proposal: str = ""  # under which id the second proposed it; in older logs there is none


class PasswordReplaced(Fact):
    """Somebody set a password of their own; one they had before opens nothing any more, wherever it is kept."""


class SecondFactorAdded(Fact):
    """Somebody proves with one thing more that it is them; ``factor`` names it and opens nothing."""

    kind: str  # totp or passkey
    factor: str


class SecondFactorRemoved(Fact):
    """A second factor does not count any more; whoever was signed in has to sign in again."""

    kind: str
    factor: str


class SessionsRevoked(Fact):
    """Everybody signed in under an account was signed out at once."""

    reason: str


class OfficerDaysSet(Fact):
    """So long whoever became an officer stands behind nobody else's decision."""

    days: int
    second: str = ""
    proposal: str = ""
