"""What every page is given: the office with its log, who may sign in, and the clocks of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.accounts.accounts import Accounts
from console.accounts.desk import Desk
from console.accounts.factors import Factors
from console.accounts.sessions import Sessions
from console.accounts.sign_in import SignIn
from console.office import Office
from console.web.pulse import Pulse
from console.web.rendering import Rendering
from console.web.site import Site
from events.instants import instant
from events.world import Clock


@dataclass(frozen=True, slots=True)
class House:
    """The office and its doors; made once, shared by all requests."""

    office: Office
    site: Site
    desk: Desk
    rendering: Rendering
    pulse: Pulse
    clock: Clock  # of the doors: sessions and codes go by real time, whatever time the office lives in

    @property
    def accounts(self) -> Accounts:
        """Return who may sign in."""
        return self.desk.accounts

    @property
    def factors(self) -> Factors:
        """Return what they prove it with beside a password."""
        return self.desk.factors

    @property
    def sessions(self) -> Sessions:
        """Return who is signed in."""
        return self.desk.sessions

    @property
    def sign_in(self) -> SignIn:
        """Return the way in."""
        return self.desk.sign_in

    def now(self) -> datetime:
        """Return the office's time: that of the log."""
        return instant(self.office.log.now())
