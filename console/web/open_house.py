"""The house opened: an office with its doors, for whoever serves it or tests it."""

from __future__ import annotations

from console.accounts.desk import open_desk
from console.accounts.passkeys import Place
from console.accounts.passwords import Hashing
from console.office import Office
from console.web.house import House
from console.web.pulse import Pulse
from console.web.rendering import Rendering
from console.web.site import Site
from events.world import Clock


def open_house(office: Office, site: Site, clock: Clock, *, hashing: Hashing | None = None) -> House:
    """Return an office with its doors; ``clock`` is the doors' own, which is real time wherever people sign in."""
    place = Place(site.host, (site.origin,))
    desk = open_desk(office.service, clock, office.chance, place, hashing)
    return House(office, site, desk, Rendering(), Pulse(office.log.size), clock)
