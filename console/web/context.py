"""What every page is given: the container with its log, who may sign in, and the clocks of both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from fastapi import Request

from console.accounts.credentials import Accounts
from console.accounts.factors import Factors
from console.accounts.mails import MailDoor
from console.accounts.passkeys import PasskeySite
from console.accounts.passwords import Hashing
from console.accounts.sessions import Sessions
from console.accounts.sign_in import SignInService, open_auth_services
from console.container import Container
from console.web.change_broadcaster import ChangeBroadcaster
from console.web.keeping_pace import KeepingPace
from console.web.open_streams import OpenStreams
from console.web.rendering import Rendering
from console.web.shown_names import ShownNames
from console.web.site import Site
from console.web.uploads import UploadSlots
from events.instants import instant
from events.world import Clock
from handlers.drafts.store import Drafts


@dataclass(frozen=True, slots=True)
class WebContext:
    """The container and who may sign in; made once, shared by all requests."""

    container: Container
    site: Site
    accounts: Accounts
    factors: Factors
    sessions: Sessions
    sign_in: SignInService
    mails: MailDoor
    rendering: Rendering
    changes: ChangeBroadcaster
    clock: Clock  # sessions and codes go by real time, whatever time the log lives in
    drafts: Drafts
    names: ShownNames
    pace: KeepingPace = field(default_factory=KeepingPace)
    streams: OpenStreams = field(default_factory=OpenStreams)
    uploads: UploadSlots = field(default_factory=UploadSlots)
    moment: datetime | None = None  # of one request; nothing in it is before or after anything else in it

    def now(self) -> datetime:
        """Return the office's time: that of the log, and in a request the moment it came."""
        return self.moment or instant(self.container.log.now())

    def at_one_moment(self, moment: datetime) -> WebContext:
        """Return the same for one request: the clock was asked, and is never asked again."""
        return replace(self, moment=moment)

    def timeless(self) -> WebContext:
        """Return the same for what outlives a request: the clock is asked each time."""
        return replace(self, moment=None)


def build_context(container: Container, site: Site, clock: Clock, *, hashing: Hashing | None = None) -> WebContext:
    """Return what every page is given; ``clock`` is that of sessions and codes: real time wherever people sign in."""
    place = PasskeySite(site.host, (site.origin,))
    auth = open_auth_services(container.service, clock, container.chance, place, hashing)
    signing_in = (auth.accounts, auth.factors, auth.sessions, auth.sign_in, auth.mails)
    drafts = Drafts(container.database, container.keys, container.chance)
    names = ShownNames(container.database, container.keys)
    drawing, changes = Rendering(names), ChangeBroadcaster(container.log.size)
    return WebContext(container, site, *signing_in, drawing, changes, clock, drafts, names)


def web_of(request: Request) -> WebContext:
    """Return the house a request came to."""
    return cast("WebContext", request.app.state.web)
