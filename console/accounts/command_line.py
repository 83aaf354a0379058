"""Who has signed in at the command line of this machine, as a file says that nobody else may read."""

import os

from console.accounts.sessions import Session
from console.accounts.sign_in import AuthServices, open_auth_services
from console.container import Container
from events.world import SystemClock


def services_of(container: Container) -> AuthServices:
    """Return the services of signing in, by real time whatever time the log lives in."""
    return open_auth_services(container.service, SystemClock(), container.chance)


def keep_token(container: Container, token: str) -> None:
    """Keep what proves a session, for its owner's eyes from the first byte on."""
    file = container.settings.sign_in_file
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as kept:
        kept.write(token)


def end_session(container: Container) -> None:
    """End the session that is kept here, if there is one."""
    file = container.settings.sign_in_file
    if file.exists():
        services_of(container).sessions.end(file.read_text(encoding="utf-8"))
        file.unlink()


def session_here(container: Container) -> Session | None:
    """Return the session of who has signed in here and still is, or None: the account may have been closed since."""
    sessions = services_of(container).sessions
    session = sessions.find(container.settings.sign_in_file.read_text(encoding="utf-8"))
    return session if session is not None and sessions.is_strong(session) else None
