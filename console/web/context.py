"""What every page is given: the office with its log, who may sign in, and the clocks of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from console.accounts.accounts import Accounts
from console.accounts.auth_services import AuthServices, open_desk
from console.accounts.factors import Factors
from console.accounts.passkeys import Place
from console.accounts.passwords import Hashing
from console.accounts.sessions import Sessions
from console.accounts.sign_in import SignIn
from console.container import Container
from console.web.change_broadcaster import ChangeBroadcaster
from console.web.rendering import Rendering
from console.web.site import Site
from events.instants import instant
from events.world import Clock


@dataclass(frozen=True, slots=True)
class WebContext:
    """The office and its doors; made once, shared by all requests."""

    office: Container
    site: Site
    desk: AuthServices
    rendering: Rendering
    pulse: ChangeBroadcaster
    clock: Clock  # of the doors: sessions and codes go by real time, whatever time the office lives in
    moment: datetime | None = None  # of one request; nothing in it is before or after anything else in it

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
        """Return the office's time: that of the log, and in a request the moment it came."""
        return self.moment or instant(self.office.log.now())

    def at_one_moment(self) -> WebContext:
        """Return the same for one request: the clock is asked now, and never again."""
        return replace(self, moment=self.now())


def build_context(office: Container, site: Site, clock: Clock, *, hashing: Hashing | None = None) -> WebContext:
    """Return an office with its doors; ``clock`` is the doors' own, which is real time wherever people sign in."""
    place = Place(site.host, (site.origin,))
    desk = open_desk(office.service, clock, office.chance, place, hashing)
    return WebContext(office, site, desk, Rendering(), ChangeBroadcaster(office.log.size), clock)
