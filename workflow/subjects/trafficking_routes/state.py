"""The way a person was taken."""

from typing import Final, NamedTuple

from workflow.case.state import Change, Part

KindAndCountry = tuple[str, str]  # Recruitment, Transit or Exploitation, and the country


class Route(NamedTuple):
    """The way the person was taken, leg by leg."""

    route: tuple[KindAndCountry, ...] = ()


trafficking_routes_of: Final = Part("trafficking_routes", Route())


CHANGES: dict[str, Change] = {
    "RouteRecorded": lambda c, f, _: trafficking_routes_of.changed(
        c, route=tuple((leg.kind, leg.country) for leg in f.legs)
    )
}
